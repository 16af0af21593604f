"""``skvm analyze --explain``: the text of a skill with what was found below each line, by which rule and how surely."""

from collections.abc import Iterator

from ..skvm_ir.effects import OpRole
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import parse_need
from ..skvm_ir.op import Op


def explained(skill: Skill) -> Iterator[str]:
    """The lines of ``SKILL.md``, numbered, each followed by the findings whose first citation begins on it."""
    found: dict[int, list[str]] = {}
    for line, text in _findings(skill):
        found.setdefault(line, []).append(text)
    source = skill.sources[0].source
    for number in range(1, len(source.line_starts) + 1):
        text = source.line_text(number)
        if text or number in found:
            yield f"{number:>5} | {text}".rstrip()
        yield from (f"      > {said}" for said in found.get(number, ()))


def _findings(skill: Skill) -> Iterator[tuple[int, str]]:
    """Line and words of each step, requirement and note that cites ``SKILL.md``, steps first."""
    for op in (*skill.flow.walk(), *skill.declarations, *skill.notes):
        line = _line(skill, op)
        said = _said(op) if line is not None else ""
        if line is not None and said:
            yield line, said


def _said(op: Op) -> str:
    role = op.signature.role
    if role in (OpRole.STEP, OpRole.RULE, OpRole.JUMP):
        return f"{op.name} {op.label or ''}{' when ' + op.text('when') if op.text('when') else ''}".strip()
    if op.name == "require":
        needed = "" if op.attributes.get("required") is not False else ", optional"
        return f"requires {op.text('kind')} {op.text('name')}{needed}"
    if op.name == "remark" and op.text("kind") == "analysis":
        return _remark(op)
    if op.name in ("hazard", "variant"):
        what = op.text("kind") or f"only for {op.text('only_for')}"
        return f"{op.name}: {what}{_because(op)}"
    return ""


def _remark(op: Op) -> str:
    """A need with its confidence, or what another pass found."""
    if op.text("pass") == "infer-needs" and op.text("need"):
        need = parse_need(op.text("need"))
        return f"needs {need.demand}, {need.confidence}% sure{_because(op)}"
    return f"{op.text('pass')}{_because(op)}"


def _because(op: Op) -> str:
    rule, message = op.text("rule"), op.text("message")
    return f" [{rule}{': ' if rule and message else ''}{message}]" if rule or message else ""


def _line(skill: Skill, op: Op) -> int | None:
    span = skill.span(op.citations[0]) if op.citations else None
    return span.line if span is not None and span.source is skill.sources[0].source else None
