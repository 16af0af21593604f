"""Find what a careful reviewer would stop at before the skill runs.

Before:  exec @get_tool {shell = [b2:8+38]} from [b2]
After:   exec @get_tool {shell = [b2:8+38]} from [b2]
         hazard {pass = "find-hazards", rule = "download-to-shell", kind = "pipe-to-shell", ...} from [b2:8+38]

Rules about lines are data (``hazards.toml``); what only the flow shows stands in ``hazard_flow``. A line that forbids
the thing, looks for it or shows it as wrong is none. The flow is left as it is.
"""

from collections.abc import Iterator
from typing import ClassVar

from attrs import frozen

from ..grammar.block import BlockKind
from ..skvm_ir.declaration_ops import Hazard as HazardNote
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.op import Range
from .base import Pass
from .context import Context
from .hazard_flow import Hazard, downloaded_and_run, hidden_text, written_by_others
from .hazard_rules import HazardRules, LineRule, hazard_rules
from .hazard_text import Line, SourceText, texts_of
from .notes import replace_notes

RUN = 3
"""So many findings of one rule on neighbouring lines are one note: a list of the same command says one thing."""


@frozen
class FindHazards(Pass):
    """Note the places that a careful reviewer would stop at."""

    name: ClassVar[str] = "find-hazards"

    def run(self, module: Module, context: Context) -> bool:
        """Replace the hazard notes of this pass by what it finds; edits and flow stay as they are."""
        changed = [self._run_on(skill) for skill in module.skills]
        return any(changed)

    def _run_on(self, skill: Skill) -> bool:
        return replace_notes(skill, HazardNote, self.name, (_note(self.name, hazard) for hazard in hazards(skill)))


def hazards(skill: Skill) -> list[Hazard]:
    """All that is dangerous in the texts of ``skill``, in document order; a line has one finding."""
    rules = hazard_rules()
    found: list[tuple[int, int, Hazard]] = []
    for text in texts_of(skill, rules):
        every = [*downloaded_and_run(text), *written_by_others(skill, text), *hidden_text(text), *_by_line(text, rules)]
        found += [(text.index, _line_start(text, hazard), hazard) for hazard in every]
    return _once_a_line(found)


def _by_line(text: SourceText, rules: HazardRules) -> Iterator[Hazard]:
    teaches = _teaches_security(text.skill, rules)
    for rule in rules.lines:
        places = list(_places(text, rule))
        if teaches:
            places = [(line, cited) for line, cited in places if _is_said_to_do(text, line)]
        if rule.once and places:
            yield _hazard(rule, [cited for _, cited in places])
        elif places:
            yield from (_hazard(rule, group) for group in _in_runs(_joined(text, rule, places)))


def _places(text: SourceText, rule: LineRule) -> Iterator[tuple[Line, Range]]:
    """The lines where the rule fires, in order, each with the bytes that show it."""
    seen: dict[int, Line] = {}
    for trigger, word in rule.triggers:
        if not word or word in text.words:
            seen.update((line.start, line) for line in text.lines_with(trigger))
    for start in sorted(seen):
        line = seen[start]
        span = _match(text, rule, line)
        if span is None or text.is_shown_as_bad(line):
            continue
        if line.part != "prose" or not text.is_forbidden(line, span[0]):
            yield line, text.range(line, *span)


def _match(text: SourceText, rule: LineRule, line: Line) -> tuple[int, int] | None:
    """The bytes of the line that the rule is about."""
    if not line.part or (rule.unless is not None and rule.unless.search(text.data, line.start, line.end)):
        return None
    if rule.where == "command" and line.part == "prose":
        return _match_inline(text, rule, line)
    if not _fits(text, rule, line):
        return None
    match = rule.pattern.search(text.data, line.start, line.end)
    if match is None:
        return None
    return match.span() if line.part == "prose" else (line.start, line.end)


def _fits(text: SourceText, rule: LineRule, line: Line) -> bool:
    """True when the line is part of what the rule is about."""
    if rule.where == "any":
        return True
    if rule.where in ("prose", "code"):
        return line.part == rule.where
    run = line.part == "command" or (rule.where == "run" and line.leaf.number in text.run)
    return run and not text.is_comment(line)


def _match_inline(text: SourceText, rule: LineRule, line: Line) -> tuple[int, int] | None:
    for start, end in text.inline_code(line):
        # From the backtick on, as a pattern may ask what stands before a word.
        if rule.pattern.search(text.data, start - 1, end):
            return start, end
    return None


def _joined(text: SourceText, rule: LineRule, places: list[tuple[Line, Range]]) -> list[tuple[Line, list[Range]]]:
    """The places, prose that names again what a line before it does beside that line."""
    kept: list[tuple[Line, list[Range]]] = []
    first: dict[bytes, list[Range]] = {}
    for line, cited in places:
        match = rule.pattern.search(text.data, line.start, line.end)
        said = match.group().strip() if match else b""
        if line.part == "prose" and said in first:
            first[said].append(cited)
        else:
            kept.append((line, [cited]))
            first.setdefault(said, kept[-1][1])
    return kept


def _in_runs(places: list[tuple[Line, list[Range]]]) -> Iterator[list[Range]]:
    """The ranges one by one, those of a long run of neighbouring lines together."""
    run: list[tuple[Line, list[Range]]] = []
    for place in [*places, None]:
        if place is not None and (not run or _are_neighbours(run[-1][0], place[0])):
            run.append(place)
            continue
        cited = [found for _, found in run]
        yield from [[one for ranges in cited for one in ranges]] if len(run) >= RUN else cited
        run = [place] if place is not None else []


def _are_neighbours(line: Line, other: Line) -> bool:
    return line.leaf is other.leaf and other.start - line.end <= 1


def _hazard(rule: LineRule, cited: list[Range]) -> Hazard:
    return Hazard(rule.kind, rule.name, rule.message, tuple(cited))


def _is_said_to_do(text: SourceText, line: Line) -> bool:
    """False for what a skill about security shows: its listings, tables and further texts."""
    told = line.part != "code" and line.leaf.kind is not BlockKind.TABLE and text.index == 0
    return line.part == "command" or told


def _teaches_security(skill: Skill, rules: HazardRules) -> bool:
    """True for a skill about security: what it shows is its topic."""
    first = next(skill.leaves(), None)
    if first is None or first.kind is not BlockKind.FRONTMATTER:
        return False
    return rules.teaches_security.search(skill.block_bytes(first)) is not None


def _line_start(text: SourceText, hazard: Hazard) -> int:
    cited = hazard.citations[0]
    block = text.skill.block(cited.block)
    start = (block.start if block is not None else 0) + cited.start
    return text.data.rfind(b"\n", 0, start) + 1


def _once_a_line(found: list[tuple[int, int, Hazard]]) -> list[Hazard]:
    kept: dict[tuple[int, int], Hazard] = {}
    for source, start, hazard in found:
        kept.setdefault((source, start), hazard)
    return [kept[key] for key in sorted(kept)]


def _note(pass_name: str, hazard: Hazard) -> HazardNote:
    attributes = {"pass": pass_name, "rule": hazard.rule, "message": hazard.message, "kind": hazard.kind}
    return HazardNote(attributes={**attributes}, citations=hazard.citations)
