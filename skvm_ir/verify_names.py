"""The verifier's part on names: one walk that numbers the ops, collects what is called how, and checks the links."""

from attrs import define, field

from .effects import OpRole
from .module import Skill
from .op import Name, Op, Region, Value
from .verify_findings import Findings
from .verify_text import MAX_DEPTH

_UNNAMED = frozenset(("yield", "case", "choose", "parallel", "foreach", "repeat"))
_SECTIONS = {
    "flow": frozenset(
        (OpRole.STEP, OpRole.RULE, OpRole.SCOPE, OpRole.GROUP, OpRole.JUMP, OpRole.YIELD),
    ),
    "declarations": frozenset((OpRole.DECLARATION,)),
    "notes": frozenset((OpRole.NOTE,)),
}
_BELONGS = {OpRole.DECLARATION: "among the declarations, before 'text'", OpRole.NOTE: "in 'notes'"}


@define(eq=False)
class Names:
    """The namespace of one skill: values and symbols by name, and the order of the ops of its flow."""

    found: Findings
    values: dict[str, Value] = field(factory=dict[str, Value])
    symbols: dict[str, Op] = field(factory=dict[str, Op])
    first: dict[Op, int] = field(factory=dict[Op, int])
    """The ops of the flow in order, numbered; an op before those in its region."""
    last: dict[Op, int] = field(factory=dict[Op, int])
    """For an op that holds a region, the number of the last op in it."""
    made: list[Op] = field(factory=list[Op])
    """Ops of the flow that a pass made and that a text has to word."""
    too_deep: bool = False

    def collect(self, skill: Skill) -> None:
        """Walk the whole skill once: SKV221, SKV223, SKV230, SKV254, SKV208."""
        self._ops(skill.declarations, None, "declarations", 1)
        self._arguments(skill.flow, None)
        self._ops(skill.flow.ops, skill.flow, "flow", 1)
        self._ops(skill.notes, None, "notes", 1)

    def op(self, name: Name) -> Op | None:
        """The op that ``name`` means; None where it means an argument or nothing."""
        text = name.text
        if text[:1] == "@":
            return self.symbols.get(text[1:])
        value = self.values.get(text[1:]) if text[:1] == "%" else None
        owner = value.owner if value is not None else None
        return owner if isinstance(owner, Op) else None

    def knows(self, name: Name) -> bool:
        """True when ``name`` means anything."""
        text = name.text
        return text[1:] in self.values if text[:1] == "%" else text[:1] == "@" and text[1:] in self.symbols

    def spellings(self) -> list[str]:
        """All names with their sigils."""
        return [f"%{name}" for name in self.values] + [f"@{name}" for name in self.symbols]

    def end_of(self, op: Op) -> int:
        """The number of the last op inside ``op``, its own when it holds none."""
        return self.last.get(op, self.first[op])

    def _ops(self, ops: list[Op], region: Region | None, section: str, depth: int) -> None:
        roles, first, in_flow = _SECTIONS[section], self.first, section == "flow"
        for op in ops:
            if in_flow:
                if op in first:
                    self.found.at_op("SKV254", op, f"{called(op)} stands in two places of the flow")
                    continue
                first[op] = len(first)
                if op.origin is not None and not op.origin.plan:
                    self.made.append(op)
            if op.parent is not region and region is not None:
                self.found.at_op(
                    "SKV254", op, f"{called(op)} has a parent link to another region", help="set Op.parent"
                )
            if op.signature.role not in roles:
                self._wrong_section(op, section)
            self._add(op)
            inner = op.region
            if inner is not None:
                if depth >= MAX_DEPTH:
                    self._nested_too_deep(op)
                    return
                self._arguments(inner, op)
                self._ops(inner.ops, inner, section, depth + 1)
                if in_flow:
                    self.last[op] = len(first) - 1

    def _add(self, op: Op) -> None:
        symbol, results = op.symbol, op.results
        if symbol:
            if symbol in self.symbols or symbol in self.values:
                self._twice(symbol, f"@{symbol}", op)
            self.symbols[symbol] = op
        elif op.signature.symbol_required or (not results and _needs_name(op)):
            wanted = f"'{op.name} @name'" if op.signature.symbol_required else "a result or '@name'"
            self.found.at_op("SKV223", op, f"'{op.name}' has no name, wanted {wanted}", op.name)
        for result in results:
            if result.owner is not op:
                self.found.at_op("SKV254", op, f"{result} has an owner link to another op", help="set Value.owner")
            self._value(result, op)

    def _arguments(self, region: Region, holder: Op | None) -> None:
        if region.parent is not holder:
            where = called(holder) if holder else "the flow"
            message = f"the region of {where} has a parent link to another op"
            self.found.add("SKV254", message, holder.place if holder else None, "set Region.parent")
        for argument in region.arguments:
            if argument.owner is not region and holder is not None:
                self.found.at_op("SKV254", holder, f"{argument} has an owner link to another region")
            self._value(argument, holder)

    def _value(self, value: Value, op: Op | None) -> None:
        name = value.name
        if name in self.values or name in self.symbols:
            self._twice(name, f"%{name}", op)
        self.values[name] = value

    def _twice(self, name: str, text: str, op: Op | None) -> None:
        other = "%" if name in self.values else "@"
        message = f"{text} is given twice" if text[0] == other else f"{text} and {other}{name} have the same name"
        help = "values and symbols share one namespace: give one of them another name"
        if op is None:
            self.found.at_skill("SKV221", message, help=help)
        else:
            self.found.at_op("SKV221", op, message, text, help=help)

    def _wrong_section(self, op: Op, section: str) -> None:
        belongs = _BELONGS.get(op.signature.role, "in 'flow'")
        self.found.at_op("SKV230", op, f"'{op.name}' stands in {section}, it belongs {belongs}", op.name)

    def _nested_too_deep(self, op: Op) -> None:
        self.too_deep = True
        message = f"{called(op)} opens level {MAX_DEPTH + 1} of regions, {MAX_DEPTH} are allowed"
        self.found.at_op("SKV208", op, message, help="put the inner ops into a group and 'do' it")


def _needs_name(op: Op) -> bool:
    return op.name not in _UNNAMED and op.signature.role is not OpRole.NOTE


def called(op: Op) -> str:
    """How a message speaks of an op: its name, else its kind."""
    return str(op.label) if op.label else f"'{op.name}'"
