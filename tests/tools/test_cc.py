"""``skvm cc``: one skill, many skills, many targets, and what may go wrong with each."""

import json
from io import StringIO
from pathlib import Path

import pytest
from skvm.tools.progress import Progress
from skvm.tools.summary import FEW

from .commands import SCRIPT, SKILL, make_skill, run, tree

BESIDE = {"skill.sir", "report.json"}


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    return make_skill(tmp_path / "skills")


def test_one_skill_and_one_target_is_the_folder_itself(skill: Path, tmp_path: Path) -> None:
    result = run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert result.stderr == ""
    assert "tidy-notes for qwen-7b (estimated):" in result.stdout
    assert "predicted success" in result.stdout
    written = tree(tmp_path / "out")
    assert set(written) == {"SKILL.md", "scripts/sort.py"} | BESIDE
    assert written["scripts/sort.py"] == (SCRIPT.encode(), 0o755)
    report = json.loads(written["report.json"][0])
    assert set(report["outputs"]) == set(written) - {"report.json"}
    assert report["estimated"] is True


def test_source_gives_back_the_same_bytes(skill: Path, tmp_path: Path) -> None:
    (skill / "SKILL.md").write_bytes(SKILL.replace("\n", "\r\n").encode().rstrip())
    result = run("cc", skill, "--target=source", "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert "predicted" not in result.output
    assert "estimated" not in result.output
    written = tree(tmp_path / "out")
    assert written["SKILL.md"][0] == (skill / "SKILL.md").read_bytes()
    report = json.loads(written["report.json"][0])
    assert report["predicted_success"] == {"before": None, "after": None}
    assert {need["success_before"] for need in report["needs"]} == {None}
    assert (report["losses"], report["transforms"]) == ([], [])


def test_many_skills_and_targets_get_a_folder_each(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        make_skill(tmp_path / "skills", name)
    single = run("cc", tmp_path / "skills", "--target=qwen-7b,generic", "-o", tmp_path / "a")
    pool = run("cc", tmp_path / "skills", "--target=qwen-7b", "--target=generic", "-o", tmp_path / "b", "--jobs", 2)
    assert single.exit_code == pool.exit_code == 0
    assert tree(tmp_path / "a") == tree(tmp_path / "b")
    assert single.stdout.replace(str(tmp_path / "a"), "") == pool.stdout.replace(str(tmp_path / "b"), "")
    folders = {path.rpartition("/")[0] for path in tree(tmp_path / "a") if path.endswith("SKILL.md")}
    assert folders == {f"{target}/{name}" for target in ("qwen-7b", "generic") for name in ("one", "two", "three")}


def test_a_second_run_replaces_the_first_and_gives_the_same(skill: Path, tmp_path: Path) -> None:
    for kind in ("skill", "dot", "sir", "skill,dot", "skill"):
        result = run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "out", f"--emit={kind}")
        assert result.exit_code == 0, result.output
        written = set(tree(tmp_path / "out"))
        assert written >= BESIDE
        assert ("flow.dot" in written) == ("dot" in kind)
        assert ("SKILL.md" in written) == ("skill" in kind)


def test_reports_do_not_say_where_the_skill_lay(tmp_path: Path) -> None:
    text = SKILL.replace("description: Sorts", "color: red\ndescription: Sorts")
    for place in ("here", "far/away"):
        skill = make_skill(tmp_path / place, text=text)
        (skill / ".hidden").write_text("x", encoding="utf-8")
        assert run("cc", skill, "--target=qwen-7b", "-o", tmp_path / place / "out").exit_code == 0
    assert tree(tmp_path / "here" / "out") == tree(tmp_path / "far" / "away" / "out")
    [finding] = json.loads((tmp_path / "here" / "out" / "report.json").read_bytes())["diagnostics"]
    assert (finding["code"], finding["path"], finding["line"]) == ("SKV037", "SKILL.md", 3)


def test_skills_are_found_below_folders_and_behind_links(tmp_path: Path) -> None:
    make_skill(tmp_path / "skills" / "group", "one")
    (make_skill(tmp_path / "skills", "two") / "examples").mkdir()
    make_skill(tmp_path / "skills" / "two" / "examples", "part-of-two")
    make_skill(tmp_path / "skills" / ".hidden", "three")
    make_skill(tmp_path / "elsewhere", "four")
    (tmp_path / "skills" / "four").symlink_to(tmp_path / "elsewhere" / "four")
    (tmp_path / "skills" / "circle").symlink_to(tmp_path / "skills")
    result = run("cc", tmp_path / "skills", tmp_path / "skills" / "two", "--target=generic", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in (tmp_path / "out" / "generic").iterdir()) == ["four", "one", "two"]
    assert "part-of-two" in {path.name for path in (tmp_path / "out" / "generic" / "two" / "examples").iterdir()}


def test_two_skills_of_one_name_are_an_error_naming_both(tmp_path: Path) -> None:
    make_skill(tmp_path / "skills" / "a")
    make_skill(tmp_path / "skills" / "b")
    result = run("cc", tmp_path / "skills", "--target=qwen-7b", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "SKV610" in result.stderr
    assert "skills/a/tidy-notes' and" in result.stderr
    assert "skills/b/tidy-notes'" in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_skill_that_fails_does_not_keep_the_others_from_being_written(tmp_path: Path) -> None:
    make_skill(tmp_path / "skills", "good")
    (make_skill(tmp_path / "skills", "bad") / "SKILL.md").write_bytes(b"---\nname: bad\n---\n\xff\n")
    result = run("cc", tmp_path / "skills", "--target=qwen-7b,generic", "-o", tmp_path / "out", "-j2")
    assert result.exit_code == 1
    assert result.stderr.count("error[SKV001]") == 1
    assert sorted(path.name for path in (tmp_path / "out").glob("*/*")) == ["good", "good"]


def test_strict_makes_a_warning_an_error(tmp_path: Path) -> None:
    skill = make_skill(tmp_path, text=SKILL.replace("name: tidy-notes", "name: Tidy"))
    assert run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "out").exit_code == 0
    result = run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "strict", "--strict")
    assert result.exit_code == 1
    assert "error[SKV031]" in result.stderr
    assert not (tmp_path / "strict").exists()


def test_strict_takes_no_step_that_the_target_seldom_manages(skill: Path, tmp_path: Path) -> None:
    weak = run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "weak", "--strict")
    assert weak.exit_code == 1
    assert "error[SKV504]: " in weak.stderr
    assert not (tmp_path / "weak").exists()
    target = "openclaw--anthropic-claude-opus-4.6"
    assert run("cc", skill, f"--target={target}", "-o", tmp_path / "strong", "--strict").exit_code == 0


def test_a_name_the_compile_needs_is_refused(skill: Path, tmp_path: Path) -> None:
    (skill / "report.json").write_text("{}", encoding="utf-8")
    result = run("cc", skill, "--target=source", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "SKV503" in result.stderr
    assert not (tmp_path / "out").exists()


def test_one_target_by_two_names_is_compiled_once(skill: Path, tmp_path: Path) -> None:
    names = "bare-agent--qwen-qwen3.5-9b,bare-agent--qwen3.5-9b"
    result = run("cc", skill, f"--target={names}", "-o", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "SKILL.md" in tree(tmp_path / "out")


def test_two_targets_of_one_name_are_an_error(skill: Path, tmp_path: Path) -> None:
    (tmp_path / "qwen-7b.toml").write_text(
        'model = "me/mine"\nharness = "generic"\nestimated = true\nprovenance = "made up"\n', encoding="utf-8"
    )
    result = run("cc", skill, f"--target=qwen-7b,{tmp_path / 'qwen-7b.toml'}", "-o", tmp_path / "out")
    assert result.exit_code == 1
    assert "SKV612" in result.stderr


def test_what_the_passes_say_goes_to_standard_error(skill: Path, tmp_path: Path) -> None:
    options = ["-print-after-all", "-stats", "-time-passes", "-remarks=infer-.*", "-opt-bisect-limit=1", "-O1"]
    result = run("cc", skill, "--target=qwen-7b", "-o", tmp_path / "out", *options)
    assert result.exit_code == 0
    assert "// ----- after infer-needs\nsir 1\n" in result.stderr
    assert "BISECT: NOT running pass (2) capability-lower on tidy-notes" in result.stderr
    assert "[infer-needs/" in result.stderr
    assert "milliseconds" in result.stderr
    assert "sir 1" not in result.stdout


def test_many_skills_are_summed_up(tmp_path: Path) -> None:
    text = SKILL.replace("description: Sorts", "color: red\ndescription: Sorts")
    for number in range(FEW + 1):
        make_skill(tmp_path / "skills", f"skill-{number:02}", text)
    result = run("cc", tmp_path / "skills", "--target=generic", "-o", tmp_path / "out")
    assert result.stdout.splitlines()[0].startswith(f"generic: {FEW + 1} skills, ")
    assert result.stderr.startswith(f"{FEW + 1} warnings and notes on {FEW + 1} skills")


class Stream(StringIO):
    """A stream that somebody watches, or nobody."""

    watched = True

    def isatty(self) -> bool:
        return self.watched


@pytest.mark.parametrize(("watched", "total", "shows"), [(True, 3, True), (False, 3, False), (True, 1, False)])
def test_progress_is_shown_on_a_terminal_when_there_is_something_to_wait_for(
    watched: bool, total: int, shows: bool
) -> None:
    stream = Stream()
    stream.watched = watched
    progress = Progress(total, stream)
    progress.step("tidy-notes")
    progress.finish()
    assert stream.getvalue() == (f"\r\x1b[K[1/{total}] tidy-notes\r\x1b[K" if shows else "")
