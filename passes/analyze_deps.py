"""Replace the order that the author wrote steps in by the order they need, and find what may run together.

Before:  %log: text = read {path = "build.log"} from [b1]
         %notes: text = read {path = "NOTES.md"} after [%log] from [b2]
         generate @report(%log) after [%notes] from [b3]
After:   %log: text = read {path = "build.log"} from [b1]
         %notes: text = read {path = "NOTES.md"} from [b2]
         generate @report(%log) after [%notes] from [b3]
         order {pass = "analyze-deps", rule = "both-only-look", kept = false, on = [%log, %notes], ...}

An order is dropped only with evidence (``analyze_order``): steps that change nothing, or write files of their own, with
nothing that goes from one to the other in values, files, variables or words. Steps so freed form a stage; what stood
behind the last of them waits for all of them. Groups that may run together are remarks (``analyze_parallel``).
"""

from collections.abc import Iterator
from typing import ClassVar

from attrs import define, field, frozen

from ..skvm_ir.control_ops import Parallel
from ..skvm_ir.declaration_ops import Order, Remark
from ..skvm_ir.effects import OpRole
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.op import Name, Op, Range, Region
from ..skvm_ir.walk import named
from .analyze_order import Steps, Verdict
from .analyze_parallel import Group, groups_of
from .base import Pass
from .context import Context
from .notes import replace_notes
from .remarks import RemarkKind, make_remark, replace_remarks


@define(eq=False)
class Stage:
    """Ops in a row of which none waits for another, and why; ``base`` is what the first of them waits for."""

    ops: list[Op]
    base: tuple[Name, ...]
    verdicts: list[Verdict] = field(factory=list[Verdict])
    dropped: bool = False
    """True when one of them did wait for another, as it was written."""


@frozen
class Kept:
    """An order that looked free and is not: the two ops, and what keeps it."""

    first: Op
    second: Op
    verdict: Verdict


@define(eq=False)
class Analysis:
    """What is known of the order of a skill's steps: stages in order, orders kept, and each ``after`` that changes."""

    stages: list[Stage] = field(factory=list[Stage])
    kept: list[Kept] = field(factory=list[Kept])
    after: dict[Op, tuple[Name, ...]] = field(factory=dict[Op, tuple[Name, ...]])


@frozen
class AnalyzeDeps(Pass):
    """Drop the order of steps that do not need it, and note which steps may run together."""

    name: ClassVar[str] = "analyze-deps"

    def run(self, module: Module, context: Context) -> bool:
        """Set ``after`` of the steps, and the notes that say why; texts and edits stay as they are."""
        changed = [self._run_on(skill) for skill in module.skills]
        return any(changed)

    def _run_on(self, skill: Skill) -> bool:
        found = analyze_order(skill)
        changed = False
        for op, names in found.after.items():
            changed = changed or op.after != names
            op.after = names
        orders = replace_notes(skill, Order, self.name, _orders(self.name, found))
        groups = groups_of(skill, [stage.ops for stage in found.stages])
        remarks = replace_remarks(skill, self.name, (_remark(self.name, group) for group in groups))
        return changed or orders or remarks


def analyze_order(skill: Skill) -> Analysis:
    """The order that the steps of ``skill`` need; nothing is changed."""
    found = Analysis()
    steps = Steps(skill)
    for region in _regions(skill.flow):
        _analyze_region(region, steps, found)
    return found


def dependences(skill: Skill) -> dict[Op, tuple[Op, ...]]:
    """For each step of the flow the steps whose result or effect it has to wait for, nearest first, in the order that
    the flow states: operands and ``after``, through groups and scopes; what comes from those in turn is left out."""
    ops = named(skill)
    return {op: tuple(_waits_for(op, ops)) for op in skill.flow.walk() if op.signature.role is OpRole.STEP}


def parallel_groups(skill: Skill) -> list[Group]:
    """The groups of steps of ``skill`` that may run together, in document order; nothing is changed."""
    return groups_of(skill, [stage.ops for stage in analyze_order(skill).stages])


def _regions(region: Region) -> Iterator[Region]:
    yield region
    for op in region.ops:
        if op.region is not None:
            yield from _regions(op.region)


def _analyze_region(region: Region, steps: Steps, found: Analysis) -> None:
    stage: Stage | None = None
    inside_parallel = isinstance(region.parent, Parallel)
    for op in region.ops:
        if op.signature.role is OpRole.RULE or op.label is None:
            continue
        after = _behind(op, stage)
        if stage is None or inside_parallel:
            stage = _open(op, after, found)
            continue
        verdicts = [steps.verdict(other, op) for other in stage.ops]
        if all(verdict.is_free for verdict in verdicts):
            found.after[op] = _replaced(op, stage)
            stage.dropped = stage.dropped or found.after[op] != op.after
            stage.ops.append(op)
            stage.verdicts.append(verdicts[-1])
            continue
        found.kept += [
            Kept(other, op, verdict) for other, verdict in zip(stage.ops, verdicts, strict=True) if verdict.kept
        ][:1]
        stage = _open(op, after, found)


def _open(op: Op, after: tuple[Name, ...], found: Analysis) -> Stage:
    """A new stage that begins with ``op``."""
    stage = Stage([op], after)
    found.stages.append(stage)
    if after != op.after:
        found.after[op] = after
    return stage


def _behind(op: Op, stage: Stage | None) -> tuple[Name, ...]:
    """What ``op`` waits for: where it waits for one of a stage whose order was dropped, for all of it."""
    if stage is None or not stage.dropped:
        return op.after
    labels = [label for other in stage.ops if (label := other.label) is not None]
    used = {f"%{value.name}" for value in op.operands}
    if not any(label in op.after or label.text in used for label in labels):
        return op.after
    added = (label for label in labels if label.text not in used)
    return tuple(dict.fromkeys((*(name for name in op.after if name not in labels), *added)))


def _replaced(op: Op, stage: Stage) -> tuple[Name, ...]:
    """What ``op`` waits for once it is part of the stage: not for its members, but for what these wait for."""
    labels = {label for other in stage.ops if (label := other.label) is not None}
    if labels.isdisjoint(op.after):
        return op.after
    used = {f"%{value.name}" for value in op.operands}
    names = (*stage.base, *(name for name in op.after if name not in labels))
    return tuple(dict.fromkeys(name for name in names if name.text not in used))


def _waits_for(op: Op, ops: dict[str, Op]) -> Iterator[Op]:
    seen: set[Op] = {op}
    for waited in _named_before(op, ops):
        for last in _last_steps(waited):
            if last not in seen:
                seen.add(last)
                yield last


def _named_before(op: Op, ops: dict[str, Op]) -> Iterator[Op]:
    """What ``op`` waits for itself, and where it is the first of a group or scope, what that waits for."""
    while True:
        waited = [value.owner for value in op.operands if isinstance(value.owner, Op)]
        waited += [ops[name.text] for name in op.after if name.text in ops]
        yield from waited
        holder = op.parent.parent if op.parent is not None else None
        if holder is None or holder.name == "aside" or (op.after and waited):
            return
        op = holder


def _last_steps(op: Op) -> Iterator[Op]:
    """The steps that end ``op``: itself, or in a group or scope those that no other in it waits for."""
    if op.signature.role is OpRole.STEP:
        yield op
        return
    if op.region is None:
        return
    inner = [own for own in op.region.ops if own.signature.role is not OpRole.RULE]
    waited = {name.text for own in inner for name in own.after}
    waited |= {f"%{value.name}" for own in inner for value in own.operands}
    for own in inner:
        label = own.label
        if label is None or label.text not in waited:
            yield from _last_steps(own)


def _orders(pass_name: str, found: Analysis) -> Iterator[Order]:
    for stage in found.stages:
        if len(stage.ops) > 1:
            yield _order(pass_name, False, stage.ops, stage.verdicts[-1].rule, stage.verdicts[-1].message)
    for kept in found.kept:
        yield _order(pass_name, True, [kept.first, kept.second], kept.verdict.rule, kept.verdict.kept)


def _order(pass_name: str, kept: bool, ops: list[Op], rule: str, message: str) -> Order:
    labels = tuple(label for op in ops if (label := op.label) is not None)
    attributes = {"pass": pass_name, "rule": rule, "message": message, "on": labels, "kept": kept}
    return Order(attributes={**attributes}, citations=_first_citations(ops))


def _first_citations(ops: list[Op]) -> tuple[Range, ...]:
    return tuple(dict.fromkeys(cited for op in ops for cited in op.citations[:1]))


def _remark(pass_name: str, group: Group) -> Remark:
    rule = f"parallel-{group.kind}"
    return make_remark(pass_name, RemarkKind.ANALYSIS, rule, group.message, on=group.ops, citations=group.citations)
