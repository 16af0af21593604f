"""Blocks as people read them: their text without markers, and ranges back into their bytes."""

import re
from collections.abc import Iterator
from functools import cached_property

from attrs import define, field, frozen

from ..grammar.block import Block, BlockKind
from .lift_classify import Instruction, instruction
from .module import Skill
from .op import Range

_MARKER = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$))*(?:\[[ xX]\][ \t]+)?")
_HEADING = re.compile(r"[ \t>]*#{0,6}[ \t]*")
_EMPHASIS = re.compile(r"\*\*|(?<!\w)__|__(?!\w)|(?<!\w)[*_](?=\w)|(?<=[\w.!?])[*_](?!\w)|^[^\w`\"'(<\[{$/*.]+")
_SENTENCE_END = re.compile(r"[.!?](?:\*\*|[)\"'*_])*(?=\s|$)|\n[ \t>]*(?=\n|[-*+] )")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|resp|approx|incl|no|fig|st|mr|dr)|\b[a-zA-Z]|^\s*\d+)\.$", re.I
)


@frozen(eq=False)
class Line:
    """What a leaf says: ``text`` stands at character ``offset`` of the leaf's own text, free of the list marker."""

    block: Block
    text: str
    offset: int

    @cached_property
    def plain(self) -> str:
        """The text without emphasis marks and leading symbols."""
        return _EMPHASIS.sub("", self.text).strip()

    @cached_property
    def told(self) -> Instruction | None:
        """What the plain text tells to do."""
        return instruction(self.plain)


@define(eq=False)
class Reader:
    """Gives the text of a skill's blocks and cites it."""

    skill: Skill
    _texts: dict[int, str] = field(factory=dict[int, str])
    _lines: dict[int, Line] = field(factory=dict[int, Line])
    _at: tuple[int, int, int] = (-1, 0, 0)
    """A leaf, a character of it and that character's byte: sentences are cited in order, so the next is near."""

    def text(self, leaf: Block) -> str:
        """The whole text of a leaf, markers included."""
        found = self._texts.get(leaf.number)
        if found is None:
            found = self.skill.block_bytes(leaf).decode("utf-8")
            self._texts[leaf.number] = found
        return found

    def line(self, block: Block) -> Line:
        """What the first leaf of ``block`` says."""
        leaf = block
        while leaf.children:
            leaf = leaf.children[0]
        found = self._lines.get(leaf.number)
        if found is None:
            found = self._lines[leaf.number] = self._read(leaf)
        return found

    def line_number(self, leaf: Block, start: int = 0) -> int:
        """The line of the source that character ``start`` of a leaf stands on."""
        source = self.skill.sources[leaf.source].source
        return source.line_of(leaf.start) + (self.text(leaf).count("\n", 0, start) if start else 0)

    def _read(self, leaf: Block) -> Line:
        text = self.text(leaf)
        pattern = _HEADING if leaf.kind is BlockKind.HEADING else _MARKER
        match = pattern.match(text)
        start = match.end() if match else 0
        body = text[start:]
        if leaf.kind is BlockKind.HEADING:
            body = body.split("\n")[0].rstrip("\r\n# \t")
        return Line(leaf, body.rstrip(), start)

    def cite(self, leaf: Block, start: int, end: int) -> Range:
        """The characters ``start`` to ``end`` of a leaf as a range of bytes; all of it where they are all."""
        text = self.text(leaf)
        end = min(end, len(text))
        if start <= 0 and end >= len(text):
            return Range(leaf.number)
        if text.isascii():
            return Range(leaf.number, start, end - start)
        number, character, byte = self._at
        if number != leaf.number or character > start:
            character, byte = 0, 0
        byte += len(text[character:start].encode())
        self._at = (leaf.number, start, byte)
        return Range(leaf.number, byte, len(text[start:end].encode()))

    def sentences(self, line: Line) -> Iterator[tuple[int, int]]:
        """The sentences of a line as characters of its leaf, start and end; ``i.e.`` ends none."""
        text, start = line.text, 0
        for match in _SENTENCE_END.finditer(text):
            if match.group().startswith(".") and _ABBREVIATION.search(
                text, max(start, match.start() - 8), match.start() + 1
            ):
                continue
            if text[start : match.end()].strip():
                yield from self._trimmed(line, start, match.end())
            start = match.end()
        if text[start:].strip():
            yield from self._trimmed(line, start, len(text))

    @staticmethod
    def _trimmed(line: Line, start: int, end: int) -> Iterator[tuple[int, int]]:
        text = line.text
        while start < end and text[start] in " \t\r\n>":
            start += 1
        while end > start and text[end - 1] in " \t\r\n":
            end -= 1
        yield line.offset + start, line.offset + end
