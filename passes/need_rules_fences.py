"""Rules for languages and subjects of which the labelled skills hold too few to fit a score on."""

import re
from collections.abc import Callable

from .need_facts import Facts
from .need_rules_base import Finding, SkillRule, blocks_of, level_of, tell

_DEMANDING_SCRIPT = re.compile(r"\basync\b|\bawait\b|\bPromise\b|\bimport\s.*\bfrom\s+['\"](?:react|next|vue|@)")
_PACKAGE = re.compile(r"\brequire\(|\bimport\s")
_DEMANDING_MARKUP = re.compile(r"<svg|@media|aria-|viewBox")
_MARKUP_PARTS = re.compile(r"<(?:form|table|section|article|nav|main|input)\b")
_JOIN = re.compile(r"\bjoin\b|\bgroup\s+by\b|\bover\s*\(", re.I)
_COMMON_TABLE = re.compile(r"\bwith\s+\w+\s+as\s*\(|\bexplain\b", re.I)


def script_in_fences(facts: Facts) -> Finding | None:
    """JavaScript and TypeScript that the skill shows, where it is the language the skill is about."""
    fences = facts.fence("javascript")
    if fences.size < 400 or fences.size < facts.fence("python").size:
        return None
    content = "".join(fences.texts)
    level = level_of(bool(_DEMANDING_SCRIPT.search(content)), not _PACKAGE.search(content))
    because = tell(JavaScript_fence=fences.count, byte=fences.size)
    return Finding("gen.code.javascript", level, 65, "script-in-fences", because, blocks_of(facts, "javascript"))


def queries_in_fences(facts: Facts) -> Finding | None:
    """SQL that the skill shows."""
    fences = facts.fence("sql")
    if fences.size < 80:
        return None
    content = "".join(fences.texts)
    level = level_of(bool(_COMMON_TABLE.search(content)), not _JOIN.search(content))
    because = tell(SQL_fence=fences.count, byte=fences.size)
    return Finding("gen.code.sql", level, 65, "queries-in-fences", because, blocks_of(facts, "sql"))


def markup_in_fences(facts: Facts) -> Finding | None:
    """HTML, SVG and style sheets that the skill shows."""
    fences = facts.fence("html")
    if fences.size < 300:
        return None
    content = "".join(fences.texts)
    level = level_of(bool(_DEMANDING_MARKUP.search(content)), fences.size < 600 and not _MARKUP_PARTS.search(content))
    because = tell(HTML_fence=fences.count, byte=fences.size)
    return Finding("gen.code.html", level, 55, "markup-in-fences", because, blocks_of(facts, "html"))


def _subject(
    primitive: str, group: str, rule: str, confidence: int, least: int, density: float, what: str
) -> SkillRule:
    """A rule that finds a subject where words of its group stand often enough, alone and in a thousand bytes."""

    def applies(facts: Facts) -> Finding | None:
        said = facts.said(group)
        if said < least or facts.density(group) < density:
            return None
        cited = facts.where_said(group)
        return Finding(primitive, 2, confidence, rule, tell(**{what: said}), cited)

    return applies


RULES: tuple[Callable[[Facts], Finding | None], ...] = (
    script_in_fences,
    queries_in_fences,
    markup_in_fences,
    _subject("reason.spatial", "spatial", "places-and-shapes", 45, 6, 1.5, "word_about_places_and_shapes"),
    _subject("follow.style", "style", "style-to-keep", 48, 3, 0.39, "word_about_style"),
)
