"""Parsing SIR: what a text becomes, and where and how a wrong one is refused."""

import pytest
from skvm.grammar.block import BlockKind
from skvm.grammar.diagnostic import Diagnostic, SkvmError
from skvm.grammar.source import Source, Span
from skvm.skvm_ir.edits import Edit, EditKind, Side
from skvm.skvm_ir.module import Module
from skvm.skvm_ir.op import Name, Op, Range
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.value_types import JSON, TEXT, Type, TypeName, list_of


def parse(text: str | bytes) -> Module:
    return parse_module(Source("t.sir", text if isinstance(text, bytes) else text.encode()))


def flow(ops: str) -> str:
    return f"sir 1\nskill @s {{\n  flow {{\n{ops}\n  }}\n}}\n"


def document(blocks: str) -> str:
    return f'sir 1\nskill @s {{\n  source 0 {{path = "SKILL.md"}}\n  text {{\n{blocks}\n  }}\n}}\n'


def first_op(ops: str) -> Op:
    return parse(flow(ops)).skills[0].flow.ops[0]


def refused(text: str | bytes) -> tuple[Diagnostic, ...]:
    with pytest.raises(SkvmError) as caught:
        parse(text)
    return caught.value.diagnostics


def shown(span: Span | None) -> str:
    return span.source.data[span.start : span.end].decode() if span else ""


def test_an_op_has_what_its_line_says() -> None:
    op = first_op('%a: list<json>? = exec @x {run = ["a", @f, -1, true], say = b2:3+4} after [%"ö ö"] from [@o/b1] {}')
    assert (op.name, op.symbol, op.results[0].name) == ("exec", "x", "a")
    assert op.results[0].type == Type(TypeName.LIST, JSON, optional=True)
    assert op.attributes == {"run": ("a", Name("@f"), -1, True), "say": Range(2, 3, 4)}
    assert op.after == (Name("%ö ö"),)
    assert op.citations == (Range(1, skill="o"),)
    assert op.results[0].owner is op
    assert op.region is not None
    assert op.region.parent is op


def test_a_value_may_be_used_before_its_op_and_inside() -> None:
    module = parse(flow("check(%later) seq @g { %later: text = read }"))
    check, group = module.skills[0].flow.ops
    assert group.region is not None
    assert check.operands == group.region.ops[0].results
    assert group.region.ops[0].parent is group.region
    assert group.parent is module.skills[0].flow


@pytest.mark.parametrize(
    ("spelled", "expected"),
    [
        ("list<list<text>>", list_of(list_of(TEXT))),
        ("list<text?>?", Type(TypeName.LIST, Type(TypeName.TEXT, optional=True), optional=True)),
        (r'json<"{\"a\": \"x>?\"}">?', Type(TypeName.JSON, schema='{"a": "x>?"}', optional=True)),
        ('list<table<"\\u{E9}">>', list_of(Type(TypeName.TABLE, schema="é"))),
    ],
)
def test_types(spelled: str, expected: Type) -> None:
    assert first_op(f"%a: {spelled} = read").results[0].type == expected


def test_leaves_make_the_source() -> None:
    blocks = (
        'b0 item @0:0+9 {\n b1 paragraph @0:0+5 "a\\r\\n" // c\n "é"\n b2 raw @0:5+4 "\\u{1F642}" }\n b3 blank @0:9+0'
    )
    [skill] = parse(document(blocks)).skills
    assert skill.sources[0].source.data == "a\r\né🙂".encode()
    assert [(block.number, block.kind) for block in skill.walk_blocks()][:2] == [
        (0, BlockKind.ITEM),
        (1, BlockKind.PARAGRAPH),
    ]
    child = skill.block(2)
    assert child is not None
    assert child.parent is skill.block(0)
    assert skill.text_of(Range(2)) == "🙂"
    assert shown(child.place) == "b2 raw @0:5+4"


def test_leaves_that_do_not_tile_are_left_to_the_verifier() -> None:
    [skill] = parse(document('b0 raw @0:5+1 "a"\nb1 raw @0:0+1 "b"')).skills
    assert skill.sources[0].source.data == b"ab"
    assert [block.start for block in skill.blocks] == [5, 0]


def test_places_are_those_of_headers() -> None:
    text = 'sir 1 skill @s {shape = "menu"} { text { ref [b1] to b2 } flow { seq @g from [b1] { stop } } '
    text += 'edits { e1 delete [b1] by p for "r" was [e0] } }'
    [skill] = parse(text).skills
    [group] = skill.flow.ops
    assert shown(skill.place) == 'skill @s {shape = "menu"}'
    assert shown(group.place) == "seq @g from [b1]"
    assert shown(skill.references[0].place) == "ref [b1] to b2"
    assert shown(skill.edits[0].place) == 'e1 delete [b1] by p for "r" was [e0]'


@pytest.mark.parametrize(
    ("spelled", "kind", "rest"),
    [
        ('replace [b1] with "x"', EditKind.REPLACE, ((Range(1),), "x", "", None)),
        ("replace [b1:0+2] with [%a, @b]", EditKind.REPLACE, ((Range(1, 0, 2),), (Name("%a"), Name("@b")), "", None)),
        ("delete [b1, b2]", EditKind.DELETE, ((Range(1), Range(2)), None, "", None)),
        ('move [b1] to "p" with "t"', EditKind.MOVE, ((Range(1),), "t", "p", None)),
        ("insert before [b1] with [b2]", EditKind.INSERT, ((Range(1),), (Range(2),), "", Side.BEFORE)),
        ('insert into "p" with [b2]', EditKind.INSERT, ((), (Range(2),), "p", Side.INTO)),
        ('set "f" with "v"', EditKind.SET, ((), "v", "f", None)),
        ("keep [b1] of %old", EditKind.KEEP, ((Range(1),), None, "%old", None)),
    ],
)
def test_edits(spelled: str, kind: EditKind, rest: tuple[object, ...]) -> None:
    text = f'sir 1 skill @s {{ edits {{ e7 {spelled} by some-pass for "why" plan was [e1, e2] }} }}'
    edit: Edit = parse(text).skills[0].edits[0]
    assert (edit.number, edit.kind, edit.was) == (7, kind, (1, 2))
    assert (edit.ranges, edit.content, edit.target, edit.side) == rest
    assert (edit.origin.pass_name, edit.origin.reason, edit.origin.plan) == ("some-pass", "why", True)


ERRORS: list[tuple[str | bytes, str, int, int, str]] = [
    (b"", "SKV100", 1, 1, "found an empty file, wanted 'sir 1'"),
    (b"// c\nskill @s {}", "SKV100", 2, 1, "found 'skill', wanted 'sir 1'"),
    (b"sir 2\n", "SKV100", 1, 5, "found version 2 of SIR, wanted version 1"),
    (b"\xef\xbb\xbfsir 1\n", "SKV100", 1, 1, "found a byte-order mark, wanted 'sir 1'"),
    (flow('act @é {path = "x}'), "SKV104", 4, 5, "found '@', which begins nothing in SIR"),
    (flow('act @"é" {path = "x}'), "SKV101", 4, 18, "a string is not closed before its line ends"),
    ("sir 1\nskill @s {\n  flow {\n", "SKV102", 3, 9, "found the end of the file, and '{' is still open"),
    (flow("act @a from [b1}"), "SKV102", 4, 16, "found '}', and '[' is still open"),
    (flow("act @a from [b1, x]"), "SKV103", 4, 18, "found 'x', wanted a value"),
    (flow("act @a from b1"), "SKV103", 4, 13, "found 'b1', wanted '['"),
    (flow("%x = exec"), "SKV103", 4, 4, "found '=', wanted a type such as ': text'"),
    (flow("act @a needs [x.y]"), "SKV103", 4, 15, "found 'x.y', wanted a need such as 'tool.exec:L1 97'"),
    (flow('act @a {run = ["a" "b"]}'), "SKV103", 4, 20, "found a string, wanted ',' or ']'"),
    (flow('act @a {run = ["a"\n"b"]}'), "SKV103", 4, 16, "found several strings, wanted a value or ']'"),
    (flow("flow { }"), "SKV103", 4, 1, "found 'flow', wanted an op or '}'"),
    (flow("}"), "SKV103", 6, 1, "found '}', wanted the end of the file or 'skill'"),
    ("sir 1 target\n", "SKV103", 1, 13, "found the end of the file, wanted a string"),
    ("sir 1 target qwen", "SKV103", 1, 14, "found 'qwen', wanted a string"),
    (
        "sir 1 skill @s { edits { e1 drop [b1] } }",
        "SKV103",
        1,
        29,
        "found 'drop', wanted replace, delete, move, insert, set or keep",
    ),
    (flow("act @a § b"), "SKV104", 4, 8, "found '§', which begins nothing in SIR"),
    ("sir 1\r\n", "SKV104", 1, 6, "found a carriage return, which begins nothing in SIR"),
    (flow("act @a {x = 1234567890123456789}"), "SKV104", 4, 13, "found '1', which begins nothing in SIR"),
    (flow(r'act @a {path = "C:\dir"}'), "SKV105", 4, 19, r"found the escape '\d', wanted one that SIR knows"),
    (flow(r'act @a {path = "\u{D800}"}'), "SKV105", 4, 16, "an escape names no character, wanted one of Unicode"),
    (flow('act @a {path = "a\x01"}'), "SKV105", 4, 18, "a string holds the character U+0001, wanted its escape"),
    (flow("seq @a {" * 300), "SKV106", 4, 1592, "regions nest more than 200 levels deep"),
    (b"sir 1\n// \xff\n", "SKV107", 2, 4, "byte 0xFF is not UTF-8, wanted a text in UTF-8"),
    (flow("act @a from [b1] after [@b]"), "SKV108", 4, 18, "'after' stands behind 'from'"),
    (flow("act @a {a = 1, a = 2}"), "SKV108", 4, 16, "the attribute 'a' stands twice"),
    ("sir 1 skill @s { flow {} text {} }", "SKV108", 1, 26, "'text' stands behind 'flow'"),
    (flow("act @a takes (%x: text)"), "SKV108", 4, 8, "'takes' names what enters a region, and the op has none"),
    (flow("act @a after [b1]"), "SKV109", 4, 15, "found b1 in the list, wanted names: %value or @symbol"),
    (document('b0:1+2 raw @0:0+1 "a"'), "SKV109", 5, 1, "found 'b0:1+2', wanted the name of a block such as 'b0'"),
    (document('b0 raw @0:0+2 "é\\n"'), "SKV110", 5, 1, "the strings of b0 hold 3 bytes, its header says 2"),
    (
        'sir 1 skill @s { source 0 {path = "x", sha256 = "00"} }',
        "SKV111",
        1,
        18,
        "the hash of the leaves is not the one the source says",
    ),
    (
        'sir 1 skill @s { source 0 {path = "x", bytes = 1} }',
        "SKV112",
        1,
        18,
        "the leaves hold 0 bytes, the source says 1",
    ),
    (document('b0 raw @1:0+1 "a"'), "SKV113", 5, 1, "b0 is in source 1, which is not declared"),
    ('sir 1 skill @s { source 1 {path = "x"} }', "SKV113", 1, 18, "found source 1, wanted source 0"),
    (flow("act @a\nact @b(%nothing)"), "SKV120", 5, 8, "undefined value '%nothing'"),
    (flow("%a: text = read\nact @a"), "SKV121", 5, 5, "a second thing of the skill is called 'a'"),
    (flow("exce @a"), "SKV122", 4, 1, "'exce' is no op"),
    (flow("%x: txt = read"), "SKV123", 4, 3, "'txt' is not a type"),
    (flow(f"%x: {'list<' * 17}text{'>' * 17} = read"), "SKV123", 4, 3, ""),
    (document('b0 paragraf @0:0+1 "a"'), "SKV124", 5, 4, "'paragraf' is no kind of block"),
    (flow("act @a needs [x.y:L9 97]"), "SKV410", 4, 15, ""),
]


@pytest.mark.parametrize(("text", "code", "line", "column", "message"), ERRORS)
def test_a_wrong_text_is_refused_at_its_place(
    text: str | bytes, code: str, line: int, column: int, message: str
) -> None:
    [found] = refused(text)
    assert found.span is not None
    assert (found.code, found.span.line, found.span.column) == (code, line, column)
    assert message in found.message


def test_all_wrong_names_are_found_at_once_and_in_order() -> None:
    found = refused(flow("act @a(%b)\nexce @c\n%a: text = read\nact @d(%e)"))
    assert [(one.code, one.span.line if one.span else 0) for one in found] == [
        ("SKV120", 4),
        ("SKV122", 5),
        ("SKV121", 6),
        ("SKV120", 7),
    ]


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        (
            flow("%first: text = read\n%b: text = reason(%frist)"),
            "t.sir:5:19: error[SKV120]: undefined value '%frist'\n"
            "5 | %b: text = reason(%frist)\n"
            "                      ^^^^^^\n"
            "help: did you mean '%first'?",
        ),
        (
            flow("act @deploy\nact @b(%deploy)"),
            "t.sir:5:8: error[SKV120]: undefined value '%deploy'\n"
            "5 | act @b(%deploy)\n"
            "           ^^^^^^^\n"
            "help: '@deploy' has no result to use; to run behind it write after [@deploy]",
        ),
        (
            flow("act @a from [b1"),
            "t.sir:5:3: error[SKV102]: found '}', and '[' is still open\n"
            "5 |   }\n"
            "      ^\n"
            "t.sir:4:13: note: '[' is opened here\n"
            "4 | act @a from [b1\n"
            "                ^\n"
            "help: close it with ']'",
        ),
        (
            flow("act @a by hand"),
            "t.sir:4:8: error[SKV103]: found 'by', wanted a part of the op "
            "(operands, attributes, after, needs, by, from, takes), an op or '}'\n"
            "4 | act @a by hand\n"
            "           ^^\n"
            "help: write 'by', the pass, 'for' and the reason: by capability-lower for \"tool.exec L2\"",
        ),
        (
            document('b0 raw @0:0+1 "ab"'),
            "t.sir:5:1: error[SKV110]: the strings of b0 hold 2 bytes, its header says 1\n"
            '5 | b0 raw @0:0+1 "ab"\n'
            "    ^^^^^^^^^^^^^\n"
            "help: write @0:0+2, or mend the strings",
        ),
    ],
)
def test_what_a_refusal_looks_like(text: str, rendered: str) -> None:
    assert "\n".join(found.render() for found in refused(text)) == rendered
