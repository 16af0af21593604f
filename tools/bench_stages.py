"""Where the time of a compile goes: the driver's own calls, timed where it makes them.

Nothing of the driver is copied here, so that the sum is the compile and not something like it."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from time import process_time_ns
from typing import Any

from attrs import define, field

from ..passes.base import Pass
from ..passes.presets import DEFAULT_LEVEL, preset

STAGES: tuple[tuple[str, str, str], ...] = (
    ("read the folder", "backends.compile", "read_bundle"),
    ("lift: blocks", "skvm_ir.lift_text", "parse_blocks"),
    ("lift: frontmatter", "skvm_ir.lift_text", "parse_frontmatter"),
    ("lift: references", "skvm_ir.lift_text", "find_references"),
    ("lift: document, the rest", "skvm_ir.from_skill", "lift_text"),
    ("lift: flow", "skvm_ir.from_skill", "lift_flow"),
    ("verify", "backends.compile", "check"),
    ("verify", "passes.manager", "check"),
    ("verify", "passes.manager", "snapshot"),
    ("emit", "backends.compile", "apply_edits"),
    ("emit", "backends.compile", "unedited"),
    ("emit", "backends.compile", "emit_skill"),
    ("read again and account for all", "backends.compile", "check_blocks"),
    ("read again and account for all", "backends.compile", "account"),
    ("print SIR", "backends.compile", "print_module"),
    ("report", "backends.compile", "make_report"),
    ("report", "backends.compile", "seal"),
)
"""What each stage is called, and the name by which a module of the compiler calls it."""

REST = "the driver itself"


@define
class Stopwatch:
    """CPU time by stage, in nanoseconds; what runs inside of a stage and is one itself counts for that one alone."""

    spent: dict[str, int] = field(factory=dict[str, int])
    _inner: list[int] = field(factory=list[int])

    def timed(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """``function``, whose time goes to ``stage``."""

        def run(*arguments: Any, **options: Any) -> Any:
            self._inner.append(0)
            start = process_time_ns()
            try:
                return function(*arguments, **options)
            finally:
                total = process_time_ns() - start
                self.spent[stage] = self.spent.get(stage, 0) + total - self._inner.pop()
                if self._inner:
                    self._inner[-1] += total

        return run


@contextmanager
def watching() -> Generator[Stopwatch]:
    """A stopwatch on every stage and every pass, taken off again at the end."""
    watch = Stopwatch()
    places = [(stage, import_module(f"..{module}", __package__), name) for stage, module, name in STAGES]
    places += [(f"pass {each.name}", each, "run") for each in pass_types()]
    before = [(place, name, getattr(place, name)) for _, place, name in places]
    try:
        for stage, place, name in places:
            setattr(place, name, watch.timed(stage, getattr(place, name)))
        yield watch
    finally:
        for place, name, function in before:
            setattr(place, name, function)


def pass_types() -> list[type[Pass]]:
    """The passes that a compile runs when nobody says otherwise."""
    return list(dict.fromkeys(type(step) for step in preset(DEFAULT_LEVEL).passes))


def stage_names() -> list[str]:
    """All stages in the order of a compile."""
    names = list(dict.fromkeys(stage for stage, _, _ in STAGES))
    at = names.index("emit")
    return [*names[:at], *(f"pass {each.name}" for each in pass_types()), *names[at:], REST]
