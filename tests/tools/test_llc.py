"""``skvm llc``: SIR to files; ``opt | llc`` gives what ``cc`` gives."""

import json
from pathlib import Path

import pytest

from .commands import SKILL, make_skill, run, run_verb, start, tree

TARGETS = ["qwen-7b", "bare-agent--qwen-qwen3.5-9b", "openclaw--anthropic-claude-opus-4.6", "generic", "source"]


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    """A skill that a report has something to say about, with a further text and odd modes."""
    text = SKILL.replace("description: Sorts", "color: red\ndescription: Sorts")
    folder = make_skill(tmp_path, text=text + "\nSee [the rules](references/rules.md).\n")
    (folder / "references").mkdir()
    (folder / "references" / "rules.md").write_text("# Rules\n\n1. Read `notes.md`.\n", encoding="utf-8")
    (folder / "references" / "rules.md").chmod(0o600)
    (folder / "SKILL.md").chmod(0o755)
    (folder / ".hidden").write_text("x", encoding="utf-8")
    return folder


@pytest.fixture
def lifted(skill: Path, tmp_path: Path) -> Path:
    """The module as it is lifted, no pass run."""
    assert run("cc", skill, "--target=qwen-7b", "-pass=", "-emit=sir", "-o", tmp_path / "lifted").exit_code == 0
    return tmp_path / "lifted" / "skill.sir"


def compiled_in_steps(lifted: Path, skill: Path, target: str, out: Path) -> dict[str, tuple[bytes, int]]:
    """What ``opt | llc`` write."""
    module = run("opt", f"--target={target}", "-", "--bundle", skill, stdin=lifted.read_bytes())
    assert module.exit_code == 0, module.output
    result = run("llc", f"--target={target}", "-", "-o", out, "--bundle", skill, stdin=module.stdout_bytes)
    assert result.exit_code == 0, result.output
    return tree(out)


@pytest.mark.parametrize("target", TARGETS)
def test_opt_and_llc_give_the_tree_of_cc(target: str, skill: Path, lifted: Path, tmp_path: Path) -> None:
    assert run("cc", skill, f"--target={target}", "-o", tmp_path / "cc").exit_code == 0
    in_steps = compiled_in_steps(lifted, skill, target, tmp_path / "steps")
    assert in_steps == tree(tmp_path / "cc")
    assert set(in_steps) == {"SKILL.md", "references/rules.md", "scripts/sort.py", "skill.sir", "report.json"}
    assert {mode for path, (_, mode) in in_steps.items() if path != "scripts/sort.py"} == {0o644}
    assert [own["code"] for own in json.loads(in_steps["report.json"][0])["diagnostics"]] == ["SKV037"]


def test_the_corpus_compiles_in_steps_as_at_once(shared: Path, tmp_path: Path) -> None:
    for name in ("superpowers/systematic-debugging", "aeloon/tmux", "k-dense/datamol"):
        skill, out = shared / "corpus" / name, tmp_path / name
        assert run("cc", skill, "--target=qwen-7b", "-o", out / "cc").exit_code == 0
        assert run("cc", skill, "--target=qwen-7b", "-pass=", "-o", out / "lifted").exit_code == 0
        in_steps = compiled_in_steps(out / "lifted" / "skill.sir", skill, "qwen-7b", out / "steps")
        assert in_steps == tree(out / "cc")


def test_as_the_issue_writes_it(skill: Path, lifted: Path) -> None:
    module = skill / "in.sir"
    module.write_bytes(lifted.read_bytes())
    done = start("llc", "--target=qwen-7b", "in.sir", "-o", "out/", folder=skill)
    assert done.returncode == 0, done.stderr
    assert b"tidy-notes for qwen-7b (estimated): 5 files in out" in done.stderr
    assert "SKILL.md" in tree(skill / "out")


def test_a_compiled_folder_is_a_bundle_for_its_own_module(skill: Path, tmp_path: Path) -> None:
    run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "cc")
    result = run_verb("llc", tmp_path / "cc" / "skill.sir", "-o", tmp_path / "again")
    assert result.exit_code == 0, result.output
    assert tree(tmp_path / "again") == tree(tmp_path / "cc")


def test_another_target_than_that_of_the_edits_is_refused(skill: Path, tmp_path: Path) -> None:
    run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "cc")
    result = run("llc", tmp_path / "cc" / "skill.sir", "--target=generic", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "error[SKV605]" in result.stderr
    assert "--target=qwen-7b" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("option", ["--emit=source", "--target=source"])
def test_source_ignores_the_edits_and_says_so(skill: Path, tmp_path: Path, option: str) -> None:
    run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "cc")
    for _ in range(2):
        result = run("llc", tmp_path / "cc" / "skill.sir", option, "-o", tmp_path / "out")
        assert result.exit_code == 0, result.output
        assert "note[SKV502]" in result.stderr
    written = tree(tmp_path / "out")
    assert written["SKILL.md"][0] == (skill / "SKILL.md").read_bytes() != tree(tmp_path / "cc")["SKILL.md"][0]
    assert written["skill.sir"] == tree(tmp_path / "cc")["skill.sir"]
    report = json.loads(written["report.json"][0])
    assert report["target"] == "source"
    assert (report["losses"], report["transforms"]) == ([], [])
    assert "SKV502" in [own["code"] for own in report["diagnostics"]]


def test_dot_needs_no_target_and_can_be_repeated(lifted: Path, skill: Path, tmp_path: Path) -> None:
    text = lifted.read_text(encoding="utf-8").replace('target "qwen-7b"\n', "")
    for _ in range(2):
        result = run("llc", "--emit=dot", "-", "-o", tmp_path / "out", "--bundle", skill, stdin=text)
        assert result.exit_code == 0, result.output
    assert set(tree(tmp_path / "out")) == {"flow.dot", "skill.sir", "report.json"}


def test_a_module_without_a_target_asks_for_one(lifted: Path, tmp_path: Path) -> None:
    text = lifted.read_text(encoding="utf-8").replace('target "qwen-7b"\n', "")
    result = run("llc", "-o", tmp_path / "out", stdin=text)
    assert result.exit_code == 2
    assert "--list-targets" in result.output


def test_a_bundle_file_that_changed_is_refused(lifted: Path, skill: Path, tmp_path: Path) -> None:
    (skill / "scripts" / "sort.py").write_text("print()\n", encoding="utf-8")
    result = run("llc", lifted, "-o", tmp_path / "out", "--bundle", skill)
    assert result.exit_code == 1
    assert "scripts/sort.py: error[SKV606]" in result.stderr
    assert not (tmp_path / "out").exists()


def test_the_output_is_never_over_what_it_is_made_from(lifted: Path, skill: Path, tmp_path: Path) -> None:
    before = tree(tmp_path)
    assert run("llc", lifted, "-o", lifted.parent, "--bundle", skill).exit_code == 1
    assert run("llc", lifted, "-o", skill, "--bundle", skill).exit_code == 1
    assert run("llc", lifted, "-o", skill / "scripts", "--bundle", skill).exit_code == 1
    assert tree(tmp_path) == before


def test_a_library_gets_a_folder_a_skill(tmp_path: Path) -> None:
    parts: list[str] = []
    for name in ("one", "two"):
        folder = make_skill(tmp_path, name)
        (folder / "scripts" / "sort.py").unlink()
        assert run("cc", folder, "--target=generic", "-o", tmp_path / f"cc-{name}").exit_code == 0
        parts.append((tmp_path / f"cc-{name}" / "skill.sir").read_text(encoding="utf-8"))
    whole = parts[0] + "\n" + parts[1].partition("\n\n")[2]
    result = run("llc", "-", "-o", tmp_path / "out", stdin=whole)
    assert result.exit_code == 0, result.output
    for name in ("one", "two"):
        assert tree(tmp_path / "out" / name) == tree(tmp_path / f"cc-{name}")
