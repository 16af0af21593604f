"""Markdown text to its tree of blocks, and what follows from the tree: sections."""

import re
from collections.abc import Iterator, Sequence
from typing import cast

from attrs import frozen

from .block import Block, BlockKind
from .block_lexer import MAXIMUM_DEPTH, BlockToken, lex_blocks
from .diagnostic import Diagnostic, Severity, SkvmError
from .load import load
from .source import Source, Span

_OPENING = re.compile(rb"(?:\xef\xbb\xbf)?---[ \t]*(?:\r\n?|\n)")
_CLOSING = re.compile(rb"(?:(?<=\n)|(?<=\r))(?:---|\.\.\.)[ \t]*(?:\r\n?|\n|\Z)")


def decode(source: Source) -> str:
    """The text of ``source``.

    Raises ``SkvmError``: SKV001 where the bytes are not UTF-8, SKV002 where they hold NUL.
    """
    try:
        text = source.data.decode()
    except UnicodeDecodeError as error:
        raise SkvmError([_not_utf8(source, error.start)]) from error
    if "\0" in text:
        at = source.data.index(0)
        where = Span(source, at, at + 1)
        help = "remove the NUL bytes, or save the file as text"
        raise SkvmError([Diagnostic("SKV002", f"a NUL byte at byte {at}, wanted text", where, help=help)])
    return text


def _not_utf8(source: Source, at: int) -> Diagnostic:
    where = Span(source, at, at + 1)
    message = f"byte 0x{source.data[at]:02x} at offset {at} is not UTF-8"
    if source.data.startswith((b"\xff\xfe", b"\xfe\xff")):
        message = "the text is UTF-16 (its byte order mark says so), wanted UTF-8"
    return Diagnostic("SKV001", message, where, help="save the file again as UTF-8")


def parse_blocks(source: Source, index: int = 0, first_number: int = 0) -> tuple[list[Block], list[Diagnostic]]:
    """The blocks of the Markdown text ``source``, top level first to last, and warnings about it.

    The leaves hold every byte, in order and without gap. ``index`` is the number the blocks give as their source;
    their own numbers count from ``first_number``. Raises ``SkvmError`` as ``decode`` does, else takes any text.
    """
    decode(source)
    diagnostics: list[Diagnostic] = []
    start = _frontmatter_end(source, diagnostics)
    tokens = lex_blocks(source.data, start, index)
    if start:
        front = Block(number=0, kind=BlockKind.FRONTMATTER, source=index, start=0, length=0)
        tokens.insert(0, BlockToken("FRONTMATTER", front))
    roots = cast("list[Block]", load("skill", _Tree, _identity).parse(tokens))
    _measure(roots, len(source.data), first_number)
    diagnostics += _too_deep(source, roots)
    return roots, diagnostics


def frontmatter_length(source: Source) -> int:
    """The bytes of the frontmatter that ``source`` begins with, its ``---`` lines included; 0 when it has none."""
    return _frontmatter_end(source, [])


def _frontmatter_end(source: Source, diagnostics: list[Diagnostic]) -> int:
    opening = _OPENING.match(source.data)
    if not opening:
        return 0
    closing = _CLOSING.search(source.data, opening.end())
    if closing:
        return closing.end()
    message = "'---' in the first line opens a frontmatter that no line '---' closes"
    help = "put a line '---' below the last field; the text is read as one without frontmatter"
    where = Span(source, opening.end() - len(opening[0].lstrip(b"\xef\xbb\xbf")), opening.end())
    diagnostics.append(Diagnostic("SKV010", message, where, Severity.WARNING, help))
    return 0


def _identity(tokens: list[BlockToken]) -> list[BlockToken]:
    return tokens


class _Tree:
    """What the rules of ``skill.lark`` make of their parts."""

    def start(self, parts: list[BlockToken | Block]) -> list[Block]:
        return [_block(part) for part in parts]

    def leaf(self, parts: list[BlockToken | Block]) -> Block:
        return _block(parts[0])

    def container(self, parts: list[BlockToken | Block]) -> Block:
        container = _block(parts[0])
        container.children = [_block(part) for part in parts[1:]]
        for child in container.children:
            child.parent = container
        return container


def _block(part: BlockToken | Block) -> Block:
    block = part.block if isinstance(part, BlockToken) else part
    assert block is not None, "only ends have no block, and they stay out of the tree"
    return block


def _measure(roots: list[Block], end: int, first_number: int) -> None:
    """Number the blocks and give them their lengths: a leaf reaches to the start of the next one."""
    blocks = list(_walk(roots))
    for number, block in enumerate(blocks, first_number):
        block.number = number
    for block in reversed(blocks):
        if block.children:
            block.length = block.children[-1].end - block.start
        else:
            block.length = end - block.start
            end = block.start


def _walk(roots: Sequence[Block]) -> Iterator[Block]:
    stack = list(reversed(roots))
    while stack:
        block = stack.pop()
        yield block
        stack += reversed(block.children)


def _too_deep(source: Source, roots: list[Block]) -> list[Diagnostic]:
    deep = [block for block in _walk(roots) if block.attributes.get("what") == "deep"]
    if not deep:
        return []
    others = f", as in {len(deep) - 1} more places" if len(deep) > 1 else ""
    message = f"lists and quotes are nested more than {MAXIMUM_DEPTH} deep{others}"
    help = "nest less; what stands deeper is kept as it is and not read as steps"
    return [Diagnostic("SKV011", message, Span(source, deep[0].start, deep[0].end), Severity.WARNING, help)]


@frozen
class Section:
    """A heading of the top level and what stands below it, up to the next heading of its level or a higher one."""

    heading: Block
    level: int
    blocks: tuple[Block, ...]
    """The top-level blocks behind the heading, those of its subsections included."""


def sections(roots: Sequence[Block]) -> list[Section]:
    """The sections of a text by their headings, in order; what stands before the first heading is in none."""
    found: list[Section] = []
    ends = [len(roots)] * 7
    for at in range(len(roots) - 1, -1, -1):
        if roots[at].kind is BlockKind.HEADING:
            level = int(roots[at].attributes["level"])
            found.append(Section(roots[at], level, tuple(roots[at + 1 : min(ends[1 : level + 1])])))
            ends[level] = at
    found.reverse()
    return found
