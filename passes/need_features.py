"""Facts as features of the fitted scores: names by table for the fit, the same ones looked up for a compile."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import pairwise

from .need_facts import Facts, Line, vocabulary

STEPS = (1, 2, 4, 8, 16, 32, 64)
"""A count is as many features as it reaches of these."""

LEVEL_COUNTS = (
    *("kilobytes of prose", "heading", "numbered item", "table", "task", "step heading", "stress", "condition first"),
    *("steps", "exec ops", "exec ops anywhere", "seq ops", "choose ops", "case ops", "rule ops", "check ops"),
    *("back ops", "repeat ops", "foreach ops", "Markdown file", "script file", "data file", "foreign packages"),
    *("shell fence", "shell line", "shell and", "shell pipe", "shell python run", "shell install"),
    *("shell writes a file", "shell loop", "shell text tool", "python fence", "python file written"),
    *("python file opened", "hundreds of bytes of python", "hundreds of bytes of shell"),
    *("hundreds of bytes of plain", "hundreds of bytes of markdown"),
    *("words of constraint", "words of hard", "words of temptation", "words of loop", "words of verify"),
    *("words of step", "words of analysis", "words of synthesis", "words of write", "words of read"),
    *("words of artifact", "words of condition", "words of choice", "words of form", "words of user"),
    *("words of long", "words of prose", "words of planning", "words of run", "words of delegation"),
)
"""What levels are told by: sizes, branches, loops, files, commands, and words that go with them."""

STEP_OPS = ("read", "write", "exec", "fetch", "browse", "call", "generate", "reason", "check", "ask", "invoke", "act")
FLOW_OPS = (*STEP_OPS, "rule", "choose", "case", "foreach", "repeat", "parallel", "back", "do", "go", "stop", "seq")

LINE_TABLES = ("word", "pair", "first", "heading", "sample", "sign")
"""What a line is scored by: its words, pairs of neighbours, the first word, words of the heading above, words of a
fence that is a sample of text, signs of its form."""

SKILL_TABLES = ("count", "name", "said", "described", "titled")
"""What a skill is scored by: counts, things that are there, words of prose, of the description, of headings."""

STRUCTURE_TABLES = SKILL_TABLES[:2]


def line_features(line: Line) -> dict[str, Iterable[str]]:
    """The features of a line by table; a name may come twice and counts once."""
    found: dict[str, Iterable[str]] = {"heading": line.heading, "sign": line.signs}
    if line.sample:
        found["sample"] = set(line.words)
    else:
        found["word"] = set(line.words)
        found["first"] = line.words[:1]
        found["pair"] = pairs_of(line.words)
    return found


def pairs_of(words: list[str], starts: frozenset[str] | None = None) -> list[str]:
    """Neighbours as one string each; with ``starts`` only those whose first word is one of them."""
    return [f"{one} {two}" for one, two in pairwise(words) if starts is None or one in starts]


def counted(facts: Facts) -> dict[str, int]:
    """All counts of a skill, by what people call the thing."""
    found: dict[str, int] = dict(facts.counts)
    prose = max(500, facts.prose_bytes)
    for group, said in facts.groups.items():
        found[f"words of {group}"] = said
        found[f"words of {group} in 4 kB"] = said * 4000 // prose
    for language, fences in facts.fences.items():
        known = language if language in vocabulary().known else "other"
        found[f"hundreds of bytes of {known}"] = found.get(f"hundreds of bytes of {known}", 0) + fences.size // 100
    found["kilobytes of prose"] = facts.prose_bytes // 1000
    found["foreign packages"] = len(facts.foreign_modules)
    for name in FLOW_OPS:
        found[f"{name} ops"] = facts.count(name)
    found["steps"] = facts.count(*STEP_OPS)
    anywhere = Counter(op.name for op in facts.skill.flow.walk())
    for name in ("exec", "call", "aside", "invoke", "ask"):
        found[f"{name} ops anywhere"] = anywhere[name]
    return found


def reached(count: int) -> int:
    """How many of the steps ``count`` reaches: about its logarithm."""
    return bisect_right(STEPS, count)


def named(facts: Facts) -> set[str]:
    """What is there or not: shape, fields, tools, kinds of requirements."""
    required = {f"requires {op.text('kind')}" for op in facts.skill.declarations if op.name == "require"}
    return facts.named | required | {f"shape {facts.skill.shape}"}


def words_of(facts: Facts) -> dict[str, set[str]]:
    """The words of a skill by table."""
    titled = {word for line in facts.lines for word in line.heading}
    said: set[str] = set()
    for line in facts.lines:
        if not line.sample:
            said.update(line.words)
    return {"said": said, "described": set(facts.described), "titled": titled}


def skill_features(facts: Facts) -> Iterator[tuple[str, str]]:
    """All features of a skill as (table, name), for the fit."""
    for name, count in counted(facts).items():
        for step in STEPS[: reached(count)]:
            yield "count", f"{name} >= {step}"
    for name in named(facts):
        yield "name", name
    for table, words in words_of(facts).items():
        for word in words:
            yield table, word
