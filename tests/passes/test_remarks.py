"""Remarks: made, replaced in their place, read back for people."""

from skvm.passes.remarks import RemarkKind, make_remark, remarks_of, render_remarks, replace_remarks
from skvm.skvm_ir.op import Name, Range

from .modules import build_module


def test_a_remark_says_what_it_is_about() -> None:
    module = build_module()
    skill = module.skills[0]
    skill.notes.append(
        make_remark(
            "tidy",
            RemarkKind.MISSED,
            "split",
            "cannot split",
            on=skill.flow.ops,
            need="tool.exec L2",
            citations=(Range(4),),
        )
    )
    assert skill.notes[0].names("on") == (Name("@make"), Name("@tidy"))
    assert list(render_remarks(module)) == [
        "SKILL.md:5:1: missed [tidy/split]: cannot split (tool.exec L2; @make, @tidy)"
    ]


def test_a_remark_without_a_place_names_the_skill() -> None:
    module = build_module()
    module.skills[0].notes.append(make_remark("tidy", RemarkKind.PASSED, "whole", "all is tidy"))
    assert list(render_remarks(module)) == ["@build: passed [tidy/whole]: all is tidy"]


def test_remarks_are_replaced_where_they_stood() -> None:
    skill = build_module().skills[0]
    for name in ("one", "two", "one", "three"):
        skill.notes.append(make_remark(name, RemarkKind.ANALYSIS, "rule", "old"))
    new = make_remark("one", RemarkKind.ANALYSIS, "rule", "new")
    assert replace_remarks(skill, "one", [new])
    said = [(note.text("pass"), note.text("message")) for note in remarks_of(skill)]
    assert said == [("one", "new"), ("two", "old"), ("three", "old")]


def test_remarks_that_say_the_same_are_left_alone() -> None:
    skill = build_module().skills[0]
    old = make_remark("one", RemarkKind.ANALYSIS, "rule", "same")
    skill.notes.append(old)
    assert not replace_remarks(skill, "one", [make_remark("one", RemarkKind.ANALYSIS, "rule", "same")])
    assert skill.notes == [old]
    assert not replace_remarks(skill, "two", [])
