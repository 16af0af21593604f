"""``skvm opt``: SIR in, passes, SIR out."""

from pathlib import Path

import pytest

from .commands import make_skill, run, run_verb


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    return make_skill(tmp_path)


@pytest.fixture
def lifted(skill: Path, tmp_path: Path) -> Path:
    """The module as it is lifted, for ``qwen-7b``, no pass run."""
    assert run("cc", skill, "--target=qwen-7b", "-pass=", "-emit=sir", "-o", tmp_path / "lifted").exit_code == 0
    return tmp_path / "lifted" / "skill.sir"


def test_as_the_issue_writes_it(lifted: Path) -> None:
    result = run_verb("opt", "-pass=infer-needs,capability-lower", lifted)
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert result.stdout.startswith('sir 1\ntarget "qwen-7b"\n')
    assert " by capability-lower for " in result.stdout


def test_no_pass_prints_the_module_as_it_is(lifted: Path) -> None:
    assert run("opt", "-pass=", lifted).stdout_bytes == lifted.read_bytes()
    assert run("opt", "-pass=", stdin=lifted.read_bytes()).stdout_bytes == lifted.read_bytes()


def test_standard_input_and_a_file_give_the_same(lifted: Path, tmp_path: Path) -> None:
    shown = run("opt", "-O1", "-", stdin=lifted.read_bytes()).stdout_bytes
    assert run("opt", "-O1", lifted, "-o", tmp_path / "deep" / "x.sir").output == ""
    assert (tmp_path / "deep" / "x.sir").read_bytes() == shown


def test_a_module_may_be_written_over_itself(lifted: Path) -> None:
    first = run("opt", lifted).stdout_bytes
    assert run("opt", lifted, "-o", lifted).exit_code == 0
    assert lifted.read_bytes() == first


def test_another_target_is_taken_before_there_are_edits_and_refused_behind(lifted: Path) -> None:
    other = run("opt", "-target=generic", lifted)
    assert other.stdout.startswith('sir 1\ntarget "generic"\n')
    assert run("opt", lifted, "-o", lifted).exit_code == 0
    refused = run("opt", "-target=generic", lifted)
    assert refused.exit_code == 1
    assert "SKV605" in refused.stderr
    assert "made for 'qwen-7b', not for 'generic'" in refused.stderr


def test_a_pass_that_needs_a_target_says_so(lifted: Path) -> None:
    text = lifted.read_text(encoding="utf-8").replace('target "qwen-7b"\n', "")
    result = run("opt", "-pass=capability-lower", stdin=text)
    assert result.exit_code == 1
    assert "SKV304" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "SKV100"), ("sir 2\n", "SKV100"), ("sir 1\n\nskill @x {\n", "SKV102"), ("sir 1\n", "SKV200")],
)
def test_ill_formed_sir_is_refused_with_its_place(text: str, code: str) -> None:
    result = run("opt", stdin=text)
    assert result.exit_code == 1
    assert f"error[{code}]" in result.stderr
    assert result.stdout == ""


def test_bytes_that_are_no_text_are_refused() -> None:
    result = run("opt", stdin=b"sir 1\n\xff")
    assert result.exit_code == 1
    assert "<stdin>:2:1: error[SKV107]" in result.stderr


def test_list_passes_shows_options_and_levels() -> None:
    shown = run("opt", "-list-passes").stdout
    assert "infer-needs: " in shown
    assert "    confidence=0" in shown
    assert "-O1 (default): infer-needs,capability-lower" in shown
