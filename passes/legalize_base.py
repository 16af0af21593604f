"""What a rewrite of ``capability-lower`` is: a pattern that fits a gap or says why not, and then changes the skill."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import ClassVar, Self

from attrs import field, frozen

from ..grammar.block import Block, BlockKind
from ..skvm_ir.edits import Side
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Name, Op, Range
from ..skvm_ir.rewriter import Rewriter
from ..skvm_ir.target import Target
from ..skvm_ir.walk import inside, names_of


class Way(Enum):
    """How a gap is closed: the same goal by smaller demands, or the goal by another path."""

    COMPENSATE = "compensate"
    SUBSTITUTE = "substitute"


@frozen(eq=False)
class Gap:
    """``op`` asks for ``need``, and the target does not meet it."""

    op: Op
    need: Need


@frozen(eq=False)
class Scene:
    """What a rewrite may look at. ``loop_bound`` is how often a loop runs where the text does not say."""

    skill: Skill
    target: Target
    files: Mapping[str, bytes] = field(factory=dict[str, bytes])
    loop_bound: int = 3


@frozen
class Refused:
    """The pattern does not fit; ``reason`` says what stands against it, for the remark."""

    reason: str


@frozen(eq=False)
class Rewrite(ABC):
    """A pattern that fits ``gap``: an instance is a match, with all that applying it needs."""

    rule: ClassVar[str]
    way: ClassVar[Way] = Way.COMPENSATE

    gap: Gap

    @classmethod
    @abstractmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """The guard: looks, changes nothing."""

    @property
    @abstractmethod
    def asks(self) -> Need | None:
        """The hardest need of what takes the place; None where nothing is asked of the model any more."""

    @property
    @abstractmethod
    def why(self) -> str:
        """What is done and why, for people; made from the op."""

    @abstractmethod
    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Change the skill: the ops, their needs, and the edits that word them. ``reason`` goes into every origin."""

    @property
    def reason(self) -> str:
        """Kind, need and reason as origins and the report have them."""
        before, after = self.gap.need, self.asks
        level = after.level if after is not None and after.primitive == before.primitive else 0
        return f"{self.way.value} {before.primitive} L{before.level}->L{level}: {self.why}"


def lowered(op: Op, primitive: str, asks: Need | None) -> tuple[Need, ...]:
    """The needs of ``op`` with ``asks`` in the place of what it asked of ``primitive``."""
    kept = [need for need in op.needs if need.primitive != primitive]
    if asks is not None and asks.primitive == primitive:
        kept.append(asks)
    return tuple(sorted(kept))


def own_leaves(skill: Skill, op: Op) -> Iterator[Block]:
    """The leaves that ``op`` cites, each once, in the order of its citations."""
    seen: set[int] = set()
    for cited in op.citations:
        block = None if cited.skill else skill.block(cited.block)
        for leaf in block.leaves() if block is not None else ():
            if leaf.number not in seen:
                seen.add(leaf.number)
                yield leaf


def words_leaf(skill: Skill, op: Op) -> Block | None:
    """The leaf of prose that words ``op``: the first it cites that is no code, heading or blank line."""
    prose = (BlockKind.ITEM, BlockKind.PARAGRAPH, BlockKind.QUOTE)
    return next((leaf for leaf in own_leaves(skill, op) if leaf.kind in prose), None)


def words_of(skill: Skill, op: Op) -> str:
    """The prose of ``words_leaf`` that ``op`` cites; empty where there is none."""
    leaf = words_leaf(skill, op)
    if leaf is None:
        return ""
    parts = [cited for cited in op.citations if not cited.skill and cited.block == leaf.number and not cited.is_whole]
    if parts:
        return skill.text_of(parts[0])
    return skill.block_bytes(leaf).decode("utf-8", "replace")


def behind(block: Block) -> tuple[Range, Side]:
    """Where new blocks go that belong to ``block``: into an item or a quote as its last child, behind anything else."""
    inside = block.kind in (BlockKind.ITEM, BlockKind.QUOTE)
    return Range(block.number), Side.INTO if inside else Side.AFTER


def insert_next(rewriter: Rewriter, op: Op, new: Op, reason: str) -> Name:
    """Put ``new`` right behind ``op``: after it, and before what came after it; the name of ``new`` comes back."""
    earlier = {text for one in inside(op) for text in names_of(one)}
    new.origin = rewriter.origin(reason)
    if op.label is not None:
        rewriter.set_after(new, (op.label,))
    rewriter.insert_behind(op, new)
    label = rewriter.label(new)
    siblings = op.parent.ops if op.parent is not None else []
    for later in siblings[siblings.index(new) + 1 :]:
        if any(name.text in earlier for name in later.after):
            rewriter.set_after(later, (*later.after, label))
    return label
