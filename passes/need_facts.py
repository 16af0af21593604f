"""What a skill holds, counted once for ``infer-needs``: words by line, fences by language, files, tools, ops."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from attrs import define, field, frozen

from ..grammar.block import Block, BlockKind
from ..skvm_ir.control_ops import Aside
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Range
from . import need_signs

_WORDS_FILE = Path(__file__).with_name("need_words.toml")
_WORD = re.compile(r"[a-z][\w'-]*", re.ASCII)
_STEP_HEADING = re.compile(r"[#\s>*]*(?:step|phase|stage)\s+\d")
_NUMBERED_HEADING = re.compile(r"[#\s>*]*\d")
_IMPORT = re.compile(r"^[ \t>]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.M)
_DESCRIPTION = re.compile(r"^description:(.*?)(?=^[\w-]+:|^---|\Z)", re.S | re.M)
_FIELD = re.compile(r"^([a-z-]+):", re.M)
_WRITTEN_OUT = frozenset({"plain", "markdown"})
"""Languages whose fences are samples of text: their words count, apart from those of prose."""


@frozen(eq=False)
class Vocabulary:
    """``need_words.toml`` fit for look-up: the groups of a word, the group of a language, modules of Python."""

    groups_of: Mapping[str, tuple[str, ...]]
    languages: Mapping[str, str]
    standard_modules: frozenset[str]
    known: frozenset[str]
    """The groups of languages that have a name of their own; all others are ``other``."""


@cache
def vocabulary() -> Vocabulary:
    """The words of ``need_words.toml``; what they are and where from stands in that file."""
    import tomllib

    data = tomllib.loads(_WORDS_FILE.read_text("utf-8"))
    groups_of: dict[str, tuple[str, ...]] = {}
    for group, words in data["words"].items():
        for word in words:
            groups_of[word] = (*groups_of.get(word, ()), group)
    return Vocabulary(
        groups_of,
        {spelling: group for group, spellings in data["languages"].items() for spelling in spellings},
        frozenset(data["python"]["standard"]),
        frozenset(data["languages"]),
    )


@define(eq=False)
class Fences:
    """The fences of one group of languages: how many, their bytes together, their texts."""

    blocks: list[Block] = field(factory=list[Block])
    size: int = 0
    texts: list[str] = field(factory=list[str])

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.blocks)


@frozen(eq=False)
class Line:
    """One leaf of the text: its words in order, the words of the heading above it, and signs of its form.

    ``sample`` tells a fence, whose words are apart from those of prose.
    """

    block: int
    words: list[str]
    heading: tuple[str, ...]
    signs: list[str]
    sample: bool = False


@define(eq=False)
class Facts:
    """All that a rule or a score may look at. Counts are over ``SKILL.md`` alone: what stands in further files is read
    when it is needed, and is no part of what every run asks for."""

    skill: Skill
    ops: Mapping[str, tuple[Op, ...]]
    """The ops of the main path by the name of their class, in order."""
    lines: list[Line] = field(factory=list[Line])
    fences: dict[str, Fences] = field(factory=dict[str, Fences])
    counts: Counter[str] = field(factory=Counter[str])
    """How often a thing stands there, by what people call it: ``table``, ``link``, ``step heading``."""
    groups: Counter[str] = field(factory=Counter[str])
    """How often words of each group of ``need_words.toml`` stand in the prose."""
    described: frozenset[str] = frozenset()
    """The words of the frontmatter's description."""
    named: set[str] = field(factory=set[str])
    """What is there or not: fields of the frontmatter, tools named in it and in the text."""
    modules: frozenset[str] = frozenset()
    """What the Python fences import."""
    prose_bytes: int = 0

    @property
    def all_bytes(self) -> int:
        """The bytes of ``SKILL.md``, blank lines and frontmatter included."""
        return len(self.skill.sources[0].source.data) if self.skill.sources else 0

    @property
    def foreign_modules(self) -> list[str]:
        """What the Python fences import from elsewhere than the standard library, in alphabetical order."""
        return sorted(self.modules - vocabulary().standard_modules)

    def count(self, *names: str) -> int:
        """How many ops of these classes the main path holds."""
        return sum(len(self.ops.get(name, ())) for name in names)

    def said(self, *groups: str) -> int:
        """How often words of these groups are said."""
        return sum(self.groups[group] for group in groups)

    def density(self, group: str) -> float:
        """Words of a group in a thousand bytes of prose; short texts count as half a thousand."""
        return self.groups[group] * 1000 / max(500, self.prose_bytes)

    def fence(self, language: str) -> Fences:
        """The fences of a group of languages; empty ones where there are none."""
        return self.fences.get(language) or Fences()

    def language(self, spelling: str) -> str:
        """The group of languages that a fence or an op of this language belongs to."""
        return vocabulary().languages.get(spelling.lower(), spelling.lower())

    def where_said(self, group: str) -> tuple[Range, ...]:
        """The block of prose that says most words of a group, the first of equals."""
        groups_of = vocabulary().groups_of
        best, most = None, 0
        for line in self.lines:
            hits = sum(group in groups_of.get(word, ()) for word in line.words)
            if hits > most and not line.sample:
                best, most = line.block, hits
        return () if best is None else (Range(best),)


@define(eq=False)
class _Gathering:
    """The walk of ``gather`` over the blocks: what it fills, and the heading it is below."""

    facts: Facts
    heading: tuple[str, ...] = ()
    texts: list[str] = field(factory=list[str])
    said: list[str] = field(factory=list[str])
    """The groups of all words of prose, in order."""

    def take(self, block: Block, text: str) -> None:
        if block.kind is BlockKind.FENCE:
            self._fence(block, text)
        elif block.kind is BlockKind.FRONTMATTER:
            self._frontmatter(text)
        elif block.kind is not BlockKind.BLANK:
            self._prose(block, text)

    def _frontmatter(self, text: str) -> None:
        found = _DESCRIPTION.search(text)
        words = _WORD.findall(found[1].lower()) if found else []
        self.facts.described = frozenset(words)
        self.facts.counts["description word"] = len(words)
        self.facts.named.update(f"field {name}" for name in _FIELD.findall(text))
        self.facts.named.update(f"granted {name}" for name in need_signs.TOOL.findall(text))

    def _fence(self, block: Block, text: str) -> None:
        facts, known = self.facts, vocabulary()
        language = facts.language(str(block.attributes.get("lang", "")))
        found = facts.fences.setdefault(language, Fences())
        found.blocks.append(block)
        found.size += block.length
        found.texts.append(text)
        group = language if language in known.known else "other"
        words = [] if group not in _WRITTEN_OUT and group != "other" else _WORD.findall(text.lower())
        signs = need_signs.of_fence(group, text)
        if group == "shell":
            facts.counts["shell line"] += text.count("\n") - 2
        elif group == "python":
            facts.counts["python function"] += text.count("def ")
            imported = frozenset(_IMPORT.findall(text))
            facts.modules |= imported
            if imported:
                signs.append("own package" if imported <= known.standard_modules else "foreign package")
        facts.counts.update(signs)
        facts.lines.append(Line(block.number, words, self.heading, signs, sample=True))

    def _prose(self, block: Block, text: str) -> None:
        facts, groups_of = self.facts, vocabulary().groups_of
        lower = text.lower()
        words = _WORD.findall(lower)
        self.texts.append(text)
        said = [group for word in words if word in groups_of for group in groups_of[word]]
        self.said += said
        counts = facts.counts
        heading = block.kind is BlockKind.HEADING
        if heading:
            self.heading = tuple(sorted(set(words)))
            counts["step heading"] += _STEP_HEADING.match(lower) is not None
            counts["numbered heading"] += _NUMBERED_HEADING.match(lower) is not None
        kind = f"numbered {block.kind.value}" if "number" in block.attributes else block.kind.value
        signs = [*need_signs.of_prose(text, words), kind]
        for sign in signs:
            counts[sign] += 1
        if said:
            signs += [f"words of {group}" for group in set(said)]
        facts.lines.append(Line(block.number, words, () if heading else self.heading, signs))

    def finish(self) -> None:
        """Count what is cheaper to count over all prose at once."""
        facts = self.facts
        facts.groups.update(self.said)
        prose = "".join(self.texts)
        facts.prose_bytes = len(prose.encode())
        facts.named.update([f"tool {name}" for name in need_signs.TOOL.findall(prose)])
        for name, mark in need_signs.MARKS:
            facts.counts[name] = prose.count(mark)


def gather(skill: Skill) -> Facts:
    """The facts of ``skill``: one walk over the blocks of its ``SKILL.md`` and one over its main path."""
    facts = Facts(skill, _ops_by_name(skill))
    gathering = _Gathering(facts)
    for root in skill.blocks:
        if root.source:
            break
        for block in root.walk():
            if "task" in block.attributes:
                facts.counts["task"] += 1
            if block.is_leaf:
                gathering.take(block, skill.block_bytes(block).decode("utf-8", "replace"))
    gathering.finish()
    return facts


def main_path(skill: Skill) -> Iterator[Op]:
    """The ops that the skill's own workflow runs. Groups off the path count where there is no other: in a menu."""
    waiting = list(reversed(skill.flow.ops))
    while waiting:
        op = waiting.pop()
        if isinstance(op, Aside) and skill.shape == "procedure":
            continue
        yield op
        if op.region is not None:
            waiting += reversed(op.region.ops)


def _ops_by_name(skill: Skill) -> dict[str, tuple[Op, ...]]:
    found: dict[str, list[Op]] = {}
    for op in main_path(skill):
        found.setdefault(op.name, []).append(op)
    return {name: tuple(ops) for name, ops in found.items()}
