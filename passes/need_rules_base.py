"""What the rules of ``infer-needs`` give: findings, each with the rule that made it and the bytes that show it."""

from collections.abc import Callable, Iterator

from attrs import frozen

from ..skvm_ir.needs import Need
from ..skvm_ir.op import Op, Range
from .need_facts import Facts


@frozen(eq=False)
class Finding:
    """The skill, or one op of it, asks for ``primitive`` at ``level``.

    ``confidence`` is in hundredths: how often such a finding was right on labelled skills that were not fitted on.
    ``because`` says what was seen, for people. ``op`` is the op that asks; None leaves it to ``place``.
    """

    primitive: str
    level: int
    confidence: int
    rule: str
    because: str
    citations: tuple[Range, ...] = ()
    op: Op | None = None

    @property
    def need(self) -> Need:
        """The finding as it stands on an op."""
        return Need(self.primitive, self.level, self.confidence)


SkillRule = Callable[[Facts], Finding | None]
"""Looks at the facts of a whole skill; gives what it finds, or None where it does not apply."""

OpRule = Callable[[Op, Facts], Iterator[Finding]]
"""Looks at one op and gives what running it asks of the model."""


def level_of(high: bool, low: bool) -> int:
    """L3 where ``high`` holds, else L1 where ``low`` does, else L2, the usual level of a need."""
    if high:
        return 3
    return 1 if low else 2


def blocks_of(facts: Facts, language: str) -> tuple[Range, ...]:
    """The first fence of a group of languages, as the citation of what fences show."""
    return tuple(Range(block.number) for block in facts.fence(language).blocks[:1])


def tell(**counts: int) -> str:
    """What was counted, for people: ``tell(shell_fence=2, pipe=0)`` is ``2 shell fences``; noughts are left out."""
    seen = [(count, name.replace("_", " ")) for name, count in counts.items() if count]
    return ", ".join(f"{count} {name if count == 1 else _plural(name)}" for count, name in seen)


def _plural(name: str) -> str:
    first, behind, rest = name.partition(" about ")
    return f"{first}s{behind}{rest}"
