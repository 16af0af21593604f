"""What a skill is compiled for: a model in a harness, what it was measured to do, and how likely it is to succeed."""

from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import field, frozen

from .needs import LEVELS, Need

MET_AT = 0.6
"""A need is met when its predicted success is at least this (design section 4); callers may pass another threshold."""


class Evidence(Enum):
    """Where a figure comes from."""

    MEASURED = "measured"
    BORROWED = "borrowed"
    ESTIMATED = "estimated"
    NOT_MEASURED = "not measured"


class PromptStyle(Enum):
    """How wording made by the compiler is laid out; the author's own text is never restyled."""

    MARKDOWN = "markdown"
    XML = "xml"


class ToolAction(Enum):
    """What an agent's tools can do, whatever the harness calls the tool."""

    READ = "read"
    WRITE = "write"
    EDIT = "edit"
    EXEC = "exec"
    LIST = "list"
    FETCH = "fetch"
    SEARCH = "search"
    BROWSE = "browse"
    ASK = "ask"
    SPAWN = "spawn"


@frozen
class Harness:
    """Facts about the program that runs the model. ``None`` is "unknown": neither rely on it nor forbid it.

    ``tools`` maps an action to the tool's name in the harness's words, or to "" where it is known to have none.
    ``batch_calls``: several tool calls in one turn are accepted. ``runs_commands``: the harness itself runs a fixed
    command, which then asks nothing of the model. ``placeholder`` is replaced by the skill's folder ("" where nothing
    is replaced); ``skill_folder`` is where skills are looked for; ``listing_budget`` the characters that all skills'
    listings share. ``sources`` says where each fact comes from.
    """

    name: str
    tools: Mapping[ToolAction, str] = field(factory=dict[ToolAction, str], hash=False)
    batch_calls: bool | None = None
    sub_agents: bool | None = None
    runs_commands: bool | None = None
    skill_folder: str | None = None
    placeholder: str | None = None
    listing_budget: int | None = None
    sources: Mapping[str, str] = field(factory=dict[str, str], hash=False)

    def tool(self, action: ToolAction) -> str | None:
        """The tool's name; "" where the harness has none for this; ``None`` where nobody knows."""
        return self.tools.get(action)


@frozen
class Figure:
    """Trials of one primitive at one level. ``total`` 0 means that nothing is known.

    ``borrowed_from`` names the target whose trials these are, for borrowed and estimated figures; ``weight`` is what
    one of them counts beside a trial made on the target itself.
    """

    passed: int = 0
    total: int = 0
    seconds: float | None = None
    evidence: Evidence = Evidence.NOT_MEASURED
    borrowed_from: str = ""
    weight: float = 1.0

    def __attrs_post_init__(self) -> None:
        if not 0 <= self.passed <= self.total:
            raise ValueError(f"passed {self.passed} of {self.total}")


Figures = tuple[Figure, Figure, Figure]
"""The figures of one primitive at the levels L1, L2, L3."""

UNKNOWN_FIGURES: Figures = (Figure(), Figure(), Figure())


@frozen
class Prior:
    """What to expect before any trial: a Beta distribution per primitive and level.

    ``means`` gives the expected success per primitive at L1, L2, L3, ``level_means`` that of a primitive not listed;
    ``strength`` is how many trials the expectation weighs, ``borrowing`` what a borrowed trial counts.
    """

    strength: float
    borrowing: float
    level_means: tuple[float, float, float]
    means: Mapping[str, tuple[float, float, float]] = field(hash=False)

    def of(self, primitive: str) -> tuple[float, float, float]:
        """The expected success of ``primitive`` at L1, L2, L3 before any trial."""
        return self.means.get(primitive, self.level_means)


@frozen
class Target:
    """A model in a harness. ``estimated`` says that its figures were not measured on it, and so must every report.

    ``assumed`` replaces all figures where the target makes no claim (``source``, ``generic``). ``factors`` lower the
    success at L1, L2, L3 of a target that is derived from another. ``published`` is the level (0-3) that the source of
    the figures states for a primitive. Prices are US dollars per million tokens.
    """

    name: str
    model: str
    harness: Harness
    prior: Prior
    estimated: bool = True
    provenance: str = ""
    figures: Mapping[str, Figures] = field(factory=dict[str, Figures], hash=False)
    published: Mapping[str, int] = field(factory=dict[str, int], hash=False)
    factors: tuple[float, float, float] = (1.0, 1.0, 1.0)
    assumed: float | None = None
    keeps_text: bool = False
    """True for the identity target: the skill goes through untouched, whatever it needs."""
    prompt_style: PromptStyle = PromptStyle.MARKDOWN
    context_window: int | None = None
    tokenizer: str = ""
    price_in: float | None = None
    price_out: float | None = None
    model_source: str = ""
    """Where context window, tokenizer and prices come from."""
    _posteriors: dict[tuple[str, int], float] = field(
        factory=dict[tuple[str, int], float], init=False, eq=False, repr=False, hash=False
    )

    @property
    def claims(self) -> bool:
        """False when the target says nothing about success: a prediction made with it means nothing."""
        return self.assumed is None

    def success(self, primitive: str, level: int) -> float:
        """The predicted success (0 to 1) of a task that needs ``primitive`` at ``level`` (1-3).

        It never rises with the level. A primitive without figures, or one no catalogue knows, gets the prior.
        """
        found = self._posteriors.get((primitive, level))
        if found is None:
            if level not in LEVELS:
                raise ValueError(f"level {level}, expected 1, 2 or 3")
            for at, value in zip(LEVELS, self._levels(primitive), strict=True):
                self._posteriors[primitive, at] = value
            found = self._posteriors[primitive, level]
        return found

    def met(self, primitive: str, level: int, threshold: float = MET_AT) -> bool:
        """Whether the predicted success reaches ``threshold``; always so for the identity target."""
        return self.keeps_text or self.success(primitive, level) >= threshold

    def evidence(self, primitive: str, level: int) -> Evidence:
        """Where the figure behind ``success`` comes from."""
        return self.figure(primitive, level).evidence

    def figure(self, primitive: str, level: int) -> Figure:
        """The trials behind ``success``; an empty figure where there are none."""
        return self.figures.get(primitive, UNKNOWN_FIGURES)[level - 1]

    def level(self, primitive: str, threshold: float = MET_AT) -> int:
        """The highest level that is met, 0 for none ("seldom", not "cannot")."""
        return max((level for level in LEVELS if self.met(primitive, level, threshold)), default=0)

    def expected_product(self, needs: Iterable[Need]) -> float:
        """The predicted success of a skill that has ``needs`` on its main path.

        The figures are of whole tasks, so each primitive counts once, at its highest level; no needs give 1.
        """
        highest: dict[str, int] = {}
        for need in needs:
            highest[need.primitive] = max(need.level, highest.get(need.primitive, 0))
        product = 1.0
        # In order of name: a product of floats depends on it in its last bit, and outputs are compared as bytes.
        for primitive in sorted(highest):
            product *= self.success(primitive, highest[primitive])
        return product

    def _levels(self, primitive: str) -> tuple[float, float, float]:
        if self.assumed is not None:
            return (self.assumed, self.assumed, self.assumed)
        posterior = posterior_by_level(self.figures.get(primitive, UNKNOWN_FIGURES), self.prior, primitive)
        one, two, three = (value * factor for value, factor in zip(posterior, self.factors, strict=True))
        return (one, two, three)


def posterior_by_level(figures: Figures, prior: Prior, primitive: str) -> tuple[float, float, float]:
    """The mean success at L1, L2, L3 after the trials in ``figures``, made to fall (or stay) with the level.

    Each level starts from its Beta prior; then neighbours that rise are pooled, weighted by their trials and prior.
    """
    weights: list[float] = []
    successes: list[float] = []
    for mean, figure in zip(prior.of(primitive), figures, strict=True):
        weights.append(prior.strength + figure.weight * figure.total)
        successes.append(prior.strength * mean + figure.weight * figure.passed)
    one, two, three = pool_adjacent_violators(successes, weights)
    return (one, two, three)


def pool_adjacent_violators(successes: Iterable[float], weights: Iterable[float]) -> list[float]:
    """The non-increasing sequence nearest to ``successes / weights`` in weighted least squares (Ayer et al. 1955)."""
    blocks: list[tuple[float, float, int]] = []
    for success, weight in zip(successes, weights, strict=True):
        block = (success, weight, 1)
        while blocks and blocks[-1][0] / blocks[-1][1] < block[0] / block[1]:
            before = blocks.pop()
            block = (before[0] + block[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    return [success / weight for success, weight, count in blocks for _ in range(count)]
