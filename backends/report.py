"""``report.json``: what was done to a skill for a target, what it costs, what was lost and why."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from attrs import frozen

from ..grammar.block import BlockKind
from ..grammar.diagnostic import Diagnostic
from ..passes.infer_needs import LIKELY, InferNeeds, skill_needs
from ..passes.need_facts import main_path
from ..passes.remarks import remarks_of
from ..skvm_ir.bundle import Bundle
from ..skvm_ir.edits import Edit, EditKind
from ..skvm_ir.module import Skill
from ..skvm_ir.needs import Need, parse_need
from ..skvm_ir.op import Op, Range
from ..skvm_ir.target import Target
from .base import OutputFile
from .emission import Emission
from .tokens import TokenCounter
from .version import VERSION

Json = dict[str, Any]

SIR = "skill.sir"
REPORT = "report.json"


@frozen
class Compiled:
    """One skill compiled for one target, as the report sees it.

    ``edits`` are those that ``emission`` applied, ``files`` the output's by path, ``findings`` what the texts show.
    """

    skill: Skill
    target: Target
    emission: Emission
    edits: Sequence[Edit]
    files: Mapping[str, OutputFile]
    bundle: Bundle
    findings: tuple[Diagnostic, ...]
    counter: TokenCounter


def make_report(compiled: Compiled) -> Json:
    """The report as plain data, in the order it is written; everything derived from a profile is called predicted.

    A target that claims nothing (``source``, ``generic``) gets null for each success.
    """
    skill, target = compiled.skill, compiled.target
    changes = need_changes(skill)
    return {
        "skill": skill.name,
        "target": target.name,
        "estimated": target.estimated,
        "provenance": target.provenance,
        "compiler": f"skvm {VERSION}",
        "inputs": {path: compiled.bundle.entries[path].sha256 for path in sorted(compiled.bundle.entries)},
        "shape": skill.shape,
        "tokens": _tokens(compiled),
        "needs": [_need(skill, target, change) for change in changes],
        "transforms": [_transform(compiled, edit) for edit in compiled.edits if edit.kind is not EditKind.KEEP],
        "predicted_success": _predicted(skill, target, changes),
        "losses": list_losses(skill, compiled.edits, compiled.emission),
        "remarks": [_remark(skill, note) for note in remarks_of(skill)],
        "diagnostics": [_finding(finding, compiled.bundle) for finding in compiled.findings],
    }


def seal(files: Mapping[str, OutputFile], report: Json) -> dict[str, OutputFile]:
    """``files`` with the report beside them, which lists them under ``outputs`` with their hashes."""
    outputs = {path: hashlib.sha256(files[path].data).hexdigest() for path in sorted(files) if path != REPORT}
    text = _json_text({**report, "outputs": outputs})
    # A lone surrogate cannot come from UTF-8, yet a reason made by a pass may hold anything.
    return {**files, REPORT: OutputFile(text.encode("utf-8", "backslashreplace") + b"\n")}


def _json_text(report: Json) -> str:
    """A line for each key, and for each thing in a list: ``json.dumps`` with an indent takes five times as long."""
    lines: list[str] = []
    for key, value in report.items():
        if isinstance(value, list) and value:
            items = ",\n  ".join([_ENCODER.encode(item) for item in cast("list[object]", value)])
            lines.append(f' "{key}": [\n  {items}\n ]')
        else:
            lines.append(f' "{key}": {_ENCODER.encode(value)}')
    return "{\n" + ",\n".join(lines) + "\n}"


_ENCODER = json.JSONEncoder(ensure_ascii=False)


def list_losses(skill: Skill, edits: Iterable[Edit], emission: Emission) -> list[Json]:
    """What of the source no longer stands where it stood: one entry a leaf, its text widened to whole lines."""
    losses: list[Json] = []
    for edit in edits:
        kind = _LOSS_KINDS.get(edit.kind)
        for cited in _ranges(skill, edit) if kind is not None else ():
            losses.append(
                {
                    "kind": kind,
                    "text": _whole_lines(skill, cited),
                    "new": emission.new_text.get(edit.number, ""),
                    "pass": edit.origin.pass_name,
                    "why": edit.origin.reason,
                    **_place(skill, cited),
                }
            )
    return losses


_LOSS_KINDS = {
    EditKind.REPLACE: "rewritten",
    EditKind.SET: "rewritten",
    EditKind.DELETE: "removed",
    EditKind.MOVE: "moved",
}


def _ranges(skill: Skill, edit: Edit) -> Iterable[Range]:
    """The leaves an edit takes bytes from; a changed field is a loss of its frontmatter, if there was one."""
    if edit.kind is EditKind.SET:
        first = next(iter(skill.leaves()), None)
        return (Range(first.number),) if first is not None and first.kind is BlockKind.FRONTMATTER else ()
    found: list[Range] = []
    for cited in edit.ranges:
        block = skill.block(cited.block)
        if block is not None and cited.is_whole:
            found += [Range(leaf.number) for leaf in block.leaves() if skill.block_bytes(leaf).strip()]
        else:
            found.append(cited)
    return found


def _whole_lines(skill: Skill, cited: Range) -> str:
    span = skill.span(cited)
    if span is None:
        return ""
    data = span.source.data
    start = data.rfind(b"\n", 0, span.start) + 1
    end = span.end if data[span.end - 1 : span.end] == b"\n" else data.find(b"\n", span.end)
    return data[start : end if end >= 0 else len(data)].decode("utf-8", "replace").rstrip("\r\n")


def _place(skill: Skill, cited: Range | None) -> Json:
    """The line of a range, and the file where that is not ``SKILL.md``."""
    span = skill.span(cited) if cited is not None else None
    if span is None:
        return {"line": None}
    path = next((own.path for own in skill.sources[1:] if own.source is span.source), "")
    return {"line": span.line, "path": path} if path else {"line": span.line}


def _tokens(compiled: Compiled) -> Json:
    skill, count = compiled.skill, compiled.counter.count
    texts = {
        path: file.data.decode("utf-8", "replace") for path, file in compiled.files.items() if path.endswith(".md")
    }
    main = skill.sources[0]
    before = main.source.data.decode("utf-8", "replace")
    after = texts.pop(main.path, before)
    activation_before = count(before)
    activation_after = activation_before if after == before else count(after)
    return {
        "counter": compiled.counter.name,
        "activation_before": activation_before,
        "activation_after": activation_after,
        "all_after": activation_after + sum(count(texts[path]) for path in sorted(texts)),
    }


@frozen
class NeedChange:
    """A need as ``infer-needs`` found it on ``op`` and as it is now. ``op`` is None for a need of the skill as a whole,
    ``after`` None where the op no longer asks for it; ``shown`` is the place that shows it."""

    op: Op | None
    before: Need
    after: Need | None
    shown: Range | None


def need_changes(skill: Skill) -> list[NeedChange]:
    """Every need that was found, once an op and primitive, at its highest level, in the order of the remarks."""
    ops = {str(label): op for op in skill.ops() if (label := op.label) is not None}
    changes: dict[tuple[str, str], NeedChange] = {}
    for note in remarks_of(skill):
        if note.text("pass") != InferNeeds.name or not note.text("need"):
            continue
        before = parse_need(note.text("need"))
        shown = note.citations[0] if note.citations else None
        for name in [str(name) for name in note.names("on")] or [""]:
            op = ops.get(name)
            after = next((need for need in op.needs if need.primitive == before.primitive), None) if op else before
            known = changes.get((name, before.primitive))
            if known is None or (before.level, before.confidence) > (known.before.level, known.before.confidence):
                changes[name, before.primitive] = NeedChange(op, before, after, shown)
    return list(changes.values())


def _need(skill: Skill, target: Target, change: NeedChange) -> Json:
    before, after = change.before, change.after
    return {
        "op": str(change.op.label) if change.op is not None else None,
        "primitive": before.primitive,
        "level": f"L{before.level}",
        "confidence": before.confidence / 100,
        "success_before": _success(target, before),
        "success_after": _success(target, after) if after is not None else 1.0 if target.claims else None,
        **_place(skill, change.shown),
    }


def _success(target: Target, need: Need) -> float | None:
    return round(target.success(need.primitive, need.level), 4) if target.claims else None


def _predicted(skill: Skill, target: Target, changes: list[NeedChange]) -> Json:
    """The predicted success of the main path with the needs as found and as they are now; null without any."""
    if not target.claims or not changes:
        return {"before": None, "after": None}
    on_path = {id(op) for op in main_path(skill)}
    found = [
        change.before
        for change in changes
        if change.before.confidence >= LIKELY and (change.op is None or id(change.op) in on_path)
    ]
    now = [own.need for own in skill_needs(skill)]
    return {"before": round(target.expected_product(found), 4), "after": round(target.expected_product(now), 4)}


def _transform(compiled: Compiled, edit: Edit) -> Json:
    skill, count = compiled.skill, compiled.counter.count
    old = "".join(skill.text_of(cited) for cited in edit.ranges) if edit.kind in _LOSS_KINDS else ""
    head, _, why = edit.origin.reason.partition(": ")
    kind, _, need = head.partition(" ")
    known = kind in _TRANSFORM_KINDS
    return {
        "kind": kind if known else _KIND_OF_PASS.get(edit.origin.pass_name, "compensate"),
        "need": need if known else "",
        "pass": edit.origin.pass_name,
        "why": why if known else edit.origin.reason,
        **_place(skill, edit.ranges[0] if edit.ranges else None),
        "tokens": count(compiled.emission.new_text.get(edit.number, "")) - count(old),
    }


_TRANSFORM_KINDS = ("compensate", "substitute")
_KIND_OF_PASS = {
    "schedule": "schedule",
    "bind-env": "bind",
    "outline-cold": "outline",
    "drop-dead": "drop",
    "merge-equal": "merge",
}


def _remark(skill: Skill, note: Op) -> Json:
    return {
        "kind": note.text("kind"),
        "pass": note.text("pass"),
        "rule": note.text("rule"),
        "message": note.text("message"),
        "need": note.text("need"),
        "on": [str(name) for name in note.names("on")],
        **_place(skill, note.citations[0] if note.citations else None),
    }


def _finding(finding: Diagnostic, bundle: Bundle) -> Json:
    """A finding with its path inside the skill's folder: a report does not say where that folder lay."""
    said = finding.to_json()
    return {**said, "path": str(said["path"]).removeprefix(f"{bundle.shown}/")}
