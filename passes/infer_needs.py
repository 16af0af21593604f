"""Say what each step asks of the model: which primitives of the catalogue, at which level.

Before:  exec @build {run = ["make", "all"]} from [b2]
After:   exec @build {run = ["make", "all"]} needs [tool.exec:L1 80] from [b2]

Rules say what single ops ask for, from facts about them. What a whole skill asks for is scored by fitted weights
(``need_scores``), for rare primitives by rules; it stands on the op that shows it best. Every finding leaves a remark
with the rule or the features that carried it, and a citation.
"""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from attrs import evolve, field, frozen
from attrs.validators import ge, le

from ..skvm_ir.declaration_ops import Remark
from ..skvm_ir.effects import OpRole
from ..skvm_ir.module import Module, Skill
from ..skvm_ir.needs import Need, parse_need
from ..skvm_ir.op import Op, Range
from . import need_rules_fences
from .base import Pass
from .context import Context
from .need_facts import Facts, gather, main_path
from .need_rules_base import Finding
from .need_rules_ops import OP_RULES
from .need_scores import score_skill, top_features
from .need_weights import weights
from .remarks import RemarkKind, make_remark, remarks_of, replace_remarks

SHOWN_BY: dict[str, tuple[str, ...]] = {
    "gen.code": ("generate",),
    "gen.text": ("generate", "write"),
    "gen.regex": ("generate",),
    "reason.planning": ("seq", "reason"),
    "reason.logic": ("choose", "case", "reason"),
    "reason": ("reason", "check"),
    "tool.file.read": ("read",),
    "tool.file.write": ("write", "generate"),
    "tool.exec": ("exec",),
    "tool.call.batch": ("parallel", "foreach", "call"),
    "tool.call": ("call", "invoke", "ask"),
    "tool.web": ("fetch",),
    "tool.browser": ("browse",),
    "follow.procedure": ("seq", "repeat"),
    "follow.constraint": ("rule",),
    "follow.format": ("generate", "write"),
    "follow.style": ("generate", "write"),
}
"""The ops that show a need best, by primitive or a prefix of it; the longest prefix counts."""


_ASKING = frozenset({OpRole.STEP, OpRole.SCOPE, OpRole.GROUP})
"""The roles of ops that a need stands on, where none of the ops that show it best is there."""


@frozen
class InferNeeds(Pass):
    """Say what each step asks of the model: primitive, level and confidence."""

    name: ClassVar[str] = "infer-needs"

    confidence: int = field(default=0, validator=[ge(0), le(100)])
    """Leave out findings of less confidence than this, in hundredths."""

    def run(self, module: Module, context: Context) -> bool:
        """Set the needs of all ops that no other pass made, and the remarks that explain them."""
        changed = [self._run_on(skill) for skill in module.skills]
        return any(changed)

    def _run_on(self, skill: Skill) -> bool:
        facts = gather(skill)
        found = [finding for finding in find(facts) if finding.confidence >= self.confidence]
        asked: dict[int, list[Need]] = {}
        for finding in found:
            if finding.op is not None:
                asked.setdefault(id(finding.op), []).append(finding.need)
        changed = False
        for op in skill.flow.walk():
            if op.origin is not None:
                continue  # the pass that made it knows what it asks, as that is why it was made
            needs = _highest(asked.get(id(op), ()))
            changed = changed or needs != op.needs
            op.needs = needs
        return replace_remarks(skill, self.name, _remarks(found)) or changed


def find(facts: Facts) -> list[Finding]:
    """All findings on a skill, those of single ops first, each with its op where the flow has one for it."""
    ops = [op for op in facts.skill.flow.walk() if op.origin is None]
    found = [finding for op in ops if op.name in OP_RULES for finding in OP_RULES[op.name](op, facts)]
    asking = [op for op in ops if op.signature.role in _ASKING]
    for finding in _of_skill(facts):
        placed = _placed(finding, facts, asking)
        if not any(_covers(known, placed) for known in found):
            found.append(placed)
    return found


def _of_skill(facts: Facts) -> Iterator[Finding]:
    """What the whole skill asks for, where it is likely and a line can be shown for it."""
    fitted = weights()
    for score in score_skill(facts, fitted) if facts.all_bytes >= SHORTEST else ():
        if score.confidence >= LIKELY and score.line is not None:
            because = ", ".join(top_features(score.line, score.primitive, fitted)) or "what the whole skill holds"
            cited = (Range(score.line.block),)
            yield Finding(score.primitive, score.level, score.confidence, "scored", because, cited)
    for rule in need_rules_fences.RULES:
        finding = rule(facts)
        if finding is not None:
            yield finding


def _covers(known: Finding, other: Finding) -> bool:
    """True when ``other`` adds nothing to what is known of the same op."""
    same = known.op is other.op and known.primitive == other.primitive
    return same and known.level >= other.level and known.confidence >= other.confidence


@frozen
class SkillNeed:
    """A need of a whole skill, with the bytes that show it and the rule that found it (both may be empty)."""

    need: Need
    evidence: tuple[Range, ...] = ()
    rule: str = ""


LIKELY = 40
"""Needs of less confidence are rather not there: an answer that names them is wrong more often than it is right."""


def skill_needs(skill: Skill, confidence: int = LIKELY) -> list[SkillNeed]:
    """What the main path of ``skill`` asks of a model, after ``infer-needs``: each primitive at the highest level that
    an op of it needs with at least ``confidence``, in alphabetical order. What no op shows comes from the remarks."""
    highest: dict[str, SkillNeed] = {}
    for candidate in (*_needs_of_remarks(skill), *_needs_of_ops(skill)):
        known = highest.get(candidate.need.primitive)
        if candidate.need.confidence < confidence:
            continue
        if known is None or candidate.need.level > known.need.level:
            highest[candidate.need.primitive] = candidate
    return [highest[primitive] for primitive in sorted(highest)]


def _needs_of_remarks(skill: Skill) -> Iterator[SkillNeed]:
    for note in remarks_of(skill):
        if note.text("pass") == InferNeeds.name and not note.names("on"):
            yield SkillNeed(parse_need(note.text("need")), note.citations, note.text("rule"))


def _needs_of_ops(skill: Skill) -> Iterator[SkillNeed]:
    shown: dict[tuple[str, str], SkillNeed] = {}
    for note in remarks_of(skill):
        if note.text("pass") != InferNeeds.name:
            continue
        need = parse_need(note.text("need"))
        for name in note.names("on"):
            shown[name.text, need.demand] = SkillNeed(need, note.citations, note.text("rule"))
    for op in main_path(skill):
        for need in op.needs:
            known = shown.get((str(op.label), need.demand))
            yield SkillNeed(need, known.evidence if known else op.citations, known.rule if known else "")


SHORTEST = 600
"""Bytes of the shortest text that is scored. The shortest skill that the weights were fitted on has 649."""


def _highest(needs: Iterable[Need]) -> tuple[Need, ...]:
    """One need a primitive: the highest level, and of equals the surest; in alphabetical order."""
    best: dict[str, Need] = {}
    for need in needs:
        known = best.get(need.primitive)
        if known is None or (need.level, need.confidence) > (known.level, known.confidence):
            best[need.primitive] = need
    return tuple(best[primitive] for primitive in sorted(best))


def _placed(finding: Finding, facts: Facts, asking: list[Op]) -> Finding:
    """The finding on the op that shows it: one of the fitting kind, one that cites the same block, the main group."""
    blocks = {evidence.block for evidence in finding.citations}
    citing = [op for op in asking if any(cited.block in blocks for cited in op.citations)]
    fitting = [op for kind in _shown_by(finding.primitive) for op in facts.ops.get(kind, ()) if op.origin is None]
    near = set(map(id, citing))
    both = [op for op in fitting if id(op) in near]
    choice = both or fitting or citing or list(facts.ops.get("seq", ())) or asking
    return evolve(finding, op=choice[0]) if choice else finding


def _shown_by(primitive: str) -> tuple[str, ...]:
    while primitive:
        if primitive in SHOWN_BY:
            return SHOWN_BY[primitive]
        primitive = primitive.rpartition(".")[0]
    return ()


def _remarks(found: list[Finding]) -> Iterator[Remark]:
    """One remark for all findings of one rule at one level, at the place of the first."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        groups.setdefault((finding.rule, finding.need.demand), []).append(finding)
    for group in groups.values():
        first = group[0]
        message = first.because if len(group) == 1 else f"{first.because}, at {len(group)} places"
        yield make_remark(
            InferNeeds.name,
            RemarkKind.ANALYSIS,
            first.rule,
            message,
            on=[finding.op for finding in group if finding.op is not None],
            need=str(first.need),
            citations=_cited_by(group),
        )


def _cited_by(group: list[Finding]) -> tuple[Range, ...]:
    return tuple(dict.fromkeys(cited for finding in group for cited in finding.citations))
