"""Groups of steps that may run together: one step over many items, single calls, work of several turns."""

from bisect import bisect_right
from collections.abc import Iterator

from attrs import frozen

from ..grammar.block import Block, BlockKind
from ..skvm_ir.effects import OpRole
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Range
from .analyze_effects import DependenceWords, dependence_words, worded

_SINGLE_CALLS = frozenset({"read", "fetch", "exec", "call", "check", "write", "generate"})
_MANY_TURNS = frozenset({"invoke", "generate", "act", "exec", "call"})


_EACH = (b"for each", b"for every")
_TOGETHER = (b"parallel", b"same time", b"simultaneous", b"e message", b"e response", b"concurrent", b"at once")
"""Of these a sentence holds one that the expression of ``together`` matches: a cheap test."""

_SENTENCES = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING})


@frozen
class Group:
    """Steps that may run together. ``kind`` is data (one step, many items), instruction (single calls) or thread (work
    of several turns each); ``citations`` is what shows it."""

    kind: str
    message: str
    ops: tuple[Op, ...]
    citations: tuple[Range, ...]


def groups_of(skill: Skill, stages: list[list[Op]]) -> list[Group]:
    """The groups of ``skill``, in document order; ``stages`` are the runs of steps of which none waits for another.

    Further texts are left out: their steps run only where a step of ``SKILL.md`` sends the reader there."""
    known = dependence_words()
    # In a menu the commands of an operation are ways to do it, to pick from.
    single = () if skill.shape == "menu" else _staged(stages)
    found = [*_stated(skill), *single, *_over_items(skill, known), *_agents_together(skill, known)]
    return _without_repetition([group for group in found if _is_in_main_text(skill, group)])


def _is_in_main_text(skill: Skill, group: Group) -> bool:
    block = skill.block(group.citations[0].block)
    return block is not None and block.source == 0


def _without_repetition(found: list[Group]) -> list[Group]:
    kept: list[Group] = []
    for group in sorted(found, key=lambda group: (group.citations[0].block, group.citations[0].start)):
        if not any(other.kind == group.kind and set(group.ops) <= set(other.ops) and group.ops for other in kept):
            kept.append(group)
    return kept


def _stated(skill: Skill) -> Iterator[Group]:
    """What lifting or another pass has already made a ``parallel`` or a ``foreach``."""
    for op in skill.flow.walk():
        if op.name not in ("parallel", "foreach") or op.region is None or not op.citations:
            continue
        inner = tuple(own for own in op.region.ops if own.signature.role is OpRole.STEP)
        kind = op.text("kind") or "data"
        if inner:
            yield Group(kind, "the text says so", inner, op.citations[:1])


def _staged(stages: list[list[Op]]) -> Iterator[Group]:
    """Stages of single calls."""
    for stage in stages:
        ops = tuple(op for op in stage if op.name in _SINGLE_CALLS and op.citations)
        if len(ops) > 1:
            yield Group("instruction", "none of them waits for another", ops, ops[0].citations[:1])
        agents = tuple(op for op in stage if op.name == "invoke" and op.citations)
        if len(agents) > 1:
            yield Group("thread", "none of them waits for another", agents, agents[0].citations[:1])


def _over_items(skill: Skill, known: DependenceWords) -> Iterator[Group]:
    """Steps whose words say that they are done to each of many items, and sentences beside a step that say so."""
    steps = [op for op in skill.flow.walk() if op.signature.role is OpRole.STEP and op.name != "ask" and op.citations]
    for op in steps:
        text = worded(skill, op)
        match = known.each.search(text) or known.many.search(text)
        if match is not None and not known.chained.search(text):
            said = " ".join(match.group().lower().split())
            yield Group("data", f"the text says '{said}'", (op,), op.citations[:1])
    yield from _items_beside_steps(skill, steps, known)


def _items_beside_steps(skill: Skill, steps: list[Op], known: DependenceWords) -> Iterator[Group]:
    """Lines that begin with "for each", where the step before them says what is done."""
    first = sorted(((op.citations[0].block, at) for at, op in enumerate(steps)))
    for leaf in _sentences_with(skill, _EACH):
        match = known.begins.search(skill.block_bytes(leaf).decode("utf-8", "replace"))
        before = [at for block, at in first if block <= leaf.number]
        if match is not None and before:
            said = " ".join(match.group(1).lower().split())
            yield Group("data", f"the text says '{said}'", (steps[before[-1]],), (Range(leaf.number),))


def _agents_together(skill: Skill, known: DependenceWords) -> Iterator[Group]:
    """Sentences that send several agents off together."""
    steps = [op for op in skill.flow.walk() if op.signature.role is OpRole.STEP and op.citations]
    for leaf in _sentences_with(skill, _TOGETHER):
        text = skill.block_bytes(leaf).decode("utf-8", "replace")
        if known.together.search(text) and known.agents.search(text) and not known.bound.search(text):
            ops = tuple(op for op in steps if _is_near(op, leaf) and op.name in _MANY_TURNS)
            yield Group("thread", "the text sends several off together", ops[:8], (Range(leaf.number),))
            return


def _sentences_with(skill: Skill, needles: tuple[bytes, ...]) -> list[Block]:
    """The leaves of prose of ``SKILL.md`` that hold one of the needles in any case, in order."""
    data = skill.sources[0].source.data.lower() if skill.sources else b""
    if not any(needle in data for needle in needles):
        return []
    leaves = [leaf for leaf in skill.leaves() if leaf.source == 0]
    starts = [leaf.start for leaf in leaves]
    found: set[int] = set()
    for needle in needles:
        at = data.find(needle)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.add(number)
            at = data.find(needle, max(leaves[number].end, at + 1))
    return [leaves[number] for number in sorted(found) if leaves[number].kind in _SENTENCES]


def _is_near(op: Op, leaf: Block) -> bool:
    return any(abs(cited.block - leaf.number) <= 4 for cited in op.citations)
