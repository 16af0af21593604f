"""Find the requirements of a skill, declare them, and say in remarks which rule shows them."""

from collections.abc import Iterable, Mapping

from attrs import evolve

from ..skvm_ir.builder import unique_name
from ..skvm_ir.declaration_ops import Remark, Require
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Attribute, Op, Range
from ..skvm_ir.walk import name_uses, taken_names
from .remarks import RemarkKind, make_remark, replace_remarks
from .requirement_base import Finding
from .requirement_readers import find
from .requirement_summary import Requirement, summarize
from .requirement_tables import rules

PASS = "find-requirements"
"""In whose name the remarks are."""

MOST_CITATIONS = 8
"""Places that one declaration cites; what more there are say nothing new."""


def declare_requirements(skill: Skill, files: Mapping[str, bytes], confidence: int, references: bool) -> bool:
    """Bring the declarations and remarks of ``skill`` up to date; False when they were. ``files`` is the bundle."""
    evidence = find(skill, files, references)
    sure = tuple(one for one in evidence.findings if rules()[one.rule].confidence >= confidence)
    found = summarize(skill, evolve(evidence, findings=sure))
    changed = _declare(skill, found)
    return replace_remarks(skill, PASS, _remarks(skill, found)) or changed


def _declare(skill: Skill, found: list[Requirement]) -> bool:
    """Put one ``require`` for each of ``found`` in the place of those there are; those that stay keep their names.

    One that is not found any more stays where something names it.
    """
    known = {_key(op): op for op in skill.declarations if isinstance(op, Require)}
    others = [op for op in skill.declarations if not isinstance(op, Require)]
    wanted = {(one.kind.value, one.name) for one in found}
    kept = _still_named(skill, [op for key, op in known.items() if key not in wanted])
    before = [(op.symbol, op.attributes, op.citations) for op in skill.declarations]
    skill.declarations[:] = [*others, *kept]
    taken = taken_names(skill) | {known[key].symbol for key in known if key in wanted}
    for one in found:
        op = known.get((one.kind.value, one.name))
        if op is None:
            op = Require(symbol=unique_name(skill, one.name, taken))
            taken.add(op.symbol)
        op.attributes, op.citations = _attributes(one), one.citations[:MOST_CITATIONS]
        skill.declarations.append(op)
    return before != [(op.symbol, op.attributes, op.citations) for op in skill.declarations]


def _still_named(skill: Skill, stale: list[Require]) -> list[Op]:
    """Those of ``stale`` that an op, an edit or a note of another pass names."""
    uses = name_uses(skill) if stale else ()
    named = {
        name.text
        for use in uses
        for name in use.names
        if not (isinstance(use.holder, Remark) and use.holder.text("pass") == PASS)
    }
    return [op for op in stale if f"@{op.symbol}" in named]


def _key(op: Op) -> tuple[str, str]:
    return op.text("kind"), op.text("name")


def _attributes(one: Requirement) -> dict[str, Attribute]:
    version: dict[str, Attribute] = {"version": one.version} if one.version else {}
    return {"kind": one.kind.value, "name": one.name, **version, "required": one.required}


def _remarks(skill: Skill, found: list[Requirement]) -> list[Remark]:
    """One remark for all that one rule shows, in the order of the rules' table."""
    ops = {_key(op): op for op in skill.declarations if isinstance(op, Require)}
    by_rule: dict[str, list[tuple[Op, Finding]]] = {}
    for one in found:
        for rule, finding in one.first_by_rule.items():
            by_rule.setdefault(rule, []).append((ops[one.kind.value, one.name], finding))
    return [
        make_remark(
            PASS,
            RemarkKind.ANALYSIS,
            rule,
            _message(rule, by_rule[rule]),
            on=[op for op, _ in by_rule[rule]],
            citations=_cited(finding for _, finding in by_rule[rule]),
        )
        for rule in rules()
        if rule in by_rule
    ]


def _message(rule: str, shown: list[tuple[Op, Finding]]) -> str:
    told = rules()[rule]
    return f"{told.because} ({told.confidence} in 100 such findings are right){_paths(shown)}"


def _paths(shown: list[tuple[Op, Finding]]) -> str:
    paths = list(dict.fromkeys(finding.path for _, finding in shown if finding.path))
    return f": {', '.join(paths)}" if paths else ""


def _cited(findings: Iterable[Finding]) -> tuple[Range, ...]:
    return tuple(dict.fromkeys(own.citation for own in findings if own.citation is not None))
