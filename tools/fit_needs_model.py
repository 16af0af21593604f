"""Fits the weights of ``infer-needs`` on labelled examples, and scores examples that were kept out of a fit."""

# Arrays come untyped from ``fit_linear``.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false, reportMissingTypeStubs=false

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy
from attrs import field, frozen

from ..passes.need_facts import Facts
from ..passes.need_features import (
    LEVEL_COUNTS,
    LINE_TABLES,
    SKILL_TABLES,
    STRUCTURE_TABLES,
    counted,
    line_features,
    reached,
    skill_features,
)
from ..passes.need_scores import POOL_SHIFT, ROOT_MORE, pooled
from ..passes.need_weights import OFFSET, Weights, read_weights
from .fit_linear import Vector, fit, sparse

Feature = tuple[str, str]
Json = dict[str, Any]

LINE_STRENGTH, LINE_POSITIVE = 0.05, 8.0
SKILL_STRENGTH, LEVEL_STRENGTH = 0.05, 0.1
WORD_SCALE, POOL_SCALE, POOL_BOUND = 0.5, 3.0, 2.5
LINE_UNIT, SKILL_UNIT = 16, 64
LEAST_SKILLS, LEAST_SKILLS_OF_WORD, LEAST_SKILLS_OF_LINE, LEAST_SOURCES = 6, 12, 8, 3
LEAST_EXAMPLES, LEAST_EXAMPLES_OF_LEVEL = 11, 11
INNER_FOLDS = 4


@frozen(eq=False)
class Example:
    """A labelled skill: where it came from, its facts, the level of each need, the lines that show each need."""

    name: str
    source: str
    facts: Facts
    levels: dict[str, int]
    evidence: dict[str, set[int]]
    line_features: tuple[frozenset[Feature], ...] = field(init=False)
    skill_features: frozenset[Feature] = field(init=False)
    counts: dict[str, int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        lines = [
            frozenset((t, n) for t, names in line_features(line).items() for n in names) for line in self.facts.lines
        ]
        object.__setattr__(self, "line_features", tuple(lines))
        object.__setattr__(self, "skill_features", frozenset(skill_features(self.facts)))
        object.__setattr__(self, "counts", counted(self.facts))


def fit_weights(examples: Sequence[Example], refused: frozenset[str], order: Sequence[str]) -> Json:
    """The content of the weights file, without a calibration; ``order`` is that of the catalogue's primitives."""
    present = Counter(primitive for example in examples for primitive in example.levels)
    primitives = [primitive for primitive in order if present[primitive] >= LEAST_EXAMPLES]
    lines = _fit_lines(examples, primitives, refused)
    return {
        "primitives": primitives,
        **_fit_skills(examples, primitives, refused, _scores_of_unseen(examples, primitives, refused)),
        "lines": lines,
        "levels": _fit_levels(examples, primitives),
        "calibration": [[-10000, 50]],
    }


def _kept(sets: Iterable[tuple[str, Iterable[Feature]]], refused: frozenset[str], least: Counter[str]) -> list[Feature]:
    """The features of enough skills from enough sources, none that names a product or a skill, in order."""
    skills: Counter[Feature] = Counter()
    sources: dict[Feature, set[str]] = {}
    total = 0
    for source, features in sets:
        total += 1
        for feature in features:
            skills[feature] += 1
            sources.setdefault(feature, set()).add(source)
    return sorted(
        feature
        for feature, count in skills.items()
        if least[feature[0]] <= count <= total - 4
        and len(sources[feature]) >= LEAST_SOURCES
        and (feature[0] in (*STRUCTURE_TABLES, "sign") or refused.isdisjoint(feature[1].split()))
    )


def _fit_lines(examples: Sequence[Example], primitives: Sequence[str], refused: frozenset[str]) -> Json:
    least = Counter[str](dict.fromkeys(LINE_TABLES, LEAST_SKILLS_OF_LINE))
    whole = [(example.source, frozenset[Feature]().union(*example.line_features)) for example in examples]
    # A feature of nearly every skill may still tell its lines apart, so only rarity counts against it here.
    kept = _kept([*whole, *[("", ())] * 4], refused, least)
    places = {feature: place for place, feature in enumerate(kept)}
    rows = [[places[f] for f in line if f in places] for example in examples for line in example.line_features]
    matrix = sparse(rows, len(kept))
    bias: list[int] = []
    columns: list[Vector] = []
    for primitive in primitives:
        shown = [
            line.block in example.evidence.get(primitive, ()) for example in examples for line in example.facts.lines
        ]
        weights, intercept = fit(matrix, numpy.array(shown, dtype=int), LINE_STRENGTH, LINE_POSITIVE)
        columns.append(_bytes(weights * LINE_UNIT))
        bias.append(round(intercept * LINE_UNIT))
    return {"bias": bias, "tables": _tables(kept, columns, LINE_TABLES)}


def _bytes(weights: Vector) -> Vector:
    return numpy.clip(numpy.rint(weights), -127, 127).astype(int)


def _tables(kept: Sequence[Feature], columns: Sequence[Vector], names: Iterable[str]) -> Json:
    """Weights by table and feature, two digits a score; features without any weight are left out."""
    tables: Json = {name: {} for name in names}
    for place, (table, name) in enumerate(kept):
        weights = [int(column[place]) for column in columns]
        if any(weights):
            tables[table][name] = bytes(weight + OFFSET for weight in weights).hex()
    return tables


def _scores_of_unseen(examples: Sequence[Example], primitives: Sequence[str], refused: frozenset[str]) -> Vector:
    """Pooled line scores by weights fitted without the example: (example, primitive, best or three)."""
    scores = numpy.zeros((len(examples), len(primitives), 2))
    shuffled = numpy.random.RandomState(1).permutation(len(examples))
    for fold in range(INNER_FOLDS):
        out = sorted(int(number) for number in shuffled[fold::INNER_FOLDS])
        rest = [example for number, example in enumerate(examples) if number not in set(out)]
        weights = _line_weights(primitives, _fit_lines(rest, primitives, refused))
        for number in out:
            best, three, _ = pooled(examples[number].facts.lines, weights)
            scores[number] = numpy.array([best, three]).T
    return scores


def _line_weights(primitives: Sequence[str], lines: Json) -> Weights:
    """Weights that can score lines and nothing else."""
    tables: Json = {table: {} for table in SKILL_TABLES}
    return read_weights(
        {
            "primitives": primitives,
            "levels": {"primitives": [], "usual": {}, "bias": [], "counts": {}},
            "lines": lines,
            "pooling": [],
            "skill": {"bias": [], "tables": tables},
            "calibration": [[0, 50]],
        }
    )


def _fit_skills(
    examples: Sequence[Example], primitives: Sequence[str], refused: frozenset[str], line_scores: Vector
) -> Json:
    least = Counter({"count": LEAST_SKILLS, "name": LEAST_SKILLS})
    least.update(dict.fromkeys(SKILL_TABLES[2:], LEAST_SKILLS_OF_WORD))
    kept = _kept([(example.source, example.skill_features) for example in examples], refused, least)
    places = {feature: place for place, feature in enumerate(kept)}
    ones = numpy.zeros((len(examples), len(kept)))
    for row, example in enumerate(examples):
        ones[row, [places[feature] for feature in example.skill_features if feature in places]] = 1
    structure = numpy.array([table in STRUCTURE_TABLES for table, _ in kept])
    scale = numpy.where(structure, 1.0, WORD_SCALE)
    matrix, size = _rooted(ones, structure)
    middle, spread = line_scores.mean(0), line_scores.std(0) + 1e-6
    lines = numpy.clip((line_scores - middle) / spread, -POOL_BOUND, POOL_BOUND) * POOL_SCALE
    columns, bias, pooling = [], [], []
    for lane, primitive in enumerate(primitives):
        labels = numpy.array([primitive in example.levels for example in examples], dtype=int)
        weights, intercept = fit(numpy.hstack([matrix * scale, lines[:, lane]]), labels, SKILL_STRENGTH)
        columns.append(_bytes(weights[:-2] * scale * size * SKILL_UNIT))
        per_unit = weights[-2:] * POOL_SCALE / spread[lane]
        bias.append(round((intercept - float(per_unit @ middle[lane])) * SKILL_UNIT))
        low, high = middle[lane] - POOL_BOUND * spread[lane], middle[lane] + POOL_BOUND * spread[lane]
        pooling.append(
            [
                [round(float(low[i])), round(float(high[i])), round(float(per_unit[i]) * SKILL_UNIT * 2**POOL_SHIFT)]
                for i in (0, 1)
            ]
        )
    tables = _tables(kept, columns, SKILL_TABLES)
    return {"pooling": pooling, "skill": {"bias": bias, "tables": tables}}


def _rooted(ones: Vector, structure: Vector) -> tuple[Vector, Vector]:
    """Each half of the features divided by the root of how many a skill has, and the mean root to scale it back by."""
    matrix = ones.copy()
    size = numpy.ones(ones.shape[1])
    for half in (structure, ~structure):
        root = numpy.sqrt(ones[:, half].sum(1) + ROOT_MORE)
        size[half] = root.mean()
        matrix[:, half] = ones[:, half] / root[:, None] * root.mean()
    return matrix, size


def _fit_levels(examples: Sequence[Example], primitives: Sequence[str]) -> Json:
    """Two scores for each primitive with enough examples of its levels; else the usual level."""
    matrix = numpy.array([[reached(example.counts.get(name, 0)) for name in LEVEL_COUNTS] for example in examples])
    middle, spread = matrix.mean(0), matrix.std(0) + 0.3
    scaled = (matrix - middle) / spread
    usual: dict[str, int] = {}
    columns: list[Vector] = []
    bias: list[int] = []
    graded: list[str] = []
    for primitive in primitives:
        rows = [number for number, example in enumerate(examples) if primitive in example.levels]
        levels = numpy.array([examples[number].levels[primitive] for number in rows])
        usual[primitive] = Counter(levels.tolist()).most_common(1)[0][0]
        if len(rows) < LEAST_EXAMPLES_OF_LEVEL:
            continue
        graded.append(primitive)
        for level in (2, 3):
            weights, at_mean = _fit_level(scaled[rows], (levels >= level).astype(int))
            columns.append(_bytes(weights / spread * SKILL_UNIT))
            bias.append(round((at_mean - float((weights / spread) @ middle)) * SKILL_UNIT))
    kept = [("counts", name) for name in LEVEL_COUNTS]
    return {"primitives": graded, "usual": usual, "bias": bias, **_tables(kept, columns, ("counts",))}


def _fit_level(matrix: Vector, labels: Vector) -> tuple[Vector, float]:
    """Weights and bias that tell the examples that reach a level; where nearly all do or do not, a bias alone."""
    if min(int(labels.sum()), len(labels) - int(labels.sum())) < 3:
        return numpy.zeros(matrix.shape[1]), 1.0 if labels.mean() > 0.5 else -1.0
    return fit(matrix, labels, LEVEL_STRENGTH)
