"""Where a line of a skill stands, for hazards: in a command, a listing or prose, and whether it is only spoken of."""

import re
from bisect import bisect_right
from collections.abc import Iterator

from attrs import define, field, frozen

from ..grammar.block import Block, BlockKind
from ..skvm_ir.lift_words import words
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Range
from .hazard_rules import HazardRules

_INLINE_CODE = re.compile(rb"(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_PROMPT = re.compile(rb"[ \t>]*(?:[$%][ \t]+|PS>[ \t]*)?")
_FIRST_WORD = re.compile(rb"[A-Za-z_][\w.-]*")
_SENTENCE_END = re.compile(rb"[.!?:;][\"')*]*\s|\s[-\xe2]+\s")
_COMMENT = re.compile(rb"[ \t>]*(?:#|//|--)")
_LETTERS_ALONE = bytes(code if 97 <= code <= 122 else 32 for code in range(256))
"""A table that leaves the words of a text in lower case, and blanks."""

_LISTING = frozenset(
    (
        "python",
        "py",
        "python3",
        "javascript",
        "js",
        "typescript",
        "ts",
        "jsx",
        "tsx",
        "ruby",
        "php",
        "java",
        "go",
        "rust",
    )
)
_PROSE = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.TABLE, BlockKind.QUOTE, BlockKind.RAW})


@frozen(eq=False)
class Line:
    """One line of a source: where it starts and ends (line end left out), its leaf, and what it is part of:
    ``command``, ``code``, ``other`` (a fence of data), ``prose`` or ``""`` (a heading, the frontmatter)."""

    leaf: Block
    start: int
    end: int
    part: str


@define(eq=False)
class SourceText:
    """One Markdown source of a skill, to look lines up in: its bytes, also in lower case, its words and leaves."""

    skill: Skill
    index: int
    rules: HazardRules
    leaves: list[Block]
    run: frozenset[int] = frozenset()
    """The numbers of the blocks that steps of the flow cite."""
    data: bytes = field(init=False)
    lowered: bytes = field(init=False)
    words: frozenset[bytes] = field(init=False)
    _starts: list[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.data = self.skill.sources[self.index].source.data
        self.lowered = self.data.lower()
        self.words = frozenset(self.lowered.translate(_LETTERS_ALONE).split())
        self._starts = [leaf.start for leaf in self.leaves]

    def lines_with(self, trigger: bytes) -> Iterator[Line]:
        """Each line that holds ``trigger``, in lower case, once, in order."""
        at = self.lowered.find(trigger)
        while at >= 0:
            line = self.line_at(at)
            yield line
            at = self.lowered.find(trigger, max(line.end, at + 1))

    def line_at(self, at: int) -> Line:
        """The line that holds the byte ``at``."""
        leaf = self.leaves[bisect_right(self._starts, at) - 1]
        start = self.data.rfind(b"\n", 0, at) + 1
        end = self.data.find(b"\n", at)
        return Line(leaf, start, len(self.data) if end < 0 else end, self._part(leaf))

    def _part(self, leaf: Block) -> str:
        if leaf.kind is BlockKind.FENCE:
            return self._part_of_fence(leaf)
        return "prose" if leaf.kind in _PROSE else ""

    def _part_of_fence(self, leaf: Block) -> str:
        language = str(leaf.attributes.get("lang", "")).lower()
        if language in words().shells or language in ("powershell", "ps1", "cmd", "bat"):
            return "command"
        if language in _LISTING:
            return "code"
        return "other" if language else self._part_of_unnamed(leaf)

    def _part_of_unnamed(self, leaf: Block) -> str:
        """A fence without a language holds commands when its first line begins with a program's name."""
        data = self.data[leaf.start : leaf.end]
        body = data.partition(b"\n")[2] if not leaf.attributes.get("indented") else data
        for line in body.split(b"\n"):
            if line.strip() and not _COMMENT.match(line):
                at = _PROMPT.match(line)
                word = _FIRST_WORD.match(line, at.end() if at else 0)
                return "command" if word and word.group().decode() in words().commands else "other"
        return "other"

    def inline_code(self, line: Line) -> Iterator[tuple[int, int]]:
        """The spans of inline code in a line of prose, without the backticks."""
        for match in _INLINE_CODE.finditer(self.data, line.start, line.end):
            yield match.start(2), match.end(2)

    def is_comment(self, line: Line) -> bool:
        """True for a line of a fence that is a comment."""
        return _COMMENT.match(self.data, line.start, line.end) is not None

    def is_forbidden(self, line: Line, at: int) -> bool:
        """True when the words before byte ``at`` of a sentence forbid what stands there, or say to look out for it."""
        start = line.start
        for end in _SENTENCE_END.finditer(self.data, line.start, at):
            start = end.end()
        return self.rules.forbids.search(self.data, start, at) is not None

    def is_shown_as_bad(self, line: Line) -> bool:
        """True when a fence stands as an example of what is wrong: by the comments above the line, its lead-in, or the
        title it stands below."""
        bad = self.rules.shown_as_bad
        if line.leaf.kind is BlockKind.FENCE:
            if self._comment_says(bad, line):
                return True
            before = self._leaf_before(line.leaf, _PROSE)
            if before is not None and bad.search(self.data, self._last_line(before), before.end):
                return True
        title = self._leaf_before(line.leaf, frozenset({BlockKind.HEADING}))
        return title is not None and bad.search(self.data, title.start, title.end) is not None

    def _last_line(self, leaf: Block) -> int:
        end = leaf.end - 1 if self.data[leaf.end - 1 : leaf.end] == b"\n" else leaf.end
        return max(leaf.start, self.data.rfind(b"\n", 0, end) + 1)

    def _comment_says(self, bad: re.Pattern[bytes], line: Line) -> bool:
        """The nearest comment at or above the line, up to three lines away."""
        start, end = line.start, line.end
        for _ in range(4):
            at = self.data.find(b"#", start, end)
            if at >= 0 or _COMMENT.match(self.data, start, end):
                return bad.search(self.data, max(at, start), end) is not None
            if start <= line.leaf.start:
                return False
            start, end = self.data.rfind(b"\n", 0, start - 1) + 1, start - 1
        return False

    def _leaf_before(self, leaf: Block, kinds: frozenset[BlockKind]) -> Block | None:
        at = bisect_right(self._starts, leaf.start) - 2
        reach = 200 if BlockKind.HEADING in kinds else 3
        for index in range(at, max(-1, at - reach), -1):
            if self.leaves[index].kind in kinds:
                return self.leaves[index]
            if self.leaves[index].kind is BlockKind.HEADING:
                return None
        return None

    def range(self, line: Line, start: int, end: int) -> Range:
        """The range of these bytes, without blanks at its ends, on character boundaries."""
        while start < end and self.data[start : start + 1].isspace():
            start += 1
        while end > start and self.data[end - 1 : end].isspace():
            end -= 1
        while end < line.end and self.data[end] & 0xC0 == 0x80:
            end += 1
        while start > line.start and self.data[start] & 0xC0 == 0x80:
            start -= 1
        return Range(line.leaf.number, start - line.leaf.start, end - start)


def texts_of(skill: Skill, rules: HazardRules) -> list[SourceText]:
    """The sources of ``skill``, in order, each with its leaves."""
    leaves: dict[int, list[Block]] = {}
    for leaf in skill.leaves():
        leaves.setdefault(leaf.source, []).append(leaf)
    run = frozenset(
        cited.block for op in skill.flow.walk() if op.name in ("exec", "generate") for cited in op.citations
    )
    return [
        SourceText(skill, index, rules, leaves[index], run) for index in range(len(skill.sources)) if index in leaves
    ]
