"""Markdown text to a stream of block tokens, line by line, in the way of CommonMark's "parsing strategy" (appendix).

A stack holds the open containers, at most one leaf is open below them. Each line first goes on in the containers it
matches, then opens new blocks, then is text of the open leaf. Nothing recurses and no line is looked at twice, so time
is linear in the text. Where this differs from CommonMark 0.31.2:

- HTML blocks of the kinds 6 and 7 (a line with a tag) are that one line. So a closing tag alone on its line, which in
  CommonMark stands in the HTML block of its opening tag, ends a paragraph here; and XML's names are names of tags.
- GFM tables and task markers are known.
- 64 containers deep all that follows in the innermost one is one raw leaf.

A line ends at ``\\n``, ``\\r\\n`` or ``\\r``. A blank line belongs to the innermost quote whose ``>`` it bears and to
those items around it that go on behind it: blank lines behind the last block of an item stand beside the item.
"""

import re
from collections.abc import Callable
from enum import Enum, auto
from typing import ClassVar

from attrs import define, field, frozen

from . import markdown_rules as rules
from .block import Block, BlockKind
from .markdown_rules import Cursor

MAXIMUM_DEPTH = 64
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@frozen
class BlockToken:
    """One terminal of ``skill.lark``: a leaf, the head of a container, or (without a block) a container's end."""

    type: str
    block: Block | None = None

    # The parser reports the last token's place when a text ends too early; no sequence made here does.
    line: ClassVar[None] = None
    column: ClassVar[None] = None
    end_line: ClassVar[None] = None
    end_column: ClassVar[None] = None
    start_pos: ClassVar[None] = None
    end_pos: ClassVar[None] = None


END = BlockToken("_END")


class Leaf(Enum):
    """The leaf that the next line may go on with."""

    NONE = auto()
    PARAGRAPH = auto()
    TABLE = auto()
    CODE = auto()
    FENCE = auto()
    HTML = auto()
    DEEP = auto()


class Opened(Enum):
    """What a rule found at the start of a line's content."""

    NOTHING = auto()
    LEAF = auto()
    CONTAINER = auto()


def lex_blocks(data: bytes, start: int, index: int) -> list[BlockToken]:
    """The tokens of ``data`` from byte ``start``, the beginning of a line; blocks get source number ``index``, the
    offset they start at, and no length: a leaf ends where the next one starts."""
    lexer = BlockLexer(index)
    offset = start
    for line in data[start:].splitlines(keepends=True):
        text = line.rstrip(b" \t\r\n")
        lexer.line(offset, text if offset else text.removeprefix(BYTE_ORDER_MARK))
        offset += len(line)
    lexer.close(0)
    return lexer.tokens


@define
class BlockLexer:
    """The state between two lines."""

    index: int
    tokens: list[BlockToken] = field(factory=list[BlockToken])
    widths: list[int] = field(factory=list[int])
    """The open containers from outside in: an item by the columns its lines are indented, a quote by 0."""
    leaf: Leaf = Leaf.NONE
    paragraph: list[tuple[int, bytes]] = field(factory=list[tuple[int, bytes]])
    """The lines of an open paragraph: where each starts, and its text."""
    head: bytes = b""
    """The last of them where it can be the head of a table."""
    blank: int = -1
    """Where the blank lines start that no token holds yet; -1 without any."""
    matched: int = 0
    """How many containers the current line goes on in."""
    interrupts: bool = False
    """True when the current line would go on with an open paragraph, so that not every block may open."""
    is_new_item: bool = False
    """True behind a line that ends with an item's marker: such an item ends at a blank line."""
    fence: bytes = b""
    closing: re.Pattern[bytes] | None = None

    def line(self, offset: int, text: bytes) -> None:
        """Take the next line, which starts at byte ``offset``; ``text`` is without its line end and trailing blanks."""
        cursor = Cursor(text)
        self.matched = self._match(cursor)
        inside = self.matched == len(self.widths)
        self.is_new_item = False
        if inside and self._goes_on(cursor):
            return
        if cursor.blank:
            self._take_blank(offset)
            return
        self.interrupts = inside and self.leaf is Leaf.PARAGRAPH
        found = Opened.CONTAINER
        while found is Opened.CONTAINER and not cursor.blank and cursor.indent < 4:
            opener = _OPENERS.get(cursor.text[cursor.start])
            found = opener(self, cursor, offset) if opener else Opened.NOTHING
        if found is not Opened.LEAF:
            self._take_text(cursor, offset)

    def close(self, depth: int) -> None:
        """End the open leaf and all containers but the outer ``depth``."""
        self._end_leaf()
        if self.blank >= 0:
            quotes = [at for at in range(depth, len(self.widths)) if self.widths[at] == 0]
            self._pop(quotes[-1] + 1 if quotes else depth)
            self.add("BLANK", BlockKind.BLANK, self.blank)
            self.blank = -1
        self._pop(depth)

    def _match(self, cursor: Cursor) -> int:
        widths = self.widths
        if not widths:
            return 0
        if not cursor.text:
            matched = widths.index(0) if 0 in widths else len(widths)
        else:
            matched = 0
            for width in widths:
                if not (cursor.take_item(width) if width else cursor.take_quote()):
                    break
                matched += 1
        return matched - (self.is_new_item and cursor.blank and matched == len(widths))

    def _goes_on(self, cursor: Cursor) -> bool:
        """Whether the line is more of an open leaf that takes lines as they are."""
        match self.leaf:
            case Leaf.FENCE:
                rest = cursor.text[cursor.start :]
                if cursor.indent < 4 and rest.startswith(self.fence) and not rest.strip(self.fence[:1]):
                    self.last().attributes.pop("open")
                    self.leaf = Leaf.NONE
            case Leaf.HTML:
                if self.closing and self.closing.search(cursor.text, cursor.start):
                    self.leaf = Leaf.NONE
            case Leaf.CODE | Leaf.DEEP if not cursor.blank:
                if self.leaf is Leaf.CODE and cursor.indent < 4:
                    return False
                self.blank = -1
            case _:
                return False
        return True

    def _take_blank(self, offset: int) -> None:
        if self.matched < len(self.widths):
            self.close(self.matched)
        elif self.leaf in (Leaf.PARAGRAPH, Leaf.TABLE):
            self._end_leaf()
        if self.blank < 0:
            self.blank = offset

    def _take_text(self, cursor: Cursor, offset: int) -> None:
        """What opens no block: more of a paragraph (lazily or not) or of a table, code by indentation, a paragraph."""
        text = cursor.text[cursor.start :]
        if self.leaf is Leaf.PARAGRAPH:
            self.paragraph.append((offset, text))
            self.head = text if cursor.indent < 4 else b""
        elif cursor.indent >= 4:
            self.begin("FENCE", BlockKind.FENCE, offset, Leaf.CODE).attributes["indented"] = True
        elif self.leaf is not Leaf.TABLE or self.matched < len(self.widths):
            self.begin("PARAGRAPH", BlockKind.PARAGRAPH, offset, Leaf.PARAGRAPH)
            self.paragraph.append((offset, text))
            self.head = text

    def begin(self, type: str, kind: BlockKind, offset: int, leaf: Leaf = Leaf.NONE) -> Block:
        """End what does not go on in the current line, then add a block that starts in it."""
        self.close(self.matched)
        self.leaf = leaf
        self.interrupts = False
        return self.add(type, kind, offset)

    def begin_container(self, type: str, kind: BlockKind, offset: int, width: int) -> Block:
        """The same for a container whose further lines are indented by ``width`` columns, 0 for a quote."""
        block = self.begin(type, kind, offset)
        self.widths.append(width)
        self.matched += 1
        return block

    def add(self, type: str, kind: BlockKind, offset: int) -> Block:
        """Add a block that starts at byte ``offset``."""
        block = Block(number=0, kind=kind, source=self.index, start=offset, length=0)
        self.tokens.append(BlockToken(type, block))
        return block

    def last(self) -> Block:
        """The block of the last token, which is that of the open leaf where there is one."""
        block = self.tokens[-1].block
        assert block is not None
        return block

    def _pop(self, depth: int) -> None:
        self.tokens += [END] * (len(self.widths) - depth)
        del self.widths[depth:]

    def _end_leaf(self) -> None:
        if self.leaf is Leaf.PARAGRAPH:
            self.take_definitions()
            self.paragraph = []
        self.leaf = Leaf.NONE

    def take_definitions(self) -> None:
        """Split the link reference definitions off the beginning of the open paragraph, which may be used up."""
        if self.paragraph[0][1][:1] != b"[":
            return
        text = b"\n".join(line for _, line in self.paragraph)
        at = used = 0
        while (end := rules.definition_end(text, at)) > at:
            if not used:
                self.tokens.pop()
            self.add("RAW", BlockKind.RAW, self.paragraph[used][0]).attributes["what"] = "definition"
            used += text.count(b"\n", at, end) + (end == len(text))
            at = end
        del self.paragraph[:used]
        if used and self.paragraph:
            self.add("PARAGRAPH", BlockKind.PARAGRAPH, self.paragraph[0][0])


def _open_quote(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    if lexer.matched >= MAXIMUM_DEPTH:
        return _open_deep(lexer, offset)
    lexer.begin_container("QUOTE", BlockKind.QUOTE, offset, 0)
    cursor.take_quote()
    if not cursor.blank:
        return Opened.CONTAINER
    lexer.blank = offset
    return Opened.LEAF


def _open_deep(lexer: BlockLexer, offset: int) -> Opened:
    lexer.begin("RAW", BlockKind.RAW, offset, Leaf.DEEP).attributes["what"] = "deep"
    return Opened.LEAF


def _open_item(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    marker = rules.MARKER.match(cursor.text, cursor.start)
    if not marker:
        return _open_table(lexer, cursor, offset)
    number = int(marker[1]) if marker[1] else None
    if lexer.interrupts and (number not in (None, 1) or marker.end() == len(cursor.text)):
        return Opened.NOTHING
    if lexer.matched >= MAXIMUM_DEPTH:
        return _open_deep(lexer, offset)
    item = lexer.begin_container("ITEM", BlockKind.ITEM, offset, cursor.take_marker(marker))
    if number is not None:
        item.attributes["number"] = number
    if cursor.indent < 4 and (task := rules.TASK.match(cursor.text, cursor.start)):
        item.attributes["task"] = "todo" if task[1] == b" " else "done"
    if not cursor.blank:
        return Opened.CONTAINER
    lexer.add("BLANK", BlockKind.BLANK, offset)
    lexer.is_new_item = True
    return Opened.LEAF


def _open_heading(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    marker = rules.HEADING.match(cursor.text, cursor.start)
    if not marker:
        return Opened.NOTHING
    lexer.begin("HEADING", BlockKind.HEADING, offset).attributes["level"] = marker.end() - marker.start()
    return Opened.LEAF


def _open_fence(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    marker = rules.FENCE.match(cursor.text, cursor.start)
    if not marker:
        return Opened.NOTHING
    fence = lexer.begin("FENCE", BlockKind.FENCE, offset, Leaf.FENCE)
    if marker[2]:
        fence.attributes["lang"] = marker[2].decode()
    fence.attributes["open"] = True
    lexer.fence = marker[1]
    return Opened.LEAF


def _open_html(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    text, start = cursor.text, cursor.start
    for opening, closing in rules.HTML:
        if opening.match(text, start):
            leaf = Leaf.NONE if closing.search(text, start) else Leaf.HTML
            lexer.begin("RAW", BlockKind.RAW, offset, leaf).attributes["what"] = "html"
            lexer.closing = closing
            return Opened.LEAF
    if rules.BLOCK_TAG.match(text, start) or (
        (lexer.leaf is not Leaf.PARAGRAPH or text.startswith(b"</", start)) and rules.WHOLE_TAG.match(text, start)
    ):
        lexer.begin("RAW", BlockKind.RAW, offset).attributes["what"] = "tag"
        return Opened.LEAF
    return Opened.NOTHING


def _open_underline(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    """A setext heading's underline, under a paragraph that is more than definitions."""
    if not (lexer.interrupts and rules.UNDERLINE.match(cursor.text, cursor.start)):
        return Opened.NOTHING
    lexer.take_definitions()
    if not lexer.paragraph:
        lexer.leaf = Leaf.NONE
        return Opened.NOTHING
    paragraph = lexer.last()
    lexer.tokens[-1] = BlockToken("HEADING", paragraph)
    paragraph.kind = BlockKind.HEADING
    paragraph.attributes["level"] = 1 if cursor.text[cursor.start :].startswith(b"=") else 2
    lexer.paragraph = []
    lexer.leaf = Leaf.NONE
    return Opened.LEAF


def _open_break(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    if cursor.text[cursor.start] != cursor.text[-1] or not rules.BREAK.match(cursor.text, cursor.start):
        return Opened.NOTHING
    lexer.begin("RAW", BlockKind.RAW, offset).attributes["what"] = "break"
    return Opened.LEAF


def _open_table(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
    """A table, at the line under its head; the head is the last line of the open paragraph."""
    if not (lexer.interrupts and rules.is_table_head(lexer.head, cursor.text[cursor.start :])):
        return Opened.NOTHING
    head, _ = lexer.paragraph.pop()
    if lexer.paragraph:
        lexer.take_definitions()
        lexer.paragraph = []
    else:
        lexer.tokens.pop()
    lexer.leaf = Leaf.TABLE
    lexer.add("TABLE", BlockKind.TABLE, head)
    return Opened.LEAF


def _first_of(*openers: Callable[[BlockLexer, Cursor, int], Opened]) -> Callable[[BlockLexer, Cursor, int], Opened]:
    def open_first(lexer: BlockLexer, cursor: Cursor, offset: int) -> Opened:
        for opener in openers:
            found = opener(lexer, cursor, offset)
            if found is not Opened.NOTHING:
                return found
        return Opened.NOTHING

    return open_first


_OPENERS: dict[int, Callable[[BlockLexer, Cursor, int], Opened]] = {
    ord(">"): _open_quote,
    ord("#"): _open_heading,
    ord("`"): _open_fence,
    ord("~"): _open_fence,
    ord("<"): _open_html,
    ord("="): _open_underline,
    ord("_"): _open_break,
    ord("*"): _first_of(_open_break, _open_item),
    ord("-"): _first_of(_open_underline, _open_break, _open_item),
    ord("+"): _open_item,
    ord("|"): _open_table,
    ord(":"): _open_table,
    **dict.fromkeys(b"0123456789", _open_item),
}
"""The rules to try at a line's content, by its first byte, in CommonMark's order."""
