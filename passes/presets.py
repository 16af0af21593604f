"""The pipelines behind -O0, -O1, -O2 and -Os; built here, so that a compile that names one needs no parser."""

from .capability_lower import CapabilityLower
from .infer_needs import InferNeeds
from .pipeline import Pipeline

PRESETS: dict[str, Pipeline] = {
    "O0": Pipeline((InferNeeds(), CapabilityLower(only_missing=True))),
    "O1": Pipeline((InferNeeds(), CapabilityLower())),
    "O2": Pipeline((InferNeeds(), CapabilityLower())),
    "Os": Pipeline((InferNeeds(), CapabilityLower())),
}
DEFAULT_PRESET = "O1"
