"""Where the content of a leaf stands in its lines, and what a new line at its place begins with.

Computed from the tree and the bytes, so that a tree read from ``.sir`` serves as well as a lifted one.
"""

import re

from . import markdown_rules as rules
from .block import Block, BlockKind
from .block_lexer import BYTE_ORDER_MARK
from .markdown_rules import Cursor

_CONTAINERS = (BlockKind.ITEM, BlockKind.QUOTE)
_TEXT = (*_CONTAINERS, BlockKind.PARAGRAPH, BlockKind.HEADING, BlockKind.TABLE)
_ATX = re.compile(rb"#{1,6}(?:[ \t]+|$)")
_ATX_END = re.compile(rb"(?:^|[ \t])#+[ \t]*$|[ \t]+$")


def content_lines(block: Block, data: bytes) -> list[tuple[int, int]]:
    """For each line of a leaf of ``data``, where its content starts and ends.

    Content is what is left without the markers and indentation of the containers around, the leaf's own marker (item,
    quote, heading) and the line end; a line that holds nothing else is empty. Fences give the lines between their
    fences, headings no underline. Of a tab that stands half in the indentation, nothing is content.
    """
    containers = _containers(block, data, own=True)
    lines: list[tuple[int, int]] = []
    cursors: list[Cursor] = []
    for start, end in _lines(block, data):
        cursor = _cursor(containers, data, start, end)
        if block.kind in _TEXT:
            cursor.skip(0)
        cursors.append(cursor)
        lines.append((end - len(cursor.text) + cursor.position, end))
    if block.kind is BlockKind.FENCE:
        return _fence_lines(block, cursors, lines)
    if block.kind is BlockKind.HEADING:
        return _heading_lines(cursors[0], lines)
    return lines


def prefix(block: Block, data: bytes, *, inside: bool = False) -> bytes:
    """What a new line begins with that is put beside ``block``, in the same containers.

    That is blanks for an item and ``> `` for a quote. With ``inside`` the line is put into ``block`` itself where that
    is an item or a quote.
    """
    return b"".join(b"> " if width < 0 else b" " * width for _, width in _containers(block, data, own=inside))


def item_number(block: Block, data: bytes) -> int | None:
    """The number in an item's marker; None for a bullet and for what is no item."""
    if block.kind is not BlockKind.ITEM:
        return None
    marker = _marker(_cursor(_containers(block, data, own=False), data, *_first_line(block.start, data)))
    return int(marker[1]) if marker and marker[1] else None


def _containers(block: Block, data: bytes, *, own: bool) -> list[tuple[Block, int]]:
    """The containers around from outside in, each with the columns its lines are indented by; a quote with -1."""
    chain: list[Block] = []
    at = block if own else block.parent
    while at is not None:
        if at.kind in _CONTAINERS:
            chain.append(at)
        at = at.parent
    found: list[tuple[Block, int]] = []
    for container in reversed(chain):
        if container.kind is BlockKind.QUOTE:
            found.append((container, -1))
            continue
        cursor = _cursor(found, data, *_first_line(container.start, data))
        marker = _marker(cursor)
        found.append((container, cursor.take_marker(marker) if marker else 0))
    return found


def _cursor(containers: list[tuple[Block, int]], data: bytes, start: int, end: int) -> Cursor:
    """The line behind the markers and indentation of ``containers``; the rest is lazy text where one does not go on."""
    text = data[start:end]
    cursor = Cursor(text if start else text.removeprefix(BYTE_ORDER_MARK))
    for container, width in containers:
        if width < 0:
            if not cursor.take_quote():
                break
        elif container.start == start and (marker := _marker(cursor)):
            cursor.take_marker(marker)
        elif not cursor.take_item(width):
            break
    return cursor


def _marker(cursor: Cursor) -> re.Match[bytes] | None:
    return rules.MARKER.match(cursor.text, cursor.start)


def _first_line(start: int, data: bytes) -> tuple[int, int]:
    found = _LINE_END.search(data, start)
    return start, found.start() if found else len(data)


_LINE_END = re.compile(rb"\r\n?|\n")


def _lines(block: Block, data: bytes) -> list[tuple[int, int]]:
    lines: list[tuple[int, int]] = []
    start = block.start
    for line in data[block.start : block.end].splitlines(keepends=True):
        lines.append((start, start + len(line.rstrip(b"\r\n"))))
        start += len(line)
    return lines


def _fence_lines(block: Block, cursors: list[Cursor], lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if block.attributes.get("indented"):
        columns = 4
    else:
        columns = cursors[0].indent
        last = None if block.attributes.get("open") else -1
        cursors, lines = cursors[1:last], lines[1:last]
    for cursor in cursors:
        cursor.take(columns)
    return [(end - len(cursor.text) + cursor.position, end) for cursor, (_, end) in zip(cursors, lines, strict=True)]


def _heading_lines(first: Cursor, lines: list[tuple[int, int]]) -> list[tuple[int, int]]:
    marker = _ATX.match(first.text, first.start)
    if not marker:
        return lines[:-1]
    content = first.text[marker.end() :]
    start = lines[0][0] + marker.end() - first.start
    closing = _ATX_END.search(content)
    return [(start, start + (closing.start() if closing else len(content)))]
