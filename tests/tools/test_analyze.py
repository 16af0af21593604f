"""``skvm analyze``: one object in the schema of the labels, or lines for people."""

import json
from pathlib import Path

import pytest

from .commands import make_skill, run

ROOT = Path(__file__).parents[2]


def test_json_is_one_object_in_the_schema(tmp_path: Path) -> None:
    result = run("analyze", make_skill(tmp_path), "--json")
    assert result.exit_code == 0
    found = json.loads(result.stdout_bytes)
    assert list(found) == ["id", "shape", "requirements", "steps", "parallel", "deps", "variants", "hazards"]
    assert (found["id"], found["shape"]) == ("tidy-notes", "procedure")
    assert [(step["line"], step["kind"]) for step in found["steps"]] == [
        (8, "exec"),
        (9, "read"),
        (10, "write"),
        (11, "check"),
    ]
    assert [step["after"] for step in found["steps"]] == [[], ["s1"], ["s2"], ["s3"]]
    levels = {need["primitive"]: need["level"] for need in found["requirements"]}
    assert levels["tool.exec"] == "L3"
    assert levels["follow.constraint"] == "L1"
    assert all(1 <= need["line"] <= 14 and 0 < need["confidence"] <= 1 for need in found["requirements"])


def test_people_get_lines_with_the_line_of_the_skill(tmp_path: Path) -> None:
    lines = run("analyze", make_skill(tmp_path)).stdout.splitlines()
    assert lines[0] == "tidy-notes: a procedure, 4 steps"
    assert lines[2].split()[:3] == ["9", "s2", "read"]
    assert "asks of the model:" in lines


def test_warnings_do_not_fail_and_go_to_standard_error(tmp_path: Path) -> None:
    skill = make_skill(tmp_path, "odd", "Just text.\n")
    result = run("analyze", skill, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout_bytes)["shape"] == "reference"
    assert [json.loads(line)["code"] for line in result.stderr.splitlines()] == ["SKV030"]


@pytest.mark.parametrize(("example", "kinds"), [("issue-triage", {"ilp", "dlp"}), ("csv-report", set[str]())])
def test_the_examples(example: str, kinds: set[str]) -> None:
    found = json.loads(run("analyze", ROOT / "examples" / example, "--json").stdout_bytes)
    assert found["shape"] == "procedure"
    assert 4 <= len(found["steps"]) <= 12
    assert {group["kind"] for group in found["parallel"]} == kinds


def test_explain_puts_findings_below_their_lines() -> None:
    lines = run("analyze", ROOT / "examples" / "csv-report", "--explain").stdout.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("   14 | 1. Clean the export"))
    below = [line for line in lines[at + 1 : at + 8] if line.startswith("      > ")]
    assert "      > exec @clean_export" in below
    assert any("tool.exec L3, 92% sure [chained-command" in line for line in below)
    text = (ROOT / "examples" / "csv-report" / "SKILL.md").read_text("utf-8")
    shown = [line[8:] for line in lines if not line.startswith("      > ")]
    assert shown == [line for line in text.splitlines() if line]


def test_explain_and_json_exclude_each_other() -> None:
    result = run("analyze", ROOT / "examples" / "csv-report", "--explain", "--json")
    assert result.exit_code == 2
    assert "not both" in result.stderr
