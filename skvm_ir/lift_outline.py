"""Sections: which blocks stand below which heading, computed from the flat list of blocks."""

import re
from collections.abc import Iterator

from attrs import define, field

from ..grammar.block import Block, BlockKind
from .lift_reader import Reader

_NUMBERED = re.compile(
    r"(?:step|phase|stage|part)\s+(\d+(?:\.\d+)*[a-z]?)\b[\s:.)\-–—]*|(\d+(?:\.\d+)*[a-z]?)(?:[.)]|(?<=\d\.\d)|(?<=\d[a-z]))\s+(?:[-–—]\s*)?|",
    re.I,
)
_STEP_WORD = re.compile(r"(?:step|phase|stage)\s+\d", re.I)
_TAG = re.compile(r"[ \t]*<(/?)([A-Za-z][\w-]*)>\s*$")
_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


TAG_LEVEL = 2
"""A line that is only a tag (``<process>``) opens a section like a heading of this level, until its end or the next."""


@define(eq=False)
class Section:
    """A heading with what stands below it: ``blocks`` up to the next heading, then the ``children``.

    ``title`` is the heading's text without emphasis and number, ``lowered`` that in lower case without symbols at its
    ends (emoji, colons); ``number`` that number (``"4.5"``), and ``word`` the
    word before it (``"phase"``), where there are any. The root section has no heading.
    """

    heading: Block | None
    level: int
    title: str = ""
    lowered: str = ""
    number: str = ""
    word: str = ""
    blocks: list[Block] = field(factory=list[Block])
    children: "list[Section]" = field(factory=list["Section"])
    parent: "Section | None" = None

    def walk(self) -> "Iterator[Section]":
        """The section and all below, in document order."""
        waiting: list[Section] = [self]
        while waiting:
            section = waiting.pop()
            yield section
            waiting += reversed(section.children)

    @property
    def is_step(self) -> bool:
        """True when the heading says ``Step N`` or ``Phase N``."""
        return bool(self.word)

    def all_blocks(self) -> "Iterator[Block]":
        """The heading and every block of the section and those below it, in order."""
        for section in self.walk():
            if section.heading is not None:
                yield section.heading
            yield from section.blocks


def outline(roots: list[Block], reader: Reader) -> Section:
    """The sections of one source, given its root blocks in order."""
    root = Section(None, 0)
    current = root
    for block in roots:
        if block.kind is BlockKind.HEADING:
            level = int(block.attributes.get("level", 1))
            while current.level >= level and current.parent is not None:
                current = current.parent
            current = _open(block, level, reader, current)
        elif block.kind is BlockKind.RAW and (tag := _TAG.match(reader.text(block))):
            while current.level >= TAG_LEVEL and current.parent is not None:
                current = current.parent
            if not tag.group(1):
                title = tag.group(2).replace("_", " ").replace("-", " ")
                current = _child(Section(block, TAG_LEVEL, title, title.lower(), parent=current))
        elif block.kind is not BlockKind.BLANK:
            current.blocks.append(block)
    return root


def _child(section: Section) -> Section:
    assert section.parent is not None
    section.parent.children.append(section)
    return section


def _open(block: Block, level: int, reader: Reader, parent: Section) -> Section:
    plain = reader.line(block).plain
    match = _NUMBERED.match(plain)
    word = plain.split()[0].lower() if _STEP_WORD.match(plain) else ""
    number = (match.group(1) or match.group(2) or "") if match else ""
    title = plain[match.end() :] if match and number else plain
    title = (title or plain).strip()
    return _child(Section(block, level, title, _EDGE.sub("", title.lower()), number.lower(), word, parent=parent))
