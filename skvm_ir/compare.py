"""Whether two modules say the same: everything counts but places in ``.sir`` texts, and values go by name and type."""

from collections.abc import Iterator
from itertools import zip_longest

from .module import Module, Skill
from .op import Op, Region, Value

Fact = tuple[str, object]
"""Something a module says: of what, and what."""


def same_module(a: Module, b: Module) -> bool:
    """True when ``a`` and ``b`` say the same."""
    return first_difference(a, b) is None


def first_difference(a: Module, b: Module) -> str | None:
    """The first thing in which ``b`` differs from ``a``, in words; None when they say the same."""
    for one, other in zip_longest(_module_facts(a), _module_facts(b)):
        if one == other:
            continue
        if one is None or other is None or one[0] != other[0]:
            return f"{_named(one)} in the one, {_named(other)} in the other"
        return f"{one[0]}: {one[1]!r} in the one, {other[1]!r} in the other"
    return None


def _named(fact: Fact | None) -> str:
    return fact[0] if fact else "nothing more"


def _module_facts(module: Module) -> Iterator[Fact]:
    yield "target", module.target
    for skill in module.skills:
        for where, what in _skill_facts(skill):
            yield f"@{skill.name} {where}", what


def _skill_facts(skill: Skill) -> Iterator[Fact]:
    yield "attributes", _exact(skill.attributes)
    for number, source in enumerate(skill.sources):
        yield f"source {number}", (source.path, source.source.data)
    yield from _op_facts(skill.declarations, "declaration")
    yield from _block_facts(skill)
    for number, reference in enumerate(skill.references):
        yield f"ref {number}", (reference.range, reference.target, reference.state)
    yield from _region_facts("flow", skill.flow)
    yield from _op_facts(skill.flow.ops, "op")
    for edit in skill.edits:
        what = (edit.kind, edit.ranges, edit.origin, edit.content, edit.target, edit.side, edit.was)
        yield f"e{edit.number}", what
    yield from _op_facts(skill.notes, "note")


def _block_facts(skill: Skill) -> Iterator[Fact]:
    stack = [(root, 0) for root in reversed(skill.blocks)]
    while stack:
        block, depth = stack.pop()
        where = (block.source, block.start, block.length)
        yield f"b{block.number}", (depth, block.kind, where, _exact(block.attributes))
        stack += [(child, depth + 1) for child in reversed(block.children)]


def _op_facts(ops: list[Op], kind: str) -> Iterator[Fact]:
    stack = [(op, 0) for op in reversed(ops)]
    while stack:
        op, depth = stack.pop()
        label = f"{kind} {op.label or op.name}"
        yield f"{label}: its kind", (depth, op.name, op.symbol)
        yield f"{label}: results and operands", ([_value(v) for v in op.results], [_value(v) for v in op.operands])
        yield f"{label}: attributes", _exact(op.attributes)
        yield f"{label}: its header", (op.after, op.needs, op.origin, op.citations, op.region is None)
        if op.region is not None:
            yield from _region_facts(label, op.region)
            stack += [(inner, depth + 1) for inner in reversed(op.region.ops)]


def _region_facts(label: str, region: Region) -> Iterator[Fact]:
    yield f"{label}: takes", [_value(value) for value in region.arguments]


def _value(value: Value) -> tuple[str, object]:
    return value.name, value.type


def _exact(attributes: object) -> object:
    """Attributes with the types of what they hold: to Python, ``True`` is 1."""
    if isinstance(attributes, dict):
        return {str(key): _exact(value) for key, value in attributes.items()}  # pyright: ignore
    if isinstance(attributes, tuple):
        return tuple(_exact(item) for item in attributes)  # pyright: ignore
    return type(attributes).__name__, attributes
