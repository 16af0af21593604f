"""The lines of ``--list-passes``."""

from ..passes.base import options_of, spelled, summary
from ..passes.presets import DEFAULT_LEVEL, LEVELS, preset
from ..passes.registry import ALL_PASSES


def pass_lines() -> list[str]:
    """A line a pass with its options at their defaults, then the levels and what they run."""
    lines: list[str] = []
    for kind in ALL_PASSES:
        lines.append(f"{kind.name}: {summary(kind)}")
        lines += [f"    {spelled(option, default)}" for option, default in options_of(kind).items()]
    for name in LEVELS:
        lines.append(f"-{name}{' (default)' if name == DEFAULT_LEVEL else ''}: {preset(name)}")
    return lines
