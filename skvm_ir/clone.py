"""A copy of a module that passes may change without touching the first: one lifting serves many targets."""

from .edits import Edit
from .module import Module, Skill
from .op import Op, Region, Value


def clone_module(module: Module) -> Module:
    """A copy with ops, values, edits and notes of its own; sources and blocks, which nobody changes, are shared."""
    return Module([clone_skill(skill) for skill in module.skills], module.target)


def clone_skill(skill: Skill) -> Skill:
    """``clone_module`` for one skill."""
    values: dict[int, Value] = {}
    return Skill(
        skill.name,
        dict(skill.attributes),
        list(skill.sources),
        skill.blocks,
        list(skill.references),
        [_clone_op(op, values, None) for op in skill.declarations],
        _clone_region(skill.flow, values),
        [_clone_edit(edit) for edit in skill.edits],
        [_clone_op(note, values, None) for note in skill.notes],
        skill.place,
    )


def _clone_region(region: Region, values: dict[int, Value]) -> Region:
    copy = Region([_clone_value(value, values) for value in region.arguments])
    for argument in copy.arguments:
        argument.owner = copy
    copy.ops = [_clone_op(op, values, copy) for op in region.ops]
    return copy


def _clone_op(op: Op, values: dict[int, Value], parent: Region | None) -> Op:
    return type(op)(
        symbol=op.symbol,
        operands=[_clone_value(value, values) for value in op.operands],
        results=[_clone_value(value, values) for value in op.results],
        attributes=dict(op.attributes),
        after=op.after,
        needs=op.needs,
        origin=op.origin,
        citations=op.citations,
        region=_clone_region(op.region, values) if op.region is not None else None,
        parent=parent,
        place=op.place,
    )


def _clone_value(value: Value, values: dict[int, Value]) -> Value:
    """The copy of ``value``, made at its first mention: an operand may stand before the op that makes it."""
    copy = values.get(id(value))
    if copy is None:
        copy = values[id(value)] = Value(value.name, value.type)
    return copy


def _clone_edit(edit: Edit) -> Edit:
    return Edit(
        edit.number,
        edit.kind,
        edit.ranges,
        edit.origin,
        edit.content,
        edit.target,
        edit.side,
        edit.was,
        edit.place,
    )
