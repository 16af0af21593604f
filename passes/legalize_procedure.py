"""Make a procedure easier to keep to: loops get a bound and an exit test, cases in a sentence become a table.

Before:  back @again {to = @work, when = "one does not"} from [b6:40+38]
After:   back @again {to = @work, when = "one does not", at_most = 3} by … from [b6:40+38]
         stop @rounds_used_up {when = "one does not"} after [@again] by … from [b6:40+38]
         e1 insert into [b6] with [@again, @rounds_used_up] by …
"""

import re
from itertools import pairwise
from typing import ClassVar, Self

from attrs import frozen

from ..skvm_ir.builder import unique_name
from ..skvm_ir.control_ops import Aside, Back, Case, Choose, Repeat, Stop
from ..skvm_ir.edits import EditKind
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Name, Op
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.walk import enclosing, names_of, worded
from .legalize_base import Gap, Refused, Rewrite, Scene, behind, insert_next, lowered, words_leaf

LEAST_CASES = 3
"""Cases from which on a table is easier to read than sentences."""


_FAILS = re.compile(
    r"\b(?:fail\w*|errors?|wrong|not|no|never|missing|invalid|broken|mismatch\w*|reject\w*|incomplete|remain\w*|still)\b|n't\b",
    re.I,
)
_USER = re.compile(
    r"\b(?:users?|approv\w*|confirm\w*|customer|human|client|ask\w*|happy|satisfied|sign\w*[- ]off)\b", re.I
)
_COUNTS = re.compile(r"[<>≤≥=\d$]|\b(?:attempts?|tries|rounds?|times|iterations?|cycles?|limit|max\w*)\b", re.I)
_NUMBERS = {
    word: at
    for at, word in enumerate(("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"), 1)
}
_STATED = re.compile(
    rf"\b(?:after|at most|up to|within|max(?:imum)?(?: of)?|no more than)\s+(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+"
    r"(?:rounds?|times|attempts?|tries|iterations?|cycles?)\b",
    re.I,
)


@frozen
class _Loop:
    """A loop with its bound; ``stated`` says that the bound is the text's own."""

    op: Op
    bound: int
    stated: bool


@frozen(eq=False)
class BoundLoops(Rewrite):
    """Each loop and jump back is written out: rounds, exit test, and what to do when they are used up."""

    rule: ClassVar[str] = "bound-loops"

    loops: tuple[_Loop, ...]

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits L3 where each loop of the path has a test that can be written out.

        A loop that waits for a person has no bound, and one that counts its rounds itself has its own.
        """
        if gap.need.level < 3:
            return Refused("it asks for no loop")
        said = worded(scene.skill)
        loops: list[_Loop] = []
        for op in scene.skill.flow.walk():
            if not isinstance(op, Back | Repeat) or any(isinstance(around, Aside) for around in enclosing(op)):
                continue
            if op.origin is not None or not said.keys().isdisjoint(names_of(op)):
                continue
            loop = _bounded(scene, op)
            if isinstance(loop, Refused):
                return loop
            loops.append(loop)
        return cls(gap, tuple(loops)) if loops else Refused("no loop or jump back was found among its steps")

    @property
    def asks(self) -> Need:
        """L2: steps with branches, each round counted."""
        return Need("follow.procedure", 2, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """Which loops, with which bounds."""
        named = [f"{loop.op.label or 'a loop'} (at most {loop.bound} rounds)" for loop in self.loops]
        return f"{', '.join(named)} written out with bound and exit test"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Bound each loop and word it behind the block that asks for it.

        Where the bound is not the text's, a ``stop`` behind a jump says what the author would have had to say: that
        nobody goes on as if the test held.
        """
        for loop in self.loops:
            op = loop.op
            leaf = words_leaf(rewriter.skill, op)
            assert leaf is not None, "the guard has looked"
            rewriter.set_attribute(op, "at_most", loop.bound)
            op.origin = rewriter.origin(reason)
            labels = [rewriter.label(op)]
            if isinstance(op, Back) and not loop.stated:
                labels.append(self._stop(rewriter, op, reason))
            place, side = behind(leaf)
            rewriter.add_edit(EditKind.INSERT, [place], reason, content=tuple(labels), side=side)
        op = self.gap.op
        rewriter.set_needs(op, lowered(op, "follow.procedure", self.asks))

    @staticmethod
    def _stop(rewriter: Rewriter, op: Back, reason: str) -> Name:
        stop = Stop(
            symbol=unique_name(rewriter.skill, "rounds_used_up"),
            operands=list(op.operands),
            attributes={"when": op.attributes["when"]},
            citations=op.citations,
        )
        return insert_next(rewriter, op, stop, reason)


def _bounded(scene: Scene, op: Op) -> _Loop | Refused:
    """The loop with its bound, or why it has to stay as prose has it."""
    leaf = words_leaf(scene.skill, op)
    condition = op.text("when") or op.text("until")
    if leaf is None or not condition:
        return Refused("a loop has no words, or no exit test")
    text = scene.skill.block_bytes(leaf).decode("utf-8", "replace")
    if _USER.search(condition):
        return Refused("a loop waits for a person, and has no bound")
    at_most = op.attributes.get("at_most")
    if isinstance(at_most, int):
        return _Loop(op, at_most, True)
    stated = _STATED.search(text)
    if stated:
        number = stated.group(1).lower()
        return _Loop(op, _NUMBERS.get(number) or max(1, int(number)), True)
    if _COUNTS.search(condition):
        return Refused("a loop counts its rounds itself")
    if not condition.startswith("not (") and op.name == "back" and not _FAILS.search(condition):
        return Refused("a loop is no correction of something that failed")
    return _Loop(op, scene.loop_bound, False)


@frozen(eq=False)
class TabulateCases(Rewrite):
    """Three cases or more in one block of prose become a table of condition and action."""

    rule: ClassVar[str] = "tabulate-cases"

    choices: tuple[Op, ...]

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits a ``choose`` (for a whole procedure: each on its path) whose cases share a paragraph or an item."""
        if gap.need.level < 2:
            return Refused("it asks for one condition and what follows")
        ops = [gap.op] if gap.need.primitive == "reason.logic" else list(scene.skill.flow.walk())
        said = worded(scene.skill)
        found = tuple(
            op
            for op in ops
            if isinstance(op, Choose)
            and op.origin is None
            and said.keys().isdisjoint(names_of(op))
            and _in_one_block(scene.skill, op)
        )
        if not found:
            return Refused("no three cases were found that stand in one block of prose")
        return cls(gap, found)

    @property
    def asks(self) -> Need:
        """One level less: one condition at a time."""
        return Need(self.gap.need.primitive, self.gap.need.level - 1, self.gap.need.confidence)

    @property
    def why(self) -> str:
        """How many cases there are."""
        cases = [len(op.region.ops) for op in self.choices if op.region is not None]
        return f"{' and '.join(map(str, cases))} cases in a row of sentences become a table, one condition a line"

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Word each choice behind the block that holds its cases."""
        for op in self.choices:
            leaf = words_leaf(rewriter.skill, op)
            assert leaf is not None, "the guard has looked"
            place, side = behind(leaf)
            label = rewriter.label(op)
            op.origin = rewriter.origin(reason)
            rewriter.add_edit(EditKind.INSERT, [place], reason, content=(label,), side=side)
        op = self.gap.op
        rewriter.set_needs(op, lowered(op, self.gap.need.primitive, self.asks))


def _in_one_block(skill: Skill, op: Op) -> bool:
    """True when at least three cases cite parts of the one leaf that words the choice, and none a part of another's."""
    cases = [case for case in op.region.ops if isinstance(case, Case)] if op.region is not None else []
    leaf = words_leaf(skill, op)
    if len(cases) < LEAST_CASES or leaf is None:
        return False
    cited = [case.citations[0] for case in cases if case.citations]
    if len(cited) < len(cases) or any(one.block != leaf.number or one.is_whole for one in cited):
        return False
    told = all(
        case.attributes.get("otherwise") or ("when" in case.attributes and "$" not in case.text("when"))
        for case in cases
    )
    spans = sorted((one.start, one.start + one.length) for one in cited)
    return told and all(end <= start for (_, end), (start, _) in pairwise(spans))
