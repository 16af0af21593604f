"""Mutations: each breaks a sound module in one way, at a place the seed chooses, and the verifier finds it."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from skvm.grammar.block import Block
from skvm.grammar.source import Source
from skvm.skvm_ir.control_ops import Seq
from skvm.skvm_ir.edits import Edit, EditKind, Side
from skvm.skvm_ir.module import Module, Reference, Skill
from skvm.skvm_ir.needs import Need
from skvm.skvm_ir.op import Name, Op, Origin, Range, Region, Value
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.step_ops import Act, Reason
from skvm.skvm_ir.value_types import FILE, NUMBER, TEXT
from skvm.skvm_ir.verifier import verify

SOUND = (Path(__file__).parent / "sound.sir").read_bytes()


def sound() -> Module:
    return parse_module(Source("sound.sir", SOUND))


Mutation = Callable[[Skill, random.Random], str]


def _steps(skill: Skill) -> list[Op]:
    return [op for op in skill.flow.walk() if op.label is not None]


def _all_leaves(skill: Skill) -> list[Block]:
    return list(skill.leaves())


def shift_a_leaf(skill: Skill, pick: random.Random) -> str:
    leaf = pick.choice(_all_leaves(skill)[1:])
    leaf.start += 1
    return "SKV201"


def lengthen_a_leaf(skill: Skill, pick: random.Random) -> str:
    leaf = pick.choice(_all_leaves(skill)[:-1])
    leaf.length += 1
    return "SKV2"


def drop_a_root(skill: Skill, pick: random.Random) -> str:
    skill.blocks.pop(pick.randrange(len(skill.blocks)))
    return "SKV201"


def swap_roots(skill: Skill, pick: random.Random) -> str:
    at = pick.randrange(3, len(skill.blocks) - 1)
    skill.blocks[at], skill.blocks[at - 1] = skill.blocks[at - 1], skill.blocks[at]
    return "SKV205"


def repeat_a_number(skill: Skill, pick: random.Random) -> str:
    pick.choice(_all_leaves(skill)[1:]).number = 0
    return "SKV205"


def forget_a_parent_block(skill: Skill, pick: random.Random) -> str:
    pick.choice([block for block in skill.walk_blocks() if block.parent is not None]).parent = None
    return "SKV206"


def cite_nowhere(skill: Skill, pick: random.Random) -> str:
    op = pick.choice(_steps(skill))
    op.citations = (*op.citations, pick.choice((Range(999), Range(2, 0, 999), Range(2, -1, 2), Range(0, skill="no"))))
    return "SKV21"


def refer_nowhere(skill: Skill, pick: random.Random) -> str:
    at = pick.randrange(len(skill.references))
    targets = (Range(999), "@nowhere", "docs/x.md")
    skill.references[at] = Reference(skill.references[at].range, pick.choice(targets))
    return "SKV2"


def come_after_nobody(skill: Skill, pick: random.Random) -> str:
    pick.choice(_steps(skill)).after += (Name("@nobody"),)
    return "SKV220"


def come_after_oneself(skill: Skill, pick: random.Random) -> str:
    op = pick.choice(_steps(skill))
    assert op.label is not None
    op.after += (op.label,)
    return "SKV253"


def take_a_name_twice(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in _steps(skill) if op.symbol and op.symbol != "tidy"])
    op.symbol = "tidy"
    return "SKV221"


def lose_a_name(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in _steps(skill) if op.symbol and op.name in ("act", "stop", "go", "seq", "rule")])
    op.symbol = ""
    return "SKV223"


def add_an_attribute(skill: Skill, pick: random.Random) -> str:
    pick.choice(_steps(skill)).attributes["colour"] = "red"
    return "SKV231"


def spoil_an_attribute(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in skill.ops() if op.attributes])
    op.attributes[pick.choice(sorted(op.attributes))] = (True, Range(0), "x")
    return "SKV232"


def drop_a_required_attribute(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in (*skill.ops(), *skill.notes) if op.signature.required])
    del op.attributes[op.signature.required[0]]
    return "SKV233"


def speak_of_no_operand(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in skill.flow.walk() if "when" in op.signature.attributes and op.name != "case"])
    op.attributes["when"] = f"not ${len(op.operands) + pick.randrange(3)}"
    return "SKV235"


def need_something_unknown(skill: Skill, pick: random.Random) -> str:
    pick.choice(_steps(skill)).needs = (Need("tool.magic", 1, 50),)
    return "SKV238"


def lose_a_region(skill: Skill, pick: random.Random) -> str:
    pick.choice([op for op in skill.flow.walk() if op.region is not None and op.name != "rule"]).region = None
    return "SKV239"


def use_a_stranger(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in skill.flow.walk() if op.signature.role.value == "step"])
    op.operands.append(Value("stranger", TEXT))
    return "SKV245"


def use_what_comes_later(skill: Skill, pick: random.Random) -> str:
    steps = [op for op in skill.flow.ops if op.name == "reason"]
    at = pick.randrange(len(steps) - 1)
    steps[at].operands.append(pick.choice(steps[at + 1 :]).results[0])
    return "SKV243"


def use_an_inner_value(skill: Skill, pick: random.Random) -> str:
    inner = [op for top in skill.flow.ops if top.name == "foreach" and top.region for op in top.region.ops]
    value = pick.choice([op.results[0] for op in inner if op.results])
    op = Act(symbol="late", operands=[value], parent=skill.flow)
    skill.flow.ops.append(op)
    return "SKV244"


def lose_a_yield(skill: Skill, pick: random.Random) -> str:
    scopes = [op for op in skill.flow.walk() if op.name in ("foreach", "repeat", "parallel") and op.results]
    region = pick.choice(scopes).region
    assert region is not None
    region.ops.pop()
    return "SKV24"


def yield_in_the_middle(skill: Skill, pick: random.Random) -> str:
    region = pick.choice([op.region for op in skill.flow.walk() if op.region is not None and op.name == "foreach"])
    region.ops.reverse()
    return "SKV24"


def clash_types(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in skill.flow.walk() if op.name in ("foreach", "repeat") and op.results])
    op.results[0].type = NUMBER
    return "SKV241"


def jump_at_a_step(skill: Skill, pick: random.Random) -> str:
    pick.choice([op for op in skill.flow.walk() if op.name in ("do", "go", "back")]).attributes["to"] = Name("@tidy")
    return "SKV222"


def jump_with_more(skill: Skill, pick: random.Random) -> str:
    op = pick.choice([op for op in skill.flow.walk() if op.name in ("do", "go")])
    op.attributes.pop("when", None)
    op.operands.append(skill.declarations[-1].results[0] if skill.declarations[-1].results else Value("x", FILE))
    return "SKV2"


def back_to_the_future(skill: Skill, pick: random.Random) -> str:
    backs = [op for op in skill.flow.walk() if op.name == "back" and op.parent is not None]
    later = Seq(symbol="later", region=Region(), parent=skill.flow)
    skill.flow.ops.append(later)
    op = pick.choice([op for op in backs if op.parent and not (op.parent.parent and op.parent.parent.name == "rule")])
    op.attributes["to"] = Name("@later")
    return "SKV250"


def put_a_step_into_notes(skill: Skill, pick: random.Random) -> str:
    skill.notes.insert(pick.randrange(len(skill.notes) + 1), Reason(symbol="odd"))
    return "SKV230"


def break_a_link(skill: Skill, pick: random.Random) -> str:
    op = pick.choice(_steps(skill))
    if op.results and pick.random() < 0.5:
        op.results[0].owner = None
    else:
        op.parent = Region()
    return "SKV254"


def edit_twice(skill: Skill, pick: random.Random) -> str:
    old = pick.choice([edit for edit in skill.live_edits() if edit.kind in (EditKind.REPLACE, EditKind.DELETE)])
    skill.edits.append(Edit(99, EditKind.REPLACE, old.ranges[:1], Origin("p", "r"), "x\n"))
    return "SKV263"


def edit_nothing(skill: Skill, pick: random.Random) -> str:
    edit = Edit(99, pick.choice((EditKind.REPLACE, EditKind.DELETE, EditKind.MOVE)), (), Origin("p", "r"))
    edit.content = "x" if edit.kind is EditKind.REPLACE else None
    edit.target = "more.md" if edit.kind is EditKind.MOVE else ""
    skill.edits.append(edit)
    return "SKV262"


def half_an_insert(skill: Skill, pick: random.Random) -> str:
    edit = Edit(99, EditKind.INSERT, (Range(0),), Origin("p", "r"), "x\n", side=Side.BEFORE)
    if pick.random() < 0.5:
        edit.side = None
    else:
        edit.content = None
    skill.edits.append(edit)
    return "SKV262"


def delete_a_goal(skill: Skill, pick: random.Random) -> str:
    goals = [one.target for one in skill.references if isinstance(one.target, Range)]
    skill.edits.append(Edit(99, EditKind.DELETE, (pick.choice(goals),), Origin("p", "r")))
    return "SKV264"


def word_nothing(skill: Skill, pick: random.Random) -> str:
    edit = pick.choice([edit for edit in skill.live_edits() if edit.worded])
    edit.content = "Do something else.\n"
    return "SKV267"


MUTATIONS: tuple[Mutation, ...] = (
    shift_a_leaf,
    lengthen_a_leaf,
    drop_a_root,
    swap_roots,
    repeat_a_number,
    forget_a_parent_block,
    cite_nowhere,
    refer_nowhere,
    come_after_nobody,
    come_after_oneself,
    take_a_name_twice,
    lose_a_name,
    add_an_attribute,
    spoil_an_attribute,
    drop_a_required_attribute,
    speak_of_no_operand,
    need_something_unknown,
    lose_a_region,
    use_a_stranger,
    use_what_comes_later,
    use_an_inner_value,
    lose_a_yield,
    yield_in_the_middle,
    clash_types,
    jump_at_a_step,
    jump_with_more,
    back_to_the_future,
    put_a_step_into_notes,
    break_a_link,
    edit_twice,
    edit_nothing,
    half_an_insert,
    delete_a_goal,
    word_nothing,
)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.__name__)
def test_a_mutation_is_found(mutation: Mutation) -> None:
    for seed in range(12):
        module = sound()
        code = mutation(module.skills[0], random.Random(seed))
        codes = [finding.code for finding in verify(module)]
        assert any(found.startswith(code) for found in codes), (seed, codes)


def test_several_mutations_at_once_never_crash_the_verifier() -> None:
    pick = random.Random(7)
    for _ in range(300):
        module = sound()
        for mutation in pick.sample(MUTATIONS, 3):
            try:
                mutation(module.skills[0], pick)
            except (IndexError, AssertionError, KeyError):
                continue  # an earlier mutation took away what this one needs
        assert verify(module)
