"""The rewriter keeps names, links and edits right whatever a pass does; what comes out is sound."""

from pathlib import Path

import pytest
from skvm.grammar.source import Source
from skvm.skvm_ir.builder import Builder
from skvm.skvm_ir.control_ops import Choose, Seq
from skvm.skvm_ir.declaration_ops import Hazard
from skvm.skvm_ir.edits import EditKind, Side
from skvm.skvm_ir.module import Module, Skill
from skvm.skvm_ir.needs import Need
from skvm.skvm_ir.op import Name, Op, Origin, Range, Region, Value
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_op
from skvm.skvm_ir.rewriter import Rewriter
from skvm.skvm_ir.step_ops import Act, Exec, Reason
from skvm.skvm_ir.value_types import JSON, TEXT
from skvm.skvm_ir.verifier import verify
from skvm.skvm_ir.walk import dominates, enclosing, free_values, groups, jumps_to, name_uses, named, positions, uses

TEXT_OF_MODULE = """\
sir 1

skill @deploy {shape = "procedure"} {
  source 0 {path = "SKILL.md"}
  file @tool {path = "tool.py"}
  text {
    b0 item {number = 1} @0:0+8
      "1. Read\\n"
    b1 item {number = 2} @0:8+9
      "2. Build\\n"
    b2 item {number = 3} @0:17+8
      "3. Ship\\n"
    ref [b2:3+4] to @tool
  }
  flow {
    rule @careful {force = "must", binds = [%built]} from [b0]
    seq @work from [b0] {
      %notes: text = read {path = "notes.md"} from [b0]
      %built: json = exec(%notes) {run = ["python", @tool, "$0"]} after [%notes] from [b1]
      act @ship after [%built] from [b2]
    }
    back @again(%built) {to = @work, when = "not $0"} after [@ship] from [b2]
  }
  notes {
    remark {kind = "analysis", pass = "lift", on = [%built]} from [b1]
  }
}
"""


@pytest.fixture
def skill() -> Skill:
    return parse_module(Source("deploy.sir", TEXT_OF_MODULE.encode())).skills[0]


def find(skill: Skill, name: str) -> Op:
    return named(skill)[name]


def texts(names: tuple[Name, ...]) -> list[str]:
    return [name.text for name in names]


def assert_sound(skill: Skill) -> None:
    assert [finding.render() for finding in verify(Module([skill]))] == []


def test_split_chains_the_parts_and_keeps_the_names_right(skill: Skill) -> None:
    rewriter = Rewriter(skill, "capability-lower")
    old = find(skill, "%built")
    notes = find(skill, "%notes").results[0]
    first = Exec(symbol="configure", operands=[notes], attributes={"run": ("configure", "$0")})
    value = Value("made", JSON)
    last = Exec(results=[value], attributes={"run": ("make",)})
    rewriter.split(old, [first, last], {old.results[0]: value}, reason="tool.exec L2")
    rewriter.add_edit(EditKind.REPLACE, old.citations, "tool.exec L2", content=(Name("@configure"), Name("%made")))
    assert texts(first.after) == ["%notes"]
    assert texts(last.after) == ["@configure"]
    assert texts(find(skill, "@ship").after) == ["%made"]
    assert texts(find(skill, "@careful").names("binds")) == ["@configure", "%made"]
    assert texts(skill.notes[0].names("on")) == ["@configure", "%made"]
    assert find(skill, "@again").operands == [value]
    assert last.citations == old.citations
    assert last.origin == Origin("capability-lower", "tool.exec L2")
    assert_sound(skill)


def test_split_into_parts_of_which_one_keeps_the_name(skill: Skill) -> None:
    rewriter = Rewriter(skill, "capability-lower")
    old = find(skill, "@ship")
    parts = [Act(symbol="ship"), Act(symbol="announce")]
    rewriter.split(old, parts, {}, reason="follow.procedure L2")
    rewriter.add_edit(
        EditKind.REPLACE, old.citations, "follow.procedure L2", content=(Name("@ship"), Name("@announce"))
    )
    assert texts(parts[0].after) == ["%built"]
    assert texts(parts[1].after) == ["@ship"]
    assert texts(find(skill, "@again").after) == ["@announce"]
    assert_sound(skill)


def test_replace_gives_after_all_new_ops(skill: Skill) -> None:
    rewriter = Rewriter(skill, "schedule")
    old = find(skill, "@ship")
    new = [Act(symbol="upload"), Act(symbol="announce")]
    rewriter.replace_op(old, new, {}, reason="stages")
    rewriter.add_edit(EditKind.REPLACE, old.citations, "stages", content=(Name("@upload"), Name("@announce")))
    assert [texts(op.after) for op in new] == [["%built"], ["%built"]]
    assert texts(find(skill, "@again").after) == ["@upload", "@announce"]
    assert_sound(skill)


def test_a_replacement_without_a_name_gets_one_when_somebody_names_it(skill: Skill) -> None:
    rewriter = Rewriter(skill, "schedule")
    choose = Builder(skill).op(Choose, takes=[])
    choose.region = Region(parent=choose)
    assert choose.parent is not None
    choose.parent.ops.remove(choose)
    choose.parent = None
    rewriter.replace_op(find(skill, "@ship"), [choose], {})
    assert texts(find(skill, "@again").after) == ["@choose"]
    assert choose.symbol == "choose"


def test_replace_of_a_used_value_wants_another(skill: Skill) -> None:
    rewriter = Rewriter(skill, "schedule")
    with pytest.raises(ValueError, match="%built is still used"):
        rewriter.replace_op(find(skill, "%built"), [Act(symbol="build")], {})
    with pytest.raises(ValueError, match="at least one"):
        rewriter.replace_op(find(skill, "@ship"), [], {})


def test_a_jump_follows_its_group(skill: Skill) -> None:
    rewriter = Rewriter(skill, "schedule")
    old = find(skill, "@work")
    group = Seq(symbol="phase", region=Region())
    assert group.region is not None
    assert old.region is not None
    group.region.ops = old.region.ops
    for op in group.region.ops:
        op.parent = group.region
    old.region.ops = []
    rewriter.replace_op(old, [group], {}, reason="stages")
    assert texts(find(skill, "@again").names("to")) == ["@phase"]
    assert_sound(skill)


def test_a_jump_wants_a_group(skill: Skill) -> None:
    with pytest.raises(ValueError, match="replaced by 0 groups"):
        Rewriter(skill, "schedule").replace_op(
            find(skill, "@work"), [Act(symbol="work_2")], {find(skill, "%built").results[0]: Value("x", JSON)}
        )


def test_erase_closes_the_chain_and_keeps_the_text(skill: Skill) -> None:
    rewriter = Rewriter(skill, "merge-equal")
    edit = rewriter.erase_op(find(skill, "@ship"), keep_reason="said twice")
    assert edit is not None
    assert (edit.kind, edit.ranges, edit.target) == (EditKind.KEEP, (Range(2),), "@ship")
    assert texts(find(skill, "@again").after) == ["%built"]
    assert_sound(skill)


def test_erase_with_an_edit(skill: Skill) -> None:
    rewriter = Rewriter(skill, "drop-dead")
    rewriter.erase_op(find(skill, "@again"), keep_reason="never runs")
    skill.references.clear()
    edit = rewriter.add_edit(EditKind.DELETE, [Range(2)], "holds on Windows only", supersedes=rewriter.edits)
    assert rewriter.erase_op(find(skill, "@ship"), edit=edit) is edit
    assert [op.name for op in skill.flow.walk()] == ["rule", "seq", "read", "exec"]
    assert_sound(skill)


def test_erase_refuses_what_would_break_the_skill(skill: Skill) -> None:
    rewriter = Rewriter(skill, "drop-dead")
    with pytest.raises(ValueError, match=r"%built of %built is still used by @again"):
        rewriter.erase_op(find(skill, "%built"), keep_reason="x")
    again = find(skill, "@again")
    again.operands.clear()
    again.attributes.pop("when")
    with pytest.raises(ValueError, match="would bind everything"):
        rewriter.erase_op(find(skill, "%built"), keep_reason="x")
    rewriter.set_attribute(find(skill, "@careful"), "binds", None)
    with pytest.raises(ValueError, match="'to' names @work"):
        rewriter.erase_op(find(skill, "@work"), keep_reason="x")
    with pytest.raises(ValueError, match="say why"):
        rewriter.erase_op(find(skill, "@ship"))
    rewriter.add_edit(EditKind.REPLACE, [Range(2)], "stages", content=(Name("@ship"),))
    with pytest.raises(ValueError, match="e1 words nothing but"):
        rewriter.erase_op(find(skill, "@ship"), keep_reason="x")


def test_what_came_after_an_erased_op_comes_after_what_it_used(skill: Skill) -> None:
    rewriter = Rewriter(skill, "merge-equal")
    built = find(skill, "%built")
    find(skill, "@again").operands.clear()
    find(skill, "@again").attributes.pop("when")
    rewriter.set_attribute(find(skill, "@careful"), "binds", (Name("@ship"),))
    rewriter.set_after(built, ())
    rewriter.erase_op(built, keep_reason="said twice")
    assert texts(find(skill, "@ship").after) == ["%notes"]
    assert skill.notes[0].names("on") == ()
    assert_sound(skill)


def test_rename_reaches_every_name(skill: Skill) -> None:
    rewriter = Rewriter(skill, "link")
    rewriter.rename(find(skill, "%built").results[0], "output")
    rewriter.rename(find(skill, "@work"), "phase")
    rewriter.rename(find(skill, "@tool"), "build_tool")
    assert texts(find(skill, "@ship").after) == ["%output"]
    assert texts(find(skill, "@careful").names("binds")) == ["%output"]
    assert texts(find(skill, "@again").names("to")) == ["@phase"]
    assert find(skill, "%output").attributes["run"] == ("python", Name("@build_tool"), "$0")
    assert skill.references[0].target == "@build_tool"
    assert_sound(skill)
    with pytest.raises(ValueError, match="cannot call"):
        rewriter.rename(find(skill, "@ship"), "phase")


def test_insert_and_move(skill: Skill) -> None:
    rewriter = Rewriter(skill, "inline")
    ship = find(skill, "@ship")
    one, two = Act(symbol="one"), Act(symbol="two")
    rewriter.insert_before(ship, one)
    rewriter.insert_behind(ship, two)
    work = find(skill, "@work")
    assert work.region is not None
    assert [op.symbol for op in work.region.ops][2:] == ["one", "ship", "two"]
    rewriter.move_op(one, behind=two)
    rewriter.move_op(two, before=work)
    assert [op.symbol for op in work.region.ops][2:] == ["ship", "one"]
    assert two.parent is skill.flow
    assert_sound(skill)
    with pytest.raises(ValueError, match="outside of itself"):
        rewriter.move_op(work, before=ship)


def test_edits_are_numbered_and_supersede(skill: Skill) -> None:
    rewriter = Rewriter(skill, "schedule")
    one = rewriter.add_edit(EditKind.REPLACE, [Range(0)], "stages", content="1. Look\n")
    two = rewriter.add_edit(EditKind.INSERT, [Range(1)], "stages", content="Wait.\n", side=Side.AFTER)
    both = rewriter.supersede([one, two], EditKind.REPLACE, "stages", content="1. Look and build\n")
    assert [edit.number for edit in skill.edits] == [1, 2, 3]
    assert (both.ranges, both.was) == ((Range(0), Range(1)), (1, 2))
    assert skill.live_edits() == [both]
    assert rewriter.edits == [one, two, both]
    assert_sound(skill)


def test_a_lifted_op_that_an_edit_words_says_by_whom(skill: Skill) -> None:
    rewriter = Rewriter(skill, "capability-lower")
    rewriter.add_edit(EditKind.REPLACE, [Range(1)], "tool.exec L2", content=(Name("%built"),))
    assert find(skill, "%built").origin == Origin("capability-lower", "tool.exec L2")
    rewriter.rename(find(skill, "%built").results[0], "output")
    assert texts(skill.edits[0].worded) == ["%output"]
    assert_sound(skill)


def test_notes(skill: Skill) -> None:
    rewriter = Rewriter(skill, "audit")
    remark = rewriter.remark("missed", "split-chain", "a pipe", [find(skill, "%built")])
    hazard = rewriter.add_note(Hazard, [Range(1)], kind="pipe-to-shell")
    assert skill.notes[1:] == [remark, hazard]
    assert print_op(hazard) == 'hazard {pass = "audit", kind = "pipe-to-shell"} from [b1]'
    assert (remark.citations, remark.names("on")) == ((Range(1),), (Name("%built"),))
    assert_sound(skill)
    with pytest.raises(ValueError, match="'act' is no note"):
        rewriter.add_note(Act)


def test_small_settings(skill: Skill) -> None:
    rewriter = Rewriter(skill, "infer-needs")
    ship = find(skill, "@ship")
    built = find(skill, "%built").results[0]
    rewriter.set_needs(ship, [Need("tool.exec", 1, 80)])
    rewriter.set_operand(ship, 0, built)
    rewriter.set_after(ship, [Name("%built"), Name("%built")])
    rewriter.set_operand(ship, 0, find(skill, "%notes").results[0])
    assert print_op(ship) == "act @ship(%notes) after [%built] needs [tool.exec:L1 80] from [b2]"
    with pytest.raises(ValueError, match="no attribute 'colour'"):
        rewriter.set_attribute(ship, "colour", "red")
    assert_sound(skill)


def test_a_builder_of_a_pass_signs_its_ops(skill: Skill) -> None:
    builder = Rewriter(skill, "inline").builder("rules", plan=True, citations=[Range(0)])
    op = builder.op(Reason, results=[("notes", TEXT)])
    assert print_op(op) == '%notes_2: text = reason by inline for "rules" plan from [b0]'
    assert_sound(skill)


def test_walks(skill: Skill) -> None:
    built, ship, again, work = (find(skill, name) for name in ("%built", "@ship", "@again", "@work"))
    notes = find(skill, "%notes").results[0]
    assert uses(skill) == {notes: [built], built.results[0]: [again]}
    assert list(enclosing(built)) == [work]
    assert groups(skill) == {"work": work}
    assert jumps_to(skill, "work") == [again]
    assert positions(skill)[again] == 5
    assert free_values(work) == {}
    assert dominates(skill, built.results[0], again)
    assert dominates(skill, built.results[0], ship)
    assert not dominates(skill, built.results[0], built)
    assert [(use.attribute, texts(use.names)) for use in name_uses(skill)] == [
        ("binds", ["%built"]),
        ("", ["%notes"]),
        ("run", ["@tool"]),
        ("", ["%built"]),
        ("", ["@ship"]),
        ("to", ["@work"]),
        ("on", ["%built"]),
    ]


def test_free_values_follow_the_jumps() -> None:
    path = Path(__file__).parent / "sound.sir"
    skill = parse_module(Source(path.name, path.read_bytes())).skills[0]
    fallback = find(skill, "@fallback")
    assert [str(value) for value in free_values(fallback)] == ["%form"]
    assert not dominates(skill, find(skill, "%copy").results[0], find(skill, "@tidy"))
    assert dominates(skill, find(skill, "%raw").results[0], find(skill, "@tidy"))
    assert dominates(skill, find(skill, "%path").results[0], find(skill, "@tidy"))
    caller = find(skill, "@deploy_again")
    runs = Seq(symbol="runs", region=Region(ops=[caller]))
    assert [str(value) for value in free_values(runs, groups(skill))] == ["%path", "%form"]
