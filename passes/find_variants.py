"""Find the passages that hold on one system or for one agent product alone.

Before:  b7 paragraph "On macOS:", b8 fence "brew install jq"
After:   variant {pass = "find-variants", rule = "lead-in", only_for = "macos"} from [b7, b8]

A passage counts when it says so itself: by a title, a lead-in, the first words of an item or table row, or a comment
above commands. What merely happens to name a product is none, as a later pass may take variants away.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import ClassVar

from attrs import frozen

from ..grammar.block import Block, BlockKind
from ..skvm_ir.declaration_ops import Variant
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.op import Range
from .base import Pass
from .context import Context
from .notes import replace_notes

LONGEST_TITLE = 8
"""Words of a title; a longer one says more than for whom the section is."""
LONGEST_COMMENT = 6
SYSTEMS = frozenset({"macos", "windows", "linux"})
_FILE = Path(__file__).with_name("variants.toml")
_LETTERS = bytes(code if 97 <= code <= 122 else 32 for code in range(256))
_OPENS = r"^[>\s*_|-]*(?:\d+\.\s+)?(?:\*\*|__)?(?:(?:on|for|under|in|if you use|with)\s+)?(?:the\s+)?"
_CLOSES = (
    r"(?:\s+(?:users?|only|cli|environments?|sandbox|systems?))?(?:\s*\([^)\n]{0,40}\))?"
    r"\s*(?:\*\*|__)?\s*(?P<end>:|\||—|–|,\s)"
)
_COMMENT = re.compile(rb"^[ \t>]*(?:#+|//|::|rem\b)[ \t]*([^\n]*)$", re.M)
_WORD = re.compile(r"[\w.+-]+")


@frozen(eq=False)
class VariantNames:
    """``variants.toml``, fit for look-up: each system or product with its words, its expression and its mark."""

    words: dict[str, tuple[bytes, ...]]
    texts: dict[str, str]
    marks: dict[str, bytes]
    about: re.Pattern[str]


@cache
def variant_names() -> VariantNames:
    """The names; where they are from stands in the file."""
    data = tomllib.loads(_FILE.read_text("utf-8"))
    names = data["names"]
    return VariantNames(
        {name: tuple(word.encode() for word in words) for name, (words, _) in names.items()},
        {name: pattern for name, (_, pattern) in names.items()},
        {name: mark.encode() for name, mark in data["marks"].items()},
        re.compile(data["words"]["about"]),
    )


@cache
def _named(name: str) -> re.Pattern[str]:
    """What names the system or product in a short text; made when a text first has a word of it."""
    return re.compile(rf"(?<![\w~/-])(?:{variant_names().texts[name]})(?![\w/-])")


@cache
def _opens_with(name: str) -> re.Pattern[str]:
    """What opens a line that is for the system or product."""
    return re.compile(f"{_OPENS}(?:{variant_names().texts[name]}){_CLOSES}")


@frozen
class FindVariants(Pass):
    """Note the passages that hold on one system or for one product alone."""

    name: ClassVar[str] = "find-variants"

    def run(self, module: Module, context: Context) -> bool:
        """Replace the variant notes of this pass by what it finds; texts, flow and edits stay as they are."""
        changed = [self._run_on(skill) for skill in module.skills]
        return any(changed)

    def _run_on(self, skill: Skill) -> bool:
        others = [note for note in skill.notes if isinstance(note, Variant) and note.text("pass") != self.name]
        known = {(note.text("only_for"), note.citations[:1]) for note in others}
        found = [passage for passage in variants(skill) if (passage.only_for, passage.citations[:1]) not in known]
        return replace_notes(skill, Variant, self.name, (_note(self.name, passage) for passage in found))


@frozen
class Passage:
    """A passage that holds only for ``only_for``, and how it says so: title, lead-in, item, comment or mark."""

    only_for: str
    rule: str
    citations: tuple[Range, ...]


def variants(skill: Skill) -> list[Passage]:
    """The passages of ``skill`` that hold for one system or product alone, in document order. What stands in one is not
    named again for the same."""
    leaves: dict[int, list[Block]] = {}
    for leaf in skill.leaves():
        leaves.setdefault(leaf.source, []).append(leaf)
    return [passage for index in sorted(leaves) for passage in _in_source(skill, index, leaves[index])]


def _in_source(skill: Skill, index: int, leaves: list[Block]) -> Iterator[Passage]:
    data = skill.sources[index].source.data.lower()
    words = frozenset(data.translate(_LETTERS).split())
    known = variant_names()
    present = [name for name, needed in known.words.items() if not words.isdisjoint(needed)]
    marks = [mark for mark in known.marks.values() if mark in data]
    needles = [*(word for name in present for word in known.words[name] if word in words), *marks]
    covered: dict[str, int] = {}
    for at in _leaves_with(data, leaves, needles):
        leaf = leaves[at]
        if leaf.kind is BlockKind.FRONTMATTER:
            continue
        for passage in _of_leaf(data, leaves, at, present):
            if leaf.start >= covered.get(passage.only_for, 0):
                covered[passage.only_for] = max(covered.get(passage.only_for, 0), _end(skill, passage))
                yield passage


def _leaves_with(data: bytes, leaves: list[Block], needles: list[bytes]) -> list[int]:
    """The numbers of the leaves that hold one of the needles, in order."""
    starts = [leaf.start for leaf in leaves]
    found: set[int] = set()
    for word in dict.fromkeys(needles):
        at = data.find(word)
        while at >= 0:
            number = bisect_right(starts, at) - 1
            found.add(number)
            at = data.find(word, max(at + 1, leaves[number].end))
    return sorted(found)


def _of_leaf(data: bytes, leaves: list[Block], at: int, present: list[str]) -> Iterator[Passage]:
    leaf = leaves[at]
    if leaf.kind is BlockKind.HEADING:
        yield from _by_title(data, leaves, at, present)
    elif leaf.kind is BlockKind.FENCE:
        yield from _by_comment(data, leaf, present)
    elif leaf.kind is BlockKind.TABLE:
        yield from _by_row(data, leaf, present)
    else:
        yield from _by_opening(data, leaves, at, present)


def _by_title(data: bytes, leaves: list[Block], at: int, present: list[str]) -> Iterator[Passage]:
    leaf = leaves[at]
    level = int(leaf.attributes.get("level", 1))
    title = data[leaf.start : leaf.end].decode("utf-8", "replace").strip("# \t\n*`")
    name = _only_name(title, present, LONGEST_TITLE)
    if not name or level == 1:
        return
    inside: list[Block] = [leaf]
    for other in leaves[at + 1 :]:
        if other.kind is BlockKind.HEADING and int(other.attributes.get("level", 1)) <= level:
            break
        inside.append(other)
    cited = tuple(Range(block.number) for block in inside if block.kind is not BlockKind.BLANK)
    yield Passage(name, "title", cited)


def _by_opening(data: bytes, leaves: list[Block], at: int, present: list[str]) -> Iterator[Passage]:
    leaf = leaves[at]
    lines = _openings(data, leaf, present)
    for number, (start, name, mark) in enumerate(lines):
        end = lines[number + 1][0] if number + 1 < len(lines) else leaf.end
        whole = start == leaf.start and end == leaf.end
        text = data[start:end].rstrip()
        cited = Range(leaf.number) if whole else Range(leaf.number, start - leaf.start, len(text))
        below = _below(leaves, at) if mark == ":" and text.rstrip(b"*_ ").endswith(b":") and end == leaf.end else ()
        yield Passage(name, "lead-in" if below else "opening", (cited, *below))
    if not lines:
        for name, text in variant_names().marks.items():
            if text in data[leaf.start : leaf.end]:
                yield Passage(name, "mark", (Range(leaf.number),))


def _below(leaves: list[Block], at: int) -> tuple[Range, ...]:
    """The block that a lead-in leads to: the next one, be it behind a blank line."""
    below = [other for other in leaves[at + 1 : at + 3] if other.kind is not BlockKind.BLANK][:1]
    return tuple(Range(other.number) for other in below if other.kind is not BlockKind.HEADING)


def _openings(data: bytes, leaf: Block, present: list[str]) -> list[tuple[int, str, str]]:
    """The lines of a leaf that open with a name, where the first does: where each starts, the name, the mark behind."""
    found: list[tuple[int, str, str]] = []
    start = leaf.start
    for line in data[leaf.start : leaf.end].splitlines(keepends=True):
        opening = _opening(line.decode("utf-8", "replace"), present)
        if opening is not None:
            found.append((start, *opening))
        start += len(line)
    return found


def _opening(text: str, present: list[str]) -> tuple[str, str] | None:
    """The one name that the text opens with, and the mark behind it."""
    known = variant_names()
    found = [(name, match) for name in present if (match := _opens_with(name).match(text)) is not None]
    if len(found) != 1:
        return None
    name, match = found[0]
    head = text[: match.end()]
    return None if known.about.search(head) or _only_name(head, present, 20) != name else (name, match.group("end"))


def _by_row(data: bytes, leaf: Block, present: list[str]) -> Iterator[Passage]:
    """Rows that begin with a system. A table of products is mostly a list of what there is."""
    start = leaf.start
    for line in data[leaf.start : leaf.end].splitlines(keepends=True):
        text = line.decode("utf-8", "replace")
        cell = text.strip(" \t|>").partition("|")[0].strip(" *`")
        name = _only_name(cell, present, 3) if text.count("|") > 1 and len(_WORD.findall(cell)) <= 3 else ""
        if name in SYSTEMS:
            yield Passage(name, "row", (Range(leaf.number, start - leaf.start, len(line.rstrip(b"\r\n"))),))
        start += len(line)


def _by_comment(data: bytes, leaf: Block, present: list[str]) -> Iterator[Passage]:
    """A comment that names one system, with the lines below it up to the next comment or blank line."""
    comments = list(_COMMENT.finditer(data, leaf.start, leaf.end))
    for number, match in enumerate(comments):
        text = match.group(1).decode("utf-8", "replace")
        name = _only_name(text, present, LONGEST_COMMENT)
        if not name:
            continue
        end = comments[number + 1].start() if number + 1 < len(comments) else _closing(data, leaf)
        blank = data.find(b"\n\n", match.end(), end)
        end = blank if blank >= 0 else end
        length = len(data[match.start() : end].rstrip())
        yield Passage(name, "comment", (Range(leaf.number, match.start() - leaf.start, length),))


def _closing(data: bytes, leaf: Block) -> int:
    """Where the last line of a fence begins, or where an open one ends."""
    if leaf.attributes.get("indented") or leaf.attributes.get("open"):
        return leaf.end
    return data.rfind(b"\n", leaf.start, leaf.end - 1) + 1


def _only_name(text: str, present: list[str], longest: int) -> str:
    """The one system or product that a short text is for; empty where there is none, or more than one."""
    known = variant_names()
    if len(text.split()) > longest or known.about.search(text):
        return ""
    found = [name for name in present if _named(name).search(text.replace("/", " / "))]
    return found[0] if len(found) == 1 else ""


def _end(skill: Skill, passage: Passage) -> int:
    span = skill.span(passage.citations[-1])
    return span.end if span is not None else 0


def _note(pass_name: str, found: Passage) -> Variant:
    attributes = {"pass": pass_name, "rule": found.rule, "only_for": found.only_for}
    return Variant(attributes={**attributes}, citations=found.citations)
