"""The leaves of a document by what reads them: code by its language, and prose where it may say something."""

import re
from collections.abc import Iterator, Mapping

from attrs import define, field

from ..grammar.block import Block, BlockKind
from ..skvm_ir.module import Skill
from .requirement_base import Piece
from .requirement_tables import names

_LANGUAGES = {
    **dict.fromkeys(("python", "py", "python3", "pycon", "ipython"), "python"),
    **dict.fromkeys(("bash", "sh", "shell", "zsh", "console", "terminal", "shell-session", "shellsession"), "shell"),
    **dict.fromkeys(("javascript", "js", "typescript", "ts", "tsx", "jsx", "mjs", "node"), "javascript"),
    "": "plain",
}
_PREPARING = re.compile(r"prerequisit|requirement|dependenc|install|set ?up", re.I)
_SCRIPT_END = re.compile(rb"\.py\b")
_SCRIPT = re.compile(rb"[A-Za-z_]\w*\Z")
_WORDS = bytes(
    ord(letter.lower()) if letter.isascii() and (letter.isalnum() or letter in "+_-") else ord(" ")
    for letter in map(chr, range(256))
)
"""Letters in lower case, and a blank for all that no name has."""


LONGEST_NAME = 64
"""Letters of a module's name that are looked at."""


@define(eq=False)
class Pieces:
    """The leaves by what reads them; ``leaves`` are all of them by number."""

    python: list[Piece] = field(factory=list[Piece])
    shell: list[Piece] = field(factory=list[Piece])
    javascript: list[Piece] = field(factory=list[Piece])
    plain: list[Piece] = field(factory=list[Piece])
    prose: list[Piece] = field(factory=list[Piece])
    spoken: tuple[str, ...] = ()
    """The names that are known and stand somewhere in the text, in lower case."""
    modules: frozenset[str] = frozenset()
    """Names of Python files that the document speaks of: a module of that name is the skill's own."""
    leaves: dict[int, Block] = field(factory=dict[int, Block])
    preparing: bool = False
    """True while the section that is read is about prerequisites, requirements or installation."""


def pieces_of(skill: Skill, sources: range) -> Pieces:
    """The leaves of those sources, neighbouring prose below one heading in one piece."""
    found = Pieces()
    texts = [own.source.data for number, own in enumerate(skill.sources) if number in sources]
    found.spoken = _spoken(texts)
    found.modules = frozenset(name for data in texts for name in _scripts(data))
    run: list[Block] = []
    for root in skill.blocks:
        if root.source not in sources:
            continue
        for leaf in root.leaves() if root.children else (root,):
            found.leaves[leaf.number] = leaf
            kind = leaf.kind
            if kind is BlockKind.FENCE or kind is BlockKind.FRONTMATTER:
                _end_run(skill, found, run)
                run = []
                if kind is BlockKind.FENCE:
                    _add_fence(found, leaf, skill.block_bytes(leaf))
            elif kind is BlockKind.HEADING or (run and run[0].source != leaf.source):
                _end_run(skill, found, run)
                run = [leaf]
            else:
                run.append(leaf)
    _end_run(skill, found, run)
    return found


def _end_run(skill: Skill, found: Pieces, run: list[Block]) -> None:
    """Add prose that stands together; a heading begins it and says what it is about."""
    if not run:
        return
    first = run[0]
    text = skill.sources[first.source].source.data[first.start : run[-1].end].decode("utf-8", "replace")
    if first.kind is BlockKind.HEADING:
        found.preparing = _PREPARING.search(text, 0, first.length) is not None
    blocks = tuple(leaf.number for leaf in run)
    starts = tuple(leaf.start - first.start for leaf in run)
    found.prose.append(Piece(text, blocks, starts, preparing=found.preparing))


def _spoken(texts: list[bytes]) -> tuple[str, ...]:
    """The known words that stand anywhere in ``texts``: few, so that each piece is only looked through for these."""
    known = names().spoken_bytes
    said = known.intersection(b" ".join(texts).translate(_WORDS).split())
    return tuple(sorted(word.decode() for word in said))


def _scripts(data: bytes) -> Iterator[str]:
    """The names of the Python files that ``data`` speaks of."""
    for end in _SCRIPT_END.finditer(data):
        name = _SCRIPT.search(data, max(0, end.start() - LONGEST_NAME), end.start())
        if name:
            yield name[0].decode()


def _add_fence(found: Pieces, leaf: Block, data: bytes) -> None:
    language = _LANGUAGES.get(str(leaf.attributes.get("lang", "")).lower())
    if language is not None:
        piece = Piece(_without_marks(leaf, data.decode("utf-8", "replace")), (leaf.number,), (0,))
        into: Mapping[str, list[Piece]] = {
            "python": found.python,
            "shell": found.shell,
            "javascript": found.javascript,
            "plain": found.plain,
        }
        into[language].append(piece)


def _without_marks(leaf: Block, text: str) -> str:
    """The text of a fence with blanks for its first and last line: the marks would read as quotes of the code."""
    if leaf.attributes.get("indented"):
        return text
    first = text.find("\n")
    if first < 0:
        return ""
    last = len(text) if leaf.attributes.get("open") else text.rstrip().rfind("\n")
    return " " * first + text[first : max(first, last)]
