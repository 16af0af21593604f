"""Where content stands in a leaf's lines, and the prefix of a line put beside it."""

import pytest
from skvm.grammar.block import Block
from skvm.grammar.blocks import parse_blocks
from skvm.grammar.layout import content_lines, item_number, prefix
from skvm.grammar.source import Source


def leaves(text: str) -> tuple[list[Block], bytes]:
    data = text.encode()
    roots, _ = parse_blocks(Source("text.md", data))
    return [leaf for root in roots for leaf in root.leaves()], data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\n  b\r\nc", [["a", "b", "c"]]),
        ("## a #b ##  \n", [["a #b"]]),
        ("#\n", [[""]]),
        ("### ###\n", [[""]]),
        ("\ufeff# a\n", [["a"]]),
        ("a\n b\n===\n", [["a", "b"]]),
        ("- a\n  b\nlazy\n", [["a", "b", "lazy"]]),
        ("10) a\n    b\n", [["a", "b"]]),
        ("-\n  a\n", [["", "a"]]),
        ("- [ ] a\n", [["[ ] a"]]),
        ("> a\n>b\nlazy\n", [["a", "b", "lazy"]]),
        ("> > a\n> b\n", [["a", "b"]]),
        ("  ```sh\n  a\n    b\n c\n\n  ```\n", [["a", "  b", "c", ""]]),
        ("```\na", [["a"]]),
        ("    a\n\n\t b\n", [["a", "", " b"]]),
        ("1. ```\n   a\n\n     b\n   ```\n", [["a", "", "  b"]]),
        ("> - ```\n>   a\n>\n>   ```\n", [["a", ""]]),
        ("-\ta\n\n\tb\n\n\t\tc\n", [["a"], [""], ["b"], [""], ["c"]]),
        ("- - a\n    b\n  - c\n", [["a", "b"], ["c"]]),
        ("> | a |\n> |---|\n", [["| a |", "|---|"]]),
        ("- <x>\n\n  [a]:\n   b\n", [["<x>"], [""], ["[a]:", " b"]]),
        ("---\na: 1\n---\n", [["---", "a: 1", "---"]]),
    ],
)
def test_content(text: str, expected: list[list[str]]) -> None:
    found, data = leaves(text)
    assert [[data[start:end].decode() for start, end in content_lines(leaf, data)] for leaf in found] == expected


def test_a_fence_without_lines() -> None:
    (leaf,), data = leaves("```\n```\n")
    assert content_lines(leaf, data) == []


@pytest.mark.parametrize(
    ("text", "beside", "inside"),
    [
        ("a\n", "", ""),
        ("- a\n", "", "  "),
        (" 12.  a\n", "", "      "),
        ("> a\n", "", "> "),
        ("- # a\n", "  ", "  "),
        ("> 1. > a\n", ">    ", ">    > "),
        ("-\t# a\n", "    ", "    "),
        ("-     a\n", "  ", "  "),
    ],
)
def test_prefix(text: str, beside: str, inside: str) -> None:
    (leaf,), data = leaves(text)
    assert (prefix(leaf, data).decode(), prefix(leaf, data, inside=True).decode()) == (beside, inside)


def test_item_number() -> None:
    found, data = leaves("7. a\n> 08) b\n\n- 3. c\n\n* d\n\n4. e\n\n   f\n")
    numbers = [item_number(leaf, data) for leaf in found]
    assert numbers == [7, 8, None, 3, None, None, None, None, None, None]
    assert found[-1].parent
    assert item_number(found[-1].parent, data) == 4


def test_a_tree_that_does_not_fit_its_bytes_does_no_harm() -> None:
    """What a hand-written .sir may hold: an item without marker, a quote without ``>``."""
    found, data = leaves("> - a\n")
    assert found[0].parent
    for block in found[0].parent.walk():
        assert content_lines(block, b"x\t y\n"[: len(data)])
        assert item_number(block, b"x\t y\n") is None
        assert prefix(block, b"x\t y\n", inside=True) == b"> "
