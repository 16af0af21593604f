"""Questions about a skill's program, answered afresh each time: uses, names, enclosing ops, order, dominance."""

from collections.abc import Callable, Iterator

from attrs import frozen

from .control_ops import Aside, Do, Go, Seq
from .edits import Edit
from .module import Skill
from .op import Name, Op, Region, Value


def all_ops(skill: Skill) -> Iterator[Op]:
    """Declarations, the ops of the flow, then notes."""
    yield from skill.ops()
    yield from skill.notes


def uses(skill: Skill) -> dict[Value, list[Op]]:
    """For each value that is used, the ops that have it as an operand, in order."""
    users: dict[Value, list[Op]] = {}
    for op in skill.ops():
        for operand in op.operands:
            users.setdefault(operand, []).append(op)
    return users


def enclosing(op: Op) -> Iterator[Op]:
    """The ops around ``op``, the innermost first."""
    region = op.parent
    while region is not None and region.parent is not None:
        yield region.parent
        region = region.parent.parent


def inside(op: Op) -> Iterator[Op]:
    """``op`` and all ops below it."""
    yield op
    if op.region is not None:
        yield from op.region.walk()


def taken_names(skill: Skill) -> set[str]:
    """All names in use, without their sigils: values and symbols share one namespace."""
    taken = {value.name for value in skill.values()}
    taken.update(op.symbol for op in all_ops(skill) if op.symbol)
    return taken


def named(skill: Skill) -> dict[str, Op]:
    """The ops by each of their names, sigil included: results and symbol."""
    ops: dict[str, Op] = {}
    for op in all_ops(skill):
        for text in names_of(op):
            ops[text] = op
    return ops


def names_of(op: Op) -> tuple[str, ...]:
    """All names that mean ``op``, sigil included."""
    values = tuple(f"%{result.name}" for result in op.results)
    return (*values, f"@{op.symbol}") if op.symbol else values


def groups(skill: Skill) -> dict[str, Op]:
    """The ``seq`` and ``aside`` ops by symbol, without the sigil."""
    return {op.symbol: op for op in skill.flow.walk() if isinstance(op, Seq | Aside)}


def jumps_to(skill: Skill, symbol: str) -> list[Op]:
    """The ops whose ``to`` names ``@symbol``, in order."""
    return [op for op in skill.flow.walk() if Name(f"@{symbol}") in op.names("to")]


def worded(skill: Skill) -> dict[str, Edit]:
    """For each name a live edit words, that edit."""
    return {name.text: edit for edit in skill.live_edits() for name in edit.worded}


def positions(skill: Skill) -> dict[Op, int]:
    """The place of each op of the flow in its order, an op before those in its region."""
    return {op: index for index, op in enumerate(skill.flow.walk())}


def free_values(op: Op, groups_by_symbol: dict[str, Op] | None = None) -> dict[Value, Op]:
    """The values that the region of ``op`` uses and does not make, each with its first user.

    With ``groups_by_symbol``, what a ``do`` or ``go`` inside leads to counts too: it runs while this group does.
    """
    used: dict[Value, Op] = {}
    made: set[Value] = set()
    waiting, seen = [op], {op}
    while waiting:
        region = waiting.pop().region
        if region is None:
            continue
        made.update(region.arguments)
        for inner in region.walk():
            for operand in inner.operands:
                used.setdefault(operand, inner)
            made.update(inner.results)
            if inner.region is not None:
                made.update(inner.region.arguments)
            target = _runs(inner, groups_by_symbol)
            if target is not None and target not in seen:
                seen.add(target)
                waiting.append(target)
    return {value: user for value, user in used.items() if value not in made}


def _runs(op: Op, groups_by_symbol: dict[str, Op] | None) -> Op | None:
    if groups_by_symbol is None or not isinstance(op, Do | Go):
        return None
    return next((groups_by_symbol.get(name.text[1:]) for name in op.names("to")), None)


def visible_at(skill: Skill, op: Op) -> set[Value]:
    """The values that ``op`` may use: made before it, and not inside a scope it is not in."""
    visible = {result for declaration in skill.declarations for result in declaration.results}
    visible.update(skill.flow.arguments)
    inner: Op = op
    for region, holder in _regions_around(op):
        if holder is not None:
            visible.update(region.arguments)
        for earlier in region.ops:
            if earlier is inner:
                break
            visible.update(_leaves_behind(earlier))
        if holder is not None:
            inner = holder
    return visible


def dominates(skill: Skill, value: Value, op: Op) -> bool:
    """True when ``op`` may use ``value``."""
    return value in visible_at(skill, op)


def _regions_around(op: Op) -> Iterator[tuple[Region, Op | None]]:
    region = op.parent
    while region is not None:
        yield region, region.parent
        region = region.parent.parent if region.parent is not None else None


def _leaves_behind(op: Op) -> Iterator[Value]:
    """The values visible behind ``op``: its results, and through a ``seq`` those of the ops in it."""
    yield from op.results
    if isinstance(op, Seq) and op.region is not None:
        for inner in op.region.ops:
            yield from _leaves_behind(inner)


@frozen
class NameUse:
    """A place that holds names: an op's ``after`` (``attribute`` empty) or one of its attributes, or an edit."""

    holder: Op | Edit
    attribute: str
    names: tuple[Name, ...]


def name_uses(skill: Skill) -> Iterator[NameUse]:
    """All places of ops, notes and live edits that hold names, in order."""
    for op in all_ops(skill):
        if op.after:
            yield NameUse(op, "", op.after)
        for key in op.attributes:
            names = op.names(key)
            if names:
                yield NameUse(op, key, names)
    for edit in skill.live_edits():
        if edit.worded:
            yield NameUse(edit, "with", edit.worded)


def find_cycle(starts: list[Op], steps: Callable[[Op], list[Op]]) -> list[Op]:
    """The first cycle that ``steps`` closes from one of ``starts``, each op once; empty when there is none."""
    state: dict[Op, int] = {}
    for start in starts:
        path: list[Op] = []
        stack = [(start, iter(steps(start)))] if start not in state else []
        if stack:
            state[start] = 1
            path.append(start)
        while stack:
            for following in stack[-1][1]:
                if state.get(following) == 1:
                    return path[path.index(following) :]
                if following not in state:
                    state[following] = 1
                    path.append(following)
                    stack.append((following, iter(steps(following))))
                    break
            else:
                state[stack.pop()[0]] = 2
                path.pop()
    return []
