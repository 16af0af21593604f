"""Any bytes lift or are refused in words, without loss and in linear time."""

import time
from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from skvm.grammar.block import Block, BlockKind
from skvm.grammar.blocks import parse_blocks
from skvm.grammar.diagnostic import SkvmError
from skvm.grammar.layout import content_lines, item_number, prefix
from skvm.grammar.source import Source

PIECES = [
    "- ",
    "-",
    "+ ",
    "* [ ] ",
    "1. ",
    "7) ",
    "> ",
    ">",
    "# ",
    "###",
    "```",
    "~~~ sh",
    "`",
    "---",
    "...",
    "***",
    "===",
    "__",
    "|",
    "| a | b |\n|---|---|\n",
    "\\",
    "[",
    "]",
    "[a]: b",
    "(",
    '"',
    "'",
    "<",
    "<a>",
    "</a_b>",
    "<div",
    "<!--",
    "-->",
    "<pre>",
    "<?",
    "    ",
    "  ",
    " ",
    "\t",
    "\n",
    "\n",
    "\n",
    "\n\n",
    "\r\n",
    "\r",
    "\ufeff",
    "\x0c",
    "\u2028",
    "\x85",
    "\x1b",
    "a",
    "word word",
    "é",
    "🙂",
    "---\na: b\n---\n",
]
MARKDOWN = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=3)), max_size=40).map("".join)


def check(data: bytes) -> None:
    roots, diagnostics = parse_blocks(Source("text.md", data), index=3, first_number=5)
    blocks = [block for root in roots for block in root.walk()]
    leaves = [block for block in blocks if block.is_leaf]
    assert b"".join(data[leaf.start : leaf.end] for leaf in leaves) == data
    assert [block.number for block in blocks] == list(range(5, 5 + len(blocks)))
    assert all(diagnostic.span for diagnostic in diagnostics)
    for leaf, following in pairwise(leaves):
        assert leaf.end == following.start
        assert data[: leaf.end].endswith((b"\n", b"\r"))
        assert data[leaf.end - 1 : leaf.end + 1] != b"\r\n"
    for block in blocks:
        check_block(block, data)
    assert all(root.parent is None for root in roots)


def check_block(block: Block, data: bytes) -> None:
    assert block.source == 3
    assert block.length > 0
    assert block.is_leaf or block.kind in (BlockKind.ITEM, BlockKind.QUOTE)
    assert all(child.parent is block for child in block.children)
    if block.children:
        assert (block.children[0].start, block.children[-1].end) == (block.start, block.end)
    assert item_number(block, data) == block.attributes.get("number")
    assert not prefix(block, data, inside=True).strip(b" >")
    if block.is_leaf:
        at = block.start
        for start, end in content_lines(block, data):
            assert at <= start <= end <= block.end
            at = end


@settings(max_examples=600, deadline=None)
@given(MARKDOWN)
@example("\ufeff---")
@example("- \r\r\n")
@example("[a]: b\n---\n")
def test_text_is_tiled(text: str) -> None:
    data = text.encode()
    if b"\0" in data:
        with pytest.raises(SkvmError):
            parse_blocks(Source("text.md", data))
    else:
        check(data)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
@example(b"\xff")
@example(b"\0")
def test_bytes_are_tiled_or_refused(data: bytes) -> None:
    codes: set[str] = set()
    try:
        check(data)
    except SkvmError as error:
        codes = {found.code for found in error.diagnostics}
    assert codes == refusal(data)


def refusal(data: bytes) -> set[str]:
    try:
        return {"SKV002"} if "\0" in data.decode() else set()
    except UnicodeDecodeError:
        return {"SKV001"}


@settings(max_examples=200, deadline=None)
@given(MARKDOWN)
def test_what_is_put_into_containers_comes_out_again(text: str) -> None:
    """A text keeps its blocks when its lines get the prefix of a quote in an item."""
    for character, instead in (("\0", ""), ("\ufeff", ""), ("\t", " "), ("\r\n", "\n"), ("\r", "\n")):
        text = text.replace(character, instead)
    lines = ["x", "", *text.split("\n"), "y"]
    plain = "\n".join(lines).encode()
    nested = "\n".join(f"{'   ' if at else '1. '}> {line}" for at, line in enumerate(lines)).encode()
    (item,), _ = parse_blocks(Source("text.md", nested))
    (quote,) = item.children
    roots, _ = parse_blocks(Source("text.md", plain))
    assert shape(quote.children) == shape(roots)
    inner = [leaf for child in quote.children for leaf in child.leaves()]
    outer = [leaf for root in roots for leaf in root.leaves()]
    assert [texts(leaf, nested) for leaf in inner] == [texts(leaf, plain) for leaf in outer]


def shape(blocks: list[Block]) -> list[object]:
    return [(block.kind, block.attributes, shape(block.children)) for block in blocks]


def texts(leaf: Block, data: bytes) -> list[bytes]:
    return [data[start:end] for start, end in content_lines(leaf, data)]


LARGE = {
    "prose": "Some words that go on for a line.\nAnd one more.\n\n",
    "one paragraph": "Some words that go on for a line.\n",
    "items": "- an item of a list\n",
    "fence": "```\n" + "a line of code\n" * 50,
    "rows": "| a cell | a cell |\n|---|---|\n" + "| a cell | a cell |\n" * 50,
    "quotes": "> a quoted line\n",
    "quotes in one line": "> ",
    "items in one line": "- ",
    "deep quotes": ">" * 2000 + "x\n",
    "deep items": "- " * 2000 + "x\n",
    "lazy lines": "> " * 60 + "x\n" + "y\n" * 2000,
    "blank lines behind deep items": "- " * 60 + "x\n" + "\n" * 2000,
    "asterisks": "*",
    "brackets": "[",
    "open labels": "[\n",
    "open titles": '[a]: b "\n',
    "definitions": "[a]: b\n",
    "pipes": "|",
    "delimiters": "|-",
    "angles": "<",
    "attributes": "<a b='c' ",
    "comments": "<!--\n",
    "backticks": "```` `\n",
    "blanks": " ",
    "escapes": "\\",
}


@pytest.mark.parametrize("name", LARGE)
def test_time_is_linear(name: str) -> None:
    def seconds(size: int) -> float:
        piece = LARGE[name]
        source = Source("text.md", (piece * (size // len(piece) + 1))[:size].encode())
        best = float("inf")
        for _ in range(2):
            start = time.process_time()
            parse_blocks(source)
            best = min(best, time.process_time() - start)
        return best

    # Eight times the text: quadratic time would be 64 times as long.
    assert seconds(400_000) < 24 * seconds(50_000) + 0.2
