"""Ill-formed SIR is refused with the right code, place and help; sound SIR passes in silence."""

import re
from pathlib import Path

import pytest
from skvm.grammar.block import Block, BlockKind
from skvm.grammar.diagnostic import Diagnostic, SkvmError
from skvm.grammar.source import Source
from skvm.skvm_ir.edits import Edit, EditKind, Side
from skvm.skvm_ir.module import Module, Skill, SkillSource
from skvm.skvm_ir.op import Name, Origin, Range
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.step_ops import Act
from skvm.skvm_ir.verifier import check, snapshot, vanished, verify

FOLDER = Path(__file__).parent / "ill_formed"
FILES = sorted(FOLDER.glob("*.sir"))
MARK = re.compile(r'error: (SKV\d+) "((?:[^"\\]|\\.)*)" col (\d+)')
SOUND = (Path(__file__).parent / "sound.sir").read_bytes()


def findings_of(source: Source) -> list[Diagnostic]:
    try:
        return verify(parse_module(source))
    except SkvmError as error:
        return list(error.diagnostics)


def sound() -> Module:
    return parse_module(Source("sound.sir", SOUND))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_marked_errors_are_found_and_no_others(path: Path) -> None:
    source = Source(path.name, path.read_bytes())
    marked = [
        (number, int(mark[3]), mark[1], mark[2])
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for mark in MARK.finditer(line)
    ]
    assert marked, "a golden file marks at least one error"
    found = findings_of(source)
    for finding in found:
        assert finding.span is not None
        assert finding.span.source.path == path.name
        wanted = next(
            (mark for mark in marked if mark[:3] == (finding.span.line, finding.span.column, finding.code)), None
        )
        assert wanted is not None, finding.render()
        assert wanted[3] in finding.message
        marked.remove(wanted)
    assert not marked, "\n".join(finding.render() for finding in found)


def test_there_are_many_kinds_of_errors() -> None:
    codes = {mark[1] for path in FILES for mark in MARK.finditer(path.read_text("utf-8"))}
    assert len(FILES) >= 40
    assert len(codes) >= 45


RENDERED = {
    "unresolved_names": """\
unresolved_names.sir:12:24: error[SKV220]: nothing in this skill is called @deplyo
12 |     act @report after [@deplyo] from [b0]  // error: SKV220 "nothing in this skill is called @deplyo
                            ^^^^^^^
help: did you mean '@deploy'?""",
    "value_out_of_its_scope": """\
value_out_of_its_scope.sir:20:17: error[SKV244]: @report uses %cause out of its scope, 'case'
20 |     act @report(%cause, %note) from [b0]  // error: SKV244 "@report uses %cause out of its scope, 'c
                     ^^^^^^
help: values leave a scope by 'yield', as its results""",
    "dangling_reference": """\
dangling_reference.sir:13:21: error[SKV264]: the reference goes to b2, which e1 deletes
13 |     ref [b0:3+2] to b2  // error: SKV264 "the reference goes to b2, which e1 deletes" col 21
                         ^^
help: edit b0:3+2 as well, or leave b2 where it is""",
    "unknown_shape": """\
unknown_shape.sir:4:11: error[SKV200]: skill 's': its shape is 'prosedure', wanted procedure, menu or reference
4 | skill @s {shape = "prosedure"} {  // error: SKV200 "wanted procedure, menu or reference" col 11
              ^^^^^
help: did you mean 'procedure'?""",
    "citation_inside_a_character": """\
citation_inside_a_character.sir:11:18: error[SKV212]: b0:0+2: byte 2 of b0 is inside a character
11 |     act @a from [b0:0+2]  // error: SKV212 "byte 2 of b0 is inside a character" col 18
                      ^^^^^^
help: begin and end on character boundaries""",
}


@pytest.mark.parametrize("name", RENDERED)
def test_rendered(name: str) -> None:
    path = FOLDER / f"{name}.sir"
    shown = [finding.render() for finding in findings_of(Source(path.name, path.read_bytes()))]
    assert RENDERED[name] in shown


def test_sound_module_with_every_feature_is_silent() -> None:
    assert [finding.render() for finding in verify(sound())] == []
    check(sound())


def test_each_op_occurs_in_the_sound_module() -> None:
    from skvm.skvm_ir.dialect import OPS

    skill = sound().skills[0]
    used = {op.name for op in (*skill.ops(), *skill.notes)}
    assert used == set(OPS)


def test_check_names_the_culprit() -> None:
    module = sound()
    module.skills[0].attributes["shape"] = "list"
    with pytest.raises(SkvmError) as raised:
        check(module, culprit="drop-dead")
    (finding,) = raised.value.diagnostics
    assert finding.help.endswith("the module was sound before 'drop-dead' ran")


def test_the_place_of_a_lifted_op_is_what_it_cites() -> None:
    source = Source("form/SKILL.md", b"# Form\n\nDo it.\n")
    blocks = [Block(0, BlockKind.HEADING, 0, 0, 7, {"level": 1}), Block(1, BlockKind.BLANK, 0, 7, 1)]
    blocks.append(Block(2, BlockKind.PARAGRAPH, 0, 8, 7))
    skill = Skill("form", {"shape": "procedure"}, [SkillSource("SKILL.md", source)], blocks)
    op = Act(symbol="tidy", after=(Name("@deploy"),), citations=(Range(2, 3, 2),), parent=skill.flow)
    skill.flow.ops.append(op)
    (finding,) = verify(Module([skill]))
    assert finding.render() == (
        "form/SKILL.md:3:4: error[SKV220]: nothing in this skill is called @deploy\n"
        "3 | Do it.\n"
        "       ^^\n"
        "help: names must be those of ops, values or files of this skill"
    )


def test_a_skill_twice_and_none() -> None:
    assert [finding.code for finding in verify(Module())] == ["SKV200"]
    module = sound()
    module.skills.append(sound().skills[0])
    assert [finding.message for finding in verify(module)] == ["two skills are called 'form-filler'"]


def test_source_that_is_not_utf8_and_leaf_beyond_its_end() -> None:
    source = Source("SKILL.md", b"a\xff\n")
    skill = Skill("s", {"shape": "reference"}, [SkillSource("SKILL.md", source)])
    skill.blocks = [Block(0, BlockKind.PARAGRAPH, 0, 0, 9)]
    assert sorted(finding.code for finding in verify(Module([skill]))) == ["SKV200", "SKV203"]
    skill.blocks = []
    assert sorted(finding.code for finding in verify(Module([skill]))) == ["SKV200", "SKV201"]


def test_what_vanished_without_an_edit_is_found() -> None:
    module = sound()
    before = snapshot(module)
    assert vanished(before, module) == []
    skill = module.skills[0]
    tidy = next(op for op in skill.flow.walk() if op.symbol == "tidy")
    assert tidy.parent is not None
    tidy.parent.ops.remove(tidy)
    skill.notes.clear()
    with pytest.raises(SkvmError) as raised:
        check(module, "drop-dead", before)
    assert [finding.code for finding in raised.value.diagnostics] == ["SKV270"]
    skill.edits.append(Edit(99, EditKind.KEEP, tidy.citations, Origin("drop-dead", "no effect"), target="@tidy"))
    check(module, "drop-dead", before)


WHY = Origin("schedule", "stages")
DELETE_B1 = Edit(1, EditKind.DELETE, (Range(1),), WHY)
MOVE_ALL = Edit(1, EditKind.MOVE, (Range(0), Range(1)), WHY, target="more.md")


@pytest.mark.parametrize(
    ("edits", "codes"),
    [
        ([DELETE_B1, Edit(2, EditKind.REPLACE, (Range(1, 0, 2),), WHY, "x")], ["SKV263"]),
        ([DELETE_B1, Edit(2, EditKind.REPLACE, (Range(0),), WHY, "x")], []),
        ([DELETE_B1, Edit(2, EditKind.INSERT, (Range(1, 2, 0),), WHY, "x", side=Side.BEFORE)], ["SKV263"]),
        ([DELETE_B1, Edit(2, EditKind.INSERT, (Range(1),), WHY, "x", side=Side.BEFORE)], []),
        ([DELETE_B1, Edit(2, EditKind.INSERT, (Range(1),), WHY, "x", side=Side.AFTER)], []),
        ([DELETE_B1, Edit(2, EditKind.KEEP, (Range(1),), WHY, target="%old")], ["SKV263"]),
        ([DELETE_B1, Edit(2, EditKind.REPLACE, (Range(1),), WHY, "x", was=(1,))], []),
        ([MOVE_ALL, Edit(2, EditKind.REPLACE, (Range(1, 0, 2),), WHY, "x")], []),
        ([MOVE_ALL, Edit(2, EditKind.DELETE, (Range(0),), WHY)], []),
        ([MOVE_ALL, Edit(2, EditKind.MOVE, (Range(1),), WHY, target="other.md")], ["SKV263"]),
        ([Edit(1, EditKind.REPLACE, (Range(0), Range(0, 0, 2)), WHY, "x")], ["SKV263"]),
        ([Edit(1, EditKind.INSERT, (), WHY, (Range(0, 0, 2),), "new.py", Side.INTO)], []),
        ([Edit(1, EditKind.INSERT, (), WHY, "x", "../new.py", Side.INTO)], ["SKV262"]),
        ([Edit(1, EditKind.INSERT, (), WHY, "x", "new.py", Side.AFTER)], ["SKV262", "SKV262"]),
        ([Edit(1, EditKind.DELETE, (Range(0),), Origin("drop-dead", ""))], ["SKV262"]),
    ],
)
def test_edits_side_by_side(edits: list[Edit], codes: list[str]) -> None:
    source = Source("SKILL.md", b"Do it.\nDo so.\n")
    blocks = [Block(0, BlockKind.PARAGRAPH, 0, 0, 7), Block(1, BlockKind.PARAGRAPH, 0, 7, 7)]
    skill = Skill("s", {"shape": "reference"}, [SkillSource("SKILL.md", source)], blocks, edits=edits)
    assert [finding.code for finding in verify(Module([skill]))] == codes
