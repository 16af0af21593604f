"""The verifier's part on the program: scopes, types, dominance, jumps, and an order that somebody could follow."""

from collections.abc import Iterator

from attrs import define, field

from .control_ops import Aside, Back, Case, Do, Foreach, Go, Parallel, Repeat, Seq
from .effects import OpRole
from .module import Skill
from .op import Op, Region, Value
from .step_ops import Rule
from .verify_findings import Findings
from .verify_names import Names, called
from .verify_scopes import check_entry, check_scope
from .walk import enclosing, find_cycle, free_values

_YIELDING = (Case, Foreach, Repeat, Parallel)


@define(eq=False)
class FlowCheck:
    """One walk over the flow, with the values that are visible where it stands."""

    found: Findings
    names: Names
    visible: set[Value] = field(factory=set[Value])
    trail: list[Value] = field(factory=list[Value])
    """All values made so far and not left behind with their scope, in order."""
    free: dict[Op, dict[Value, Op]] = field(factory=dict[Op, dict[Value, Op]])

    def run(self, skill: Skill) -> None:
        """Check the whole flow: SKV240 to SKV253."""
        for declaration in skill.declarations:
            self.visible.update(declaration.results)
        self.visible.update(skill.flow.arguments)
        self._region(skill.flow, None)
        self._order()

    def _region(self, region: Region, holder: Op | None) -> None:
        visible, trail = self.visible, self.trail
        for op in region.ops:
            for value in op.operands:
                if value not in visible:
                    self._not_visible(op, value)
            role = op.signature.role
            if role is OpRole.JUMP:
                self._jump(op)
            elif role is OpRole.YIELD:
                self._yield_place(op, region, holder)
            parent = op.signature.parent
            if parent and (holder is None or holder.name != parent):
                self.found.at_op("SKV248", op, f"'{op.name}' stands outside of '{parent}'", op.name)
            inner = op.region
            if inner is not None:
                self._inner(op, inner)
            for result in op.results:
                visible.add(result)
                trail.append(result)

    def _inner(self, op: Op, inner: Region) -> None:
        visible, trail = self.visible, self.trail
        check_scope(self.found, op, inner)
        mark = len(trail)
        visible.update(inner.arguments)
        trail.extend(inner.arguments)
        self._region(inner, op)
        if isinstance(op, Seq):
            visible.difference_update(inner.arguments)
        else:
            visible.difference_update(trail[mark:])
            del trail[mark:]

    def _not_visible(self, op: Op, value: Value) -> None:
        owner, text, names = value.owner, str(value), self.names
        behind = op.name
        holder = owner.parent if isinstance(owner, Region) else owner
        if names.values.get(value.name) is not value:
            message = f"{called(op)} uses {text}, which nothing in this skill makes"
            self.found.at_op("SKV245", op, message, text, behind, "its op may have been erased or be in another skill")
        elif isinstance(owner, Op) and owner in names.first and names.end_of(owner) >= names.first[op]:
            message = f"{called(op)} uses {text} before it is made"
            self.found.at_op("SKV243", op, message, text, behind, "move the op that makes it up, or this one down")
        else:
            scope = self._scope_of(holder, isinstance(owner, Region))
            message = f"{called(op)} uses {text} out of its scope, {called(scope) if scope else 'the notes'}"
            help = "values leave a scope by 'yield', as its results"
            self.found.at_op("SKV244", op, message, text, behind, help)

    def _scope_of(self, owner: Op | None, argument: bool) -> Op | None:
        """The scope that a value made by ``owner`` (or entering its region) does not leave."""
        if owner is None or argument:
            return owner
        return next((scope for scope in enclosing(owner) if not isinstance(scope, Seq)), None)

    def _yield_place(self, op: Op, region: Region, holder: Op | None) -> None:
        if not isinstance(holder, _YIELDING):
            where = f"'{holder.name}'" if holder is not None else "the flow itself"
            message = f"'yield' stands in {where}, which hands out no values"
            help = "values of a 'seq' are visible behind it" if isinstance(holder, Seq) else ""
            self.found.at_op("SKV246", op, message, "yield", help=help)
        elif op is not region.ops[-1]:
            self.found.at_op("SKV246", op, f"'yield' is not the last op of its '{holder.name}'", "yield")

    def _jump(self, op: Op) -> None:
        target = next((self.names.op(name) for name in op.names("to")), None)
        if not isinstance(target, Seq | Aside) or target not in self.names.first:
            return  # no target, or a wrong one, which is said where the op is checked alone
        if isinstance(op, Back):
            if not any(self.names.first[target] <= place for place in self._armed(op)):
                message = f"'back' goes to {called(target)}, which neither encloses it nor stands before it"
                self.found.at_op("SKV250", op, message, f"@{target.symbol}", "to =", "use 'go' or 'do' to go forward")
        elif isinstance(op, Do | Go) and target.region is not None:
            check_entry(self.found, op, target, target.region, "SKV251")
            self._reach(op, target)

    def _armed(self, op: Op) -> list[int]:
        """Where the jump may happen: its own place, for a jump of a rule the ends of what the rule binds."""
        rule = next(enclosing(op), None)
        if not isinstance(rule, Rule):
            return [self.names.first[op]]
        bound = [target for name in rule.names("binds") if (target := self.names.op(name)) is not None]
        ends = [self.names.end_of(target) for target in bound if target in self.names.first]
        return ends or [len(self.names.first)]

    def _reach(self, op: Op, target: Op) -> None:
        """What the group uses from outside must be visible where control goes to it."""
        free = self.free.get(target)
        if free is None:
            free = self.free[target] = free_values(target, self.names.symbols)
        for value, user in free.items():
            if value not in self.visible and self.names.values.get(value.name) is value:
                message = f"{called(target)} uses {value}, which is not visible at this '{op.name}'"
                help = f"{called(user)} uses it: make it a parameter of {called(target)}"
                self.found.at_op("SKV252", op, message, f"@{target.symbol}", "to =", help)

    def _order(self) -> None:
        """No op may have to run after itself. Only an ``after`` that points forward can close a circle."""
        first, lookup = self.names.first, self.names.op
        forward: list[Op] = []
        for op, place in first.items():
            for name in op.after:
                target = lookup(name)
                if target is None or target not in first or self.names.end_of(target) < place:
                    continue
                if first[target] <= place or first[target] <= self.names.end_of(op):
                    holds = "it is" if target is op else "it is in" if first[target] < place else "it holds"
                    message = f"{called(op)} would have to run after itself: it waits for {name}, which {holds}"
                    self.found.at_op("SKV253", op, message, name.text, "after", "drop this 'after'")
                else:
                    forward.append(op)
        if not forward:
            return
        cycle = find_cycle(forward, self._waits_for)
        if cycle:
            op = next((op for op in cycle if op in forward), cycle[0])
            around = cycle[cycle.index(op) :] + cycle[: cycle.index(op)]
            path = " waits for ".join(called(one) for one in (*around, op))
            message = f"{called(op)} would have to run after itself: {path}"
            self.found.at_op("SKV253", op, message, "after", help="drop one 'after' of the circle")

    def _waits_for(self, op: Op) -> list[Op]:
        """What must be complete before ``op`` is: what it comes after, what it holds, what the ops around wait for."""
        own = list(self._comes_after(op))
        around = list(enclosing(op))
        for holder in around:
            own += [target for target in self._comes_after(holder) if target not in around]
        return own + (op.region.ops if op.region is not None else [])

    def _comes_after(self, op: Op) -> Iterator[Op]:
        for name in op.after:
            target = self.names.op(name)
            if target is not None and target in self.names.first:
                yield target
        for value in op.operands:
            if isinstance(value.owner, Op) and value.owner in self.names.first:
                yield value.owner
