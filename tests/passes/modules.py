"""Small modules for the tests of this folder."""

from skvm.grammar.blocks import parse_blocks
from skvm.grammar.source import Source
from skvm.skvm_ir.module import Module, Skill, SkillSource
from skvm.skvm_ir.op import Range
from skvm.skvm_ir.step_ops import Act, Exec

TEXT = "# Build\n\nRun `make all`.\n\nThen tidy up.\n"


def build_module(text: str = TEXT, name: str = "build") -> Module:
    """A skill of a command and a step behind it, over ``text``; its blocks are b0 to b4."""
    source = Source("SKILL.md", text.encode())
    blocks, _ = parse_blocks(source)
    skill = Skill(name, {"shape": "procedure"}, [SkillSource("SKILL.md", source)], blocks)
    if text == TEXT:
        make = Exec(symbol="make", attributes={"run": ("make", "all")}, citations=(Range(2),))
        tidy = Act(symbol="tidy", citations=(Range(4),))
        for op in (make, tidy):
            op.parent = skill.flow
            skill.flow.ops.append(op)
    return Module([skill])
