"""The builder: fresh names, links, and ops where the insertion point stands."""

from pathlib import Path

import pytest
from skvm.grammar.source import Source
from skvm.skvm_ir.builder import Builder, region_of, unique_name
from skvm.skvm_ir.control_ops import Foreach, Yield
from skvm.skvm_ir.declaration_ops import Require
from skvm.skvm_ir.module import Module, Skill, SkillSource
from skvm.skvm_ir.op import Origin, Range
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.step_ops import Act, Reason, Write
from skvm.skvm_ir.value_types import FILE, TEXT, list_of
from skvm.skvm_ir.verifier import verify
from skvm.skvm_ir.walk import taken_names


def empty() -> Skill:
    return Skill("s", {"shape": "procedure"}, [SkillSource("SKILL.md", Source("SKILL.md", b""))])


def test_what_is_built_is_sound() -> None:
    skill = empty()
    builder = Builder(skill, origin=Origin("inline", "rules", plan=True))
    files = builder.op(Reason, results=[("files", list_of(FILE))])
    loop = builder.op(Foreach, files.results[0], results=[("files", list_of(TEXT))], takes=[("file", FILE)])
    inner = builder.inside(loop)
    assert loop.region is not None
    made = inner.op(Reason, loop.region.arguments[0], results=[("file", TEXT)])
    inner.op(Yield, made.results[0])
    builder.op(Act, loop.results[0], symbol="files")
    assert [str(value) for value in skill.values()] == ["%files", "%files_2", "%file", "%file_2"]
    assert [op.symbol for op in skill.flow.ops] == ["", "", "files_3"]
    assert [finding.render() for finding in verify(Module([skill]))] == []


def test_the_insertion_point_moves_with_what_is_put_there() -> None:
    skill = empty()
    builder = Builder(skill)
    first, last = builder.op(Act, symbol="first"), builder.op(Act, symbol="last")
    builder.before(last)
    builder.op(Act, symbol="two")
    builder.op(Act, symbol="three")
    builder.behind(first).op(Act, symbol="one")
    builder.at_end(skill.flow).op(Act, symbol="end")
    assert [op.symbol for op in skill.flow.ops] == ["first", "one", "two", "three", "last", "end"]


def test_an_op_brings_its_own_origin_and_citations() -> None:
    skill = empty()
    builder = Builder(skill, origin=Origin("inline", "rules"), citations=(Range(1),))
    common = builder.op(Act, symbol="common")
    own = builder.op(Write, symbol="own", origin=Origin("inline", "files"), citations=[Range(2)])
    assert (common.origin, common.citations) == (Origin("inline", "rules"), (Range(1),))
    assert (own.origin, own.citations) == (Origin("inline", "files"), (Range(2),))


@pytest.mark.parametrize(
    ("stem", "name"),
    [
        ("fields", "fields_2"),
        ("fields_2", "fields_2"),
        ("new", "new"),
        ("two words!", "two_words"),
        ("…", "x"),
        ("a.b-c", "a.b-c"),
    ],
)
def test_unique_name(stem: str, name: str) -> None:
    skill = empty()
    Builder(skill).op(Reason, results=[("fields", TEXT)])
    assert unique_name(skill, stem) == name
    skill.declarations.append(Require(symbol=name))
    assert unique_name(skill, stem) != name


def test_names_of_notes_and_arguments_are_taken() -> None:
    path = Path(__file__).parent / "sound.sir"
    skill = parse_module(Source(path.name, path.read_bytes())).skills[0]
    assert {"form", "value", "path", "workflow", "pypdf", "inner"} <= taken_names(skill)


def test_an_op_that_stands_nowhere_has_no_region() -> None:
    with pytest.raises(ValueError, match="stands in no region"):
        region_of(Act(symbol="a"))
