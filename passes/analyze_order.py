"""Why one step has to wait for another: what may be swapped, by which evidence, and what keeps an order."""

from attrs import define, field, frozen

from ..skvm_ir.effects import OpRole
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op
from .analyze_effects import DependenceWords, Touches, dependence_words, touches, worded


@frozen
class Verdict:
    """What is known of two steps in a row. ``rule`` is empty where nothing speaks for dropping their order; ``kept``
    says what speaks against it all the same."""

    rule: str
    message: str
    kept: str = ""

    @property
    def is_free(self) -> bool:
        """True when the order of the two is of no matter."""
        return bool(self.rule) and not self.kept


IN_DOUBT = Verdict("", "")


@define(eq=False)
class Steps:
    """The steps of one skill with what they touch, looked at once each."""

    skill: Skill
    _touches: dict[Op, Touches] = field(factory=dict[Op, Touches], init=False)

    def touches(self, op: Op) -> Touches:
        """What ``op`` reads and changes."""
        found = self._touches.get(op)
        if found is None:
            found = self._touches[op] = touches(self.skill, op)
        return found

    def verdict(self, first: Op, second: Op) -> Verdict:
        """May ``second`` run before ``first`` or at the same time? Evidence is asked for; doubt keeps the order."""
        if not _are_steps(first, second) or any(value.owner is first for value in second.operands):
            return IN_DOUBT
        one, other = self.touches(first), self.touches(second)
        if (first.name == "check") is not (second.name == "check"):
            return IN_DOUBT  # what is verified is mostly what was just looked at
        rule, message = _evidence(self.skill, first, one, second, other)
        if not rule:
            return IN_DOUBT
        return Verdict(rule, message, _flows(one, other) or _said(other, dependence_words()))


def _are_steps(*ops: Op) -> bool:
    return all(op.signature.role is OpRole.STEP and op.name not in ("act", "ask") for op in ops)


def _evidence(skill: Skill, first: Op, one: Touches, second: Op, other: Touches) -> tuple[str, str]:
    """What speaks for dropping the order of two steps: a rule and a message, both empty where nothing does."""
    if one.only_looks and other.only_looks:
        return "both-only-look", "each of them changes nothing"
    if first.name == second.name == "write" and one.writes and other.writes:
        return "different-files", "each of them writes a file of its own"
    said = _stated_free(skill, first, dependence_words())
    return ("stated", f"the text says '{said}'") if said else ("", "")


def _stated_free(skill: Skill, op: Op, known: DependenceWords) -> str:
    """The words of the group around ``op`` that leave the order of its steps open."""
    holder = op.parent.parent if op.parent is not None else None
    if holder is None or holder.name != "seq":
        return ""
    text = worded(skill, holder)
    match = known.free.search(text)
    return match.group().lower() if match is not None and not known.bound.search(text) else ""


def _flows(one: Touches, other: Touches) -> str:
    """What goes from one step to the other beside values; empty where nothing does."""
    shared = sorted((one.writes or frozenset()) & ((other.writes or frozenset()) | other.reads))
    shared = shared or sorted((other.writes or frozenset()) & one.reads)
    if shared:
        return f"both touch {shared[0]}"
    if one.sets & other.variables:
        return f"the first sets {min(one.sets & other.variables)}"
    return ""


def _said(other: Touches, known: DependenceWords) -> str:
    """The words of the second step that lean on what stands before it."""
    match = known.leans.search(other.text)
    return f"the text says '{match.group().lower()}'" if match else ""
