"""Hazards that only the flow shows: what is downloaded and run later, what others wrote and the model then acts on,
and text that is there to be read by a model and by nobody else."""

import re
from collections.abc import Iterator

from attrs import frozen

from ..grammar.block import BlockKind
from ..skvm_ir.control_ops import Aside
from ..skvm_ir.module import Skill
from ..skvm_ir.op import Op, Range
from .hazard_text import SourceText


@frozen
class Hazard:
    """One finding: what kind, by which rule, why, and the bytes that show it (all of one danger)."""

    kind: str
    rule: str
    message: str
    citations: tuple[Range, ...]


_DOWNLOAD = re.compile(
    rb"\b(?:wget|curl)\b[^\n|]*?(?:(?:\s-[oO]\s*|--output[= ])(?P<to>[^\s\"'`-][^\s\"'`]*)|https?://\S*?(?P<from>[\w.-]+))[\"']?(?=\s|$)"
)
_RUNS = (
    rb"(?:^|[\s;&|(])(?:(?:(?:ba|z|da)?sh|source|sudo|python3?|chmod\s+(?:\+x|\d+))\s+(?:-\w+\s+)*(?:\./)?|\./)"
    rb"(?:\S*/)?"
)
_REACH = 1500
"""Bytes behind a download in which the run of what it brought is looked for."""


def downloaded_and_run(text: SourceText) -> Iterator[Hazard]:
    """``wget https://x.example/setup.sh`` and, further down in the same section, ``sh setup.sh``."""
    if b"wget" not in text.lowered and b"curl" not in text.lowered:
        return
    for match in _DOWNLOAD.finditer(text.data):
        line = text.line_at(match.start())
        name = (match.group("to") or match.group("from")).rpartition(b"/")[2]
        if line.part != "command" or len(name) < 3 or text.is_comment(line):
            continue
        if re.compile(_RUNS + re.escape(name) + rb"(?![\w.-])").search(text.data, match.end(), match.end() + _REACH):
            cited = (text.range(line, line.start, line.end),)
            yield Hazard("pipe-to-shell", "download-then-run", "what is downloaded here is run below, unread", cited)


_WRITTEN_BY_OTHERS = re.compile(
    rb"\bgh\s+run\s+view\b[^\n`]*--log|\bgh\s+(?:pr|issue)\s+view\b[^\n`]*(?:--comments|body|comments)"
    rb"|\bfetch[-_]comments\b|\b(?:review|pr|issue|inline)\s+(?:comments?|threads?)\b"
    rb"|\b(?:gmail|mail|inbox)[\w-]*[-_ ]read\b"
    rb"|\b(?:read|fetch|open)[-_](?:e?mail|message|inbox)s?\b",
    re.I,
)
_ACTS = frozenset({"generate", "write", "exec", "act", "invoke", "call"})
_ACTS_ON_IT = re.compile(
    rb"\b(?:implement|appl(?:y|ies)|fix(?:es)?|address|patch|edit|resolve|change|reply|respond)\b", re.I
)


def written_by_others(skill: Skill, text: SourceText) -> Iterator[Hazard]:
    """A step that reads what strangers may write (comments of a request, logs, mail) where a later one acts on it."""
    if skill.shape != "procedure" or text.index:
        return
    steps = [op for op in _main_path(skill.flow.ops) if op.citations and op.region is None]
    for at, op in enumerate(steps):
        for cited in op.citations:
            match = _WRITTEN_BY_OTHERS.search(skill.range_bytes(cited))
            if match is None or not _somebody_acts(skill, steps[at + 1 :]):
                continue
            span = skill.span(cited)
            assert span is not None
            line = text.line_at(span.start + match.start())
            shown = text.range(line, span.start + match.start(), span.start + match.end())
            message = "what strangers wrote comes into the model's context, and later steps act on it"
            yield Hazard("untrusted-input", "acts-on-what-others-wrote", message, (shown,))
            return


def _somebody_acts(skill: Skill, steps: list[Op]) -> bool:
    return any(
        op.name in _ACTS and any(_ACTS_ON_IT.search(skill.range_bytes(cited)) for cited in op.citations) for op in steps
    )


def _main_path(ops: list[Op]) -> Iterator[Op]:
    for op in ops:
        if isinstance(op, Aside):
            continue
        yield op
        if op.region is not None:
            yield from _main_path(op.region.ops)


_MARKS = (b"\xe2\x80\x8b", b"\xe2\x81", b"\xe2\x80\xaa", b"\xe2\x80\xab", b"\xe2\x80\xad", b"\xe2\x80\xae", b"\xf3\xa0")
_ZERO_WIDTH = rb"(?:\xe2\x80\x8b|\xe2\x81\xa0)"
_INVISIBLE = re.compile(
    rb"(?<=[A-Za-z])" + _ZERO_WIDTH + rb"+(?=[A-Za-z])|" + _ZERO_WIDTH + rb"{3,}"
    rb"|(?:\xe2\x80[\xaa\xab\xad\xae]|\xe2\x81[\xa6-\xa8])+|(?:\xf3\xa0[\x80\x81][\x80-\xbf])+"
)
"""Zero-width characters inside a word or many of them, overrides of the writing direction, and tag characters. A single
zero-width space beside a mark is how people keep Markdown from reading it."""

_ORDERS = re.compile(
    rb"\b(?:you (?:must|should|are)|always|ignore|never mention|do not (?:tell|mention|reveal)|system prompt"
    rb"|run the|execute|send (?:the|all|any))\b",
    re.I,
)
_COMMENT = re.compile(rb"<!--(?:(?!-->).)*-->", re.S)
_DECODED = re.compile(
    rb"base64\s+(?:-d|-D|--decode)\b[^\n]*\|\s*(?:(?:ba|z|da)?sh|python3?)\b|exec\(\s*(?:base64\.)?b64decode"
)


def hidden_text(text: SourceText) -> Iterator[Hazard]:
    """Characters that nobody sees, comments that give orders, and code that stands there in disguise."""
    yield from _invisible(text)
    if b"<!--" in text.data:
        # No search begins behind the last "-->": many comments that nothing closes would take quadratic time.
        for match in _COMMENT.finditer(text.data, 0, text.data.rfind(b"-->") + 3):
            line = text.line_at(match.start())
            if line.leaf.kind is not BlockKind.FENCE and _ORDERS.search(match.group()):
                cited = text.range(line, match.start(), min(match.end(), line.leaf.end))
                yield Hazard("injection", "hidden-comment", "a comment that no page shows gives orders", (cited,))
    if b"b64decode" in text.data or b"base64" in text.data:
        for match in _DECODED.finditer(text.data):
            line = text.line_at(match.start())
            if line.part in ("command", "code"):
                cited = (text.range(line, line.start, line.end),)
                yield Hazard("injection", "disguised-code", "runs code that stands there in disguise", cited)


def _invisible(text: SourceText) -> Iterator[Hazard]:
    if text.data.isascii() or not any(mark in text.data for mark in _MARKS):
        return
    for match in _INVISIBLE.finditer(text.data):
        line = text.line_at(match.start())
        # An exact range, with no blanks cut off: some of these characters count as blank.
        cited = Range(line.leaf.number, match.start() - line.leaf.start, match.end() - match.start())
        yield Hazard("injection", "invisible-text", "characters that nobody sees stand here", (cited,))
