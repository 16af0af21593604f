"""Reads what was emitted again: the blocks must be the ones that were meant.

An untouched leaf must come back as a leaf of its kind with the same bytes; new lines must be blocks of their own."""

from collections.abc import Iterator

from ..grammar.block import Block, BlockKind
from ..grammar.blocks import parse_blocks
from ..grammar.diagnostic import Diagnostic
from ..grammar.source import Source, Span
from ..skvm_ir.module import Skill
from .emission import EmittedSource

_FIRST_LINES = {BlockKind.ITEM, BlockKind.QUOTE}
"""A leaf of these kinds becomes the first paragraph of a container when something is put inside it."""


def check_blocks(skill: Skill, number: int, emitted: EmittedSource) -> list[Diagnostic]:
    """What went wrong in source ``number`` of ``skill``: leaves that read differently now (SKV510), then new lines that
    are not blocks of their own (SKV511)."""
    if not emitted.touched:
        return []
    shown = Source(f"{emitted.path} (emitted)", emitted.data)
    blocks, _ = parse_blocks(shown, number, 0)
    found = {leaf.start: leaf for root in blocks for leaf in root.leaves()}
    return [*_changed_leaves(skill, number, emitted, found), *_joined_lines(shown, emitted, found)]


def _changed_leaves(skill: Skill, number: int, emitted: EmittedSource, found: dict[int, Block]) -> Iterator[Diagnostic]:
    for leaf, start, end in _untouched(skill, number, emitted):
        now = found.get(start)
        if now is not None and _reaches(now, end, emitted.data) and _same_kind(leaf, now):
            continue
        span = Span(skill.sources[number].source, leaf.start, leaf.end)
        was, has = leaf.kind.value, now.kind.value if now else "part of another block"
        message = f"an edit beside it made this {was} read as {has} in the output"
        yield Diagnostic("SKV510", message, span, help=_HELP)


def _joined_lines(shown: Source, emitted: EmittedSource, found: dict[int, Block]) -> Iterator[Diagnostic]:
    """New whole lines whose first or last byte lies inside a block that also holds old lines."""
    ends = {leaf.end for leaf in found.values()}
    for piece in emitted.pieces:
        if not piece.block or piece.edit is None or piece.out_start == piece.out_end:
            continue
        start = piece.out_start
        if start and shown.data[start - 1 : start] != b"\n":
            # The text ended without a line end, which the new lines bring along.
            start = shown.data.find(b"\n", start) + 1
        if start not in found or piece.out_end not in ends:
            span = Span(shown, piece.out_start, piece.out_end)
            yield Diagnostic("SKV511", "these new lines read as part of the block beside them", span, help=_HELP)


_HELP = "this is a fault of the pass that made the edit: report it with the skill"


def _reaches(leaf: Block, end: int, data: bytes) -> bool:
    """True when the leaf ends where it should; the last line of a text may have got the line end it lacked."""
    return leaf.end == end or (data[end : leaf.end] in (b"\n", b"\r\n") and data[end - 1 : end] != b"\n")


def _same_kind(before: Block, after: Block) -> bool:
    if before.kind is after.kind:
        return True
    return before.kind in _FIRST_LINES and after.kind is BlockKind.PARAGRAPH


def _untouched(skill: Skill, number: int, emitted: EmittedSource) -> list[tuple[Block, int, int]]:
    """The leaves copied whole, with their place in the output."""
    copied = [piece for piece in emitted.pieces if piece.edit is None]
    leaves = [leaf for leaf in skill.leaves() if leaf.source == number and leaf.kind is not BlockKind.BLANK]
    result: list[tuple[Block, int, int]] = []
    at = 0
    for leaf in leaves:
        while at < len(copied) and copied[at].end < leaf.end:
            at += 1
        if at < len(copied) and copied[at].start <= leaf.start:
            shift = copied[at].out_start - copied[at].start
            result.append((leaf, leaf.start + shift, leaf.end + shift))
    return result
