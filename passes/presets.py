"""The pipelines behind -O0, -O1, -O2 and -Os. They need no parser, and a pass is imported by the level that runs it.

``-O0`` and ``-O1`` run what lowering needs. The passes that only say what they find cost as much again and nothing at
these levels reads them; ``-O2``, ``-Os`` and ``skvm analyze`` run them all."""

from functools import cache

from .pipeline import Pipeline

LEVELS = ("O0", "O1", "O2", "Os")
DEFAULT_LEVEL = "O1"


@cache
def preset(level: str) -> Pipeline:
    """The pipeline of one of ``LEVELS``; ``KeyError`` for any other text."""
    from .capability_lower import CapabilityLower
    from .infer_needs import InferNeeds

    match level:
        case "O0":
            return Pipeline((InferNeeds(), CapabilityLower(only_missing=True)))
        case "O1":
            return Pipeline((InferNeeds(), CapabilityLower()))
        case "O2" | "Os":
            return Pipeline((*analysis().passes, CapabilityLower()))
        case _:
            raise KeyError(level)


@cache
def analysis() -> Pipeline:
    """The passes that only say what they find: what ``skvm analyze`` runs."""
    from .analyze_deps import AnalyzeDeps
    from .find_hazards import FindHazards
    from .find_requirements import FindRequirements
    from .find_variants import FindVariants
    from .infer_needs import InferNeeds

    return Pipeline((InferNeeds(), FindRequirements(), FindVariants(), FindHazards(), AnalyzeDeps()))
