"""The block tree of small texts: every kind of block, and where the kinds meet."""

from pathlib import Path

import pytest
from skvm.grammar.block import Block, BlockKind
from skvm.grammar.blocks import decode, parse_blocks, sections
from skvm.grammar.diagnostic import SkvmError
from skvm.grammar.source import Source

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"


def tree(text: str | bytes) -> str:
    """The blocks of ``text``, one in a line: kind, attributes, and a leaf's bytes."""
    data = text.encode() if isinstance(text, str) else text
    roots, _ = parse_blocks(Source("text.md", data))
    lines: list[str] = []

    def show(block: Block, depth: int) -> None:
        attributes = "".join(f" {name}={value}" for name, value in block.attributes.items())
        own = f" {data[block.start : block.end].decode()!r}" if block.is_leaf else ""
        lines.append("  " * depth + block.kind.value + attributes + own)
        for child in block.children:
            show(child, depth + 1)

    for root in roots:
        show(root, 0)
    return "\n".join(lines)


GOLDEN = {
    "nothing": ("", ""),
    "a paragraph and blank lines": ("a\nb\n\n\n", "paragraph 'a\\nb\\n'\nblank '\\n\\n'"),
    "headings": (
        "# a\n## b ##\nc\nd\n===\ne\n-\n#no\n",
        "heading level=1 '# a\\n'\nheading level=2 '## b ##\\n'\nheading level=1 'c\\nd\\n===\\n'\n"
        "heading level=2 'e\\n-\\n'\nparagraph '#no\\n'",
    ),
    "a final line without end": ("# a\r\nb", "heading level=1 '# a\\r\\n'\nparagraph 'b'"),
    "lone carriage returns end lines": ("# a\r- b\rc", "heading level=1 '# a\\r'\nitem '- b\\rc'"),
    "other separators end none": ("a\u2028# b\x0c# c\x85# d\n", "paragraph 'a\\u2028# b\\x0c# c\\x85# d\\n'"),
    "items of one paragraph are leaves": (
        "- a\n  b\nc\n* d\n12) e\n- [ ] f\n- [x] g\n- [x]h\n",
        "item '- a\\n  b\\nc\\n'\nitem '* d\\n'\nitem number=12 '12) e\\n'\nitem task=todo '- [ ] f\\n'\n"
        "item task=done '- [x] g\\n'\nitem '- [x]h\\n'",
    ),
    "items with more are containers": (
        "1. a\n\n   b\n\n2. c\n   - d\n\n     e\n\nf\n",
        "item number=1\n  paragraph '1. a\\n'\n  blank '\\n'\n  paragraph '   b\\n'\nblank '\\n'\nitem number=2\n"
        "  paragraph '2. c\\n'\n  item\n    paragraph '   - d\\n'\n    blank '\\n'\n    paragraph '     e\\n'\n"
        "blank '\\n'\nparagraph 'f\\n'",
    ),
    "an item's first block is of any kind": (
        "- # a\n- ```\n  b\n  ```\n- > c\n- - d\n-     e\n- ***\n",
        "item\n  heading level=1 '- # a\\n'\nitem\n  fence '- ```\\n  b\\n  ```\\n'\nitem\n  quote '- > c\\n'\n"
        "item\n  item '- - d\\n'\nitem\n  fence indented=True '-     e\\n'\nitem\n  raw what=break '- ***\\n'",
    ),
    "items without text": (
        "-\n- a\n-\n\n  b\n\n-\n  c\n\n-\n  # d\n",
        "item '-\\n'\nitem '- a\\n'\nitem '-\\n'\nblank '\\n'\nparagraph '  b\\n'\nblank '\\n'\n"
        "item '-\\n  c\\n'\nblank '\\n'\nitem\n  blank '-\\n'\n  heading level=1 '  # d\\n'",
    ),
    "only some items interrupt a paragraph": (
        "a\n2. b\n*\n\nc\n1. d\n",
        "paragraph 'a\\n2. b\\n*\\n'\nblank '\\n'\nparagraph 'c\\n'\nitem number=1 '1. d\\n'",
    ),
    "quotes": (
        "> a\nb\n>\n\n> c\n\n>\n> > d\n",
        "quote\n  paragraph '> a\\nb\\n'\n  blank '>\\n'\nblank '\\n'\nquote '> c\\n'\nblank '\\n'\n"
        "quote\n  blank '>\\n'\n  quote '> > d\\n'",
    ),
    "a blank line bears the quotes it has": (
        "> - a\n>\n> - b\n>\nc\n",
        "quote\n  item '> - a\\n'\n  blank '>\\n'\n  item '> - b\\n'\n  blank '>\\n'\nparagraph 'c\\n'",
    ),
    "a fence keeps its blank lines and ends with its container": (
        "- ~~~ sh x\n  a\n\n\nb\n````\n```\n",
        "item\n  fence lang=sh open=True '- ~~~ sh x\\n  a\\n\\n\\n'\nparagraph 'b\\n'\n"
        "fence open=True '````\\n```\\n'",
    ),
    "code by indentation": (
        "    a\n\n\n\tb\n\nc\n    d\n",
        "fence indented=True '    a\\n\\n\\n\\tb\\n'\nblank '\\n'\nparagraph 'c\\n    d\\n'",
    ),
    "html of the kinds 1 to 5": (
        "<!-- a\n\nb --> c\n<pre>\n\n</pre>\n<?x?>\n<!X>\n<![CDATA[\n\n]]>\n",
        "raw what=html '<!-- a\\n\\nb --> c\\n'\nraw what=html '<pre>\\n\\n</pre>\\n'\nraw what=html '<?x?>\\n'\n"
        "raw what=html '<!X>\\n'\nraw what=html '<![CDATA[\\n\\n]]>\\n'",
    ),
    "a tag is its line": (
        "<steps>\n- a\n</steps>\n<anti_patterns>\nb\n</anti_patterns>\n<div> c\n\nd\n<e>\n<f> g\n",
        "raw what=tag '<steps>\\n'\nitem '- a\\n'\nraw what=tag '</steps>\\n'\nraw what=tag '<anti_patterns>\\n'\n"
        "paragraph 'b\\n'\nraw what=tag '</anti_patterns>\\n'\nraw what=tag '<div> c\\n'\nblank '\\n'\n"
        "paragraph 'd\\n<e>\\n<f> g\\n'",
    ),
    "definitions": (
        "[a]: b\n[c]:\n  d\n  'e'\nf\n\n[g]: h i\n\n[j]: (\n\n[k]: <l m>\n===\n",
        "raw what=definition '[a]: b\\n'\nraw what=definition \"[c]:\\n  d\\n  'e'\\n\"\nparagraph 'f\\n'\n"
        "blank '\\n'\nparagraph '[g]: h i\\n'\nblank '\\n'\nparagraph '[j]: (\\n'\nblank '\\n'\n"
        "raw what=definition '[k]: <l m>\\n'\nparagraph '===\\n'",
    ),
    "tables": (
        "a\n| b | c |\n|---|:-:|\n| d |\ne\n\n- | f |\n  | - |\n\n| g |\n| - | - |\n\n| h \\| i |\n|-|\n> j\n",
        "paragraph 'a\\n'\ntable '| b | c |\\n|---|:-:|\\n| d |\\ne\\n'\nblank '\\n'\n"
        "item\n  table '- | f |\\n  | - |\\n'\nblank '\\n'\nparagraph '| g |\\n| - | - |\\n'\nblank '\\n'\n"
        "table '| h \\\\| i |\\n|-|\\n'\nquote '> j\\n'",
    ),
    "breaks": ("***\n- - -\n_ _\n", "raw what=break '***\\n'\nraw what=break '- - -\\n'\nparagraph '_ _\\n'"),
    "tabs": (
        "-\ta\n\n\tb\n\n\t\tc\n>\t\td\n",
        "item\n  paragraph '-\\ta\\n'\n  blank '\\n'\n  paragraph '\\tb\\n'\n  blank '\\n'\n"
        "  fence indented=True '\\t\\tc\\n'\n"
        "quote\n  fence indented=True '>\\t\\td\\n'",
    ),
    "frontmatter": ("---\na: 1\n--- \n---\n", "frontmatter '---\\na: 1\\n--- \\n'\nraw what=break '---\\n'"),
    "frontmatter behind a byte order mark": (
        "\ufeff--- \r\na: 1\r\n...\r\n# b",
        "frontmatter '\\ufeff--- \\r\\na: 1\\r\\n...\\r\\n'\nheading level=1 '# b'",
    ),
    "a byte order mark hides no heading": ("\ufeff# a\n", "heading level=1 '\\ufeff# a\\n'"),
    "frontmatter without end": ("---\na: 1\n", "raw what=break '---\\n'\nparagraph 'a: 1\\n'"),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_tree(name: str) -> None:
    text, expected = GOLDEN[name]
    assert tree(text) == expected


def test_frontmatter_without_end_is_a_warning() -> None:
    _, (warning,) = parse_blocks(Source("text.md", b"\xef\xbb\xbf---\na: 1\n# b\n"))
    assert warning.code == "SKV010"
    assert warning.span
    assert (warning.span.line, warning.span.start, warning.span.end) == (1, 3, 7)


@pytest.mark.parametrize(
    ("data", "code", "line", "words"),
    [
        (b"a\n\xffb", "SKV001", 2, "byte 0xff at offset 2 is not UTF-8"),
        ("a".encode("utf-16"), "SKV001", 1, "the text is UTF-16 (its byte order mark says so), wanted UTF-8"),
        (b"a\n\nb\0", "SKV002", 3, "a NUL byte at byte 4, wanted text"),
    ],
)
def test_what_is_no_text_is_refused(data: bytes, code: str, line: int, words: str) -> None:
    with pytest.raises(SkvmError) as caught:
        parse_blocks(Source("text.md", data))
    (found,) = caught.value.diagnostics
    assert found.span
    assert (found.code, found.span.line, found.message) == (code, line, words)
    assert found.help


def test_decode_gives_the_text() -> None:
    assert decode(Source("text.md", "é\r\n".encode())) == "é\r\n"


@pytest.mark.parametrize("marker", [">", "> ", "- ", "1. ", "> - "])
def test_what_is_nested_too_deep_is_raw(marker: str) -> None:
    deep = f"{marker * 10_000}x\n\n"
    roots, (warning,) = parse_blocks(Source("text.md", f"# a\n\n{deep}# b\n".encode()))
    assert warning.code == "SKV011"
    assert [root.kind.value for root in roots if root.kind is BlockKind.HEADING] == ["heading"] * 2
    depth, block = 0, roots[2]
    while block.children:
        depth, block = depth + 1, block.children[0]
    assert (depth, block.attributes) == (64, {"what": "deep"})


def test_64_levels_are_not_too_deep() -> None:
    roots, diagnostics = parse_blocks(Source("text.md", b"> " * 64 + b"x\n"))
    assert not diagnostics
    assert {block.kind for block in roots[0].walk()} == {BlockKind.QUOTE}


def test_numbers_count_on_and_containers_come_first() -> None:
    roots, _ = parse_blocks(Source("text.md", b"- a\n  - b\n- c\n"), index=2, first_number=7)
    blocks = [block for root in roots for block in root.walk()]
    assert [block.number for block in blocks] == [7, 8, 9, 10]
    assert {block.source for block in blocks} == {2}
    assert blocks[1].parent is blocks[2].parent is blocks[0]


def test_sections() -> None:
    roots, _ = parse_blocks(Source("text.md", b"a\n# b\nc\n### d\ne\n## f\n# g\n- # h\n"))
    found = [
        (section.level, section.heading.number, [block.number for block in section.blocks])
        for section in sections(roots)
    ]
    assert found == [(1, 1, [2, 3, 4, 5]), (3, 3, [4]), (2, 5, []), (1, 6, [7])]


def test_the_corpus_is_tiled() -> None:
    if not CORPUS.exists():
        pytest.skip("../shared is absent")
    for path in sorted(CORPUS.rglob("*.md")):
        data = path.read_bytes()
        roots, _ = parse_blocks(Source(path.name, data))
        assert b"".join(data[leaf.start : leaf.end] for root in roots for leaf in root.leaves()) == data, path
