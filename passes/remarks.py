"""What passes say about their decisions: ``remark`` ops in the notes of the skill, read back for people."""

import re
from collections.abc import Iterable, Iterator
from enum import Enum

from ..skvm_ir.declaration_ops import Remark
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.op import Attribute, Name, Op, Range
from .notes import replace_notes


class RemarkKind(Enum):
    """What a remark reports: something done, something wanted but not done, or something found."""

    PASSED = "passed"
    MISSED = "missed"
    ANALYSIS = "analysis"


def make_remark(
    pass_name: str,
    kind: RemarkKind,
    rule: str,
    message: str,
    *,
    on: Iterable[Op] = (),
    need: str = "",
    citations: tuple[Range, ...] = (),
) -> Remark:
    """A remark that is not yet in any skill.

    ``rule`` names the rule of the pass that decided, ``on`` the ops it is about (those without a name are left out),
    ``need`` a need as its ``str()`` or ``demand`` spells it, ``citations`` the bytes that show it.
    """
    labels = tuple(label for op in on if (label := op.label) is not None)
    attributes: dict[str, Attribute] = {"kind": kind.value, "pass": pass_name, "rule": rule, "message": message}
    if labels:
        attributes["on"] = labels
    if need:
        attributes["need"] = need
    return Remark(attributes=attributes, citations=citations)


def replace_remarks(skill: Skill, pass_name: str, remarks: Iterable[Remark]) -> bool:
    """Put ``remarks`` where those of ``pass_name`` stood (else at the end); False when they say the same as before.

    So a second run of an analysis does not say things twice, and leaves the notes of others in their order.
    """
    return replace_notes(skill, Remark, pass_name, remarks)


def remarks_of(skill: Skill, pass_pattern: re.Pattern[str] | None = None) -> Iterator[Remark]:
    """The remarks of ``skill`` in order; with a pattern those of the passes whose whole name it matches."""
    for note in skill.notes:
        if isinstance(note, Remark) and (pass_pattern is None or pass_pattern.fullmatch(note.text("pass"))):
            yield note


def render_remarks(module: Module, pattern: re.Pattern[str] | None = None) -> Iterator[str]:
    """The remarks of all skills as lines for people: ``SKILL.md:12:1: missed [pass/rule]: message (need, on)``."""
    for skill in module.skills:
        for note in remarks_of(skill, pattern):
            yield _line(skill, note)


def _line(skill: Skill, note: Remark) -> str:
    place = skill.place_of(note)
    where = f"{place.source.path}:{place.line}:{place.column}" if place is not None else f"@{skill.name}"
    about = [text for text in (note.text("need"), ", ".join(map(str, _on(note)))) if text]
    tail = f" ({'; '.join(about)})" if about else ""
    return f"{where}: {note.text('kind')} [{note.text('pass')}/{note.text('rule')}]: {note.text('message')}{tail}"


def _on(note: Remark) -> tuple[Name, ...]:
    return note.names("on")
