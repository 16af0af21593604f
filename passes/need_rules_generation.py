"""Rules for what a model has to write: code, structured text, long text, prose, patterns."""

import re

from .need_facts import Facts
from .need_rules_base import Finding, SkillRule, blocks_of, level_of, tell

_TEXT_TOOLS = re.compile(rb"\b(?:sed|awk|xargs|perl)\b")
_JOINED = re.compile(rb"\||>>?|\bfor\b|\bwhile\b|\$\(")
_DEMANDING_SCRIPT = re.compile(rb"\basync\b|\bawait\b|\bPromise\b|\bimport\s.*\bfrom\s+['\"](?:react|next|vue|@)")
_PACKAGE = re.compile(rb"\brequire\(|\bimport\s")
_DEMANDING_MARKUP = re.compile(rb"<svg|@media|aria-|viewBox")
_MARKUP_PARTS = re.compile(rb"<(?:form|table|section|article|nav|main|input)\b")
_JOIN = re.compile(rb"\bjoin\b|\bgroup\s+by\b|\bover\s*\(", re.I)
_COMMON_TABLE = re.compile(rb"\bwith\s+\w+\s+as\s*\(|\bexplain\b", re.I)


def python_in_fences(facts: Facts) -> Finding | None:
    """Python that the skill shows is Python the model has to write in its manner."""
    fences = facts.fence("python")
    if fences.size < 200:
        return None
    foreign = facts.foreign_modules
    level = level_of(bool(foreign) or fences.count >= 5, not facts.modules and fences.size < 400)
    because = tell(Python_fence=fences.count, byte=fences.size)
    if foreign:
        because += f", packages: {', '.join(foreign[:4])}"
    return Finding("gen.code.python", level, 92, "python-in-fences", because, blocks_of(facts, "python"))


def shell_in_fences(facts: Facts) -> Finding | None:
    """Many commands ask for the next one of their kind, not only for their copying."""
    fences = facts.fence("shell")
    if fences.size < 290:
        return None
    content = b"".join(fences.content)
    joined = len(_JOINED.findall(content))
    level = level_of(bool(_TEXT_TOOLS.search(content)) and joined >= 8, joined < 4 and fences.size < 1000)
    because = tell(shell_fence=fences.count, byte=fences.size, pipe_or_loop=joined)
    return Finding("gen.code.shell", level, 78, "shell-in-fences", because, blocks_of(facts, "shell"))


def script_in_fences(facts: Facts) -> Finding | None:
    """JavaScript and TypeScript that the skill shows, where it is the language the skill is about."""
    fences = facts.fence("javascript")
    if fences.size < 400 or fences.size < facts.fence("python").size:
        return None
    content = b"".join(fences.content)
    level = level_of(bool(_DEMANDING_SCRIPT.search(content)), not _PACKAGE.search(content))
    because = tell(JavaScript_fence=fences.count, byte=fences.size)
    return Finding("gen.code.javascript", level, 65, "script-in-fences", because, blocks_of(facts, "javascript"))


def queries_in_fences(facts: Facts) -> Finding | None:
    """SQL that the skill shows."""
    fences = facts.fence("sql")
    if fences.size < 80:
        return None
    content = b"".join(fences.content)
    level = level_of(bool(_COMMON_TABLE.search(content)), not _JOIN.search(content))
    because = tell(SQL_fence=fences.count, byte=fences.size)
    return Finding("gen.code.sql", level, 65, "queries-in-fences", because, blocks_of(facts, "sql"))


def markup_in_fences(facts: Facts) -> Finding | None:
    """HTML, SVG and style sheets that the skill shows."""
    fences = facts.fence("html")
    if fences.size < 300 and facts.density("html") < 2.0:
        return None
    content = b"".join(fences.content)
    level = level_of(bool(_DEMANDING_MARKUP.search(content)), fences.size < 600 and not _MARKUP_PARTS.search(content))
    because = tell(HTML_fence=fences.count, word_about_markup=facts.said("html"))
    cited = blocks_of(facts, "html") or facts.where_said("html")
    return Finding("gen.code.html", level, 55, "markup-in-fences", because, cited)


def data_to_write(facts: Facts) -> Finding | None:
    """JSON, YAML and the like as samples, or a text that speaks of little else."""
    fences = facts.fence("data")
    if not fences.count and facts.said("data") < 10:
        return None
    level = level_of(fences.size > 5000, fences.size < 400 and facts.said("hard") < 9)
    because = tell(data_fence=fences.count, byte=fences.size, word_about_data_formats=facts.said("data"))
    cited = blocks_of(facts, "data") or facts.where_said("data")
    return Finding("gen.text.structured", level, 62, "data-to-write", because, cited)


def document_to_write(facts: Facts) -> Finding | None:
    """A Markdown or plain sample of the size of a document, or a long checklist for one."""
    shown = facts.fence("markdown").count >= 1 or facts.fence("plain").size >= 1460
    if not shown and not (facts.tasks >= 7 and facts.said("form") >= 10):
        return None
    level = level_of(facts.said("long") >= 5, False)
    because = tell(Markdown_fence=facts.fence("markdown").count, plain_fence=facts.fence("plain").count)
    cited = blocks_of(facts, "markdown") or blocks_of(facts, "plain") or facts.where_said("form")
    return Finding("gen.text.long", level, 58, "document-to-write", because, cited)


def prose_for_people(facts: Facts) -> Finding | None:
    """Text for a user, by a skill that speaks to users more than it lays down the law."""
    spoken_to = (
        facts.said("user") >= 2
        and facts.density("user") >= 0.54
        and facts.density("hard") < 0.8
        and facts.fence("python").size < 850
    )
    if not spoken_to and not (facts.said("prose") >= 5 and facts.density("prose") >= 0.8):
        return None
    level = level_of(facts.said("prose") >= 5 and facts.said("long") >= 4, facts.prose_bytes < 2500)
    because = tell(word_about_texts=facts.said("prose"), word_about_the_user=facts.said("user"))
    return Finding("gen.text.prose", level, 60, "prose-for-people", because, facts.where_said("prose", "user"))


def patterns_to_write(facts: Facts) -> Finding | None:
    """A skill about searching by pattern."""
    if facts.said("regex") < 4 and facts.density("regex") < 0.75:
        return None
    because = tell(word_about_patterns=facts.said("regex"))
    return Finding("gen.regex", 2, 50, "patterns-to-write", because, facts.where_said("regex"))


RULES: tuple[SkillRule, ...] = (
    python_in_fences,
    shell_in_fences,
    script_in_fences,
    queries_in_fences,
    markup_in_fences,
    data_to_write,
    document_to_write,
    prose_for_people,
    patterns_to_write,
)
