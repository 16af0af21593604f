"""The verifier's part on scopes and groups: what enters a region, what it holds, and what its ``yield`` hands out."""

from collections.abc import Callable

from .control_ops import Aside, Case, Yield
from .effects import OpRole
from .op import Op, Region, Value
from .value_types import Type, TypeName, list_of
from .verify_findings import Findings, counted
from .verify_names import called

_MANY = (TypeName.JSON, TypeName.TABLE, TypeName.ANY)
"""Types beside ``list<T>`` that a ``foreach`` can go over."""


def check_scope(found: Findings, op: Op, inner: Region) -> None:
    """Check what ``op`` with the region ``inner`` says beyond its signature: SKV240, SKV241, SKV246 to SKV249."""
    check = _SCOPES.get(op.name)
    if check is not None:
        check(found, op, inner)


def _group(found: Findings, op: Op, inner: Region) -> None:
    if isinstance(op, Aside):
        if op.operands:
            message = f"aside {called(op)} has operands, but it does not run where it stands"
            found.at_op("SKV240", op, message, str(op.operands[0]), "aside", "give them to the 'do' or 'go'")
        return
    check_entry(found, op, op, inner, "SKV240")


def check_entry(found: Findings, op: Op, group: Op, inner: Region, code: str) -> None:
    """Check the operands of ``op`` against the arguments of the region of ``group`` that they become.

    A jump's condition may speak of further operands, behind those that enter.
    """
    have, want = op.operands, inner.arguments
    if len(have) > len(want) and op.text("when") and op is not group:
        have = have[: len(want)]
    if len(have) != len(want):
        whose = "its region takes" if op is group else f"{called(group)} takes"
        message = f"{called(op)} has {counted(len(have), 'operand')}, {whose} {len(want)}"
        found.at_op(code, op, message, op.name)
        return
    for value, argument in zip(have, want, strict=True):
        if not _fits(argument.type, value.type):
            message = f"{value} is {value.type}, {called(group)} takes {argument.type} as {argument}"
            found.at_op("SKV241", op, message, str(value), op.name)


def _choose(found: Findings, op: Op, inner: Region) -> None:
    cases = [case for case in inner.ops if isinstance(case, Case)]
    for other in inner.ops:
        if not isinstance(other, Case):
            message = f"'{other.name}' stands in 'choose', which holds only 'case' ops"
            found.at_op("SKV248", other, message, other.name, help="put it into a 'case'")
    if not cases:
        found.at_op("SKV248", op, "'choose' has no 'case'", "choose")
    certain = False
    for case in cases:
        otherwise = case.attributes.get("otherwise") is True
        certain = certain or otherwise
        _case(found, case, otherwise, case is cases[-1])
    _choose_results(found, op, cases, certain)


def _case(found: Findings, case: Op, otherwise: bool, is_last: bool) -> None:
    if otherwise and "when" in case.attributes:
        found.at_op("SKV248", case, "'case' has both 'when' and 'otherwise'", "case", help="keep one of them")
    elif otherwise and not is_last:
        found.at_op("SKV248", case, "the 'otherwise' case is not the last of its 'choose'", "otherwise")
    elif not otherwise and "when" not in case.attributes and "say" not in case.attributes:
        help = "add {when = …}, or {otherwise = true} to the last"
        found.at_op("SKV248", case, "'case' does not say when it applies", "case", help=help)


def _choose_results(found: Findings, op: Op, cases: list[Case], certain: bool) -> None:
    missing = not certain
    for case in cases:
        last = _last_yield(case.region)
        if last is None or not last.operands:
            missing = True
        else:
            _hand_out(found, op, last, _same)
    for result in op.results:
        if missing and not _fits(result.type, result.type.as_optional()):
            why = "a case yields nothing" if certain else "no case is 'otherwise'"
            message = f"{result} is {result.type}, but {why}"
            found.at_op("SKV247", op, message, str(result), help=f"make it {result.type.as_optional()}")


def _foreach(found: Findings, op: Op, inner: Region) -> None:
    if not op.operands or len(inner.arguments) != 1:
        has = f"{counted(len(op.operands), 'operand')} and {counted(len(inner.arguments), 'argument')}"
        message = f"'foreach' has {has}, wanted what it goes over and one item"
        found.at_op("SKV240", op, message, "foreach", help="write foreach(%items) … takes (%item: type) { … }")
    else:
        _items(found, op, op.operands[0], inner.arguments[0])
    _scope_results(found, op, inner, list_of)


def _items(found: Findings, op: Op, items: Value, item: Value) -> None:
    over = items.type
    if over.name is TypeName.LIST and not over.optional:
        if over.element is not None and not _fits(item.type, over.element):
            message = f"{items} is {over}, its items do not fit {item}: {item.type}"
            found.at_op("SKV241", op, message, str(item), "takes")
    elif over.name not in _MANY or (over.optional and over.name is not TypeName.ANY):
        message = f"'foreach' goes over {items}, which is {over}, wanted list<…>, table or json"
        found.at_op("SKV241", op, message, str(items), "foreach")


def _repeat(found: Findings, op: Op, inner: Region) -> None:
    check_entry(found, op, op, inner, "SKV240")
    last = _last_yield(inner)
    carried = last.operands if last is not None else []
    if len(carried) != len(inner.arguments):
        where = last if last is not None else op
        message = f"'repeat' carries {counted(len(inner.arguments), 'value')}, its 'yield' hands on {len(carried)}"
        found.at_op("SKV247", where, message, where.name)
    elif last is not None:
        for value, argument in zip(carried, inner.arguments, strict=True):
            if not _fits(argument.type, value.type):
                message = f"'yield' hands on {value}, which is {value.type}, as {argument}: {argument.type}"
                found.at_op("SKV241", last, message, str(value), "yield")
    _scope_results(found, op, inner, _same)


def _parallel(found: Findings, op: Op, inner: Region) -> None:
    _scope_results(found, op, inner, _same)


def _scope_results(found: Findings, op: Op, inner: Region, wrap: Callable[[Type], Type]) -> None:
    last = _last_yield(inner)
    if last is not None:
        _hand_out(found, op, last, wrap)
    elif op.results:
        message = f"'{op.name}' makes {op.results[0]}, but its region ends without 'yield'"
        found.at_op("SKV246", op, message, str(op.results[0]), help="end it with yield(%value)")


def _hand_out(found: Findings, op: Op, last: Op, wrap: Callable[[Type], Type]) -> None:
    """Check what the ``yield`` of a scope hands out against the results of the scope ``op``."""
    if len(last.operands) != len(op.results):
        message = f"'yield' hands out {counted(len(last.operands), 'value')}, '{op.name}' has {len(op.results)}"
        found.at_op("SKV247", last, message, "yield", help="each yielded value is one result")
        return
    for value, result in zip(last.operands, op.results, strict=True):
        if not _fits(result.type, wrap(value.type)):
            message = f"'yield' hands out {value}, which makes {wrap(value.type)}, but {result} is {result.type}"
            found.at_op("SKV241", last, message, str(value), "yield")


def _rule(found: Findings, op: Op, inner: Region) -> None:
    for held in inner.ops:
        if held.signature.role is not OpRole.JUMP:
            message = f"'{held.name}' stands in rule {called(op)}, which may hold only jumps"
            found.at_op("SKV249", held, message, held.name, help="wanted back, go, do or stop")


def _last_yield(region: Region | None) -> Op | None:
    last = region.ops[-1] if region is not None and region.ops else None
    return last if isinstance(last, Yield) else None


def _fits(wanted: Type, found: Type) -> bool:
    return wanted is found or wanted.accepts(found)


def _same(value_type: Type) -> Type:
    return value_type


_SCOPES: dict[str, Callable[[Findings, Op, Region], None]] = {
    "seq": _group,
    "aside": _group,
    "choose": _choose,
    "foreach": _foreach,
    "repeat": _repeat,
    "parallel": _parallel,
    "rule": _rule,
}
