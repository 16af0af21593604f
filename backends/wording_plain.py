"""Words for any op that has no worder of its own: what it does, and with what."""

from collections.abc import Sequence

from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op
from ..skvm_ir.target import Target
from .wording_base import Placement, Site, Wording, cited_text, code_span
from .wording_commands import command_line

_OBJECTS = ("path", "url", "tool", "skill", "agent")


def word_plain(skill: Skill, ops: Sequence[Op], site: Site, target: Target | None) -> Wording:
    """One line an op, as a list where there are several; in the middle of a sentence they are joined by "then"."""
    said = [_said(skill, op, target) for op in ops]
    if site.placement is Placement.INLINE:
        return Wording(", then ".join(said))
    if site.placement is Placement.CODE:
        return Wording(lines=tuple(f"# {line}" for line in said))
    return Wording(lines=tuple(said) if len(said) == 1 else tuple(f"{at}. {line}" for at, line in enumerate(said, 1)))


def _said(skill: Skill, op: Op, target: Target | None) -> str:
    """The op's own words where it cites them by ``say``, else its name and what it works on."""
    if op.name == "exec":
        return f"run {code_span(command_line(skill, op, target))}"
    words = " ".join(cited_text(skill, op.ranges("say")).split())
    if words:
        return words
    named = next((op.text(key) for key in _OBJECTS if op.text(key)), "")
    return f"{op.name} {code_span(named)}" if named else op.name
