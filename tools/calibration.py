"""Fits the prior of ``Target.success`` on measured profiles, and checks its predictions against other harnesses.

``python -m skvm.tools.calibration`` prints the table that docs/decisions/0003-success-posterior.md quotes. A model's
figures in one harness predict each trial of the same model in another; the prior never saw that model. The Brier score
is the mean squared distance between prediction and outcome: 0 is perfect, 0.25 is what always saying one half gets.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from math import lgamma, log

from attrs import evolve, frozen

from ..backends.target_registry import list_targets, load_target
from ..skvm_ir.target import UNKNOWN_FIGURES, Evidence, Figure, Figures, Prior, posterior_by_level

STRENGTHS = tuple(step / 10 for step in range(5, 61))
BORROWINGS = tuple(step / 20 for step in range(1, 21))
POOL = 6.0
"""Trials' worth of the level's mean in the mean of one primitive; anything from 2 to 12 scores the same."""
CERTAIN = 0.001
"""The log loss counts a prediction of 0 or 1 as this close to it, or one surprise would be infinitely bad."""


@frozen
class Profile:
    """What was measured of one model in one harness: trials per primitive, and the level the source published."""

    name: str
    model: str
    figures: Mapping[str, Figures]
    published: Mapping[str, int]


@frozen
class Score:
    """How well one way of predicting does over ``trials`` trials."""

    brier: float
    log_loss: float
    trials: int


Predictor = Callable[[Profile, str], tuple[float, float, float]]
"""From a profile and a primitive to the predicted success at L1, L2, L3."""


def measured_profiles() -> list[Profile]:
    """The built-in measured targets, without the figures they borrowed."""
    profiles: list[Profile] = []
    for summary in list_targets():
        if not summary.estimated:
            target = load_target(summary.name)
            own = {primitive: _measured_only(figures) for primitive, figures in target.figures.items()}
            profiles.append(Profile(target.name, target.model, own, target.published))
    return profiles


def fit_prior(profiles: Sequence[Profile]) -> Prior:
    """The prior that explains ``profiles`` best: means by pooling, strength and borrowing by likelihood."""
    strength = _best(STRENGTHS, lambda value: _marginal_likelihood(profiles, value))
    borrowing = _best(
        BORROWINGS, lambda value: -score(profiles, _posteriors(profiles, strength, weight=value)).log_loss
    )
    return prior_means(profiles, strength, borrowing)


def prior_means(profiles: Sequence[Profile], strength: float, borrowing: float) -> Prior:
    """A prior with the pass rates of ``profiles``, those of a primitive drawn a little towards those of its level."""
    levels = [_rate(figures[at] for each in profiles for figures in each.figures.values()) for at in range(3)]
    primitives = sorted({primitive for each in profiles for primitive in each.figures})
    means = {
        primitive: _triple(
            _rate((each.figures.get(primitive, UNKNOWN_FIGURES)[at] for each in profiles), levels[at])
            for at in range(3)
        )
        for primitive in primitives
    }
    return Prior(strength, borrowing, _triple(levels), means)


def score(profiles: Sequence[Profile], predictor: Predictor, only: str = "") -> Score:
    """The score of ``predictor`` over all pairs of harnesses of one model (of all, or of the model ``only``)."""
    squares = losses = 0.0
    trials = 0
    for one in profiles:
        for other in profiles:
            if one is other or one.model != other.model or only not in ("", one.model):
                continue
            for predicted, passed, total in _pairs(one, other, predictor):
                squares += passed * (1 - predicted) ** 2 + (total - passed) * predicted**2
                safe = min(max(predicted, CERTAIN), 1 - CERTAIN)
                losses -= passed * log(safe) + (total - passed) * log(1 - safe)
                trials += total
    return Score(squares / max(1, trials), losses / max(1, trials), trials)


def published_level(profile: Profile, primitive: str) -> tuple[float, float, float]:
    """The source's own reading: certain success up to the published level, certain failure above it."""
    return _triple(float(profile.published.get(primitive, 0) >= level) for level in (1, 2, 3))


def pass_rate(profile: Profile, primitive: str) -> tuple[float, float, float]:
    """The share of trials passed, taken at its word."""
    return _triple(figure.passed / figure.total if figure.total else 0.5 for figure in profile.figures[primitive])


def table(profiles: Sequence[Profile]) -> list[tuple[str, Score]]:
    """Ways of predicting, worst known first, and the score of each."""
    prior = fit_prior(profiles)
    strength = prior.strength
    return [
        ("published level", score(profiles, published_level)),
        ("pass rate", score(profiles, pass_rate)),
        ("Beta(1, 1), pooled", score(profiles, _uniform)),
        ("Beta per level, pooled", score(profiles, _posteriors(profiles, strength, by_primitive=False))),
        ("Beta per primitive and level, not pooled", score(profiles, _posteriors(profiles, strength, pooled=False))),
        ("Beta per primitive and level, pooled (used)", score(profiles, _posteriors(profiles, strength))),
        ("the same, trials weighed as borrowed", score(profiles, _posteriors(profiles, strength, prior.borrowing))),
    ]


def table_by_model(profiles: Sequence[Profile]) -> list[tuple[str, Score, Score]]:
    """Per model with two harnesses or more: the score of its published level and that of its posterior."""
    predictor = _posteriors(profiles, fit_prior(profiles).strength)
    models = sorted({each.model for each in profiles})
    rows = [(model, score(profiles, published_level, model), score(profiles, predictor, model)) for model in models]
    return [row for row in rows if row[1].trials]


def _posteriors(
    profiles: Sequence[Profile], strength: float, weight: float = 1.0, by_primitive: bool = True, pooled: bool = True
) -> Predictor:
    """Posterior means whose prior was made from all models but the one that predicts."""

    @cache
    def prior_without(model: str) -> Prior:
        prior = prior_means([each for each in profiles if each.model != model], strength, 1.0)
        return prior if by_primitive else evolve(prior, means={})

    def predict(profile: Profile, primitive: str) -> tuple[float, float, float]:
        prior = prior_without(profile.model)
        figures = _weighted(profile.figures[primitive], weight)
        return posterior_by_level(figures, prior, primitive) if pooled else _unpooled(figures, prior, primitive)

    return predict


def _uniform(profile: Profile, primitive: str) -> tuple[float, float, float]:
    return posterior_by_level(profile.figures[primitive], Prior(2.0, 1.0, (0.5, 0.5, 0.5), {}), primitive)


def _unpooled(figures: Figures, prior: Prior, primitive: str) -> tuple[float, float, float]:
    means = zip(prior.of(primitive), figures, strict=True)
    return _triple((prior.strength * mean + figure.passed) / (prior.strength + figure.total) for mean, figure in means)


def _pairs(one: Profile, other: Profile, predictor: Predictor) -> Iterable[tuple[float, int, int]]:
    """For each level measured in both profiles: what ``one`` predicts, and what ``other`` passed of how many."""
    for primitive in sorted(one.figures.keys() & other.figures.keys()):
        predicted = predictor(one, primitive)
        cells = zip(predicted, one.figures[primitive], other.figures[primitive], strict=True)
        yield from ((value, seen.passed, seen.total) for value, own, seen in cells if own.total and seen.total)


def _marginal_likelihood(profiles: Sequence[Profile], strength: float) -> float:
    """The log of how likely the trials are when each success rate is drawn from a Beta with that strength.

    The means are those of the other models, or a strong prior would look good for knowing the answer.
    """
    total = 0.0
    for model in sorted({each.model for each in profiles}):
        prior = prior_means([each for each in profiles if each.model != model], strength, 1.0)
        for profile in profiles:
            if profile.model == model:
                total += sum(_cell_likelihood(figures, prior, name) for name, figures in profile.figures.items())
    return total


def _cell_likelihood(figures: Figures, prior: Prior, primitive: str) -> float:
    total = 0.0
    for mean, figure in zip(prior.of(primitive), figures, strict=True):
        alpha, beta = mean * prior.strength, (1 - mean) * prior.strength
        if figure.total and alpha and beta:
            total += _log_beta(alpha + figure.passed, beta + figure.total - figure.passed) - _log_beta(alpha, beta)
    return total


def _log_beta(alpha: float, beta: float) -> float:
    return lgamma(alpha) + lgamma(beta) - lgamma(alpha + beta)


def _best(values: Iterable[float], worth: Callable[[float], float]) -> float:
    return max(values, key=worth)


def _rate(figures: Iterable[Figure], towards: float | None = None) -> float:
    counted = [figure for figure in figures if figure.total]
    passed, total = sum(figure.passed for figure in counted), sum(figure.total for figure in counted)
    if towards is None:
        return passed / total if total else 0.5
    return (passed + POOL * towards) / (total + POOL)


def _measured_only(figures: Figures) -> Figures:
    one, two, three = (figure if figure.evidence is Evidence.MEASURED else Figure() for figure in figures)
    return (one, two, three)


def _weighted(figures: Figures, weight: float) -> Figures:
    one, two, three = (evolve(figure, weight=weight) for figure in figures)
    return (one, two, three)


def _triple(values: Iterable[float]) -> tuple[float, float, float]:
    one, two, three = values
    return (one, two, three)


def main() -> None:
    """Print the fitted prior and both tables."""
    profiles = measured_profiles()
    prior = fit_prior(profiles)
    means = ", ".join(f"{mean:.3f}" for mean in prior.level_means)
    print(f"{len(profiles)} profiles; strength {prior.strength}, borrowing {prior.borrowing}, level means {means}\n")
    print(f"{'predictor':45} {'Brier':>8} {'log loss':>9} {'trials':>7}")
    for name, found in table(profiles):
        print(f"{name:45} {found.brier:8.4f} {found.log_loss:9.4f} {found.trials:7}")
    print(f"\n{'model':30} {'published level':>16} {'posterior':>10} {'trials':>7}   (Brier)")
    for model, raw, posterior in table_by_model(profiles):
        print(f"{model:30} {raw.brier:16.4f} {posterior.brier:10.4f} {raw.trials:7}")


if __name__ == "__main__":
    main()
