"""The promises of the compiler over every real skill of ../shared/corpus: lossless, nothing vanishes, one text each.

Who judges what is lost is ../shared/score/retention.py, which knows nothing of the compiler but the folder it wrote."""

import json
import runpy
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from skvm.backends.compile import (
    CompileOptions,
    CompileResult,
    Lifted,
    compile_skill,
    copy_lifted,
    lift_folder,
    run_passes,
)
from skvm.backends.target_registry import load_target
from skvm.grammar.source import Source
from skvm.passes.pipeline import Pipeline
from skvm.passes.presets import preset
from skvm.skvm_ir.compare import first_difference
from skvm.skvm_ir.module import Module
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify
from skvm.tools.write_output import write_folder

SHARED = Path(__file__).parents[1] / ".." / "shared"
INDEX = SHARED / "corpus" / "index.json"
JUDGE = SHARED / "score" / "retention.py"
SKILLS = [record["path"] for record in json.loads(INDEX.read_bytes())] if INDEX.is_file() else []

STRONG = "openclaw--anthropic-claude-opus-4.6"
TARGETS = ["qwen-7b", "bare-agent--qwen-qwen3.5-9b", STRONG, "generic"]
WITHOUT_DELETES = ["O0", "O1"]

pytestmark = pytest.mark.skipif(not SKILLS, reason="../shared is absent")


@cache
def lifted_once(skill: str) -> Lifted:
    return lift_folder(INDEX.parent / Path(skill).parent)


def lifted_copy(skill: str) -> Lifted:
    """What lifting gives, to compile once: a compile changes it."""
    return copy_lifted(lifted_once(skill))


def compiled(skill: str, target: str, level: str = "O1") -> CompileResult:
    return compile_skill(lifted_copy(skill), load_target(target), CompileOptions(preset(level)))


def judge(source: Path, output: Path) -> dict[str, Any]:
    """What the judge says of a written folder; the script runs as its users run it, but in this process."""
    said = StringIO()
    arguments = sys.argv
    sys.argv = [str(JUDGE), str(source), str(output), "--json"]
    try:
        with redirect_stdout(said):
            runpy.run_path(str(JUDGE), run_name="__main__")
    finally:
        sys.argv = arguments
    return json.loads(said.getvalue())


def require_readable_again(module: Module) -> None:
    """Fail unless the text of ``module`` reads as the same module and prints as the same text."""
    text = print_module(module)
    again = parse_module(Source("skill.sir", text.encode()))
    assert first_difference(module, again) is None
    assert print_module(again) == text


def single_passes(pipeline: Pipeline) -> Iterator[Pipeline]:
    return (Pipeline((step,)) for step in pipeline.passes)


def test_the_corpus_is_the_whole_one() -> None:
    assert len(SKILLS) == 82
    assert all((INDEX.parent / path).is_file() for path in SKILLS)


@pytest.mark.parametrize("skill", SKILLS)
def test_source_gives_back_the_same_bytes(skill: str) -> None:
    lifted = lifted_copy(skill)
    files = compile_skill(lifted, load_target("source")).files
    assert files[Path(skill).name].data == (INDEX.parent / skill).read_bytes()
    for path, entry in lifted.bundle.entries.items():
        assert files[path].data == entry.load(), path
    assert set(files) - set(lifted.bundle.entries) == {"skill.sir", "report.json"}


@pytest.mark.parametrize("skill", SKILLS)
def test_sir_is_sound_and_reads_back_after_lifting_and_after_each_pass(skill: str) -> None:
    lifted = lifted_copy(skill)
    assert verify(lifted.module) == []
    require_readable_again(lifted.module)
    target = load_target("qwen-7b")
    lifted.module.target = target.name
    for step in single_passes(preset("O2")):
        run_passes(lifted.module, step, target, {lifted.skill.name: lifted.bundle})
        assert verify(lifted.module) == [], str(step)
        require_readable_again(lifted.module)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("skill", SKILLS)
def test_nothing_vanishes(skill: str, target: str, tmp_path: Path) -> None:
    for level in WITHOUT_DELETES:
        result = compiled(skill, target, level)
        output = tmp_path / level
        write_folder(output, result.files, [])
        said = judge(INDEX.parent / skill, output)
        assert said["lost"] == [], level
        assert said["removed"] == 0, level
        for loss in result.report["losses"]:
            assert loss["kind"] == "rewritten", loss
            assert all(loss[key].strip() for key in ("text", "new", "pass", "why")), loss
            assert loss["line"] >= 1


@pytest.mark.parametrize("target", TARGETS)
def test_what_the_compiler_emits_as_sir_reads_back(target: str) -> None:
    for skill in SKILLS:
        text = compiled(skill, target).files["skill.sir"].data
        module = parse_module(Source("skill.sir", text))
        assert print_module(module).encode() == text, skill
        assert verify(module) == [], skill


def test_a_strong_target_gets_its_skills_back_nearly_untouched() -> None:
    retention = [own for skill in SKILLS for own in compiled(skill, STRONG).retention]
    assert sum(own.verbatim_bytes for own in retention) >= 0.99 * sum(own.source_bytes for own in retention)


def test_the_judge_sees_a_line_that_vanishes(tmp_path: Path) -> None:
    skill = next(path for path in SKILLS if b"```bash\n" in (INDEX.parent / path).read_bytes())
    files = dict(compiled(skill, "generic").files)
    name = Path(skill).name
    whole = files[name].data
    start = whole.index(b"```bash\n") + len(b"```bash\n")
    end = whole.index(b"```", start)
    files[name] = type(files[name])(whole[:start] + whole[end:])
    write_folder(tmp_path / "out", files, [])
    assert judge(INDEX.parent / skill, tmp_path / "out")["lost"]
