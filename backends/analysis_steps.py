"""Which steps of a flow sum the workflow up, of which kind a reader would call them, and what each one waits for."""

from attrs import define, field, frozen

from ..skvm_ir.effects import OpRole
from ..skvm_ir.lift_kinds import likeliest_kind
from ..skvm_ir.lift_summary import MOST_STEPS, summary_of
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Region
from ..skvm_ir.walk import named

_APART = ("choose", "parallel")


@frozen(eq=False)
class ShownStep:
    """A step of the summary: its op, line and kind."""

    op: Op
    line: int
    kind: str


def summed_up(skill: Skill) -> list[ShownStep]:
    """At most ``MOST_STEPS`` steps in document order, one a line; none for a reference.

    They are the ops at the places that sum the text up; a flow that stands at none of these is shown from its start.
    """
    if skill.shape == "reference":
        return []
    ops = ops_by_line(skill)
    chosen = [(place, ops[place.line]) for place in summary_of(skill) if place.line in ops]
    if chosen:
        return [ShownStep(op, place.line, _other(likeliest_kind(place, op))) for place, op in chosen]
    steps = [(line, op) for line, op in sorted(ops.items()) if op.signature.role is OpRole.STEP]
    return [ShownStep(op, line, _other(op.name)) for line, op in steps[:MOST_STEPS]]


def _other(kind: str) -> str:
    return "other" if kind == "act" else kind


def ops_by_line(skill: Skill) -> dict[int, Op]:
    """The first step that stands on each line of the main text; a group where no step does."""
    main = skill.sources[0].source if skill.sources else None
    found: dict[OpRole, dict[int, Op]] = {OpRole.GROUP: {}, OpRole.STEP: {}}
    for op in _outside_rules(skill.flow):
        role = op.signature.role
        span = skill.place_of(op) if role in found else None
        if span is not None and span.source is main:
            found[role].setdefault(span.line, op)
    return found[OpRole.GROUP] | found[OpRole.STEP]


def _outside_rules(region: Region) -> list[Op]:
    waiting, found = list(reversed(region.ops)), list[Op]()
    while waiting:
        op = waiting.pop()
        if op.signature.role is not OpRole.RULE:
            found.append(op)
            waiting += reversed(op.region.ops) if op.region is not None else ()
    return found


@define(eq=False)
class Order:
    """What each shown step waits for: the shown steps that its values and ``after`` lead to, else the one before it.

    A reader calls nearly every step dependent on the one before (measured on labelled skills: the plain chain has an
    order F1 of 0.86 against them), so a step that nothing is known about stands in the chain.
    """

    skill: Skill
    steps: list[ShownStep]
    _at: dict[int, int] = field(init=False)
    _ops: dict[str, Op] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._at = {id(step.op): at for at, step in enumerate(self.steps)}
        self._ops = named(self.skill)

    def before(self, at: int) -> list[int]:
        """The numbers of the steps that step ``at`` waits for, in order."""
        op = self.steps[at].op
        found = sorted({other for other in self._needed(op, {id(op)}) if other < at})
        return found or ([at - 1] if at and not self._stands_apart(op) else [])

    def _stands_apart(self, op: Op) -> bool:
        """True for a step that passes have set free: it has no order and runs beside others."""
        around = op.parent.parent if op.parent is not None else None
        return not op.after and around is not None and around.name == "parallel"

    def _needed(self, op: Op, seen: set[int]) -> list[int]:
        found: list[int] = []
        for other in self._before(op):
            if id(other) not in seen:
                seen.add(id(other))
                found += self._last_shown(other) or self._needed(other, seen)
        return found

    def _before(self, op: Op) -> list[Op]:
        """What ``op`` says it waits for; the first in a group waits for what the group waits for."""
        makers = [value.owner for value in op.operands if isinstance(value.owner, Op)]
        told = [*makers, *(self._ops[str(name)] for name in op.after if str(name) in self._ops)]
        around = op.parent.parent if op.parent is not None else None
        return told or ([] if around is None or around.name == "aside" else self._before(around))

    def _last_shown(self, op: Op) -> list[int]:
        """The shown steps ``op`` ends with: itself, the last in a group, each last one of what runs side by side."""
        if id(op) in self._at:
            return [self._at[id(op)]]
        inside = [found for inner in (op.region.ops if op.region else ()) if (found := self._last_shown(inner))]
        return [step for steps in (inside if op.name in _APART else inside[-1:]) for step in steps]
