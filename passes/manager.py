"""Runs a pipeline over a module: verifies before the first pass and after each, and counts, times, dumps and bisects.

Module and pipeline in; the module is changed in place, and what happened comes back as a ``PipelineResult``. What is
printed on the way goes to the ``report`` function of the caller, one text with its final newline a call.
"""

import re
from collections.abc import Callable, Iterator

from attrs import frozen

from ..skvm_ir.module import Module
from ..skvm_ir.printer import print_module
from ..skvm_ir.verifier import check, snapshot
from .base import Pass
from .context import Context
from .pipeline import Pipeline
from .remarks import remarks_of, render_remarks

Report = Callable[[str], None]


@frozen
class ManagerOptions:
    """What to say while a pipeline runs; nothing of it changes what the passes do, but ``bisect_limit``."""

    print_before: tuple[str, ...] = ()
    """Passes before which the module is printed (``-print-before=P,Q``)."""
    print_after: tuple[str, ...] = ()
    print_before_all: bool = False
    print_after_all: bool = False
    print_changed: bool = False
    """After each pass that changed the text of the module, print the difference."""
    time_passes: bool = False
    """Take the time of each pass; without it the clock is not read."""
    stats: bool = False
    """Print the counts of each pass behind the last one."""
    bisect_limit: int | None = None
    """Run only the first so many passes and say which; -1 runs all and says which."""
    remarks: re.Pattern[str] | None = None
    """Print the remarks of the passes whose whole name matches, behind the last pass."""


@frozen
class Counts:
    """How much there is in a module."""

    ops: int
    edits: int
    needs: int


@frozen
class PassRun:
    """One execution of a pass on a module, numbered from 1."""

    number: int
    name: str
    changed: bool
    before: Counts
    after: Counts
    remarks: int
    """Remarks of this pass in the module behind the run."""
    nanoseconds: int = 0
    """0 unless times were asked for."""


@frozen
class PipelineResult:
    """What a pipeline did; ``skipped`` holds the numbers of the passes that the bisect limit left out."""

    runs: tuple[PassRun, ...]
    skipped: tuple[int, ...] = ()

    @property
    def changed(self) -> bool:
        """True when any pass changed the module."""
        return any(run.changed for run in self.runs)


def run_pipeline(
    module: Module,
    pipeline: Pipeline,
    context: Context,
    options: ManagerOptions = ManagerOptions(),
    report: Report | None = None,
) -> PipelineResult:
    """Run ``pipeline`` over ``module``, in place.

    Raises ``SkvmError`` where the module is unsound before the first pass or behind one (the finding names it), where a
    pass refuses, and for an option that names no pass (SKV301).
    """
    if named := (*options.print_before, *options.print_after):
        # The registry imports every pass there is; a plain compile needs two.
        from .registry import require_known

        for name in named:
            require_known(name)
    say = report or _ignore
    check(module)
    runs: list[PassRun] = []
    skipped: list[int] = []
    for number, step in enumerate(pipeline.passes, 1):
        if not _may_run(module, step, number, options, say):
            skipped.append(number)
            continue
        runs.append(_run_one(module, step, number, context, options, say))
    result = PipelineResult(tuple(runs), tuple(skipped))
    for line in _summaries(module, result, options):
        say(line)
    return result


def _ignore(text: str) -> None:
    """Where nobody listens."""


def _run_one(
    module: Module, step: Pass, number: int, context: Context, options: ManagerOptions, say: Report
) -> PassRun:
    if options.print_before_all or step.name in options.print_before:
        say(_dump(module, f"before {step.name}"))
    text = print_module(module) if options.print_changed else ""
    before, cited = count(module), snapshot(module)
    changed, spent = _timed(module, step, context) if options.time_passes else (step.run(module, context), 0)
    check(module, step.name, cited)
    if options.print_after_all or step.name in options.print_after:
        say(_dump(module, f"after {step.name}"))
    if options.print_changed:
        say(_difference(text, print_module(module), step.name))
    said = sum(1 for skill in module.skills for note in remarks_of(skill) if note.text("pass") == step.name)
    return PassRun(number, step.name, changed, before, count(module), said, spent)


def _timed(module: Module, step: Pass, context: Context) -> tuple[bool, int]:
    from time import perf_counter_ns

    start = perf_counter_ns()
    changed = step.run(module, context)
    return changed, perf_counter_ns() - start


def _may_run(module: Module, step: Pass, number: int, options: ManagerOptions, say: Report) -> bool:
    """Whether the bisect limit lets the pass run; says so when there is a limit."""
    limit = options.bisect_limit
    if limit is None:
        return True
    runs = limit < 0 or number <= limit
    names = ", ".join(skill.name for skill in module.skills)
    say(f"BISECT: {'running' if runs else 'NOT running'} pass ({number}) {step.name} on {names}\n")
    return runs


def count(module: Module) -> Counts:
    """What there is in ``module``: ops of flow and declarations, live edits, needs on ops."""
    ops = needs = 0
    for skill in module.skills:
        for op in skill.ops():
            ops += 1
            needs += len(op.needs)
    return Counts(ops, sum(len(skill.live_edits()) for skill in module.skills), needs)


def _dump(module: Module, when: str) -> str:
    return f"// ----- {when}\n{print_module(module)}"


def _difference(before: str, after: str, name: str) -> str:
    """The change of the text as a unified difference, or one line that says there is none."""
    if before == after:
        return f"// ----- {name} changed nothing\n"
    from difflib import unified_diff

    lines = unified_diff(before.splitlines(), after.splitlines(), f"before {name}", f"after {name}", lineterm="")
    return f"// ----- changed by {name}\n" + "".join(f"{line}\n" for line in lines)


def _summaries(module: Module, result: PipelineResult, options: ManagerOptions) -> Iterator[str]:
    if options.remarks is not None:
        for line in render_remarks(module, options.remarks):
            yield f"{line}\n"
    if options.stats:
        yield stats_table(result)
    if options.time_passes:
        yield times_table(result)


def stats_table(result: PipelineResult) -> str:
    """The counts of each run as a table: what is there behind it and by how much that changed."""
    rows = [
        (
            f"({run.number}) {run.name}",
            _grown(run.before.ops, run.after.ops),
            _grown(run.before.edits, run.after.edits),
            _grown(run.before.needs, run.after.needs),
            str(run.remarks),
            "yes" if run.changed else "no",
        )
        for run in result.runs
    ]
    return _table(("pass", "ops", "edits", "needs", "remarks", "changed"), rows)


def times_table(result: PipelineResult) -> str:
    """The time each run took, without verifying and printing, in milliseconds."""
    total = sum(run.nanoseconds for run in result.runs)
    rows = [(f"({run.number}) {run.name}", _milliseconds(run.nanoseconds)) for run in result.runs]
    return _table(("pass", "milliseconds"), [*rows, ("total", _milliseconds(total))])


def _milliseconds(nanoseconds: int) -> str:
    return f"{nanoseconds / 1e6:.3f}"


def _grown(before: int, after: int) -> str:
    return str(after) if before == after else f"{after} ({after - before:+d})"


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Columns as wide as they need: the first to the left, numbers to the right."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "".join(
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:], strict=True))]
        )
        + "\n"
        for line in lines
    )
