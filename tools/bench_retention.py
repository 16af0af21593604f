"""Counts what is left of skills after a compile, target by target."""

from collections.abc import Sequence
from pathlib import Path

from ..backends.compile import CompileResult, compile_skill, copy_lifted, lift_folder
from ..backends.target_registry import load_target
from ..grammar.diagnostic import SkvmError
from .bench_compile import TARGETS
from .bench_table import Cell, Table

KINDS = ("rewritten", "moved", "removed")
LOST = "SKV501"


def bench_retention(skills: Sequence[Path]) -> list[Table]:
    """Bytes and lines that stand verbatim in the output, and what does not, as the driver accounts for it at -O1."""
    lifted = [lift_folder(skill) for skill in skills]
    rows: list[tuple[Cell, ...]] = []
    for name in TARGETS:
        target = load_target(name)
        results: list[CompileResult] = []
        lost = 0
        for own in lifted:
            try:
                results.append(compile_skill(copy_lifted(own), target))
            except SkvmError as error:
                if any(finding.code != LOST for finding in error.diagnostics):
                    raise
                lost += len(error.diagnostics)
        rows.append(_row(name, results, lost))
    columns = ("target", "skills", "verbatim", "lines", "verbatim", "changed skills", *KINDS, "lost")
    notes = ("of bytes, then of lines of all sources of all skills; aim: nothing lost, a strong target 99% or more",)
    return [Table("Retention", columns, tuple(rows), notes)]


def _row(name: str, results: Sequence[CompileResult], lost: int) -> tuple[Cell, ...]:
    own = [source for result in results for source in result.retention]
    share = sum(source.verbatim_bytes for source in own) / max(1, sum(source.source_bytes for source in own))
    lines, verbatim = sum(source.lines for source in own), sum(source.verbatim_lines for source in own)
    losses = [loss["kind"] for result in results for loss in result.report["losses"]]
    changed = sum(1 for result in results if result.report["losses"])
    counts = [losses.count(kind) for kind in KINDS]
    return (name, len(results), f"{share:.2%}", lines, f"{verbatim / max(1, lines):.2%}", changed, *counts, lost)
