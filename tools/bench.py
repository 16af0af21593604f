"""``python -m skvm.tools.bench``: the measurements of this project, as tables."""

import json
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from .bench_compile import bench_compile
from .bench_retention import bench_retention
from .bench_startup import bench_startup
from .bench_table import Table
from .bench_text import bench_growth, bench_text
from .calibration import measured_profiles, table
from .find_skills import find_skills
from .needs_calibration import Bin, bins, mean_error, pairs_of_labels, pairs_out_of_fold
from .report_errors import exits_cleanly

ROOT = Path(__file__).parents[1]
EXAMPLES = ROOT / "examples"
CORPUS = ROOT.parent / "shared" / "corpus"
LABELS = ROOT.parent / "shared" / "labels"


def bench_calibration(skills: Sequence[Path]) -> list[Table]:
    """How well a model's figures in one harness predict its trials in another; ``skills`` are not looked at."""
    rows = tuple(
        (name, f"{found.brier:.4f}", f"{found.log_loss:.4f}", found.trials)
        for name, found in table(measured_profiles())
    )
    notes = ("0 is perfect; a Brier score of 0.25 is what always saying one half gets",)
    success = Table("Calibration of predicted success", ("predictor", "Brier", "log loss", "trials"), rows, notes)
    found = {"206 training skills, out of fold": bins(pairs_out_of_fold())}
    if LABELS.is_dir():
        found["labelled skills"] = bins(pairs_of_labels(LABELS))
    return [success, *(_needs_table(title, rows) for title, rows in found.items())]


def _needs_table(title: str, found: Sequence[Bin]) -> Table:
    """How often readers named the needs that were found with a confidence."""
    rows = tuple((f"{one.low} up", one.count, f"{one.predicted:.2f}", f"{one.observed:.2f}") for one in found)
    notes = (f"calibration error {mean_error(found):.3f}",)
    return Table(f"Calibration of needs, {title}", ("confidence", "needs", "predicted", "observed"), rows, notes)


MEASUREMENTS: dict[str, Callable[[Sequence[Path]], list[Table]]] = {
    "startup": bench_startup,
    "compile": bench_compile,
    "text": bench_text,
    "growth": bench_growth,
    "retention": bench_retention,
    "calibration": bench_calibration,
}
"""Each measurement by the name that ``--only`` takes."""


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("skills", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--only", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="This measurement; may be repeated.")
@click.option(
    "--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), help="Write the tables there too."
)
@exits_cleanly
def bench(skills: tuple[Path, ...], only: tuple[str, ...], json_file: Path | None) -> None:
    """Measure start-up, compile, text, growth, retention and calibration over SKILLS.

    Without SKILLS: the corpus beside the repository, or the examples where there is none.
    """
    found = find_skills(skills or [CORPUS if CORPUS.is_dir() else EXAMPLES])
    small = find_skills(skills or [EXAMPLES])
    click.echo(f"Python {platform.python_version()}, {len(found)} skills\n")
    tables: dict[str, list[Table]] = {}
    for name in only or MEASUREMENTS:
        if sys.stderr.isatty():
            click.echo(f"measuring {name} …", err=True)
        tables[name] = MEASUREMENTS[name](small if name == "startup" else found)
        for one in tables[name]:
            click.echo(one.render())
    if json_file is not None:
        plain = {name: [one.to_json() for one in own] for name, own in tables.items()}
        json_file.write_text(json.dumps(plain, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    bench()
