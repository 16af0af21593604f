"""The five flows of docs/sir.md, each put into the document of the real skill it was written for, hold."""

import re
from pathlib import Path
from textwrap import indent

import pytest
from skvm.backends.read_folder import read_bundle
from skvm.grammar.source import Source
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify

PAGE = Path(__file__).parents[2] / "docs" / "sir.md"
FLOWS = re.findall(r"^```sir-flow (\S+)\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
LIFTED_DECLARATION = re.compile(r"  (%\S+: \S+ = param|require|import|kernel|solid)\b")


def spliced(lifted: str, written: str) -> str:
    """The lifted module with its declarations (files aside), flow and notes replaced by the written ones."""
    head, rest = lifted.split("  text {\n", 1)
    document = rest.split("\n  }\n", 1)[0]
    kept = "".join(line for line in head.splitlines(keepends=True) if not LIFTED_DECLARATION.match(line))
    declarations, flow = written.split("flow {\n", 1)
    body = indent(f"flow {{\n{flow}", "  ")
    return f"{kept}{indent(declarations, '  ')}  text {{\n{document}\n  }}\n{body}}}\n"


def test_five_skills_are_written_out() -> None:
    assert len(FLOWS) == 5


@pytest.mark.parametrize(("name", "written"), FLOWS, ids=[name for name, _ in FLOWS])
def test_a_written_flow_is_sound_and_canonical(shared: Path, name: str, written: str) -> None:
    module, _ = lift(read_bundle(shared / "corpus" / name))
    text = spliced(print_module(module), written)
    own = parse_module(Source(f"{name}.sir", text.encode()))
    assert [found.render() for found in verify(own)] == []
    printed = print_module(own)
    assert written.split("flow {\n", 1)[1] in re.sub("^  ", "", printed, flags=re.M)
    assert print_module(parse_module(Source(f"{name}.sir", printed.encode()))) == printed
