"""The compile driver: lifting with its findings, one lifting for many targets, the public names, and purity."""

import builtins
import hashlib
import io
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
import skvm
from skvm.backends.compile import (
    CompileOptions,
    adopt,
    compile_skill,
    copy_lifted,
    lift_folder,
    name_of,
    run_passes,
    warnings_of,
)
from skvm.backends.target_registry import load_target
from skvm.grammar.diagnostic import Severity, SkvmError
from skvm.passes.pipeline import Pipeline
from skvm.skvm_ir.printer import print_module

from .skills import TEXT, bundle_of, lifted


def make(folder: Path, text: str | bytes = TEXT, name: str = "sample") -> Path:
    skill = folder / name
    skill.mkdir(parents=True)
    (skill / "SKILL.md").write_bytes(text.encode() if isinstance(text, str) else text)
    return skill


def codes(findings: tuple[Any, ...]) -> list[str]:
    return [finding.code for finding in findings]


def test_findings_of_folder_texts_and_format_come_once_each(tmp_path: Path) -> None:
    skill = make(tmp_path, TEXT.replace("name: sample", "name: other"))
    (skill / ".git").mkdir()
    own = lift_folder(skill)
    assert codes(own.diagnostics) == ["SKV054", "SKV039"]
    assert own.findings == (), "neither what the folder is called nor what else lies in it belongs into a report"
    assert own.skill.name == "other"


def test_the_rules_of_the_format_are_checked() -> None:
    own = lifted("# No frontmatter\n")
    assert codes(own.diagnostics) == codes(own.findings) == ["SKV030"]
    broken = lifted("---\nname: [\n---\n# x\n")
    assert "SKV020" in codes(broken.findings)


def test_what_was_read_from_sir_has_the_findings_of_its_texts() -> None:
    own = lifted(TEXT.replace("description:", "color: red\ndescription:"))
    again = adopt(own.skill, bundle_of(TEXT.replace("description:", "color: red\ndescription:")))
    assert again.findings == own.findings
    assert codes(again.findings) == ["SKV037"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (TEXT, "sample"),
        (TEXT.replace("name: sample", "name: 'Other.One'"), "Other.One"),
        (TEXT.replace("name: sample", "name: two words"), "folder"),
        (TEXT.replace("name: sample", 'name: "x\\n"'), "folder"),
        (TEXT.replace("name: sample", "name: ../../etc"), "folder"),
        (TEXT.replace("name: sample\n", ""), "folder"),
        ("no frontmatter", "folder"),
        ("---\nname: open", "folder"),
        ("\ufeff---\r\nname: crlf\r\n---\r\n", "crlf"),
        ("", "folder"),
    ],
)
def test_a_skills_name_is_known_before_it_is_lifted(text: str, name: str, tmp_path: Path) -> None:
    skill = make(tmp_path, text, "folder")
    assert name_of(skill) == name_of(skill / "SKILL.md") == name
    assert lift_folder(skill).skill.name == name


def test_the_current_folder_and_its_parent_have_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    skill = make(tmp_path, "no frontmatter", "folder")
    (skill / "below").mkdir()
    monkeypatch.chdir(skill)
    assert name_of(Path()) == lift_folder(Path()).skill.name == "folder"
    monkeypatch.chdir(skill / "below")
    assert name_of(Path("..")) == lift_folder(Path("..")).skill.name == "folder"


def test_one_lifting_serves_many_targets() -> None:
    own = lifted()
    before = print_module(own.module)
    texts = {name: compile_skill(copy_lifted(own), load_target(name)).files for name in ("qwen-7b", "generic")}
    assert print_module(own.module) == before
    alone = compile_skill(lifted(), load_target("qwen-7b")).files
    assert texts["qwen-7b"] == alone
    assert texts["generic"] != alone


def test_emits_choose_files_and_the_report_lists_what_there_is() -> None:
    result = compile_skill(lifted(notes__txt=b"x"), load_target("qwen-7b"))
    beside = {"skill.sir", "report.json"}
    assert set(result.select(["skill"])) == {"SKILL.md", "notes.txt"} | beside == set(result.files)
    assert set(result.select(["sir"])) == set(result.select(["report"])) == beside
    assert set(result.select(["dot"])) == {"flow.dot"} | beside
    assert set(result.select(["skill", "dot"])) == {"SKILL.md", "notes.txt", "flow.dot"} | beside
    assert result.select(["skill"])["report.json"] == result.files["report.json"]
    assert b'"flow.dot"' in result.select(["dot"])["report.json"].data
    assert b'"SKILL.md": "' not in result.select(["dot"])["report.json"].data.partition(b'"outputs"')[2]


@pytest.mark.parametrize("name", ["skill.sir", "report.json"])
def test_a_file_that_would_be_written_over_is_refused(name: str) -> None:
    with pytest.raises(SkvmError, match=f"far/away/sample/{name}: error\\[SKV503\\]"):
        compile_skill(lifted(TEXT, **{name.replace(".", "__"): b"{}"}), load_target("source"))


def test_without_edits_applied_the_source_comes_out() -> None:
    text = TEXT.replace("Run `make all`", "Run `make all && make clean && make all`")
    changed = compile_skill(lifted(text), load_target("qwen-7b"))
    same = compile_skill(lifted(text), load_target("qwen-7b"), CompileOptions(applies_edits=False))
    assert changed.files["SKILL.md"].data != same.files["SKILL.md"].data == text.encode()
    assert changed.verbatim_share < same.verbatim_share == 1.0
    assert same.files["skill.sir"] == changed.files["skill.sir"]


def test_strict_raises_warnings_and_leaves_notes() -> None:
    own = lifted("---\nname: sample\ncolor: red\n---\n# x\n").diagnostics
    assert [finding.severity for finding in own] == [Severity.WARNING, Severity.NOTE]
    assert warnings_of(own, False) == own
    assert [finding.severity for finding in warnings_of(own, True)] == [Severity.ERROR, Severity.NOTE]


def test_the_public_names(tmp_path: Path) -> None:
    skill = make(tmp_path)
    module = skvm.lift(skill)
    skvm.run_passes(module, target=load_target("qwen-7b"))
    assert module.skills[0].notes
    result = skvm.compile(str(skill), "qwen-7b", "-O0")
    assert (result.name, result.target) == ("sample", "qwen-7b")
    assert skvm.compile(skill, "qwen-7b").files == skvm.compile(skill, "qwen-7b", "O1").files


class Refusal(AssertionError):
    """A compile did what it must not do."""


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """No socket, no clock, no environment, and the files that are opened are listed."""
    opened: list[str] = []

    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise Refusal

    true_open: Any = io.open

    def listed_open(file: Any, *rest: Any, **options: Any) -> Any:
        opened.append(str(file))
        return true_open(file, *rest, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "socket", refuse)
        for name in ("time", "time_ns", "perf_counter", "perf_counter_ns", "monotonic", "localtime"):
            patch.setattr(f"time.{name}", refuse)
        for name in ("getenv", "uname", "getlogin", "cpu_count", "urandom"):
            patch.setattr(os, name, refuse)
        patch.setattr("platform.system", refuse)
        patch.setattr(builtins, "open", listed_open)
        patch.setattr(io, "open", listed_open)
        yield opened


def test_a_compile_reads_the_skill_and_the_package_and_nothing_else(tmp_path: Path, sealed: list[str]) -> None:
    skill = make(tmp_path)
    sealed.clear()
    skvm.compile(skill, "qwen-7b")
    package = str(Path(__file__).parents[2])
    foreign = [path for path in sealed if not os.path.realpath(path).startswith((str(skill), package))]
    assert any(path.endswith("SKILL.md") for path in sealed)
    assert foreign == []


COMPILE = """
import hashlib, sys
import skvm
for target in ("qwen-7b", "generic", "openclaw--anthropic-claude-opus-4.6"):
    for path, file in sorted(skvm.compile(sys.argv[1], target).files.items()):
        print(target, path, oct(file.mode), hashlib.sha256(file.data).hexdigest())
"""


def test_folder_and_hash_seed_change_nothing(tmp_path: Path) -> None:
    said: set[str] = set()
    for number in range(3):
        skill = make(tmp_path / f"place-{number}" / ("deep" * number))
        settings = {**os.environ, "PYTHONHASHSEED": str(number), "HOME": str(tmp_path), "TZ": f"UTC{number}"}
        command = [sys.executable, "-c", COMPILE, str(skill)]
        said.add(subprocess.run(command, env=settings, capture_output=True, text=True, check=True).stdout)
    [only] = said
    assert only.count("\n") == 9
    assert hashlib.sha256(TEXT.encode()).hexdigest() in only


def test_an_empty_pipeline_leaves_the_module_as_it_is() -> None:
    own = lifted()
    before = print_module(own.module)
    run_passes(own.module, Pipeline())
    assert print_module(own.module) == before
