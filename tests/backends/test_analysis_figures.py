"""How well the workflow is found on labelled skills: what was reached must not slip."""

import json
from collections.abc import Iterator
from pathlib import Path
from statistics import mean
from typing import Any

import pytest
from skvm.backends.analysis_steps import Order, summed_up
from skvm.skvm_ir.bundle import Bundle
from skvm.skvm_ir.from_skill import lift

SHARED = Path(__file__).parents[2] / ".." / "shared"
NEAR = 2
Steps = list[dict[str, Any]]


def our_steps(path: Path) -> Steps:
    module, _ = lift(Bundle.of_bytes("skill", {"SKILL.md": path.read_bytes()}))
    order = Order(module.skills[0], summed_up(module.skills[0]))
    return [
        {"id": f"s{at}", "line": step.line, "kind": step.kind, "after": [f"s{other}" for other in order.before(at)]}
        for at, step in enumerate(order.steps)
    ]


def pairs(ours: Steps, theirs: Steps) -> Iterator[tuple[int, int]]:
    """The steps that stand at most ``NEAR`` lines apart, each once, as the published score matches them."""
    used: set[int] = set()
    for at, step in enumerate(ours):
        free = [other for other in range(len(theirs)) if other not in used]
        best = min(free, key=lambda other: abs(theirs[other]["line"] - step["line"]), default=None)
        if best is not None and abs(theirs[best]["line"] - step["line"]) <= NEAR:
            used.add(best)
            yield at, best


def figures(labelled: list[tuple[Path, list[Steps]]]) -> dict[str, float]:
    """Mean over skills of F1 of steps, share of equal kinds, and agreement on whether there is a workflow at all."""
    rows: dict[str, list[float]] = {"steps": [], "kind": [], "workflow": []}
    for path, readings in labelled:
        ours = our_steps(path)
        rows["workflow"].append(mean(bool(ours) == bool(theirs) for theirs in readings))
        scored = [(theirs, list(pairs(ours, theirs))) for theirs in readings if ours or theirs]
        if scored:
            rows["steps"].append(mean(2 * len(met) / (len(ours) + len(theirs)) for theirs, met in scored))
            rows["kind"].append(mean(_same_kinds(ours, theirs, met) for theirs, met in scored))
    return {name: mean(values) for name, values in rows.items()}


def _same_kinds(ours: Steps, theirs: Steps, met: list[tuple[int, int]]) -> float:
    return mean(ours[one]["kind"] == theirs[other]["kind"] for one, other in met) if met else 0.0


def read_steps(path: Path) -> Steps:
    return json.loads(path.read_text("utf-8"))["steps"]


@pytest.mark.parametrize(
    ("folder", "pattern", "floors"),
    [
        ("training", "labels/{}.json", {"steps": 0.44, "kind": 0.46, "workflow": 0.83}),
        ("labels", "*/{}.json", {"steps": 0.59, "kind": 0.55, "workflow": 0.95}),
    ],
)
def test_what_was_reached_does_not_slip(folder: str, pattern: str, floors: dict[str, float]) -> None:
    if not SHARED.exists():
        pytest.skip("../shared is absent")
    items = json.loads((SHARED / folder / "items.json").read_text("utf-8"))
    labelled = [
        (SHARED / item["file"], list(map(read_steps, sorted((SHARED / folder).glob(pattern.format(item["id"]))))))
        for item in items
    ]
    found = figures(labelled)
    assert {name: round(found[name], 3) for name in floors if found[name] < floors[name]} == {}
