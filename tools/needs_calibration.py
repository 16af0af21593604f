"""How sure ``infer-needs`` may be: what it predicted beside how often readers agreed, for ``skvm bench``.

``python -m skvm.tools.needs_calibration ../shared/labels`` prints both tables: the training skills, each scored by
weights that were fitted without it (from the stored report), and labelled skills that nothing was fitted on.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from attrs import frozen

from ..backends.read_folder import read_bundle
from ..passes.need_facts import gather
from ..passes.need_scores import score_skill
from ..passes.need_weights import weights
from ..skvm_ir.from_skill import lift

REPORT = Path(__file__).with_name("needs_report.json")
"""What ``tools/fit_needs.py`` stored."""

WIDTH = 10
"""Hundredths of confidence in a bin."""


@frozen
class Bin:
    """Predictions of about one confidence: how many, their mean, and the share that readers agreed with."""

    low: int
    count: int
    predicted: float
    observed: float


def bins(pairs: Iterable[tuple[int, float]]) -> list[Bin]:
    """The bins that hold anything, from confidences in hundredths and shares of readers who named the need."""
    found: dict[int, list[tuple[int, float]]] = {}
    for confidence, present in pairs:
        found.setdefault(confidence // WIDTH * WIDTH, []).append((confidence, present))
    return [
        Bin(
            low,
            len(members),
            sum(confidence for confidence, _ in members) / 100 / len(members),
            sum(present for _, present in members) / len(members),
        )
        for low, members in sorted(found.items())
    ]


def mean_error(table: Iterable[Bin]) -> float:
    """The expected calibration error: how far predicted and observed lie apart, over all predictions."""
    members = list(table)
    total = sum(one.count for one in members)
    return sum(one.count * abs(one.predicted - one.observed) for one in members) / total if total else 0.0


def pairs_out_of_fold(report: Path | None = None) -> Iterator[tuple[int, float]]:
    """The training skills, by weights fitted without them, as the fit stored them."""
    path = report if report is not None else REPORT
    data = json.loads(path.read_text(encoding="utf-8"))
    for scores, present in zip(data["scores"], data["present"], strict=True):
        for primitive, _, confidence in scores:
            yield confidence, float(primitive in present)


def pairs_of_labels(labels: Path) -> Iterator[tuple[int, float]]:
    """Labelled skills (``LABELS/<reader>/<id>.json`` beside ``items.json``), by the weights as they are."""
    for item in json.loads((labels / "items.json").read_text(encoding="utf-8")):
        readings = [
            {need["primitive"] for need in json.loads(path.read_text(encoding="utf-8"))["requirements"]}
            for path in sorted(labels.glob(f"*/{item['id']}.json"))
        ]
        module, _ = lift(read_bundle((labels.parent / item["file"]).parent))
        for score in score_skill(gather(module.skills[0]), weights()):
            yield score.confidence, sum(score.primitive in reading for reading in readings) / len(readings)


def table(title: str, rows: list[Bin]) -> Iterator[str]:
    """The bins as lines for people."""
    yield f"{title}: calibration error {mean_error(rows):.3f}"
    yield "  confidence  needs  predicted  observed"
    for row in rows:
        yield f"  {row.low:3}-{row.low + WIDTH - 1:<3} {row.count:9} {row.predicted:10.2f} {row.observed:9.2f}"


@click.command()
@click.argument("labels", type=click.Path(exists=True, file_okay=False, path_type=Path), required=False)
def main(labels: Path | None) -> None:
    """Print how well confidences are calibrated, out of fold and on LABELS where given."""
    for line in table("training, out of fold", bins(pairs_out_of_fold())):
        click.echo(line)
    if labels is not None:
        for line in table(labels.name, bins(pairs_of_labels(labels))):
            click.echo(line)


if __name__ == "__main__":
    main()
