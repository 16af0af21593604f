"""docs/sir.md holds: its modules parse, are sound and print back, its fragments make one module that prints back."""

import re
from pathlib import Path
from textwrap import indent

import pytest
from skvm.grammar.sir_lexer import RESERVED
from skvm.grammar.source import Source
from skvm.skvm_ir.dialect import OPS
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify

PAGE = Path(__file__).parents[2] / "docs" / "sir.md"
FENCES = [
    (info, text)
    for _, info, text in re.findall(r"^(`{3,})(sir[\w-]*)\n(.*?)^\1$", PAGE.read_text("utf-8"), re.M | re.S)
]
WHOLE = [text for info, text in FENCES if info == "sir"]


def fragments(info: str) -> str:
    return "".join(text for its_info, text in FENCES if its_info == info)


def parts_of_the_page() -> str:
    """All fragments as one module, in the form that the printer gives it."""
    return (
        'sir 1\n\nskill @page {shape = "procedure"} {\n'
        + indent(fragments("sir-source"), "  ")
        + indent(fragments("sir-declarations"), "  ")
        + f"  text {{\n{indent(fragments('sir-text'), '    ')}  }}\n"
        + f"  flow {{\n{indent(fragments('sir-op'), '    ')}  }}\n"
        + f"  edits {{\n{indent(fragments('sir-edits'), '    ')}  }}\n"
        + f"  notes {{\n{indent(fragments('sir-notes'), '    ')}  }}\n}}\n"
    )


@pytest.mark.parametrize("text", WHOLE, ids=range(len(WHOLE)))
def test_a_module_of_the_page_is_sound_and_canonical(text: str) -> None:
    module = parse_module(Source("sir.md", text.encode()))
    assert print_module(module) == text
    assert [found.render() for found in verify(module)] == []


def test_the_fragments_of_the_page_are_canonical() -> None:
    text = parts_of_the_page()
    printed = print_module(parse_module(Source("sir.md", text.encode())))
    assert printed == text


def test_every_op_has_an_example() -> None:
    module = parse_module(Source("sir.md", parts_of_the_page().encode()))
    [skill] = module.skills
    shown = {op.name for op in [*skill.ops(), *skill.notes]}
    assert shown == set(OPS)


def test_reserved_words_are_listed_and_no_op_is_called_so() -> None:
    page = " ".join(PAGE.read_text("utf-8").split())
    assert f"`{' '.join(RESERVED)}`" in page
    assert not set(OPS) & set(RESERVED)
