"""The document half of lifting: sources, blocks, bundle files and the places that refer to them."""

import re
from bisect import bisect_right
from pathlib import PurePosixPath

from attrs import define, field

from ..grammar.block import Block, BlockKind
from ..grammar.blocks import decode, frontmatter_length, parse_blocks
from ..grammar.diagnostic import Diagnostic, Severity, SkvmError
from ..grammar.frontmatter import Frontmatter, parse_frontmatter
from ..grammar.references import Bundle as KnownPaths
from ..grammar.references import Presence, ReferenceKind, classify, find_references, locate
from ..grammar.references import Reference as Mention
from ..grammar.source import Source
from .bundle import Bundle, Entry
from .declaration_ops import File
from .lift_names import NameTable
from .lift_words import words
from .module import Reference, Skill, SkillSource
from .op import Range

MARKDOWN = frozenset({".md", ".markdown", ".mdx"})

MAXIMUM_SOURCE = 16 << 20
"""A larger Markdown file beside SKILL.md is data rather than instructions: it stays a file."""

_USABLE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_SLUG_DROPPED = re.compile(r"[^\w\- ]")


@define
class _Mentions:
    """What one source says about files: the mentions and where each of its leaves starts."""

    source: int
    mentions: list[Mention]
    leaves: list[Block]
    starts: list[int] = field(factory=list[int])


def lift_text(bundle: Bundle, name_hint: str, names: NameTable) -> tuple[Skill, list[Diagnostic]]:
    """A skill with sources, blocks, ``file`` declarations and references, and no flow yet.

    Raises ``SkvmError`` when ``SKILL.md`` is no text. Other Markdown that is no text stays a file, with a warning.
    """
    skill = Skill("")
    diagnostics: list[Diagnostic] = []
    known = KnownPaths.of(list(bundle.entries))
    queue, sources = [bundle.main], {bundle.main: 0}
    found: list[_Mentions] = []
    number = 0
    for path in queue:
        source = Source(bundle.shown_path(path), bundle.entries[path].load())
        index = len(skill.sources)
        blocks, problems = parse_blocks(source, index, number)
        diagnostics += problems
        skill.sources.append(SkillSource(path, source))
        skill.blocks += blocks
        leaves = [leaf for root in blocks for leaf in root.leaves()]
        number = 1 + max((block.number for root in blocks[-1:] for block in root.walk()), default=number - 1)
        base = path.rpartition("/")[0]
        mentions = _Mentions(index, find_references(source.data, known, base), leaves, [leaf.start for leaf in leaves])
        found.append(mentions)
        for next_path in _further_texts(mentions, bundle, known, base):
            if next_path not in sources and _is_text(bundle, next_path, diagnostics):
                sources[next_path] = len(sources)
                queue.append(next_path)
    skill.name = _skill_name(skill, name_hint, diagnostics)
    symbols = _declare_files(skill, bundle, sources, names)
    first_blocks: dict[str, int] = {}
    for block in skill.blocks:
        first_blocks.setdefault(skill.sources[block.source].path, block.number)
    for mentions in found:
        diagnostics += _resolve(skill, mentions, known, first_blocks, symbols)
    return skill, diagnostics


def frontmatter_of(skill: Skill) -> Frontmatter:
    """The fields of the skill's frontmatter; none when it has none."""
    first = skill.blocks[0] if skill.blocks else None
    length = first.length if first is not None and first.kind is BlockKind.FRONTMATTER else 0
    return parse_frontmatter(skill.sources[0].source, 0, length)


def name_in(source: Source, hint: str) -> str:
    """The name that a skill is lifted under whose ``SKILL.md`` is ``source``; ``hint`` is its folder's name."""
    return _stated_name(parse_frontmatter(source, 0, frontmatter_length(source))) or hint or "skill"


def _skill_name(skill: Skill, hint: str, diagnostics: list[Diagnostic]) -> str:
    """The frontmatter's name where it can be a symbol, else the folder's."""
    frontmatter = frontmatter_of(skill)
    diagnostics += frontmatter.diagnostics
    return _stated_name(frontmatter) or hint or "skill"


def _stated_name(frontmatter: Frontmatter) -> str:
    entry = frontmatter.fields.get("name")
    stated = entry.value if entry is not None else ""
    return stated if isinstance(stated, str) and _USABLE_NAME.fullmatch(stated) else ""


def _further_texts(mentions: _Mentions, bundle: Bundle, known: KnownPaths, base: str) -> list[str]:
    """The Markdown files that a text mentions, in order, each once."""
    paths: dict[str, None] = {}
    for mention in mentions.mentions:
        place = locate(mention.path, known, base) if mention.kind is not ReferenceKind.ANCHOR else None
        if place and place in bundle.entries and PurePosixPath(place).suffix.lower() in MARKDOWN:
            paths.setdefault(place)
    return list(paths)


def _is_text(bundle: Bundle, path: str, diagnostics: list[Diagnostic]) -> bool:
    """True when the file can be a source; an empty one has no block to refer to."""
    entry = bundle.entries[path]
    if not 0 < entry.size <= MAXIMUM_SOURCE:
        return False
    try:
        decode(Source(bundle.shown_path(path), entry.load()))
    except SkvmError as error:
        for item in error.diagnostics:
            message = f"{item.message}; it is kept as a file and not read"
            diagnostics.append(Diagnostic("SKV055", message, item.span, Severity.WARNING, item.help))
        return False
    return True


def _declare_files(skill: Skill, bundle: Bundle, sources: dict[str, int], names: NameTable) -> dict[str, str]:
    """Declare every file of the folder that is no source; gives the symbol of each path."""
    symbols: dict[str, str] = {}
    for path, entry in bundle.entries.items():
        if path not in sources:
            symbols[path] = names.take(PurePosixPath(path).stem, "file")
            skill.declarations.append(_file(entry, symbols[path]))
    return symbols


def _file(entry: Entry, symbol: str) -> File:
    language = words().languages.get(PurePosixPath(entry.path).suffix[1:].lower(), "")
    attributes: dict[str, str | int] = {"path": entry.path}
    if language:
        attributes["lang"] = language
    attributes |= {"sha256": entry.sha256, "size": entry.size, "mode": entry.mode}
    return File(symbol=symbol, attributes={**attributes})


def _resolve(
    skill: Skill, found: _Mentions, known: KnownPaths, first_blocks: dict[str, int], symbols: dict[str, str]
) -> list[Diagnostic]:
    """Turn mentions into references: to a block, a file, or a path that is missing or outside. Gives a warning for each
    path that is missing.

    ``first_blocks`` has the first block of each source by path, ``symbols`` the symbol of each other file.
    """
    base = skill.sources[found.source].path.rpartition("/")[0]
    anchors = _anchors(skill, found) if any(m.kind is ReferenceKind.ANCHOR for m in found.mentions) else {}
    before = len(skill.references)
    for mention in found.mentions:
        leaf = found.leaves[bisect_right(found.starts, mention.start) - 1]
        cited = Range(leaf.number, mention.start - leaf.start, mention.length)
        if mention.start + mention.length > leaf.end or not mention.length:
            continue
        if mention.kind is ReferenceKind.ANCHOR:
            target = anchors.get(mention.path[1:].lower())
            state = "" if target is not None else Presence.MISSING.value
            skill.references.append(Reference(cited, mention.path if target is None else Range(target), state))
            continue
        place = locate(mention.path, known, base)
        if place in first_blocks:
            skill.references.append(Reference(cited, Range(first_blocks[place])))
        elif place in symbols:
            skill.references.append(Reference(cited, f"@{symbols[place]}"))
        elif place is None:
            state = classify(mention.path, known, base, mention.plugin)
            skill.references.append(Reference(cited, mention.path, state.value))
    return _missing(skill, skill.references[before:])


def _missing(skill: Skill, references: list[Reference]) -> list[Diagnostic]:
    """A warning for each path among ``references`` that the folder does not hold, at its first mention."""
    first: dict[str, Reference] = {}
    for reference in references:
        if reference.state == Presence.MISSING.value:
            first.setdefault(str(reference.target), reference)
    help_text = "add the file, or correct the path"
    return [
        Diagnostic(
            "SKV056", f"'{path}' is not in the skill's folder", skill.span(own.range), Severity.WARNING, help_text
        )
        for path, own in first.items()
        if not path.startswith("#")
    ]


def _anchors(skill: Skill, found: _Mentions) -> dict[str, int]:
    """The anchors that renderers give to the headings of a source (lower case, hyphens), and the block of each."""
    anchors: dict[str, int] = {}
    repeated: dict[str, int] = {}
    for leaf in found.leaves:
        if leaf.kind is BlockKind.HEADING:
            title = skill.block_bytes(leaf).decode("utf-8").strip().strip("#").strip().lower()
            slug = _SLUG_DROPPED.sub("", title).replace(" ", "-")
            unique = slug
            while unique in anchors:
                repeated[slug] = repeated.get(slug, 0) + 1
                unique = f"{slug}-{repeated[slug]}"
            anchors[unique] = leaf.number
    return anchors
