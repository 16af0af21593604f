"""The document with its live edits applied: new bytes for each source, and where every byte came from.

An edit becomes splices: bytes of a source that give way to new bytes. Splices of one source do not overlap (the
verifier sees to it), so emission sorts them and copies what lies between."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from attrs import define, field, frozen

from ..grammar.block import Block, BlockKind
from ..grammar.frontmatter import parse_frontmatter, set_field
from ..grammar.layout import content_lines, prefix
from ..skvm_ir.edits import Edit, EditKind, Side
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Range
from ..skvm_ir.target import Target
from .wording import Placement, Site, Wording, word


@frozen(order=True)
class Splice:
    """Bytes ``start`` to ``end`` of a source give way to ``data``, by ``edit``; ``block`` when it is whole lines."""

    start: int
    end: int
    rank: int
    data: bytes = field(order=False)
    edit: int = field(order=False)
    block: bool = field(order=False)


@frozen
class Piece:
    """A stretch of the output: copied from the source (``edit`` None) or made by an edit."""

    out_start: int
    out_end: int
    start: int
    end: int
    edit: int | None = None
    block: bool = False


@frozen
class EmittedSource:
    """One source after its edits."""

    path: str
    data: bytes
    pieces: tuple[Piece, ...]

    @property
    def touched(self) -> bool:
        """True when any edit changed the source."""
        return any(piece.edit is not None for piece in self.pieces)


@define
class Emission:
    """All sources of a skill after its edits, the files that moves and insertions made, and each edit's new text."""

    sources: list[EmittedSource] = field(factory=list[EmittedSource])
    files: dict[str, bytes] = field(factory=dict[str, bytes])
    new_text: dict[int, str] = field(factory=dict[int, str])


def apply_edits(skill: Skill, target: Target | None) -> Emission:
    """The live edits of ``skill`` applied to its document; the wording of ops is made for ``target``."""
    emission = Emission()
    splices: list[list[Splice]] = [[] for _ in skill.sources]
    edits = skill.live_edits()
    ops = {str(label): op for op in skill.ops() if (label := op.label) is not None} if edits else {}
    splicer = _Splicer(skill, ops, target, emission, _staying(skill, edits))
    for edit in edits:
        for source, splice in splicer.splices(edit):
            splices[source].append(splice)
    for number, own in enumerate(skill.sources):
        emission.sources.append(_apply(own.path, own.source.data, sorted(splices[number])))
    return emission


def _apply(path: str, data: bytes, splices: Sequence[Splice]) -> EmittedSource:
    parts: list[bytes] = []
    pieces: list[Piece] = []
    at = out = 0
    for splice in splices:
        if splice.start > at:
            parts.append(data[at : splice.start])
            pieces.append(Piece(out, out + splice.start - at, at, splice.start))
            out += splice.start - at
        parts.append(splice.data)
        pieces.append(Piece(out, out + len(splice.data), splice.start, splice.end, splice.edit, splice.block))
        out += len(splice.data)
        at = max(at, splice.end)
    if at < len(data):
        parts.append(data[at:])
        pieces.append(Piece(out, out + len(data) - at, at, len(data)))
    return EmittedSource(path, b"".join(parts), tuple(pieces))


@define
class _Splicer:
    """Turns one edit into splices."""

    skill: Skill
    ops: dict[str, Op]
    target: Target | None
    emission: Emission
    staying: list[list[Block]]
    """By source, the leaves of which something stays where it was."""

    def splices(self, edit: Edit) -> Iterable[tuple[int, Splice]]:
        if edit.kind is EditKind.SET:
            return self._set(edit)
        if edit.kind is EditKind.DELETE:
            return self._remove(edit, edit.ranges)
        if edit.kind is EditKind.MOVE:
            return self._move(edit)
        if edit.kind is EditKind.INSERT:
            return self._insert(edit)
        if edit.kind is EditKind.REPLACE:
            return self._replace(edit)
        return ()

    def _set(self, edit: Edit) -> Iterable[tuple[int, Splice]]:
        value = edit.content if isinstance(edit.content, str) else ""
        first = next(iter(self.skill.leaves()), None)
        length = first.length if first is not None and first.kind is BlockKind.FRONTMATTER else 0
        frontmatter = parse_frontmatter(self.skill.sources[0].source, 0, length)
        start, length, new = set_field(frontmatter, edit.target, value)
        self.emission.new_text[edit.number] = value
        yield 0, Splice(start, start + length, 0, new, edit.number, False)

    def _remove(self, edit: Edit, ranges: Iterable[Range]) -> Iterable[tuple[int, Splice]]:
        for cited in ranges:
            for block, start, end in self._leaf_ranges(cited):
                yield block.source, self._removal(edit, block, start, end)

    @staticmethod
    def _removal(edit: Edit, block: Block, start: int, end: int) -> Splice:
        return Splice(start, end, 0, b"", edit.number, start == block.start and end == block.end)

    def _move(self, edit: Edit) -> Iterable[tuple[int, Splice]]:
        moved = b"".join(self.skill.range_bytes(cited) for cited in edit.ranges)
        self.emission.files[edit.target] = self.emission.files.get(edit.target, b"") + moved
        pieces = [piece for cited in edit.ranges for piece in self._leaf_ranges(cited)]
        if isinstance(edit.content, str) and pieces:
            block, start, end = pieces.pop(0)
            wording = self._wording(edit, Site(Placement.BLOCK))
            yield block.source, self._block_splice(edit, block, start, end, wording)
        for block, start, end in pieces:
            yield block.source, self._removal(edit, block, start, end)

    def _insert(self, edit: Edit) -> Iterable[tuple[int, Splice]]:
        if not edit.ranges:
            self.emission.files[edit.target] = self._copied(edit)
            self.emission.new_text[edit.number] = self.emission.files[edit.target].decode("utf-8", "replace")
            return
        block = self.skill.block(edit.ranges[0].block)
        if block is None:
            return
        at = block.start if edit.side is Side.BEFORE else block.end
        inside = edit.side is Side.INTO
        yield block.source, self._block_splice(edit, block, at, at, self._wording(edit, Site(Placement.BLOCK)), inside)

    def _replace(self, edit: Edit) -> Iterable[tuple[int, Splice]]:
        pieces = [piece for cited in edit.ranges for piece in self._leaf_ranges(cited)]
        block, start, end = pieces[0]
        data = self.skill.sources[block.source].source.data
        lines = content_lines(block, data)
        whole = len(pieces) > 1 or (bool(lines) and start <= lines[0][0] and end >= lines[-1][1])
        if block.kind is BlockKind.FENCE and not (start <= block.start and end >= block.end):
            yield block.source, self._code_splice(edit, block, start, end)
        elif whole:
            wording = self._wording(edit, Site(Placement.BLOCK))
            yield block.source, self._block_splice(edit, block, start, end, wording)
        else:
            wording = self._wording(edit, Site(Placement.INLINE))
            glue = line_end(data, block) + prefix(block, data, inside=True)
            inline = wording.inline.encode().replace(b"\n", glue)
            yield block.source, Splice(start, end, 0, inline, edit.number, False)
            if wording.lines:
                yield block.source, self._block_splice(edit, block, block.end, block.end, wording, inside=True)
        for other, first, last in pieces[1:]:
            yield other.source, Splice(first, last, 0, b"", edit.number, True)

    def _code_splice(self, edit: Edit, block: Block, start: int, end: int) -> Splice:
        """Lines of code in place of part of a fence; what stands before the part stands before each new line."""
        data = self.skill.sources[block.source].source.data
        lang = str(block.attributes.get("lang", ""))
        wording = self._wording(edit, Site(Placement.CODE, lang))
        before = data[data.rfind(b"\n", 0, start) + 1 : start]
        if not _LINE_START.fullmatch(before):
            first = content_lines(block, data)[0][0]
            before = data[data.rfind(b"\n", 0, first) + 1 : first]
        glue = line_end(data, block) + before
        return Splice(start, end, 0, glue.join(line.encode() for line in wording.lines), edit.number, False)

    def _block_splice(
        self, edit: Edit, block: Block, start: int, end: int, wording: Wording, inside: bool = False
    ) -> Splice:
        """Whole lines in place of ``start`` to ``end``, with the prefix of the place and blank lines where needed."""
        data = self.skill.sources[block.source].source.data
        # What gives way behind the block's own marker leaves new lines inside the block.
        indent = prefix(block, data, inside=inside or start > block.start)
        newline = line_end(data, block)
        within = start > 0 and data[start - 1 : start] != b"\n"
        lines = [(indent + line.encode()).rstrip() for line in wording.lines]
        if within and end > start:
            lines[0] = wording.lines[0].encode()
        elif within:
            lines[:0] = [b""] if _interrupts(wording.lines[0]) else [b"", indent.rstrip()]
        elif _joins_before(data, start, wording.lines[0]):
            lines.insert(0, indent.rstrip())
        text = newline.join(lines)
        if end >= len(data) or data[end - 1 : end] == b"\n" or start == end:
            text += newline
        if self._joins_after(block, end, bool(indent)):
            text += indent.rstrip() + newline
        return Splice(start, end, edit.number, text, edit.number, not (within and end > start))

    def _joins_after(self, block: Block, end: int, in_item: bool) -> bool:
        """True when CommonMark would join what follows byte ``end`` to new lines before it."""
        leaves = self.staying[block.source]
        at = bisect_left(leaves, end, key=lambda leaf: leaf.start)
        if at == len(leaves):
            return False
        top = after = leaves[at]
        while top.parent is not None and top.parent.start == after.start:
            top = top.parent
        if top.kind is BlockKind.ITEM:
            # Only an item that begins a list has to be the first to interrupt a paragraph (CommonMark 0.31.2, 5.3).
            return not in_item and top.attributes.get("number", 1) != 1
        if top.kind is BlockKind.HEADING:
            return not self.skill.block_bytes(top).lstrip(b" \t>").startswith(b"#")
        return top.kind in _JOINING or bool(top.attributes.get("indented"))

    def _wording(self, edit: Edit, site: Site) -> Wording:
        """The edit's content for ``site``; remembered for the report."""
        content = edit.content
        if isinstance(content, str):
            wording = Wording(content, tuple(content.splitlines()) if site.placement is not Placement.INLINE else ())
        elif edit.worded:
            ops = [self.ops[str(name)] for name in edit.worded]
            wording = word(self.skill, ops, site, self.target)
        else:
            text = self._copied(edit).decode("utf-8", "replace")
            wording = Wording(text, tuple(text.splitlines()))
        said = [wording.inline] if wording.inline and site.placement is Placement.INLINE else []
        self.emission.new_text[edit.number] = "\n".join([*said, *wording.lines])
        return wording

    def _copied(self, edit: Edit) -> bytes:
        """The bytes that the edit's content copies, without the prefix of the blocks they stand in."""
        if isinstance(edit.content, str):
            return edit.content.encode()
        ranges = [item for item in edit.content or () if isinstance(item, Range)]
        return b"".join(self._dedented(cited) for cited in ranges)

    def _dedented(self, cited: Range) -> bytes:
        block = self.skill.block(cited.block)
        if block is None or not block.is_leaf:
            return self.skill.range_bytes(cited)
        data = self.skill.sources[block.source].source.data
        start = block.start + cited.start
        end = block.end if cited.is_whole else start + cited.length
        lines = [(max(a, start), min(b, end)) for a, b in content_lines(block, data) if b > start and a < end]
        return b"".join(data[a:b].rstrip(b"\r\n") + b"\n" for a, b in lines)

    def _leaf_ranges(self, cited: Range) -> list[tuple[Block, int, int]]:
        """The range leaf by leaf, in absolute bytes."""
        block = self.skill.block(cited.block)
        if block is None:
            return []
        if cited.is_whole:
            return [(leaf, leaf.start, leaf.end) for leaf in block.leaves()]
        start, end = block.start + cited.start, block.start + cited.start + cited.length
        leaves = [leaf for leaf in block.leaves() if leaf.start < end and leaf.end > start]
        return [(leaf, max(start, leaf.start), min(end, leaf.end)) for leaf in leaves]


_LINE_START = re.compile(rb"[ \t>]*(?:[$%] )?")
"""What may stand before the code of a line: indentation, quote marks and a prompt, which each new line repeats."""


def line_end(data: bytes, block: Block) -> bytes:
    """How lines end where ``block`` stands."""
    return b"\r\n" if b"\r\n" in data[block.start : block.end] else b"\n"


def _joins_before(data: bytes, start: int, first_line: str) -> bool:
    """True when CommonMark would join new lines at ``start`` to what stands before them."""
    line = data[data.rfind(b"\n", 0, max(0, start - 1)) + 1 : start]
    return bool(line.strip(b" \t\r\n>")) and not _interrupts(first_line)


def _interrupts(line: str) -> bool:
    """True for a line that begins a block of its own right behind a paragraph."""
    return line.lstrip().startswith(("- ", "* ", "1. ", "#", "```", "~~~"))


_JOINING = (BlockKind.PARAGRAPH, BlockKind.TABLE, BlockKind.RAW)


def _staying(skill: Skill, edits: Iterable[Edit]) -> list[list[Block]]:
    """The leaves of each source that edits do not take away whole."""
    kinds = (EditKind.DELETE, EditKind.MOVE, EditKind.REPLACE)
    cited = [each for edit in edits if edit.kind in kinds for each in edit.ranges if each.is_whole]
    blocks = [block for each in cited if (block := skill.block(each.block)) is not None]
    gone = {leaf.number for block in blocks for leaf in block.leaves()}
    staying: list[list[Block]] = [[] for _ in skill.sources]
    for leaf in skill.leaves():
        if leaf.number not in gone:
            staying[leaf.source].append(leaf)
    return staying
