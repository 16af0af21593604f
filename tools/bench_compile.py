"""Measures the whole compile: CPU time per skill and target, and how it divides among the stages."""

from collections.abc import Sequence
from pathlib import Path
from statistics import mean, median
from time import process_time_ns

from ..backends.compile import compile_skill, lift_folder
from ..backends.target_registry import load_target
from ..skvm_ir.target import Target
from .bench_stages import REST, stage_names, watching
from .bench_table import Cell, Table, percentile

TARGETS = ("qwen-7b", "bare-agent--qwen-qwen3.5-9b", "openclaw--anthropic-claude-opus-4.6", "generic")
ROUNDS = 3
MILLISECOND = 1e6


def bench_compile(skills: Sequence[Path]) -> list[Table]:
    """Reading, lifting, compiling and emitting each of ``skills``, in this process, files read but not written."""
    first = load_target(TARGETS[0])
    for skill in skills:
        _compile(skill, first)
    return [_totals(skills), _stages(skills, first)]


def _compile(skill: Path, target: Target) -> None:
    compile_skill(lift_folder(skill), target)


def _totals(skills: Sequence[Path]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name in TARGETS:
        target = load_target(name)
        times = [_middle(skill, target) for skill in skills]
        slowest = max(range(len(skills)), key=times.__getitem__)
        rows.append(
            (name, median(times), mean(times), percentile(times, 0.95), times[slowest], skills[slowest].name),
        )
    columns = ("milliseconds of CPU per skill", "median", "mean", "95%", "most", "of")
    notes = (f"{len(skills)} skills, each the middle one of {ROUNDS} rounds; aim: a median under 10",)
    return Table("Whole compile", columns, tuple(rows), notes)


def _middle(skill: Path, target: Target) -> float:
    times: list[float] = []
    for _ in range(ROUNDS):
        start = process_time_ns()
        _compile(skill, target)
        times.append((process_time_ns() - start) / MILLISECOND)
    return median(times)


def _stages(skills: Sequence[Path], target: Target) -> Table:
    by_stage: dict[str, list[float]] = {name: [] for name in stage_names()}
    with watching() as watch:
        for skill in skills:
            watch.spent.clear()
            start = process_time_ns()
            _compile(skill, target)
            watch.spent[REST] = process_time_ns() - start - sum(watch.spent.values())
            for name, times in by_stage.items():
                times.append(watch.spent.get(name, 0) / MILLISECOND)
    whole = sum(sum(times) for times in by_stage.values())
    rows: list[tuple[Cell, ...]] = [
        (name, median(times), mean(times), percentile(times, 0.95), f"{sum(times) / whole:.1%}")
        for name, times in by_stage.items()
    ]
    columns = ("milliseconds of CPU per skill", "median", "mean", "95%", "share")
    notes = ("a stage counts without the stages inside of it; the share is of the sum over all skills",)
    return Table(f"Stages of a compile for {target.name}", columns, tuple(rows), notes)
