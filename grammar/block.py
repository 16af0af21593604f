"""The block tree of a Markdown text: leaves own whole lines, containers own their leaves."""

from collections.abc import Iterator
from enum import Enum

from attrs import define, field

from .source import Span


class BlockKind(Enum):
    """The kinds of blocks a skill's text is made of."""

    FRONTMATTER = "frontmatter"
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    ITEM = "item"
    FENCE = "fence"
    TABLE = "table"
    QUOTE = "quote"
    BLANK = "blank"
    RAW = "raw"


@define(eq=False)
class Block:
    """One block: a leaf when it has no children, else a container of its children.

    ``number`` is its name in SIR (``b14``), unique in a skill, given in document order, a container before its
    children. ``start`` and ``length`` are bytes in source number ``source``; leaves are whole lines with the markers
    and indentation of all blocks around them. ``attributes`` holds what the block's kind adds:

    - heading: ``level`` (1-6) · fence: ``lang`` (the info string's first word, may be missing), ``indented`` (True for
      code by indentation), ``open`` (True when never closed)
    - item: ``number`` (of an ordered item), ``task`` (``"todo"`` or ``"done"`` for ``[ ]`` and ``[x]``)
    - raw: ``what`` (``"html"``, ``"tag"``, ``"break"``, ``"definition"``, ``"deep"``)
    """

    number: int
    kind: BlockKind
    source: int
    start: int
    length: int
    attributes: dict[str, int | str | bool] = field(factory=dict[str, int | str | bool])
    children: "list[Block]" = field(factory=list["Block"])
    parent: "Block | None" = None
    place: Span | None = None
    """Where the block stands in the ``.sir`` text it was parsed from; None when it was lifted."""

    @property
    def end(self) -> int:
        """The offset behind the last byte."""
        return self.start + self.length

    @property
    def is_leaf(self) -> bool:
        """True when the block owns its bytes itself."""
        return not self.children

    def leaves(self) -> "Iterator[Block]":
        """The leaves below, in order; the block itself when it is one."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.leaves()

    def walk(self) -> "Iterator[Block]":
        """The block and all below it, a container before its children."""
        yield self
        for child in self.children:
            yield from child.walk()
