"""Logistic regression for the fit of needs: the one file that imports scikit-learn (extra ``dev``) and numpy."""

# scikit-learn ships no types, so what comes from it is unknown; the functions below say what they give.
# pyright: reportMissingImports=false, reportMissingTypeStubs=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Iterable, Sequence
from typing import Any

import numpy
from scipy.sparse import csr_matrix
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

Matrix = Any
Vector = Any


def sparse(rows: Sequence[Iterable[int]], columns: int) -> Matrix:
    """A matrix of noughts with a one at each column that a row lists."""
    lists = [sorted(row) for row in rows]
    starts = numpy.cumsum([0, *map(len, lists)])
    places = numpy.array([column for row in lists for column in row], dtype=numpy.int32)
    return csr_matrix((numpy.ones(len(places)), places, starts), shape=(len(rows), columns))


FREE_BIAS = 8
"""How much less the bias is held back than the weights are."""


def fit(matrix: Matrix, labels: Vector, strength: float, weight: float = 1.0) -> tuple[Vector, float]:
    """Coefficients and bias of an L2 logistic regression; ``weight`` is that of a positive example."""
    model: Any = LogisticRegression(
        C=strength,
        solver="liblinear",
        class_weight={0: 1.0, 1: weight},
        intercept_scaling=FREE_BIAS,
        tol=1e-5,
        max_iter=1000,
    )
    model.fit(matrix, labels)
    return model.coef_[0], float(model.intercept_[0])


def isotonic_steps(scores: Sequence[int], present: Sequence[bool]) -> list[tuple[int, int]]:
    """Least score and share in hundredths of each step of the rising curve that fits best."""
    curve = IsotonicRegression(out_of_bounds="clip").fit(scores, numpy.array(present, dtype=float))
    shares = [min(max(round(100 * float(share)), 1), 99) for share in curve.predict(sorted(scores))]
    steps: list[tuple[int, int]] = []
    for score, share in zip(sorted(scores), shares, strict=True):
        if not steps or share != steps[-1][1]:
            steps.append((int(score), share))
    return steps
