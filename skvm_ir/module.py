"""A module: a target and its skills, each with document, flow, edits and notes."""

import hashlib
from collections.abc import Iterator

from attrs import define, field, frozen

from ..grammar.block import Block
from ..grammar.source import Source, Span
from .edits import Edit
from .op import Op, Range, Region, Value


@frozen
class SkillSource:
    """One Markdown text of the skill: ``path`` inside its folder, ``source`` with the path people are shown."""

    path: str
    source: Source

    @property
    def sha256(self) -> str:
        """Hash of the bytes, in hexadecimal."""
        return hashlib.sha256(self.source.data).hexdigest()


@frozen
class Reference:
    """A place that refers to a place: ``ref [b165:49+12] to b168``.

    ``target`` is a range (a block of the skill), a symbol ``@file`` as text, or a path with ``state`` saying that it is
    ``missing`` from the folder or lies ``outside`` of it.
    """

    range: Range
    target: Range | str
    state: str = ""
    place: Span | None = None


@define(eq=False)
class Skill:
    """One skill. ``attributes`` has at least ``shape`` (procedure, menu or reference).

    ``blocks`` are the roots of the block trees of all sources, in order; ``declarations`` the file, require, param,
    import, kernel and solid ops; ``flow`` the program; ``notes`` what passes found and decided.
    """

    name: str
    attributes: dict[str, str | int | bool] = field(factory=dict[str, str | int | bool])
    sources: list[SkillSource] = field(factory=list[SkillSource])
    blocks: list[Block] = field(factory=list[Block])
    references: list[Reference] = field(factory=list[Reference])
    declarations: list[Op] = field(factory=list[Op])
    flow: Region = field(factory=Region)
    edits: list[Edit] = field(factory=list[Edit])
    notes: list[Op] = field(factory=list[Op])
    place: Span | None = None
    _index: dict[int, Block] = field(factory=dict[int, Block], init=False)

    @property
    def shape(self) -> str:
        """``procedure``, ``menu`` or ``reference``."""
        return str(self.attributes.get("shape", "reference"))

    def walk_blocks(self) -> Iterator[Block]:
        """All blocks in document order, a container before its children."""
        for root in self.blocks:
            yield from root.walk()

    def leaves(self) -> Iterator[Block]:
        """All leaves in document order, over all sources."""
        for root in self.blocks:
            yield from root.leaves()

    def block(self, number: int) -> Block | None:
        """Block ``b<number>``, None when there is none. Blocks never change once a skill is lifted or parsed."""
        if not self._index:
            self._index = {block.number: block for block in self.walk_blocks()}
        return self._index.get(number)

    def block_bytes(self, block: Block) -> bytes:
        """The bytes of ``block``, verbatim."""
        return self.sources[block.source].source.data[block.start : block.end]

    def span(self, cited: Range) -> Span | None:
        """The place of a range in its source; None when the block does not exist (or is another skill's)."""
        block = None if cited.skill else self.block(cited.block)
        if block is None or block.source >= len(self.sources):
            return None
        source = self.sources[block.source].source
        if cited.is_whole:
            return Span(source, block.start, block.end)
        start = block.start + cited.start
        return Span(source, start, start + cited.length)

    def range_bytes(self, cited: Range) -> bytes:
        """The bytes of a range; empty when the block does not exist."""
        span = self.span(cited)
        return b"" if span is None else span.source.data[span.start : span.end]

    def text_of(self, cited: Range) -> str:
        """The text of a range."""
        return self.range_bytes(cited).decode("utf-8", "replace")

    def place_of(self, op: Op) -> Span | None:
        """The first cited byte of ``op`` in the first source where it cites any, else anything it cites."""
        spans = [span for cited in op.citations if (span := self.span(cited)) is not None]
        first = self.sources[0].source if self.sources else None
        own = [span for span in spans if span.source is first]
        return min(own or spans, key=lambda span: span.start, default=None)

    def live_edits(self) -> list[Edit]:
        """The edits that no other supersedes, in order."""
        gone = {number for edit in self.edits for number in edit.was}
        return [edit for edit in self.edits if edit.number not in gone]

    def ops(self) -> Iterator[Op]:
        """Declarations, then all ops of the flow."""
        yield from self.declarations
        yield from self.flow.walk()

    def values(self) -> Iterator[Value]:
        """All values of the skill, arguments included."""
        yield from self.flow.arguments
        for op in self.ops():
            yield from op.results
            if op.region is not None:
                yield from op.region.arguments


@define(eq=False)
class Module:
    """What one ``.sir`` file holds. ``target`` is the name of the target the edits were made for, empty before."""

    skills: list[Skill] = field(factory=list[Skill])
    target: str = ""

    def skill(self, name: str) -> Skill | None:
        """The skill of that name."""
        return next((skill for skill in self.skills if skill.name == name), None)
