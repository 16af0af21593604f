"""Lifting over every real skill of ../shared/corpus: lossless, sound, deterministic, and steps that readers see too."""

import json
from functools import cache
from pathlib import Path

import pytest
from skvm.backends.read_folder import read_bundle
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.module import Module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify

SHARED = Path(__file__).parents[1] / ".." / "shared"
SKILLS = sorted(path for path in (SHARED / "corpus").rglob("*") if path.name.lower() == "skill.md")
LABELLED = SHARED / "labels"

pytestmark = pytest.mark.skipif(not SKILLS, reason="../shared is absent")


@cache
def lifted(path: Path) -> Module:
    return lift(read_bundle(path.parent))[0]


def test_all_skills_are_there() -> None:
    assert len(SKILLS) == 82


@pytest.mark.parametrize("path", SKILLS, ids=lambda path: path.parent.name)
def test_a_real_skill_lifts(path: Path) -> None:
    module = lifted(path)
    (skill,) = module.skills
    for index, source in enumerate(skill.sources):
        leaves = b"".join(skill.block_bytes(leaf) for leaf in skill.leaves() if leaf.source == index)
        assert leaves == source.source.data == (path.parent / source.path).read_bytes()
    assert [finding.render() for finding in verify(module)] == []
    assert print_module(lift(read_bundle(path.parent))[0]) == print_module(module)
    assert all(op.citations for op in skill.flow.walk())


@pytest.mark.parametrize("path", SKILLS, ids=lambda path: path.parent.name)
def test_nothing_of_a_menu_or_reference_runs_unasked(path: Path) -> None:
    (skill,) = lifted(path).skills
    if skill.shape != "procedure":
        assert {op.name for op in skill.flow.ops} <= {"aside", "rule"}


def test_shapes_are_as_readers_see_them() -> None:
    """Skills without a workflow by both readers of ../shared/labels are no procedures here, nine times in ten."""
    seen = same = 0
    for item in json.loads((LABELLED / "items.json").read_text("utf-8")):
        labels = [json.loads(path.read_text("utf-8")) for path in sorted(LABELLED.glob(f"*/{item['id']}.json"))]
        agreed = {bool(label["steps"]) for label in labels}
        if len(agreed) == 1:
            (skill,) = lifted(SHARED / item["file"]).skills
            has_flow = any(op.name not in ("rule",) for op in skill.flow.ops)
            seen += 1
            same += has_flow in agreed
    assert same / seen >= 0.9
