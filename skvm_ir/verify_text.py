"""The verifier's part on the document: leaves tile the sources, ranges and references point somewhere."""

from collections.abc import Callable

from attrs import define, field

from ..grammar.block import Block, BlockKind
from .module import Reference, Skill
from .op import Range
from .verify_findings import Findings, listed, nearest

MAX_DEPTH = 64
"""Levels of blocks or regions; lifting turns deeper text into raw blocks, so more is nobody's honest work."""

_HEADING = BlockKind.HEADING


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_level(value: object) -> bool:
    return type(value) is int and 1 <= value <= 6


def _is_flag(value: object) -> bool:
    return type(value) is bool


_TASKS = ("todo", "done")
_RAW = ("html", "tag", "break", "definition", "deep")
_ATTRIBUTES: dict[str, dict[str, tuple[Callable[[object], bool], str]]] = {
    "heading": {"level": (_is_level, "an integer from 1 to 6")},
    "fence": {
        "lang": (_is_text, "a string"),
        "indented": (_is_flag, "true or false"),
        "open": (_is_flag, "true or false"),
    },
    "item": {
        "number": (_is_count, "an integer of 0 or more"),
        "task": (_TASKS.__contains__, listed(map(repr, _TASKS))),
    },
    "raw": {"what": (_RAW.__contains__, listed(map(repr, _RAW)))},
}


@define(eq=False)
class TextCheck:
    """One walk over the blocks of a skill. ``blocks`` is the index it leaves behind, ``too_deep`` ends all checks."""

    found: Findings
    blocks: dict[int, Block] = field(factory=dict[int, Block])
    too_deep: bool = False
    torn: bool = False
    """Whether leaves do not tile a source, so that offsets in it mean little."""

    def run(self) -> None:
        """Check sources and blocks, SKV200 to SKV209."""
        skill = self.found.skill
        self._check_sources(skill)
        roots = skill.blocks
        at, last = 0, -1
        for number, part in enumerate(skill.sources):
            data = part.source.data
            end = at
            while end < len(roots) and roots[end].source == number:
                end += 1
            reached, last = self._walk(roots[at:end], None, data, number, 0, last, 1)
            if reached < len(data) and not self.too_deep and not self.torn:
                self._unowned(number, reached, roots[end - 1] if end > at else None)
            at = end
        for block in roots[at : at + 1]:
            wanted = f"wanted 0 to {len(skill.sources) - 1}, rising"
            self.found.at_block("SKV209", block, f"b{block.number} is of source {block.source}, {wanted}")

    def _check_sources(self, skill: Skill) -> None:
        if not skill.sources:
            self.found.at_skill(
                "SKV200", f"skill '{skill.name}' has no source", help="give it 'source 0', its SKILL.md"
            )
        seen: set[str] = set()
        for part in skill.sources:
            if part.path in seen:
                self.found.at_skill("SKV200", f"two sources have the path '{part.path}'", help="list each file once")
            seen.add(part.path)
            if not part.source.data.isascii():
                try:
                    part.source.data.decode()
                except UnicodeDecodeError as error:
                    message = f"source '{part.path}' is not UTF-8 at byte {error.start}"
                    self.found.at_skill("SKV200", message, help="only UTF-8 text is lifted")

    def _walk(
        self, blocks: list[Block], parent: Block | None, data: bytes, source: int, at: int, last: int, depth: int
    ) -> tuple[int, int]:
        """Check ``blocks``, which begin at byte ``at``; the offset and the block number reached."""
        index, size = self.blocks, len(data)
        for block in blocks:
            number = block.number
            if number <= last:
                self._bad_number(block, last)
            else:
                last = number
            if block.attributes or block.kind is _HEADING:
                self._check_attributes(block)
            if block.source != source or block.parent is not parent:
                self._bad_link(block, parent, source)
                if block.source != source:
                    continue
            index[number] = block
            if block.children:
                if depth > MAX_DEPTH:
                    self._nested_too_deep(block)
                    return at, last
                at, last = self._walk(block.children, block, data, source, at, last, depth + 1)
                if block.start != block.children[0].start or block.end != block.children[-1].end:
                    self._bad_container(block)
                continue
            end = block.start + block.length
            # One test for the sound leaf: it begins where the last ended, holds something, ends behind a line feed.
            if block.start != at or end <= at or end > size or (data[end - 1] != 10 and end != size):
                self._bad_leaf(block, at, data)
            at = end
        return at, last

    def _bad_number(self, block: Block, last: int) -> None:
        earlier = block.number in self.blocks
        why = "this number is given twice" if earlier else f"stands behind b{last}"
        self.found.at_block(
            "SKV205", block, f"block b{block.number}: {why}", f"b{block.number}", "numbers rise in document order"
        )

    def _bad_link(self, block: Block, parent: Block | None, source: int) -> None:
        if block.source != source:
            message = f"b{block.number} is of source {block.source} inside a block of source {source}"
            self.found.at_block("SKV209", block, message, _position(block))
            return
        holder = f"b{parent.number}" if parent else "the text"
        message = f"b{block.number} stands in {holder}, but its parent link says otherwise"
        self.found.at_block("SKV206", block, message, help="set Block.parent when you build a tree")

    def _bad_container(self, block: Block) -> None:
        first, last = block.children[0], block.children[-1]
        message = (
            f"b{block.number} says bytes {block.start} to {block.end}, "
            f"but the blocks in it are bytes {first.start} to {last.end}"
        )
        self.found.at_block("SKV206", block, message, _position(block), help="a container is exactly its leaves")

    def _nested_too_deep(self, block: Block) -> None:
        self.too_deep = True
        message = f"b{block.number} opens level {MAX_DEPTH + 1} of blocks, {MAX_DEPTH} are allowed"
        self.found.at_block("SKV208", block, message, f"b{block.number}", "make what lies deeper a raw block")

    def _bad_leaf(self, block: Block, at: int, data: bytes) -> None:
        number, start, end, size = block.number, block.start, block.end, len(data)
        if self.torn and start == at and end > at:
            return  # what follows from the first wrong offset is not said again
        if start > at:
            code, message = "SKV201", f"gap: b{number} begins at byte {start}, the leaf before it ended at {at}"
        elif start < at:
            code, message = "SKV202", f"overlap: b{number} begins at byte {start}, the leaf before it ended at {at}"
        elif end > size:
            code, message = "SKV203", f"b{number} ends at byte {end}, source {block.source} has {size} bytes"
        elif end <= start:
            code, message = "SKV204", f"leaf b{number} owns no byte"
        elif data[end - 1 : end] == b"\r" and data[end : end + 1] != b"\n":
            return  # a lone carriage return ends a line, too
        else:
            code, message = "SKV204", f"leaf b{number} ends inside a line, at byte {end}; a leaf is whole lines"
        self.torn = True
        token = _position(block)
        self.found.at_block(code, block, message, token, "leaves own every byte of a source once, in order")

    def _unowned(self, source: int, reached: int, last: Block | None) -> None:
        if any(root.source == source and root.number not in self.blocks for root in self.found.skill.blocks):
            return  # the missing blocks are there, in the wrong place, and that is said
        path = self.found.skill.sources[source].path
        size = len(self.found.skill.sources[source].source.data)
        message = f"gap: no leaf owns bytes {reached} to {size} of source {source} ('{path}')"
        help = "leaves own every byte of a source once, in order"
        if last is None:
            self.found.at_skill("SKV201", message, help=help)
        else:
            self.found.at_block("SKV201", last, message, _position(last), help)

    def _check_attributes(self, block: Block) -> None:
        kind = block.kind.value
        allowed = _ATTRIBUTES.get(kind, {})
        for key, value in block.attributes.items():
            rule = allowed.get(key)
            if rule is None:
                help = nearest(key, allowed) or (f"it may have {listed(allowed)}" if allowed else "")
                self.found.at_block("SKV207", block, f"'{kind}' blocks have no attribute '{key}'", key, help)
            elif not rule[0](value):
                message = f"'{key}' of {kind} b{block.number} is {value!r}, wanted {rule[1]}"
                self.found.at_block("SKV207", block, message, key)
        if block.kind is _HEADING and "level" not in block.attributes:
            self.found.at_block("SKV207", block, f"heading b{block.number} has no 'level'", "heading")


def _position(block: Block) -> str:
    """How the ``.sir`` text spells the bytes of a block."""
    return f"@{block.source}:{block.start}+{block.length}"


@define(eq=False)
class RangeCheck:
    """Whether ranges point at bytes. ``blocks`` is the skill's index, ``others`` the indexes of all skills by name."""

    skill: Skill
    blocks: dict[int, Block]
    others: "dict[str, RangeCheck]"
    boundaries: bool = True
    """Whether offsets can be looked up in the bytes; not where leaves do not tile the source."""

    def wrong(self, cited: Range, anchor: bool = False) -> tuple[str, str, str] | None:
        """Code, message and help when ``cited`` is not sound; an ``anchor`` of an insertion may be empty."""
        if cited.skill:
            other = self.others.get(cited.skill)
            if other is None:
                help = nearest(cited.skill, self.others)
                return "SKV213", f"{cited} is of skill '{cited.skill}', which is not in this module", help
            return other.wrong(Range(cited.block, cited.start, cited.length), anchor)
        block = self.blocks.get(cited.block)
        if block is None:
            last = max(self.blocks, default=None)
            help = "" if last is None else f"the last block is b{last}"
            return "SKV210", f"{cited} names a block that does not exist", help
        if cited.length < 0:
            return None
        end = cited.start + cited.length
        if cited.start < 0 or end > block.length:
            return "SKV211", f"{cited} goes beyond b{block.number}, which has {block.length} bytes", ""
        if block.children:
            return "SKV214", f"{cited} is a part of b{block.number}, which holds blocks", "cite the leaf inside it"
        if not cited.length and not anchor:
            return "SKV214", f"{cited} is empty", "cite at least one character"
        return self._boundary(cited, block, end) if self.boundaries else None

    def _boundary(self, cited: Range, block: Block, end: int) -> tuple[str, str, str] | None:
        data = self.skill.sources[block.source].source.data
        for offset in (block.start + cited.start, block.start + end):
            if offset < len(data) and data[offset] & 0xC0 == 0x80:
                inside = f"byte {offset - block.start} of b{block.number} is inside a character"
                return "SKV212", f"{cited}: {inside}", "begin and end on character boundaries"
        return None

    def interval(self, cited: Range) -> tuple[int, int, int] | None:
        """Source, first and last offset of a sound range of this skill; None for another skill's or a wrong one."""
        block = None if cited.skill else self.blocks.get(cited.block)
        if block is None:
            return None
        if cited.length < 0:
            return block.source, block.start, block.start + block.length
        start = block.start + cited.start
        return block.source, start, start + cited.length


def check_reference(found: Findings, ranges: RangeCheck, reference: Reference, files: set[str]) -> None:
    """Check one ``ref``: both ends are there. ``files`` are the symbols of bundle files and imports."""
    wrong = ranges.wrong(reference.range)
    if wrong:
        found.at_reference(wrong[0], reference, wrong[1], str(reference.range), wrong[2])
    target = reference.target
    if isinstance(target, Range):
        wrong = ranges.wrong(target)
        if wrong:
            found.at_reference(wrong[0], reference, wrong[1], str(target), wrong[2])
        return
    if reference.state in ("missing", "outside"):
        if not target:
            found.at_reference("SKV215", reference, f"a reference to a {reference.state} path has no path")
    elif reference.state or not target.startswith("@"):
        message = f"a reference to {target!r} has the state {reference.state!r}, wanted 'missing' or 'outside'"
        found.at_reference("SKV215", reference, message, help="or name a block or a declared file: 'to b3', 'to @file'")
    elif target[1:] not in files:
        help = nearest(target[1:], files) or f"declare it: file {target} {{path = …}}"
        found.at_reference(
            "SKV220", reference, f"the reference goes to {target}, which no file is called", target, help
        )
