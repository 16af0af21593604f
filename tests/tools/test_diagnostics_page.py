"""docs/diagnostics.md has every code of the code, and no code stands for two things."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from skvm.grammar.diagnostic import Severity

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "diagnostics.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (SKV\d{3}) \| (\w+) \| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE)
FOLDERS = ("grammar", "skvm_ir", "passes", "backends", "runtime", "tools")
CODE = re.compile(r"SKV\d{3}")

# Parts of one check that was split into files: the same thing, found in several places.
SPLIT = {
    "SKV020": "bytes that are not UTF-8, and YAML that cannot be read",
    "SKV105": "the lexer finds wrong escapes, the parser code points that are none",
    "SKV108": "parts that stand wrongly, in the header of an op and in a section",
    "SKV200": "what a module and a skill must have",
    "SKV208": "blocks and regions",
    "SKV220": "names in ops and in references",
    "SKV240": "operand counts of single ops and of scopes",
    "SKV246": "yield of a flow and of a scope",
    "SKV248": "where ops of a choose stand",
    "SKV403": "the TOML of a target and of its head",
}


def codes_by_file() -> dict[str, set[str]]:
    """The modules that make findings of each code: where it stands as a string of its own."""
    found: dict[str, set[str]] = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            if path.name.startswith("bench"):
                continue  # reads the findings of others
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and CODE.fullmatch(node.value):
                    found.setdefault(node.value, set()).add(path.relative_to(ROOT).as_posix())
    return found


def test_the_page_has_the_codes_of_the_code() -> None:
    assert [code for code, *_ in ROWS] == sorted(codes_by_file())


def test_every_code_stands_once_with_a_severity_and_an_action() -> None:
    assert [code for code, times in Counter(code for code, *_ in ROWS).items() if times > 1] == []
    assert PAGE.count("\n| SKV") == len(ROWS), "a row of the table does not have its four cells"
    for code, severity, means, action in ROWS:
        assert severity in {own.value for own in Severity}, code
        assert len(means) > 10, code
        assert len(action) > 5, code


@pytest.mark.parametrize(("code", "paths"), sorted(codes_by_file().items()), ids=sorted(codes_by_file()))
def test_a_code_means_one_thing(code: str, paths: set[str]) -> None:
    """A code is made by one module, or it is one of those whose check is known to be in several."""
    assert len(paths) == 1 or code in SPLIT, sorted(paths)


def test_codes_in_docstrings_exist() -> None:
    known = set(codes_by_file())
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            assert set(CODE.findall(path.read_text(encoding="utf-8"))) <= known | {"SKV123"}, path.name
