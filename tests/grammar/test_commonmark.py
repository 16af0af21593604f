"""Block boundaries beside an independent CommonMark implementation: over the whole corpus, and over made-up text.

The peer is ``commonmark`` (a port of commonmark.js, specification 0.29), which gives the source lines of each block.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from commonmark.blocks import Parser  # pyright: ignore
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from skvm.grammar.block import Block, BlockKind
from skvm.grammar.blocks import parse_blocks
from skvm.grammar.layout import content_lines
from skvm.grammar.source import Source

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"

Place = tuple[str, int, int]
"""A block: its kind, its first line, and its last line that is not blank."""

PEER_KINDS = {
    "heading": "heading",
    "paragraph": "paragraph",
    "code_block": "fence",
    "item": "item",
    "block_quote": "quote",
    "thematic_break": "break",
    "html_block": "html",
}
COMPARED = frozenset(PEER_KINDS.values())

KNOWN: dict[str, str] = {}
"""Every difference on the corpus that is left beside tables (GFM) and tag lines: ``file: ours / the peer's`` and why.
There is none."""

PIECES = [
    "- ",
    "-",
    "1. ",
    "2. ",
    "10) ",
    "* ",
    "+ ",
    "> ",
    ">",
    " ",
    "  ",
    "    ",
    "\t",
    "# ",
    "## x",
    "a",
    "b c",
    "\\",
    "```",
    "~~~",
    "`",
    "---",
    "***",
    "_ _ _",
    "===",
    "[x]",
    "[a]: b",
    "[a]:",
    '"t"',
    "<!-- x",
    "-->",
    "\r\n",
    "\n",
    "\n",
    "\n",
    "\n\n",
]


class BlocksOnly(Parser):
    """The peer without its inline parser, which takes most of its time and moves no block."""

    def processInlines(self, block: Any) -> None:
        """Leave the text as it is."""


def peer_places(text: str) -> list[Place]:
    lines = text.split("\n")
    found: list[Place] = []
    peer: Any = BlocksOnly()
    walker: Iterable[tuple[Any, bool]] = peer.parse(text).walker()
    for node, entering in walker:
        # The peer leaves an empty paragraph where an underline followed definitions alone.
        is_empty = node.t == "paragraph" and not node.string_content.strip()
        if entering and node.t in PEER_KINDS and not is_empty:
            first: int = node.sourcepos[0][0]
            last: int = max(first, node.sourcepos[1][0])
            while last > first and not lines[last - 1].strip(" \t>\r"):
                last -= 1
            found.append((PEER_KINDS[node.t], first, last))
    return found


def our_places(roots: list[Block], source: Source) -> list[Place]:
    return [place for root in roots for block in root.walk() for place in block_places(block, source)]


def block_places(block: Block, source: Source) -> Iterator[Place]:
    """The block, and the paragraph that an item or a quote without children is."""
    first = source.line_of(block.start)
    lines = source.data[block.start : block.end].split(b"\n")
    last = max((at for at, line in enumerate(lines, first) if line.strip(b" \t>\r")), default=first)
    yield str(block.attributes.get("what", block.kind.value)), first, last
    if block.is_leaf and block.kind in (BlockKind.ITEM, BlockKind.QUOTE):
        text = [at for at, (start, end) in enumerate(content_lines(block, source.data)) if end > start]
        if text:
            yield "paragraph", first + text[0], last


def join_definitions(places: list[Place]) -> list[Place]:
    """Our places as the peer counts: its paragraph starts at the definitions before it, without text it is none."""
    joined: list[Place] = []
    start = None
    for kind, first, last in places:
        if kind == "definition":
            start = start or first
            continue
        has_text = kind == "paragraph" or (kind == "heading" and last > first)
        joined.append((kind, start or first if has_text else first, last))
        start = None
    return joined


def tag_lines(ours: list[Place], peers: list[Place]) -> set[int]:
    """The lines of tables and tags, and of what one of both sides made of them and of the lines behind them."""
    lines = {at for kind, first, last in ours if kind in ("table", "tag") for at in range(first, last + 1)}
    for kind, first, last in peers:
        if kind in ("html", "paragraph", "heading") and not lines.isdisjoint(range(first, last + 1)):
            lines |= set(range(first, last + 1))
    for _, first, last in ours:
        if first in lines:
            lines |= set(range(first, last + 1))
    return lines


def differences(source: Source) -> list[str]:
    """The blocks that one side has and the other has not, apart from tables and tag lines."""
    roots, _ = parse_blocks(source)
    text = source.data.decode().replace("\r\n", "\n")
    if roots and roots[0].kind is BlockKind.FRONTMATTER:
        front = source.data[: roots[0].end].decode().replace("\r\n", "\n")
        text = "\n" * front.count("\n") + text[len(front) :]
    ours, peers = our_places(roots, source), peer_places(text)
    aside = tag_lines(ours, peers)

    def compared(places: list[Place]) -> set[Place]:
        return {
            place for place in places if place[0] in COMPARED and not aside.issuperset(range(place[1], place[2] + 1))
        }

    mine, theirs = compared(join_definitions(ours)), compared(peers)
    return [f"{place} / none" for place in sorted(mine - theirs)] + [
        f"none / {place}" for place in sorted(theirs - mine)
    ]


def test_blocks_are_commonmarks_on_the_corpus() -> None:
    if not CORPUS.exists():
        pytest.skip("../shared is absent")
    found = [
        f"{path.relative_to(CORPUS).as_posix()}: {difference}"
        for path in sorted(CORPUS.rglob("*.md"))
        for difference in differences(Source(path.name, path.read_bytes()))
    ]
    assert found == sorted(KNOWN)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=16).map("".join))
def test_blocks_are_commonmarks_on_any_text(text: str) -> None:
    assume("[a]:" not in text or "\t" not in text)  # the peer takes no tab behind a definition, the specification does
    source = Source("text.md", f"text\n\n{text}".encode())
    roots, _ = parse_blocks(source)
    ours = [place for place in join_definitions(our_places(roots, source)) if place[0] in COMPARED]
    assert sorted(ours) == sorted(peer_places(source.data.decode()))


def test_the_comparison_sees_a_difference() -> None:
    """A control: a text on which the peer's older specification differs (0.31 has the tag ``textarea`` in kind 1)."""
    assert differences(Source("text.md", b"<textarea>\n\n- a\n</textarea>\n"))
