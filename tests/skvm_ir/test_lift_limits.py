"""What bounds lifting: many steps, rules and jumps, long lines, deep nesting."""

import pytest
from skvm.skvm_ir.bundle import Bundle
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.lift_build import MAXIMUM_OPS
from skvm.skvm_ir.lift_rules import MAXIMUM_RULES
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.verifier import verify


def lift_skill(text: str) -> Skill:
    module, _ = lift(Bundle.of_bytes("folder", {"SKILL.md": text.encode()}))
    assert list(verify(module)) == []
    (skill,) = module.skills
    assert b"".join(skill.block_bytes(leaf) for leaf in skill.leaves()) == text.encode()
    return skill


@pytest.mark.parametrize("unit", ["1. Check it\n", "- If it rains → go in\n"])
def test_the_flow_ends_at_the_limit_with_a_remark(unit: str) -> None:
    skill = lift_skill("# T\n\n## Workflow\n\n" + unit * (MAXIMUM_OPS + 10))
    assert MAXIMUM_OPS - 5 <= sum(1 for _ in skill.flow.walk()) <= 2 * MAXIMUM_OPS
    assert [note.text("rule") for note in skill.notes] == ["too-many-ops"]


def test_rules_end_at_the_limit() -> None:
    skill = lift_skill("Never do that one. " * (MAXIMUM_RULES + 10))
    assert sum(op.name == "rule" for op in skill.flow.walk()) == MAXIMUM_RULES


@pytest.mark.parametrize(
    "text",
    [
        "## Workflow\n\n```sh\nls " + "<a" * 20_000 + "\n```\n",
        "## Workflow\n\n```sh\n" + "$SKILL" * 20_000 + "\n```\n",
        "## Workflow\n\n```sh\necho '" + '"' * 20_001 + "\n```\n",
        "## Workflow\n\n1. Run " + "`" * 40_000 + "\n2. Check " + "if " * 20_000 + "\n",
        "## Workflow\n\n1. Return to " + "step " * 20_000 + "\n2. Repeat until " + "until " * 20_000 + "\n",
        "#" * 40_000 + "\n" + "*" * 40_000 + "\n" + "_a" * 20_000,
        "You must " + "never, é " * 20_000 + "\n",
    ],
    ids=["holes", "dollars", "quotes", "backticks", "jumps", "marks", "rule"],
)
def test_hostile_lines_lift(text: str) -> None:
    assert lift_skill(text).sources[0].source.data == text.encode()


def test_deep_lists_lift() -> None:
    text = "## Workflow\n\n" + "".join("  " * depth + "- Check it\n" for depth in range(60)) + "- Check the rest\n"
    assert lift_skill(text).shape == "procedure"
