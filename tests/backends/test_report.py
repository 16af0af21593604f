"""``report.json``: what the design asks for, true of the output it stands beside."""

import hashlib
import json
from typing import Any

import pytest
from skvm.backends.compile import CompileOptions, CompileResult, Lifted, compile_skill, emit_compiled
from skvm.backends.report import need_changes
from skvm.backends.target_registry import load_target
from skvm.backends.version import VERSION
from skvm.passes.pipeline import Pipeline
from skvm.skvm_ir.edits import EditKind, Side

from .skills import TEXT, add_edit, lifted, part, whole

FIELDS = [
    *("skill", "target", "estimated", "provenance", "compiler", "inputs", "shape", "tokens", "needs", "transforms"),
    *("predicted_success", "losses", "remarks", "diagnostics"),
]


def emitted(own: Lifted, target: str = "qwen-7b") -> CompileResult:
    return emit_compiled(own, load_target(target), CompileOptions())


def report_of(own: Lifted) -> dict[str, Any]:
    return emitted(own).report


def test_it_has_all_fields_and_is_true_of_the_files() -> None:
    result = compile_skill(lifted(notes__md=b"# Notes\n"), load_target("qwen-7b"))
    report = json.loads(result.files["report.json"].data)
    assert list(report) == [*FIELDS, "outputs"]
    assert (report["skill"], report["target"], report["estimated"]) == ("sample", "qwen-7b", True)
    assert report["compiler"] == f"skvm {VERSION}"
    assert report["inputs"] == {
        "SKILL.md": hashlib.sha256(TEXT.encode()).hexdigest(),
        "notes.md": hashlib.sha256(b"# Notes\n").hexdigest(),
    }
    outputs = {path: file for path, file in result.files.items() if path != "report.json"}
    assert report["outputs"] == {path: hashlib.sha256(file.data).hexdigest() for path, file in outputs.items()}
    assert set(report["tokens"]) == {"counter", "activation_before", "activation_after", "all_after"}
    assert report["tokens"]["all_after"] >= report["tokens"]["activation_after"] > 0
    for need in report["needs"]:
        assert list(need) == [
            *("op", "primitive", "level", "confidence", "success_before", "success_after", "line"),
        ]
        assert 0 < need["success_before"] <= 1
        assert need["success_after"] >= need["success_before"]
        assert 0 < need["confidence"] <= 1


def test_one_entry_an_op_and_primitive() -> None:
    own = lifted()
    compile_skill(own, load_target("qwen-7b"))
    seen = [(str(change.op.label) if change.op else "", change.before.primitive) for change in need_changes(own.skill)]
    assert len(seen) == len(set(seen)) > 3


@pytest.mark.parametrize(("target", "claims"), [("qwen-7b", True), ("generic", False), ("source", False)])
def test_a_target_that_claims_nothing_predicts_nothing(target: str, claims: bool) -> None:
    report = compile_skill(lifted(), load_target(target)).report
    predictions = [*report["predicted_success"].values(), *(need["success_before"] for need in report["needs"])]
    assert [prediction is not None for prediction in predictions] == [claims] * len(predictions)


def test_without_needs_there_is_no_prediction() -> None:
    options = CompileOptions(Pipeline())
    assert compile_skill(lifted(), load_target("qwen-7b"), options).report["predicted_success"]["before"] is None


def test_a_measured_target_is_not_called_estimated() -> None:
    report = compile_skill(lifted(), load_target("bare-agent--qwen-qwen3.5-9b")).report
    assert report["estimated"] is False


def test_a_rewrite_is_a_loss_of_whole_lines_and_a_transform() -> None:
    own = lifted()
    add_edit(own.skill, EditKind.REPLACE, part(own.skill, "`make all`"), content="the build")
    report = report_of(own)
    assert report["losses"] == [
        {
            "kind": "rewritten",
            "text": "1. Run `make all`.",
            "new": "the build",
            "pass": "rewrite",
            "why": "compensate tool.exec L2",
            "line": 8,
        }
    ]
    [transform] = report["transforms"]
    assert (transform["kind"], transform["need"], transform["line"]) == ("compensate", "tool.exec L2", 8)
    assert isinstance(transform["tokens"], int)


def test_a_delete_lists_one_loss_a_leaf() -> None:
    own = lifted()
    ranges = (whole(own.skill, "NEVER"), whole(own.skill, "make clean"))
    add_edit(own.skill, EditKind.DELETE, *ranges, reason="holds elsewhere")
    losses = report_of(own)["losses"]
    assert [(loss["kind"], loss["line"]) for loss in losses] == [("removed", 13), ("removed", 15)]
    assert losses[1]["text"] == "```bash\nmake all\nmake clean\nmake all\n```"


def test_a_move_and_a_field_are_losses_too() -> None:
    own = lifted()
    link = "See [the end](references/end.md).\n"
    add_edit(own.skill, EditKind.MOVE, whole(own.skill, "The end."), content=link, target="references/end.md")
    add_edit(own.skill, EditKind.SET, content="Shorter.", target="description")
    result = emitted(own)
    assert [(loss["kind"], loss["line"]) for loss in result.report["losses"]] == [("moved", 21), ("rewritten", 1)]
    assert result.report["losses"][1]["text"].startswith("---\nname: sample")
    assert result.files["references/end.md"].data == b"The end.\n"


def test_an_insertion_is_a_transform_and_no_loss() -> None:
    own = lifted()
    add_edit(own.skill, EditKind.INSERT, whole(own.skill, "The end."), content="More.", side=Side.AFTER)
    report = report_of(own)
    assert report["losses"] == []
    assert [own["tokens"] > 0 for own in report["transforms"]] == [True]


def test_places_in_further_files_name_the_file() -> None:
    text = TEXT + "\nFirst read [more](more.md).\n"
    own = lifted(text, more__md=b"# More\n\nRun `make check` twice.\n")
    assert [source.path for source in own.skill.sources] == ["SKILL.md", "more.md"]
    add_edit(own.skill, EditKind.REPLACE, part(own.skill, "`make check`"), content="the check")
    [loss] = report_of(own)["losses"]
    assert (loss["path"], loss["line"]) == ("more.md", 3)


def test_findings_are_told_by_their_place_in_the_skill() -> None:
    own = lifted(TEXT.replace("description:", "color: red\ndescription:"))
    [finding] = report_of(own)["diagnostics"]
    assert (finding["path"], finding["line"], finding["code"]) == ("SKILL.md", 3, "SKV037")
    assert "far/away" not in json.dumps(report_of(own))
