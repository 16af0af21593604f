"""What lifting and analysis found, as a reader would label it: requirements, steps, dependences, variants, hazards.

The schema is that of hand-made labels of skills: at most twelve steps in document order, one entry a requirement. Lines
are those of ``SKILL.md``; what stands in further files only is not listed."""

import re
from collections.abc import Iterator
from typing import Any

from attrs import define, field

from ..passes.infer_needs import skill_needs
from ..skvm_ir.effects import OpRole
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Name, Op, Range, Region
from ..skvm_ir.walk import named

MOST_STEPS = 12
"""A reader sums a workflow up in at most so many steps; SIR keeps them all."""

_WORDS = 8
_KINDS = {"act": "other"}
_PARALLEL = {"data": "dlp", "instruction": "ilp", "thread": "tlp"}
_SIDE_BY_SIDE = ("parallel", "choose")
_MARKERS = re.compile(r"^(?:[-*+>#\s]|\d+[.)]\s|\[[ xX]\]\s)+|[*`]+")

Json = dict[str, Any]


def analyze(skill: Skill, identity: str) -> Json:
    """The findings about ``skill`` under the name ``identity``; the skill's needs must have been inferred."""
    shown = _Shown(skill, _summed_up(skill))
    return {
        "id": identity,
        "shape": skill.shape,
        "requirements": _requirements(skill),
        "steps": [_step(shown, op) for op in shown.steps],
        "parallel": list(_parallel(shown)),
        "deps": [_dependency(op) for op in skill.declarations if op.name == "require"],
        "variants": [_variant(skill, note) for note in skill.notes if note.name == "variant"],
        "hazards": [
            {"kind": note.text("kind"), "line": _line(skill, note)} for note in skill.notes if note.name == "hazard"
        ],
    }


@define(eq=False)
class _Shown:
    """The steps that are shown, with what is looked up about them again and again."""

    skill: Skill
    steps: list[Op]
    names: dict[int, str] = field(init=False)
    ops: dict[str, Op] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.names = {id(op): f"s{number}" for number, op in enumerate(self.steps, 1)}
        self.ops = named(self.skill)


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


def _summed_up(skill: Skill) -> list[Op]:
    """One step a line, at most ``MOST_STEPS``: of steps in one block the first, then of those in one group.

    The operations of a menu are its steps, though none follows from another; a reference has none.
    """
    steps = [] if skill.shape == "reference" else _steps(skill.flow, skill.shape == "menu")
    by_line = {line: op for op in reversed(steps) if (line := _line(skill, op)) is not None}
    found = [by_line[line] for line in sorted(by_line)]
    return _first_of_each_group(found) if len(found) > MOST_STEPS else found


def _steps(region: Region, asides: bool) -> list[Op]:
    """The steps in ``region``, those of groups off the path only with ``asides``."""
    steps: list[Op] = []
    for op in region.ops:
        if op.name == "aside" and not asides:
            continue
        if op.signature.role is OpRole.STEP:
            steps.append(op)
        if op.region is not None and op.signature.role is not OpRole.RULE:
            steps += _steps(op.region, asides)
    return steps


def _first_of_each_group(steps: list[Op]) -> list[Op]:
    """As many steps as are allowed: rounds over the groups, the first step of each first."""
    groups: dict[int, list[Op]] = {}
    for op in steps:
        groups.setdefault(_group(op), []).append(op)
    turns = range(max(map(len, groups.values())))
    chosen = [members[turn] for turn in turns for members in groups.values() if turn < len(members)]
    kept = {id(op) for op in chosen[:MOST_STEPS]}
    return [op for op in steps if id(op) in kept]


def _group(op: Op) -> int:
    region = op.parent
    while region is not None and region.parent is not None and region.parent.signature.role is not OpRole.GROUP:
        region = region.parent.parent
    return id(region)


def _step(shown: _Shown, op: Op) -> Json:
    before = {shown.names[id(own)] for own in _needed(shown, op, {id(op)})}
    return {
        "id": shown.names[id(op)],
        "line": _line(shown.skill, op),
        "kind": _KINDS.get(op.name, op.name),
        "text": _words(shown.skill, op),
        "after": sorted(before, key=lambda name: int(name[1:])),
        "reads": [value.name for value in op.operands],
        "writes": _written(op),
    }


def _needed(shown: _Shown, op: Op, seen: set[int]) -> list[Op]:
    """The shown steps that ``op`` waits for: seen through steps that are not shown, and through the groups it is in."""
    found: list[Op] = []
    for other in _before(shown, op):
        if id(other) in seen:
            continue
        seen.add(id(other))
        found += _last_shown(shown, other) or _needed(shown, other, seen)
    return found


def _before(shown: _Shown, op: Op) -> list[Op]:
    """What ``op`` says it waits for; the first in a group waits for what the group waits for."""
    makers = [value.owner for value in op.operands if isinstance(value.owner, Op)]
    told = [*makers, *(shown.ops[str(name)] for name in op.after if str(name) in shown.ops)]
    around = op.parent.parent if op.parent is not None else None
    return told or ([] if around is None or around.name == "aside" else _before(shown, around))


def _last_shown(shown: _Shown, op: Op) -> list[Op]:
    """The shown steps that ``op`` ends with: itself, the last in a group, each last one of what runs side by side."""
    if id(op) in shown.names:
        return [op]
    inside = [found for inner in (op.region.ops if op.region else ()) if (found := _last_shown(shown, inner))]
    return [step for steps in (inside if op.name in _SIDE_BY_SIDE else inside[-1:]) for step in steps]


def _written(op: Op) -> list[str]:
    path = op.attributes.get("path") if op.name in ("write", "generate") else op.attributes.get("stdout")
    made = [path] if isinstance(path, str) else [str(path)] if isinstance(path, Name) else []
    return made or [value.name for value in op.results]


def _words(skill: Skill, op: Op) -> str:
    cited: Range | None = next(iter(op.ranges("say") or op.citations), None)
    words = _MARKERS.sub("", skill.text_of(cited)).split() if cited is not None else [op.name]
    return " ".join(words[:_WORDS])


def _parallel(shown: _Shown) -> Iterator[Json]:
    for op in shown.skill.flow.walk():
        if op.name in ("parallel", "foreach") and op.region is not None:
            inside = [shown.names[id(own)] for own in op.region.walk() if id(own) in shown.names]
            kind = _PARALLEL.get(op.text("kind"), "ilp") if op.name == "parallel" else "dlp"
            if inside:
                yield {"kind": kind, "steps": inside, "line": _line(shown.skill, op)}


def _dependency(op: Op) -> Json:
    return {"type": op.text("kind"), "name": op.text("name"), "required": op.attributes.get("required") is not False}


def _variant(skill: Skill, note: Op) -> Json:
    spans = [span for cited in note.citations if (span := skill.span(cited)) is not None]
    lines = (
        [min(span.line for span in spans), max(span.source.line_of(span.end - 1) for span in spans)] if spans else []
    )
    return {"lines": lines, "only_for": note.text("only_for")}


def _line(skill: Skill, op: Op) -> int | None:
    """The line of ``SKILL.md`` where ``op`` stands; None when it stands elsewhere."""
    span = skill.place_of(op)
    return span.line if span is not None and span.source is skill.sources[0].source else None
