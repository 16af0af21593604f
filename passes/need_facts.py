"""What a skill holds, counted once for the rules of ``infer-needs``: words, fences, lists, files and ops."""

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

_WORDS_FILE = Path(__file__).with_name("need_words.toml")
_WORD = re.compile(rb"[a-z_]+(?:['.-][a-z]+)*")
_STEP_HEADING = re.compile(rb"[#\s>*]*(?:step|phase|stage)\s+\d", re.I)
_IMPORT = re.compile(rb"^[ \t>]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.M)
_PROSE = frozenset(
    {BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.HEADING, BlockKind.TABLE, BlockKind.QUOTE, BlockKind.RAW}
)


@frozen(eq=False)
class Vocabulary:
    """``need_words.toml`` fit for look-up: the groups of a word, the group of a language, modules of Python."""

    groups_of: Mapping[bytes, tuple[str, ...]]
    languages: Mapping[str, str]
    standard_modules: frozenset[bytes]


@cache
def vocabulary() -> Vocabulary:
    """The words of ``need_words.toml``; what they are and where from stands in that file."""
    import tomllib

    data = tomllib.loads(_WORDS_FILE.read_text("utf-8"))
    groups_of: dict[bytes, tuple[str, ...]] = {}
    for group, words in data["words"].items():
        for word in words:
            groups_of[word.encode()] = (*groups_of.get(word.encode(), ()), group)
    return Vocabulary(
        groups_of,
        {spelling: group for group, spellings in data["languages"].items() for spelling in spellings},
        frozenset(module.encode() for module in data["python"]["standard"]),
    )


@define(eq=False)
class Fences:
    """The fences of one group of languages: how many, their bytes together, the bytes."""

    blocks: list[Block] = field(factory=list[Block])
    size: int = 0
    content: list[bytes] = field(factory=list[bytes])

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.blocks)


@frozen(eq=False)
class Facts:
    """All that a rule may look at. Counts are over ``SKILL.md`` alone: what stands in further files is read when it is
    needed, and is no part of what every run asks for."""

    skill: Skill
    said_in: Mapping[str, Mapping[int, int]]
    """For each group of words the blocks of prose that say one of them, and how often; headings stand for nothing."""
    words: Counter[str]
    """How often words of each group of ``need_words.toml`` stand in the prose."""
    prose_bytes: int
    """The bytes of prose: all but frontmatter, fences and blank lines."""
    fences: Mapping[str, Fences]
    headings: int
    step_headings: int
    """Headings such as ``Step 3`` and ``Phase 1``."""
    tasks: int
    """Items with a box to tick."""
    references: int
    """Places that refer to a file of the folder, be it there or not."""
    modules: frozenset[bytes]
    """What the Python fences import."""
    ops: Mapping[str, tuple[Op, ...]]
    """The ops of the main path by the name of their class, in order."""

    @property
    def foreign_modules(self) -> list[str]:
        """What the Python fences import from elsewhere than the standard library, in alphabetical order."""
        return sorted(module.decode() for module in self.modules - vocabulary().standard_modules)

    def count(self, *names: str) -> int:
        """How many ops of these classes the main path holds."""
        return sum(len(self.ops.get(name, ())) for name in names)

    def said(self, *groups: str) -> int:
        """How often words of these groups are said."""
        return sum(self.words[group] for group in groups)

    def density(self, group: str) -> float:
        """Words of a group in a thousand bytes of prose; short texts count as half a thousand."""
        return self.words[group] * 1000 / max(500, self.prose_bytes)

    def fence(self, language: str) -> Fences:
        """The fences of a group of languages; empty ones where there are none."""
        return self.fences.get(language) or Fences()

    def language(self, spelling: str) -> str:
        """The group of languages that a fence or an op of this language belongs to."""
        return vocabulary().languages.get(spelling.lower(), spelling.lower())

    def where_said(self, *groups: str) -> tuple[Range, ...]:
        """The block of prose that says most words of these groups, the first of equals."""
        hits: Counter[int] = Counter()
        for group in groups:
            hits.update(self.said_in.get(group, {}))
        best = max(hits, key=lambda block: (hits[block], -block), default=None)
        return () if best is None else (Range(best),)


@define(eq=False)
class _Tally:
    """What ``gather`` counts on its way over the blocks."""

    counts: Counter[str] = field(factory=Counter[str])
    words: Counter[str] = field(factory=Counter[str])
    fences: dict[str, Fences] = field(factory=dict[str, Fences])
    said_in: dict[str, Counter[int]] = field(factory=dict[str, Counter[int]])

    def fence(self, block: Block, data: bytes) -> None:
        language = str(block.attributes.get("lang", "")).lower()
        found = self.fences.setdefault(vocabulary().languages.get(language, language), Fences())
        found.blocks.append(block)
        found.size += len(data)
        found.content.append(data)

    def prose(self, block: Block, data: bytes) -> None:
        counts, groups_of = self.counts, vocabulary().groups_of
        counts["prose"] += len(data)
        heading = block.kind is BlockKind.HEADING
        if heading:
            counts["headings"] += 1
            counts["steps"] += _STEP_HEADING.match(data) is not None
        for word in filter(groups_of.__contains__, _WORD.findall(data.lower())):
            for group in groups_of[word]:
                self.words[group] += 1
                if not heading:
                    self.said_in.setdefault(group, Counter())[block.number] += 1


def gather(skill: Skill) -> Facts:
    """The facts of ``skill``: one walk over the blocks of its ``SKILL.md`` and one over its main path."""
    tally = _Tally()
    for root in skill.blocks:
        if root.source:
            break
        for block in root.walk():
            tally.counts["tasks"] += "task" in block.attributes
            if block.is_leaf and block.kind is BlockKind.FENCE:
                tally.fence(block, skill.block_bytes(block))
            elif block.is_leaf and block.kind in _PROSE:
                tally.prose(block, skill.block_bytes(block))
    counts = tally.counts
    return Facts(
        skill=skill,
        said_in=tally.said_in,
        words=tally.words,
        prose_bytes=counts["prose"],
        fences=tally.fences,
        headings=counts["headings"],
        step_headings=counts["steps"],
        tasks=counts["tasks"],
        references=_references(skill),
        modules=_modules(tally.fences),
        ops=_ops_by_name(skill),
    )


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


def _references(skill: Skill) -> int:
    """Places in ``SKILL.md`` that refer to a file."""
    files = [reference for reference in skill.references if not isinstance(reference.target, Range)]
    blocks = [skill.block(reference.range.block) for reference in files]
    return sum(1 for block in blocks if block is not None and block.source == 0)


def _modules(fences: dict[str, Fences]) -> frozenset[bytes]:
    python = fences.get("python")
    return frozenset(_IMPORT.findall(b"".join(python.content))) if python else frozenset()


def _ops_by_name(skill: Skill) -> dict[str, tuple[Op, ...]]:
    found: dict[str, list[Op]] = {}
    for op in main_path(skill):
        found.setdefault(op.name, []).append(op)
    return {name: tuple(ops) for name, ops in found.items()}
