"""Make calls at one time calls one after the other.

Before:  parallel @gather {kind = "instruction"} needs [tool.call.batch:L2 45] from [b4] { call @a … call @b … }
After:   seq @in_order by … from [b4] { call @a … call @b after [@a] … }
         e1 replace [b4:21+11] with [@in_order] by …
"""

import re
from collections.abc import Iterator
from typing import ClassVar, Self

from attrs import frozen

from ..grammar.block import BlockKind
from ..skvm_ir.builder import unique_name
from ..skvm_ir.control_ops import Parallel, Seq
from ..skvm_ir.edits import EditKind
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need
from ..skvm_ir.op import Op, Range
from ..skvm_ir.rewriter import Rewriter
from .legalize_base import Gap, Refused, Rewrite, Scene, lowered, own_leaves

_TOGETHER = re.compile(
    r"\b(?:in parallel|simultaneously|concurrently|(?:all )?at the same time|(?:all )?at once"
    r"|in (?:one|a single) (?:message|turn|batch|response|block))\b",
    re.I,
)
_NOT = re.compile(r"\b(?:not|never|no|without|avoid|instead of|cannot|if|may|can)\b|n't\b", re.I)
_MORE = re.compile(r"\bparallel|\bsimultaneous|\bconcurrent|\bone message\b|\bbatch", re.I)
_CALLS = frozenset(("exec", "call", "fetch", "read"))
_CODE = re.compile(r"`[^`]*`")
_SENTENCE_START = re.compile(r"[.!?:]\s+")


@frozen(eq=False)
class SerialiseGroup(Rewrite):
    """A group of calls that the text wants at one time is done call by call."""

    rule: ClassVar[str] = "serialise-group"

    cues: tuple[Range, ...]

    @classmethod
    def match(cls, gap: Gap, scene: Scene) -> Self | Refused:
        """Fits a parallel group of single calls whose text says so in words that can be replaced."""
        op = gap.op
        if not isinstance(op, Parallel) or op.region is None:
            return Refused("it is no group of calls")
        if op.text("kind") not in ("", "instruction") or any(inner.name not in _CALLS for inner in op.region.ops):
            return Refused("its parts are more than single calls")
        if op.results or len(op.region.ops) < 2:
            return Refused("the group hands out values, or holds a single call")
        cues = tuple(_cues(scene.skill, op))
        if not cues:
            return Refused("no words were found that ask for calls at one time")
        if any(_says_more(scene.skill, op, inner) for inner in op.region.ops):
            return Refused("the calls themselves speak of it as well")
        return cls(gap, cues)

    @property
    def asks(self) -> Need | None:
        """No batch at all."""
        return None

    @property
    def why(self) -> str:
        """How many calls there are."""
        region = self.gap.op.region
        return (
            f"{len(region.ops) if region is not None else 0} calls at one time become single calls, one after the other"
        )

    def apply(self, rewriter: Rewriter, reason: str) -> None:
        """Put a ``seq`` with its order in the place of the group, and its words in the place of the cues."""
        old = self.gap.op
        region = old.region
        assert region is not None, "the guard has looked"
        name = old.symbol or unique_name(rewriter.skill, "in_order")
        group = Seq(symbol=name, region=region, citations=old.citations, needs=lowered(old, "tool.call.batch", None))
        before: Op | None = None
        for inner in region.ops:
            if before is not None:
                rewriter.set_after(inner, (*inner.after, rewriter.label(before)))
            before = inner if inner.signature.symbol_required or inner.label is not None else before
        rewriter.replace_op(old, [group], {}, reason)
        for cue in self.cues:
            rewriter.add_edit(EditKind.REPLACE, [cue], reason, content=(rewriter.label(group),))


def _says_more(skill: Skill, group: Op, inner: Op) -> bool:
    """True when the words of a call speak of doing it together with others: replacing the cue would contradict them."""
    own = {leaf.number for leaf in own_leaves(skill, group)}
    texts = (skill.block_bytes(leaf) for leaf in own_leaves(skill, inner) if leaf.number not in own)
    return any(_MORE.search(text.decode("utf-8", "replace")) for text in texts)


def _cues(skill: Skill, op: Op) -> Iterator[Range]:
    """The words that ask for calls at one time, in the prose that the group itself cites, code left out."""
    for leaf in own_leaves(skill, op):
        if leaf.kind not in (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE):
            continue
        text = skill.block_bytes(leaf).decode("utf-8", "replace")
        shown = _CODE.sub(lambda match: " " * len(match.group()), text)
        for match in _TOGETHER.finditer(shown):
            sentence = _SENTENCE_START.split(shown[: match.start()])[-1]
            if match.group()[0].islower() and "\n" not in match.group() and _NOT.search(sentence) is None:
                start = len(text[: match.start()].encode())
                yield Range(leaf.number, start, len(match.group().encode()))
