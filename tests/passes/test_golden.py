"""Every ``.sir`` file below this folder: its passes, run over its first half, give its second half.

The header says what to run: ``// passes: PIPELINE``, and ``// target: NAME`` where the passes work for a target.
"""

from pathlib import Path

import pytest
from attrs import frozen
from skvm.backends.target_registry import load_target
from skvm.grammar.source import Source
from skvm.passes.context import Context
from skvm.passes.manager import run_pipeline
from skvm.passes.pipeline_parser import parse_pipeline
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module

FOLDER = Path(__file__).parent
CASES = sorted(FOLDER.rglob("*.sir"))
EXPECT = "// ----- expect\n"


@frozen
class Golden:
    """One file: the header with its comments, what goes in, what has to come out."""

    header: str
    given: str
    expected: str

    def says(self, key: str) -> str:
        """What the header line ``// KEY: …`` says, empty where there is none."""
        lines = self.header.splitlines()
        return next((line.removeprefix(f"// {key}:").strip() for line in lines if line.startswith(f"// {key}:")), "")


def read_golden(path: Path) -> Golden:
    given, mark, expected = path.read_text(encoding="utf-8").partition(EXPECT)
    assert mark, f"{path.name} has no line {EXPECT!r}"
    lines = given.splitlines(keepends=True)
    size = next((at for at, line in enumerate(lines) if not line.startswith("//")), len(lines))
    return Golden("".join(lines[:size]), "".join(lines[size:]), expected)


def name_of(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_golden(path: Path, update_golden: bool) -> None:
    golden = read_golden(path)
    module = parse_module(Source(path.name, golden.given.encode()))
    name = golden.says("target")
    context = Context(target=load_target(name) if name else None)
    before = print_module(module)
    result = run_pipeline(module, parse_pipeline(golden.says("passes")), context)
    after = print_module(module)
    if update_golden:
        path.write_text(f"{golden.header}{golden.given}{EXPECT}{after}", encoding="utf-8")
    else:
        assert after == golden.expected
    assert result.changed == (before != after), "a pass says whether it changed the module"
    assert print_module(parse_module(Source("printed.sir", after.encode()))) == after


@pytest.mark.parametrize("path", CASES, ids=name_of)
def test_a_golden_file_says_what_it_shows(path: Path) -> None:
    golden = read_golden(path)
    assert golden.says("passes")
    assert any(line.startswith("// ") and ":" not in line.split()[1] for line in golden.header.splitlines())
