"""Frontmatter: fields and their places, broken and hostile YAML, edits of one field, the rules of the format."""

import datetime
import json
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from skvm.grammar.diagnostic import Severity, SkvmError
from skvm.grammar.frontmatter import Frontmatter, parse_frontmatter, set_field
from skvm.grammar.frontmatter_rules import check_frontmatter
from skvm.grammar.frontmatter_simple import Plain, read_simple
from skvm.grammar.frontmatter_yaml import read_yaml
from skvm.grammar.source import Source

SHARED = Path(__file__).parents[2] / ".." / "shared"


def read(inner: str, newline: str = "\n") -> Frontmatter:
    data = f"---\n{inner}---\n".replace("\n", newline).encode()
    return parse_frontmatter(Source("SKILL.md", data), 0, len(data))


def values(frontmatter: Frontmatter) -> dict[str, Plain]:
    return {name: field.value for name, field in frontmatter.fields.items()}


def spelled(frontmatter: Frontmatter, name: str) -> str:
    span = frontmatter.fields[name].value_span
    return span.source.data[span.start : span.end].decode()


def codes(frontmatter: Frontmatter) -> list[str]:
    return [diagnostic.code for diagnostic in frontmatter.diagnostics]


def rules(inner: str, folder: str | None = None) -> list[tuple[str, str]]:
    return [(d.code, d.help) for d in check_frontmatter(read(inner), folder)]


# ----- values and places


@pytest.mark.parametrize(
    ("inner", "name", "value", "text"),
    [
        ("name: x # why\n", "name", "x", "x"),
        ('d: "a: b"\n', "d", "a: b", '"a: b"'),
        ("d: 'it''s'\n", "d", "it's", "'it''s'"),
        ("é: ü\nd: ñandú: \n".replace(": \n", "\n"), "d", "ñandú", "ñandú"),
        ("d: >\n  a\n  b\n\nn: 1\n", "d", "a b\n", ">\n  a\n  b"),
        ("d: |-\n  a\n   b\nn: 1\n", "d", "a\n b", "|-\n  a\n   b"),
        ("d:\n  a\n  b\n", "d", "a b", "a\n  b"),
        ('m: {"a":{"b":["🐙",1,null]}}\n', "m", {"a": {"b": ["🐙", 1, None]}}, '{"a":{"b":["🐙",1,null]}}'),
        ("m:\n  a: 1\n  # c\n\nn: 1\n", "m", {"a": 1}, "a: 1"),
        ("m:\n- a\n- b: c\n", "m", ["a", {"b": "c"}], "- a\n- b: c"),
        ("n:\nm: 1\n", "n", None, ""),
        ("v: 1.10\n", "v", 1.1, "1.10"),
        ("v: 2024-01-02\n", "v", "2024-01-02", "2024-01-02"),
        ("v: 1:30\n", "v", "1:30", "1:30"),
        ("v: yes\n", "v", "yes", "yes"),
        ("v: TRUE\n", "v", True, "TRUE"),
        ("v: 0x1F\n", "v", 31, "0x1F"),
        ("v: !!str 1\n", "v", "1", "!!str 1"),
        ('v: "\\ud83d\\udc19"\n', "v", "🐙", '"\\ud83d\\udc19"'),
        ("b: &b {x: 1}\nc: {<<: *b, y: 2}\n", "c", {"x": 1, "y": 2}, "{<<: *b, y: 2}"),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_values_and_places(inner: str, name: str, value: Plain, text: str, newline: str) -> None:
    frontmatter = read(inner, newline)
    assert frontmatter.get(name) == value
    assert spelled(frontmatter, name) == text.replace("\n", newline)
    assert not frontmatter.diagnostics
    assert not frontmatter.fields[name].tolerant


def test_text_keeps_the_spelling_of_numbers() -> None:
    frontmatter = read("name: 007\nversion: 1.10\nflag: true\nempty:\nlist: [a]\nd: a\n")
    texts = [frontmatter.text(name) for name in ("name", "version", "flag", "empty", "list", "gone", "d")]
    assert texts == ["007", "1.10", "true", None, None, None, "a"]


def test_a_byte_order_mark_and_an_offset_move_the_places() -> None:
    data = "\ufeff---\nname: é\nd: ü\n---\nbody\n".encode()
    frontmatter = parse_frontmatter(Source("SKILL.md", data), 0, len(data) - 5)
    assert values(frontmatter) == {"name": "é", "d": "ü"}
    assert spelled(frontmatter, "d") == "ü"
    assert frontmatter.fields["d"].key_span.line == 3


def test_no_frontmatter_and_an_empty_one() -> None:
    source = Source("SKILL.md", b"# Title\n")
    assert not parse_frontmatter(source, 0, 0).present
    assert values(read("")) == {}
    assert values(read("# only a comment\n")) == {}


def test_merged_fields_are_marked() -> None:
    frontmatter = read("b: &b {x: 1, b: 2}\n<<: *b\n")
    assert values(frontmatter) == {"x": 1, "b": {"x": 1, "b": 2}}
    assert frontmatter.fields["x"].merged


# ----- what is wrong with the YAML

BROKEN = [
    ("name: x\ndescription: Use when: asked\n", "SKV020", 3, 22, 'in quotes: description: "..."'),
    ("name: x\n\tdescription: y\n", "SKV020", 3, 1, "spaces"),
    ('name: x\ndescription: "never closed\n', "SKV020", 3, 14, "close the quote"),
    ("name: x\ndescription: @here\n", "SKV020", 3, 14, 'in quotes: description: "..."'),
    ("name: x\ndescription: `run`\n", "SKV020", 3, 14, 'in quotes: description: "..."'),
    ("name: x\ndescription: *must* do\n", "SKV020", 3, 19, 'in quotes: description: "..."'),
    ("name: x\ndescription: [WIP] do\n", "SKV020", 3, 20, 'in quotes: description: "..."'),
    ("words\nname: x\ndescription: y\n", "SKV020", 2, 1, "give it a key"),
    ("name: x\ndescription: a\x00b\n", "SKV020", 3, 15, "delete the character"),
    ('name: x\ndescription: "\\UFFFFFFFF"\n', "SKV020", 3, 17, "single quotes"),
    ('name: x\ndescription: "\\ud83e"\n', "SKV020", 3, 14, "write the character itself"),
    ("name: x\ndescription: &a [*a]\n", "SKV020", 3, 18, "quotes"),
    ("name: x\ndescription: *a\n", "SKV020", 3, 14, "quotes"),
    ("name: x\ndescription: y\nm: " + "[" * 70 + "\n", "SKV024", 4, 67, "into a file"),
    ("name: x\ndescription: y\n" + "k: [" + "1, " * 10_001 + "1]\n", "SKV024", 4, 29_984, "into a file"),
    ("name: x\ndescription: " + "y" * 70_000 + "\n", "SKV024", 2, 1, "into the body"),
]


@pytest.mark.parametrize(("inner", "code", "line", "column", "help"), BROKEN)
def test_broken_yaml_is_said_and_name_and_description_are_still_read(
    inner: str, code: str, line: int, column: int, help: str
) -> None:
    frontmatter = read(inner)
    (found,) = frontmatter.diagnostics
    assert found.span is not None
    assert (found.code, found.span.line, found.span.column) == (code, line, column)
    assert found.severity is Severity.WARNING
    assert help in found.help
    assert frontmatter.get("name") == "x"
    assert frontmatter.text("description")
    assert all(field.tolerant for field in frontmatter.fields.values())


def test_the_usual_mistake_keeps_the_whole_description() -> None:
    assert read("description: Use when: asked, # or not\nname: x\n").get("description") == "Use when: asked, # or not"


@pytest.mark.parametrize(
    ("inner", "code", "line", "expected"),
    [
        ("a: 1\nb: 2\na: 3\n", "SKV021", 4, {"b": 2, "a": 3}),
        ("- a\n- b\n", "SKV022", 2, {}),
        ("just text\n", "SKV022", 2, {}),
        ("a: !!python/object/apply:os.system [ls]\n", "SKV023", 2, {"a": ["ls"]}),
        ("a: !secret x\n", "SKV023", 2, {"a": "x"}),
        ("a: 1\n--- \nb: 2\n", "SKV025", 3, {"a": 1}),
        ("? [a]\n: b\n", "SKV026", 2, {"[a]": "b"}),
    ],
)
def test_odd_yaml_is_read_with_a_warning(inner: str, code: str, line: int, expected: dict[str, Plain]) -> None:
    frontmatter = read(inner)
    (found,) = frontmatter.diagnostics
    assert found.span is not None
    assert (found.code, found.span.line, found.severity) == (code, line, Severity.WARNING)
    assert values(frontmatter) == expected


def test_a_billion_laughs_is_counted_not_expanded() -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 30)]
    started = time.process_time()
    frontmatter = read("name: x\n" + "\n".join(lines) + "\n")
    assert time.process_time() - started < 5
    assert codes(frontmatter) == ["SKV024"]
    assert len(json.dumps(values(frontmatter))) < 10_000


def test_bytes_that_are_no_utf8_are_said() -> None:
    data = b"---\nname: x\ndescription: \xff\n---\n"
    frontmatter = parse_frontmatter(Source("SKILL.md", data), 0, len(data))
    (found,) = frontmatter.diagnostics
    assert found.span is not None
    assert (found.code, found.span.start) == ("SKV020", 25)
    assert frontmatter.get("name") == "x"


@given(st.text(alphabet="ab:-#&*!|>'\"%@`{}[],? \t\n\r~<=.1\\xuUé\u2028\x85\ufeff", max_size=60) | st.text(max_size=40))
def test_any_text_is_read(inner: str) -> None:
    frontmatter = read(inner)
    json.dumps(values(frontmatter)).encode()
    start, end = frontmatter.span.start, frontmatter.span.end
    for field in frontmatter.fields.values():
        assert start <= field.key_span.start <= field.key_span.end <= end
        assert start <= field.value_span.start <= field.value_span.end <= end
    for found in (*frontmatter.diagnostics, *check_frontmatter(frontmatter, "folder")):
        assert found.render()


# ----- the short way

_WORDS = st.text(alphabet="ab1 :#-'\".,é_\u00a0%?[]{}&*!|>=<~+0ex\\", max_size=12)
_INDENT = st.sampled_from(["", " ", "  ", "  - ", "- "])
_LINES = st.builds(
    "{}{}{}{}\n".format, _INDENT, st.sampled_from(["a", "b", "c", "yes"]), st.sampled_from([": ", ":", " "]), _WORDS
)
_VALUES = st.builds("{}: {}\n".format, st.sampled_from("abcdef"), st.sampled_from(["", ">", ">-"]) | _WORDS)
_BELOW = st.builds("  {}{}\n".format, st.sampled_from(["- ", "x: ", "y: ", ""]), _WORDS)


@given(st.lists(_VALUES | _BELOW | _LINES, max_size=6).map("".join))
def test_the_short_way_reads_what_yaml_reads(text: str) -> None:
    simple = read_simple(text)
    if simple is not None:
        entries, findings = read_yaml(text)
        assert findings == []
        assert [repr(entry) for entry in entries] == [repr(entry) for entry in simple]


@pytest.mark.parametrize(
    "text",
    [
        "name: x\ndescription: Does it, e.g. (a) at once; see http://x.org/#y\n",
        "a: 'it''s'\nb: \"x: y\"\nv: 1.0\nn: 12\n",
        'm:\n  a: b\n  c: "1.0"\nl:\n  - x\n  - y z\nk:\n- u\n',
        "d: >\n  one: two # three\n  four\ne: >-\n  five\n",
    ],
)
def test_the_short_way_is_taken_for_simple_frontmatter(text: str) -> None:
    assert (read_simple(text), []) == read_yaml(text)


def test_the_short_way_does_not_import_yaml() -> None:
    code = (
        "import sys; from skvm.grammar.frontmatter import parse_frontmatter as p;"
        "from skvm.grammar.source import Source;"
        "d = b'---\\nname: x\\nm:\\n  a: b\\n---\\n'; assert p(Source('', d), 0, len(d)).get('m') == {'a': 'b'};"
        "assert 'yaml' not in sys.modules; d = b'---\\nname: [x]\\n---\\n';"
        "assert p(Source('', d), 0, len(d)).get('name');"
        "assert 'yaml' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def _dates_as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _dates_as_text(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    return str(value) if isinstance(value, datetime.date) else value


def test_the_corpus_reads_as_the_library_reads_it_mostly_by_the_short_way() -> None:
    if not SHARED.exists():
        pytest.skip("../shared is absent")
    count = simple = 0
    for path in sorted(SHARED.glob("*/**/*.md")):
        data = path.read_bytes()
        match = re.match(rb"---\r?\n(.*?\n)---\r?\n", data, re.DOTALL)
        if path.name.lower() != "skill.md" or match is None:
            continue
        frontmatter = parse_frontmatter(Source(path.name, data), 0, match.end())
        assert values(frontmatter) == _dates_as_text(yaml.safe_load(match[1])), path
        assert not frontmatter.diagnostics
        count += 1
        simple += read_simple(match[1].decode()) is not None
    assert simple >= 0.9 * count > 0


# ----- setting a field


def apply(frontmatter: Frontmatter, name: str, value: Plain) -> Frontmatter:
    start, length, new = set_field(frontmatter, name, value)
    data = frontmatter.span.source.data
    changed = data[:start] + new + data[start + length :]
    assert changed.startswith(data[:start])
    assert changed.endswith(data[start + length :])
    return parse_frontmatter(Source("SKILL.md", changed), 0, len(changed))


@pytest.mark.parametrize(
    "inner",
    [
        "name: x\nd: y # why\nz: 1\n",
        "name: x\nd:\nz: 1\n",
        "name: x\nd: >\n  a\n  b\n\n# c\nz: 1\n",
        "name: x\nd:\n  a: b\n  # c\nz: 1\n",
        "name: x\nd:\n- a\nz: 1\n",
        "{name: x, d: {a: b}, z: 1}\n",
        "name: x\nz: 1\n",
        "d: 'a\n  b'\n",
        "b: &b {d: 1}\n<<: *b\n",
        "",
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "value", ["plain words", "a: b # c", "yes", "1.0", "", "\u2028\x85\"'\\\n\té\ufeff", 3, None, ["a"]]
)
def test_a_set_field_reads_back_and_nothing_else_changes(inner: str, newline: str, value: Plain) -> None:
    before = read(inner, newline)
    after = apply(before, "d", value)
    assert values(after) == values(before) | {"d": value}
    assert not after.diagnostics


@given(st.text())
def test_any_text_can_be_set(value: str) -> None:
    for inner in ("d: x\nz: y\n", "z: y\n", "z: a: b\nd: x\n"):
        assert apply(read(inner), "d", value).get("d") == value


def test_the_edit_of_a_field_is_its_bytes_alone() -> None:
    assert set_field(read("name: x\nd: 'old' # c\n"), "d", "new") == (15, 5, b"new")
    assert set_field(read("name: x\n"), "d", "a: b") == (12, 0, b'd: "a: b"\n')
    assert set_field(parse_frontmatter(Source("", b"# T\n"), 0, 0), "name", "x") == (0, 0, b"---\nname: x\n---\n\n")


def test_an_edit_that_would_break_the_rest_is_refused() -> None:
    with pytest.raises(SkvmError, match=r"SKV027.*'d' cannot be set"):
        set_field(read("d: &a x\nz: *a\n"), "d", "y")


# ----- the rules of the format


def test_a_sound_frontmatter_breaks_no_rule() -> None:
    inner = 'name: a-1\ndescription: d\nlicense: MIT\ncompatibility: c\nmetadata:\n  a: "1"\n'
    inner += "allowed-tools: Read Bash(git:*)\n"
    assert rules(inner, "a-1") == []


@pytest.mark.parametrize(
    ("inner", "expected"),
    [
        ("description: d\n", [("SKV031", "add the line name: f")]),
        ("name:\ndescription: d\n", [("SKV031", "write name: f")]),
        ("name: 123\ndescription: d\n", [("SKV031", 'write name: "123"')]),
        ("name: g\ndescription: d\n", [("SKV039", "write name: f, or rename the folder to g")]),
        ("name: f\n", [("SKV032", "add the line description: what the skill does and when to use it")]),
        ("name: f\ndescription: ''\n", [("SKV032", "write description: what the skill does and when to use it")]),
        (f"name: f\ndescription: {'d' * 1025}\n", [("SKV032", "cut 1 characters: move details into the body")]),
        (
            f"name: f\ndescription: d\ncompatibility: {'d' * 502}\n",
            [("SKV033", "cut 2 characters: name only what the skill cannot do without")],
        ),
        ("name: f\ndescription: d\nmetadata: x\n", [("SKV034", "write indented key: value lines below it")]),
        ("name: f\ndescription: d\nmetadata:\n  v: 1.0\n", [("SKV034", 'put the value in quotes: v: "..."')]),
        ("name: f\ndescription: d\nmetadata: {a: {}}\n", [("SKV034", "put its JSON into one quoted string")]),
        ("name: f\ndescription: d\nallowed-tools: [Read, Write]\n", [("SKV035", "write allowed-tools: Read Write")]),
        ("name: f\ndescription: d\nlicense: 2\n", [("SKV036", 'write license: "2"')]),
        ("name: f\ndescripton: d\n", [("SKV032", ""), ("SKV038", "did you mean 'description'?")]),
        ("name: f\ndescription: d\nAllowed_Tools: x\n", [("SKV038", "did you mean 'allowed-tools'?")]),
        ("name: f\ndescription: d\nhooks: x\n", [("SKV037", "move it under metadata, unless your agent reads it")]),
    ],
)
def test_a_broken_rule_is_said_with_its_fix(inner: str, expected: list[tuple[str, str]]) -> None:
    found = rules(inner, "f")
    assert [code for code, _ in found] == [code for code, _ in expected]
    assert all(help in said for (_, said), (_, help) in zip(found, expected, strict=True))


@pytest.mark.parametrize("name", ["A b", "-a", "a-", "a--b", "ä", "a_b", "a" * 65])
def test_a_bad_name_is_said_at_its_bytes(name: str) -> None:
    frontmatter = read(f"name: {name}\ndescription: d\n")
    (found,) = check_frontmatter(frontmatter, None)
    assert (found.code, found.severity) == ("SKV031", Severity.WARNING)
    assert found.span == frontmatter.fields["name"].value_span


def test_a_missing_frontmatter_is_one_warning_and_unknown_fields_are_notes() -> None:
    (found,) = check_frontmatter(parse_frontmatter(Source("SKILL.md", b"# T\n"), 0, 0), "f")
    assert (found.code, found.severity) == ("SKV030", Severity.WARNING)
    (note,) = check_frontmatter(read("name: f\ndescription: d\nhooks: x\n"), "f")
    assert note.severity is Severity.NOTE
