"""The passes there are, and what to say about a name that is none of theirs."""

from collections.abc import Iterable

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Span
from .analyze_deps import AnalyzeDeps
from .base import Pass
from .capability_lower import CapabilityLower
from .find_hazards import FindHazards
from .find_requirements import FindRequirements
from .find_variants import FindVariants
from .infer_needs import InferNeeds

ALL_PASSES: tuple[type[Pass], ...] = (
    InferNeeds,
    FindRequirements,
    FindVariants,
    FindHazards,
    AnalyzeDeps,
    CapabilityLower,
)
PASSES: dict[str, type[Pass]] = {kind.name: kind for kind in ALL_PASSES}


def require_known(name: str) -> type[Pass]:
    """The pass of that name; ``SkvmError`` (SKV301) with the nearest names where there is none."""
    if name in PASSES:
        return PASSES[name]
    raise SkvmError([unknown_pass(name)])


def unknown_pass(name: str, span: Span | None = None) -> Diagnostic:
    """The finding (SKV301) about a name that no pass has."""
    help = did_you_mean(name, PASSES) or f"the passes are {listed(PASSES)}"
    return Diagnostic("SKV301", f"there is no pass '{name}'", span, help=help)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A question with the names most like ``word``, empty when none is."""
    from difflib import get_close_matches  # only a wrong name pays for the import

    matches = get_close_matches(word, list(known), n=2, cutoff=0.6)
    return f"did you mean {' or '.join(repr(match) for match in matches)}?" if matches else ""


def listed(names: Iterable[str]) -> str:
    """The names in quotes with commas between them."""
    return ", ".join(repr(name) for name in names)
