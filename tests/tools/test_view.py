"""``skvm view``: pictures, where the program ``dot`` is there, and always their text."""

import shutil
from pathlib import Path

import pytest

from .commands import make_skill, run

ROOT = Path(__file__).parents[2]


def test_the_text_needs_no_program(tmp_path: Path) -> None:
    skill = make_skill(tmp_path)
    assert run("view", skill, "-o", tmp_path / "flow.dot").exit_code == 0
    assert (tmp_path / "flow.dot").read_text(encoding="utf-8").startswith('digraph "tidy-notes" {')


def test_a_folder_a_file_and_sir_give_the_same_picture(tmp_path: Path) -> None:
    skill = make_skill(tmp_path)
    run("cc", skill, "--target=generic", "-pass=", "-o", tmp_path / "out")
    module = tmp_path / "out" / "skill.sir"
    for number, (given, stdin) in enumerate(
        [(skill, None), (skill / "SKILL.md", None), (module, None), ("-", module.read_bytes())]
    ):
        assert run("view", given, "-o", tmp_path / f"{number}.dot", stdin=stdin).exit_code == 0
    texts = {(tmp_path / f"{number}.dot").read_text(encoding="utf-8") for number in range(4)}
    assert len(texts) == 1


def test_without_dot_the_help_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run("view", make_skill(tmp_path), "-o", tmp_path / "flow.svg")
    assert result.exit_code == 1
    assert "error[SKV620]" in result.stderr
    assert "-o flow.dot" in result.stderr
    assert not (tmp_path / "flow.svg").exists()


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
@pytest.mark.parametrize(("kind", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
@pytest.mark.parametrize("example", ["issue-triage", "csv-report"])
def test_pictures(example: str, kind: str, begins: bytes, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    picture = tmp_path / f"flow.{kind}"
    result = run("view", ROOT / "examples" / example, "-o", picture)
    assert result.exit_code == 0, result.output
    assert picture.read_bytes().startswith(begins)
    assert capfd.readouterr().err == "", "dot had something to complain about"
