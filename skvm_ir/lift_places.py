"""Places: where a step of the workflow could stand in a text, each with the features that speak for or against it."""

import re

from attrs import define, field

from ..grammar.block import Block, BlockKind
from .lift_classify import Instruction, instruction
from .lift_commands import fence_commands, is_command
from .lift_outline import Section
from .lift_reader import Line, Reader
from .lift_steps import is_taught
from .lift_words import Phrases, words

MAXIMUM_PLACES = 2_000
"""Places of one text that are weighed; a longer one is summed up by its beginning."""

MAXIMUM_PIECES = 40
"""Commands or comments of one fence that are places of their own."""

DEEPEST = 4
"""Levels of nested lists that are looked into."""

LOOKED_AT = 200
"""Characters of a place whose words count."""

_WORD = re.compile(r"[a-z][a-z'-]+")
_CODE = re.compile(r"`([^`\n]+)`")
_COMMENT = re.compile(r"[ \t>]*(?:#|//|--)[ \t]*(?=\S)(.*)")
_NUMBERED = re.compile(r"(?:step|phase)?\s*\d+\s*[.):—–-]", re.I)
_DOING = frozenset({"in:step", "in:number", "in:told", "in:ing"})
"""Features of a section whose title says what is done: its first paragraph tells how, whatever its words."""
_BESIDE = ("off", "off start")
_STEPS = (BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.FENCE, BlockKind.TABLE)

Key = tuple[int, int]
"""The number of a leaf and the character of it where a place begins."""


@define(eq=False)
class Place:
    """A heading, paragraph, item, command, comment of a fence, or whole fence.

    ``shared`` are the features of its section, the same tuple for all places of one ``kind`` there; ``own`` its own.
    ``told`` is what its words tell to do; ``start`` to ``end`` are characters of ``leaf``.
    """

    leaf: Block
    start: int
    end: int
    line: int
    kind: str
    section: Section
    text: str
    told: Instruction | None
    own: list[str]
    found: str = ""
    """``step`` where the rules of lifting found a step, ``group`` a group, ``part`` the command of a step before."""
    shared: tuple[str, ...] = ()
    score: int = 0

    @property
    def key(self) -> Key:
        """Where the place begins."""
        return (self.leaf.number, self.start)

    @property
    def may_be_step(self) -> bool:
        """True where a step is or could be added: words that tell to act, code that is not shown as an example."""
        if self.found or self.kind in ("command", "comment", "fence"):
            return self.found != "part" and "fence:taught" not in self.own
        if self.told is not None or ("p:first" in self.own and not _DOING.isdisjoint(self.shared)):
            return True
        first = _WORD.match(self.text.lower())
        if first is None or len(self.text.split()) < 3:
            return False
        return (self.kind == "heading" and first.group().endswith("ing")) or (
            self.kind == "ordered" and _is_told_of(first.group())
        )


@define(eq=False)
class PlaceFinder:
    """Walks through the sections of one source and notes every place in document order."""

    reader: Reader
    marked: dict[Key, str]
    """Where the rules of lifting found a ``step`` or a ``group``."""
    titles: "Titles"
    found: list[Place] = field(factory=list[Place])
    _section: Section = field(init=False)
    _leaves: frozenset[int] = field(init=False)

    def __attrs_post_init__(self) -> None:
        self._leaves = frozenset(leaf for leaf, _ in self.marked)

    def walk(self, main: Section) -> list[Place]:
        """All places of the source, ``MAXIMUM_PLACES`` at most."""
        for section in main.walk():
            if len(self.found) >= MAXIMUM_PLACES:
                break
            self._section = section
            shown = [block for block in section.blocks if block.kind is not BlockKind.BLANK]
            if self._is_beside(section, shown):
                continue
            if section.heading is not None and section.heading.kind is BlockKind.HEADING:
                below = shown[0].kind.value if shown else "nothing"
                told = instruction(section.title)
                self._add(section.heading, "heading", section.title, told, [f"heads:{below}"])
            self._blocks(shown, 0, "")
        del self.found[MAXIMUM_PLACES:]
        return self.found

    def _is_beside(self, section: Section, shown: list[Block]) -> bool:
        """True for advice, examples and references in which no rule found a step: readers name next to none there."""
        if section.is_step or not any(name in _BESIDE for name in self.titles.classes(section)):
            return False
        return not any(leaf.number in self._leaves for block in shown for leaf in block.leaves())

    def _add(
        self, leaf: Block, kind: str, text: str, told: Instruction | None, own: list[str], start: int = 0, end: int = -1
    ) -> None:
        line = self.reader.line_number(leaf, start)
        mark = self.marked.get((leaf.number, start), "")
        self.found.append(Place(leaf, start, end, line, kind, self._section, text, told, own, mark))

    def _blocks(self, shown: list[Block], depth: int, around: str) -> None:
        lead: Line | None = None
        before = "nothing"
        runs = _lists(shown)
        for at, run in enumerate(runs):
            block = run[0]
            if block.kind is BlockKind.ITEM:
                self._list(run, depth, around, lead if before == "paragraph" else None)
            elif block.kind is BlockKind.PARAGRAPH:
                lead = self.reader.line(block)
                after = runs[at + 1][0].kind.value if at + 1 < len(runs) else "nothing"
                told, own = _said(lead, "p")
                own += [f"p:{'first' if at == 0 else 'later'}", f"before:{after}", f"behind:{before}"]
                self._add(block, "item paragraph" if depth else "paragraph", lead.plain, told, own)
            elif block.kind is BlockKind.FENCE:
                self._fence(block, lead, ["fence:first" if at == 0 else "fence:later", f"f:behind:{before}"], around)
            before = block.kind.value

    def _list(self, items: list[Block], depth: int, around: str, lead: Line | None) -> None:
        kind = list_kind(items[0])
        if kind == "bullet":
            items = [item for item in items if item.children or self._may_be_step(item, depth)]
        if not items:
            return
        lines = [self.reader.line(item) for item in items]
        said = [_said(line, "i") for line in lines]
        share = 4 * sum(told is not None for told, _ in said) // len(said)
        common = [f"{kind}:depth {min(depth, 2)}", f"{kind}:share {share}", f"list:size {min(len(items), 12) // 3}"]
        common += [f"{kind} in {around}"] if around else []
        common.append(f"{kind}:{_led(lead)}")
        for at, (item, line, (told, own)) in enumerate(zip(items, lines, said, strict=True)):
            if len(self.found) >= MAXIMUM_PLACES:
                return
            own += [*common, f"{kind}:{'first' if at == 0 else 'later'}"]
            self._add(line.block, kind, line.plain, told, own)
            if item.children and depth < DEEPEST:
                inner = [child for child in item.children[1:] if child.kind is not BlockKind.BLANK]
                self._blocks(inner, depth + 1, kind)

    def _may_be_step(self, item: Block, depth: int) -> bool:
        """False for a bullet that tells nothing to do: of these readers name one in a hundred."""
        line = self.reader.line(item)
        return line.block.number in self._leaves or (not depth and line.told is not None)

    def _fence(self, fence: Block, lead: Line | None, own: list[str], around: str) -> None:
        text = self.reader.text(fence)
        language = fence_language(fence)
        length = sum(text.count("\n", 0, 2_000) > most for most in (3, 6, 14))
        own = [*own, f"fence:{language}", f"fence:long {length}"]
        own += ["fence:told"] if lead is not None and lead.told is not None else []
        own += ["fence:taught"] if is_taught(lead) else []
        own += [f"fence in {around}"] if around else []
        if language in ("shell", "bare") and self._commands(fence, text, language, own):
            return
        if language == "code":
            self._comments(fence, text, own)
        self._add(fence, "fence", "", None, [*own, "says url"] if "://" in text[:2_000] else own)

    def _commands(self, fence: Block, text: str, language: str, own: list[str]) -> bool:
        commands = fence_commands(text, bool(fence.attributes.get("indented")), bool(fence.attributes.get("open")))
        if not commands or (language == "bare" and not all(is_command(command.text) for command in commands)):
            return False
        own = [*own, f"commands:{sum(len(commands) >= least for least in (2, 4))}"]
        for at, one in enumerate(commands[:MAXIMUM_PIECES]):
            more = ["command:first" if at == 0 else "command:later", "command:" + ("said" if one.comment else "bare")]
            more += [f"runs:{word}" for word in _WORD.findall(one.text[:60].lower())[:2]]
            more += ["says url"] if "://" in one.text[:LOOKED_AT] else []
            self._add(fence, "command", one.comment or one.text[:LOOKED_AT], None, [*own, *more], one.start, one.end)
        return True

    def _comments(self, fence: Block, text: str, own: list[str]) -> None:
        for number, (start, end, said) in enumerate(comments(text)):
            told = instruction(said)
            more = ["comment:" + ("numbered" if _NUMBERED.match(said) else "plain")]
            more += ["comment:first" if number == 0 else "comment:later", "comment:told" if told else "comment:tells"]
            more += ["says url"] if "://" in text[start:end] else []
            self._add(fence, "comment", said[:LOOKED_AT], told, [*own, *more], start, end)


def _is_told_of(word: str) -> bool:
    """True for the third person of a verb that steps begin with: "Scans the history"."""
    verbs = words().verbs
    return word.endswith("s") and (word[:-1] in verbs or word[:-2] in verbs or word[:-3] + "y" in verbs)


def comments(text: str) -> list[tuple[int, int, str]]:
    """The comments on lines of their own in a fence's leaf: where each begins, where the next does, its words."""
    starts: list[tuple[int, str]] = []
    at = 0
    for number, line in enumerate(text.splitlines(keepends=True)):
        match = _COMMENT.match(line, 0, 400) if number and len(starts) < MAXIMUM_PIECES else None
        if match:
            starts.append((at, match.group(1).strip()))
        at += len(line)
    last = max(text.rstrip().rfind("\n") + 1, starts[-1][0] + 1) if starts else 0
    ends = [start for start, _ in starts[1:]] + [last]
    return [(start, end, said) for (start, said), end in zip(starts, ends, strict=False)]


def fence_language(fence: Block) -> str:
    """``shell``, ``bare`` (no language said), ``data`` or ``code``."""
    language = str(fence.attributes.get("lang", "")).lower()
    if not language:
        return "bare"
    lists = words()
    return "shell" if language in lists.shells else "data" if language in lists.data_languages else "code"


def list_kind(item: Block) -> str:
    """``ordered``, ``task`` or ``bullet``."""
    return "ordered" if "number" in item.attributes else "task" if "task" in item.attributes else "bullet"


@define(eq=False)
class Titles:
    """What the titles of sections say, each looked at once."""

    _known: dict[int, list[str]] = field(factory=dict[int, list[str]])

    def features(self, section: Section) -> list[str]:
        """What a section's title, place and content say about every place in it."""
        if section.heading is None or section.parent is None:
            return ["in:no section"]
        found = [f"in:{name}" for name in self.classes(section)]
        found += [f"title:{word}" for word in dict.fromkeys(_WORD.findall(section.lowered[:80]))]
        around, below = section.parent, dict[str, None]()
        while around is not None and around.heading is not None:
            below |= dict.fromkeys(self.classes(around))
            around = around.parent
        found += [f"below:{name}" for name in below]
        kinds = {block.kind for block in section.blocks}
        found += [f"has:{kind.value}" for kind in _STEPS if kind in kinds]
        steps = sum(child.is_step for child in section.children) >= 2
        ordered = any("number" in block.attributes for block in section.blocks)
        told = {"has:no sections": not section.children, "has:step sections": steps, "has:ordered": ordered}
        found += [name for name, holds_here in told.items() if holds_here]
        return [*found, f"level:{section.level}", f"sections:{min(len(section.parent.children), 9) // 3}"]

    def classes(self, section: Section) -> list[str]:
        """What kind of title a section has."""
        found = self._known.get(id(section))
        if found is None:
            found = self._known[id(section)] = _title_classes(section)
        return found


def _title_classes(section: Section) -> list[str]:
    phrases = Phrases.of(section.lowered)
    lists = words()
    first = phrases.words[0] if phrases.words else ""
    told = {
        "tag": section.heading is not None and section.heading.kind is not BlockKind.HEADING,
        "step": section.is_step,
        "number": section.number != "" and not section.is_step,
        "path": not phrases.anywhere.isdisjoint(lists.path),
        "weak": not phrases.first.isdisjoint(lists.weak),
        "preparation": not phrases.first.isdisjoint(lists.preparation),
        "off": not phrases.first.isdisjoint(lists.off_path) or not phrases.last.isdisjoint(lists.off_path),
        "off start": not phrases.first.isdisjoint(lists.off_path_start),
        "aside": not phrases.anywhere.isdisjoint(lists.aside),
        "told": instruction(section.title) is not None,
        "ing": first.endswith("ing"),
    }
    return [name for name, holds_here in told.items() if holds_here] or ["plain"]


def _led(lead: Line | None) -> str:
    """How the paragraph before a list leads to it: it tells to do something, says what happens, or nothing."""
    if lead is None:
        return "no lead"
    return ("told" if lead.told is not None else "said") + (" lead:" if lead.plain.endswith(":") else " lead")


def _said(line: Line, mark: str) -> tuple[Instruction | None, list[str]]:
    """What words tell to do, and the features of the words, each beginning with ``mark``."""
    told, plain = line.told, line.plain
    found = [f"{mark}:long {(len(plain) >= 40) + (len(plain) >= 120)}"]
    if told is not None:
        found += (f"{mark}:told", f"{mark}:verb {told.verb}", f"{mark}:told {told.kind}")
        if told.condition:
            found.append(f"{mark}:condition")
    first = _WORD.search(plain[:40].lower())
    if first:
        found.append(f"{mark}:starts {first.group()}")
    if plain.endswith(":"):
        found.append(f"{mark}:colon")
    return told, found + _marks(line.text[:LOOKED_AT], mark)


def _marks(head: str, mark: str) -> list[str]:
    """Features of the marks that the beginning of a text has."""
    found: list[str] = []
    if head.startswith("**"):
        found.append(f"{mark}:bold")
    if "`" in head and (codes := _CODE.findall(head)):
        found.append(f"{mark}:code")
        if any(map(is_command, codes)):
            found.append(f"{mark}:command")
    if "://" in head:
        found.append(f"{mark}:url")
    if "?" in head:
        found.append(f"{mark}:question")
    return found


def _lists(shown: list[Block]) -> list[list[Block]]:
    """Blocks one by one, the items of one list together."""
    runs: list[list[Block]] = []
    for block in shown:
        last = runs[-1][-1] if runs else None
        if last is not None and block.kind is last.kind is BlockKind.ITEM and list_kind(block) == list_kind(last):
            runs[-1].append(block)
        else:
            runs.append([block])
    return runs
