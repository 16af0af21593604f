"""What lifting and analysis found, as a reader would label it: requirements, steps, dependences, variants, hazards.

The schema is that of hand-made labels of skills: at most twelve steps in document order, one entry a requirement. Lines
are those of ``SKILL.md``; what stands in further files only is not listed."""

import re
from collections.abc import Iterator
from typing import Any

from ..passes.infer_needs import skill_needs
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Name, Op, Range
from .analysis_steps import Order, summed_up

_WORDS = 8
_PARALLEL = {"data": "dlp", "instruction": "ilp", "thread": "tlp"}
_MARKERS = re.compile(r"^(?:[-*+>#\s]|\d+[.)]\s|\[[ xX]\]\s)+|[*`]+")

Json = dict[str, Any]


def analyze(skill: Skill, identity: str) -> Json:
    """The findings about ``skill`` under the name ``identity``; the skill's needs must have been inferred."""
    shown = Order(skill, summed_up(skill))
    return {
        "id": identity,
        "shape": skill.shape,
        "requirements": _requirements(skill),
        "steps": [_step(shown, at) for at in range(len(shown.steps))],
        "parallel": list(_parallel(shown)),
        "deps": [_dependency(op) for op in skill.declarations if op.name == "require"],
        "variants": list(_variants(skill)),
        "hazards": list(_hazards(skill)),
    }


def _requirements(skill: Skill) -> list[Json]:
    """The level each primitive is needed at on the main path, with the line that shows it (1 where it is the skill as
    a whole), by name."""
    found: list[Json] = []
    for own in skill_needs(skill):
        span = skill.span(own.evidence[0]) if own.evidence else None
        found.append(
            {
                "primitive": own.need.primitive,
                "level": f"L{own.need.level}",
                "line": span.line if span is not None else 1,
                "confidence": own.need.confidence / 100,
            }
        )
    return found


def _step(shown: Order, at: int) -> Json:
    step = shown.steps[at]
    return {
        "id": f"s{at + 1}",
        "line": step.line,
        "kind": step.kind,
        "text": _words(shown.skill, step.op),
        "after": [f"s{other + 1}" for other in shown.before(at)],
        "reads": [value.name for value in step.op.operands],
        "writes": _written(step.op),
    }


def _written(op: Op) -> list[str]:
    path = op.attributes.get("path") if op.name in ("write", "generate") else op.attributes.get("stdout")
    made = [path] if isinstance(path, str) else [str(path)] if isinstance(path, Name) else []
    return made or [value.name for value in op.results]


def _words(skill: Skill, op: Op) -> str:
    cited: Range | None = next(iter(op.ranges("say") or op.citations), None)
    words = _MARKERS.sub("", skill.text_of(cited)).split() if cited is not None else [op.name]
    return " ".join(words[:_WORDS])


def _parallel(shown: Order) -> Iterator[Json]:
    """The groups that may run together: those that ``analyze-deps`` noted, with the shown steps among them."""
    names = {str(step.op.label): f"s{number}" for number, step in enumerate(shown.steps, 1)}
    for note in shown.skill.notes:
        group, _, kind = note.text("rule").partition("-")
        if group == "parallel" and kind in _PARALLEL:
            steps = [names[str(name)] for name in note.names("on") if str(name) in names]
            yield {"kind": _PARALLEL[kind], "steps": steps, "line": _first_line(shown.skill, note)}


def _dependency(op: Op) -> Json:
    return {"type": op.text("kind"), "name": op.text("name"), "required": op.attributes.get("required") is not False}


def _variants(skill: Skill) -> Iterator[Json]:
    for note in skill.notes:
        if note.name == "variant" and _first_line(skill, note) is not None:
            spans = [span for cited in note.citations if (span := skill.span(cited)) is not None]
            lines = [min(span.line for span in spans), max(span.source.line_of(span.end - 1) for span in spans)]
            yield {"lines": lines, "only_for": note.text("only_for")}


def _hazards(skill: Skill) -> Iterator[Json]:
    for note in skill.notes:
        line = _first_line(skill, note)
        if note.name == "hazard" and line is not None:
            yield {"kind": note.text("kind"), "line": line}


def _first_line(skill: Skill, note: Op) -> int | None:
    """The line of the first thing ``note`` cites; None when that stands in a further text."""
    span = skill.span(note.citations[0]) if note.citations else None
    return span.line if span is not None and span.source is skill.sources[0].source else None
