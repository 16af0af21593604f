"""What every command keeps to: exit codes, help, encodings, pipes and folders that cannot be used."""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest
from skvm.tools.cli import VERBS, load_verb

from .commands import SKILL, make_skill, run, run_verb, start, tree

ROOT = Path(__file__).parents[2]


@pytest.fixture
def skill(tmp_path: Path) -> Path:
    return make_skill(tmp_path)


@pytest.fixture
def sir(skill: Path, tmp_path: Path) -> Path:
    """The module as it is lifted, no pass run."""
    assert run("cc", skill, "--target=qwen-7b", "-pass=", "-emit=sir", "-o", tmp_path / "lifted").exit_code == 0
    return tmp_path / "lifted" / "skill.sir"


DONE, FINDINGS, USAGE = 0, 1, 2


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["--help"], DONE, "Usage"),
        (["--version"], DONE, "version"),
        ([], USAGE, "Usage"),
        (["compile"], USAGE, "No such command 'compile'"),
        (["ccc"], USAGE, "Did you mean 'cc'?"),
        (["--nonsense"], USAGE, "No such option"),
        (["cc"], USAGE, "Missing argument"),
        (["cc", "{skill}", "-o", "{out}"], USAGE, "--list-targets"),
        (["cc", "{skill}", "--target=,", "-o", "{out}"], USAGE, "--list-targets"),
        (["cc", "{skill}", "--target=qwen-7b"], USAGE, "--output"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}", "--emit=elf"], USAGE, "not 'elf'"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}", "-O2", "-pass=infer-needs"], USAGE, "not both"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}", "-O7"], USAGE, "-O"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}", "-remarks=("], USAGE, "regular expression"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}", "-j0"], USAGE, "--jobs"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}"], DONE, "qwen-7b (estimated)"),
        (["cc", "{skill}", "--target=quen-7b", "-o", "{out}"], FINDINGS, "did you mean 'qwen-7b'"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{out}", "-pass=lower"], FINDINGS, "SKV301"),
        (["cc", "{skill}/no", "--target=qwen-7b", "-o", "{out}"], FINDINGS, "SKV603"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{skill}/out"], FINDINGS, "SKV607"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "{skill}/SKILL.md/out"], FINDINGS, "SKV607"),
        (["cc", "{skill}", "--target=qwen-7b", "-o", "/dev/null/out"], FINDINGS, "SKV600"),
        (["opt", "{sir}"], DONE, "sir 1"),
        (["opt", "{skill}"], FINDINGS, "SKV604"),
        (["opt", "{sir}.no"], FINDINGS, "SKV604"),
        (["opt", "{sir}", "-target=bare-agent--qwen-qwen3.5-9b", "-pass=nothing"], FINDINGS, "SKV301"),
        (["llc", "{sir}"], USAGE, "--output"),
        (["llc", "{sir}", "-o", "{out}"], FINDINGS, "SKV606"),
        (["llc", "{sir}", "-o", "{out}", "--bundle", "{skill}"], DONE, "for qwen-7b (estimated)"),
        (["llc", "{sir}", "-o", "{out}", "--emit=plan"], USAGE, "--emit"),
        (["view", "{skill}", "-o", "{out}.dot"], DONE, ""),
        (["view", "{skill}", "-o", "{out}.gif"], USAGE, ".svg"),
        (["analyze", "{skill}"], DONE, "tidy-notes: a procedure"),
        (["analyze", "{skill}/scripts"], FINDINGS, "SKV050"),
        (["cc", "--list-targets"], DONE, "qwen-7b"),
        (["llc", "-list-targets"], DONE, "qwen-7b"),
        (["opt", "-list-passes"], DONE, "capability-lower"),
    ],
)
def test_exit_codes(arguments: list[str], code: int, said: str, skill: Path, sir: Path, tmp_path: Path) -> None:
    given = [part.format(skill=skill, sir=sir, out=tmp_path / "out") for part in arguments]
    result = run(*given)
    assert result.exit_code == code, result.output
    assert said in result.output


@pytest.mark.parametrize("verb", ["cc", "opt", "llc", "view", "analyze"])
def test_help_fits_a_terminal_and_says_what_every_option_is_for(verb: str) -> None:
    result = run(verb, "--help")
    assert result.exit_code == 0
    assert max(map(len, result.output.splitlines())) <= 80
    assert result.output == run(verb, "-h").output
    options = [own for own in load_verb(verb).params if isinstance(own, click.Option)]
    assert [own.name for own in options if not own.help] == []


def test_the_list_of_verbs_is_complete_and_imports_none_of_them() -> None:
    for verb, line in VERBS.items():
        assert f"{verb} " in run("--help").output
        assert line in run("--help").output
        assert run(verb, "--help").exit_code == 0
    program = (
        "import sys\nfrom skvm.tools.cli import main\ntry:\n main(['--help'])\nexcept SystemExit:\n print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert {f"skvm.tools.{verb}" for verb in VERBS}.isdisjoint(loaded)
    assert {"attr", "attrs", "lark", "yaml", "importlib.metadata", "json", "tomllib"}.isdisjoint(loaded)


def test_the_compiler_names_are_the_verbs() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    verbs = {name.removeprefix("skvm-") for name in scripts} - {"skvm"}
    assert verbs <= set(VERBS)
    for verb in verbs:
        assert (
            run_verb(verb, "--help").output.partition("[OPTIONS]")[2]
            == run(verb, "--help").output.partition("[OPTIONS]")[2]
        )


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
def test_any_terminal_will_do(encoding: str, tmp_path: Path) -> None:
    skill = make_skill(tmp_path, text=SKILL.replace("Sorts", "Sorts → 整理").replace("list the", "list → 整 the"))
    settings = {**os.environ, "PYTHONIOENCODING": encoding}
    text = start("analyze", skill, settings=settings)
    assert text.returncode == 0, text.stderr
    assert b"Traceback" not in text.stderr
    facts = start("analyze", skill, "--json", settings=settings)
    assert any("→ 整" in step["text"] for step in json.loads(facts.stdout.decode())["steps"])
    broken = make_skill(tmp_path, "broken", "---\nname: →\ndescription: ok\n---\n1. Read `x`.\n")
    plain = start("cc", broken, "--target=qwen-7b", "--json", "-o", tmp_path / "out", settings=settings)
    assert plain.returncode == 0, plain.stderr
    assert json.loads(plain.stderr.splitlines()[0])["code"] == "SKV031"


def test_sir_goes_through_a_pipe_as_utf_8_whatever_the_terminal(tmp_path: Path) -> None:
    skill = make_skill(tmp_path, text=SKILL.replace("Sorts", "Sorts → 整理"))
    start("cc", skill, "--target=generic", "-pass=", "-o", tmp_path / "out")
    given = (tmp_path / "out" / "skill.sir").read_bytes()
    settings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = start("opt", tmp_path / "out" / "skill.sir", "-pass=", settings=settings)
    assert done.stdout == given


def test_a_reader_may_stop_reading(sir: Path) -> None:
    command = f"'{sys.executable}' -m skvm.tools.cli opt '{sir}' -print-after-all 2>&1 | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, check=False)
    assert done.stdout == b"/"
    assert done.stderr == b""


def test_a_current_folder_that_is_gone_is_a_finding_at_most(tmp_path: Path, skill: Path) -> None:
    gone = tmp_path / "gone"
    program = f"mkdir -p '{gone}' && cd '{gone}' && rmdir '{gone}' && '{sys.executable}' -m skvm.tools.cli"
    shown = subprocess.run(f"{program} --help", shell=True, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    failed = subprocess.run(
        f"{program} cc '{skill}' --target=qwen-7b -o out", shell=True, capture_output=True, text=True, check=False
    )
    assert failed.returncode == 1
    assert "SKV600" in failed.stderr
    assert "Traceback" not in failed.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_is_a_finding(tmp_path: Path, skill: Path) -> None:
    locked = tmp_path / "locked"
    locked.mkdir(mode=0o555)
    result = run("cc", skill, "--target=qwen-7b", "-o", locked / "out")
    assert result.exit_code == 1
    assert "SKV600" in result.output
    assert tree(locked) == {}


def test_findings_are_json_lines_beside_a_summary_in_json(tmp_path: Path) -> None:
    skill = make_skill(tmp_path, text=SKILL.replace("description: Sorts", "color: red\ndescription: Sorts"))
    result = run("cc", skill, "--target=qwen-7b,generic", "--json", "-o", tmp_path / "out")
    [finding] = [json.loads(line) for line in result.stderr.splitlines()]
    assert (finding["code"], finding["severity"], finding["line"], finding["column"]) == ("SKV037", "note", 3, 1)
    one, two = (json.loads(line) for line in result.stdout.splitlines())
    assert (one["target"], one["estimated"], one["skill"]) == ("qwen-7b", True, "tidy-notes")
    assert 0 < one["success_before"] <= 1
    assert (two["target"], two["success_before"], two["success_after"]) == ("generic", None, None)
