"""The frontmatter of a SKILL.md: its fields with their places, and the edit that sets one of them."""

import json
import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from attrs import frozen

from .diagnostic import Diagnostic, Severity, SkvmError
from .frontmatter_simple import Entry, Plain, read_simple, read_tolerant, resolve
from .source import Source, Span

if TYPE_CHECKING:
    from .frontmatter_yaml import Finding

# Plain in block and flow alike, and never anything but text.
_PLAIN_TEXT = r"[A-Za-z][A-Za-z0-9_./+()-]*(?: [A-Za-z0-9_./+()-]+)*"
# YAML takes these unescaped for line breaks or refuses them; JSON does not escape them.
_TO_ESCAPE = "[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"


@frozen
class Field:
    """One top-level field; ``value`` is plain data (dates and keys are text), the spans are bytes of the source."""

    name: str
    value: Plain
    key_span: Span
    value_span: Span
    tolerant: bool = False
    """Read from broken YAML, as a person would: the value is text."""
    merged: bool = False
    """Taken over by ``<<``; the spans are those of the origin."""


@frozen
class Frontmatter:
    """The fields of one frontmatter by name, in source order, and what was found amiss while reading it."""

    span: Span
    """All of it, ``---`` lines included; empty when the skill has none."""
    inner: Span
    """The lines between the ``---`` lines."""
    fields: dict[str, Field]
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def present(self) -> bool:
        """False when the skill has no frontmatter at all."""
        return self.span.end > self.span.start

    def get(self, name: str) -> Plain:
        """The value of field ``name``; None when it is missing or null."""
        found = self.fields.get(name)
        return found.value if found is not None else None

    def text(self, name: str) -> str | None:
        """The text of field ``name``: a number or boolean as it is spelled in the source (``1.10`` stays ``1.10``);
        None when it is missing, null, a list or a map."""
        found = self.fields.get(name)
        if found is None or isinstance(found.value, list | dict) or found.value is None:
            return None
        if isinstance(found.value, str):
            return found.value
        span = found.value_span
        return span.source.data[span.start : span.end].decode("utf-8", "replace")


def parse_frontmatter(source: Source, start: int, length: int) -> Frontmatter:
    """Read the frontmatter that is the bytes ``start`` to ``start + length`` of ``source``, ``---`` lines included.

    Length 0 stands for no frontmatter. Reading is total: what is wrong with the YAML is a warning in
    ``diagnostics``, and the fields are then those a person would see, marked ``tolerant``.
    """
    span = Span(source, start, start + length)
    inner = _inner(source, start, start + length)
    data = source.data[inner.start : inner.end]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        at = inner.start + error.start
        problem = _warning("SKV020", "the frontmatter is not UTF-8", Span(source, at, at + 1), "save the file as UTF-8")
        # One character for each byte, so that places hold.
        return Frontmatter(span, inner, _fields(read_tolerant(data.decode("latin-1")), inner, int, True), (problem,))
    place = int if text.isascii() else _bytes_before(text)
    entries = read_simple(text)
    if entries is not None:
        return Frontmatter(span, inner, _fields(entries, inner, place, False))
    from .frontmatter_yaml import read_yaml

    entries, findings = read_yaml(text)
    broken = any(finding.fatal for finding in findings)
    fields = _fields(read_tolerant(text) if broken else entries, inner, place, broken)
    return Frontmatter(span, inner, fields, tuple(_diagnostic(finding, inner, place) for finding in findings))


def set_field(frontmatter: Frontmatter, name: str, value: Plain) -> tuple[int, int, bytes]:
    """The edit that gives field ``name`` the value ``value``: start and length in the source, and the new bytes.

    Only the bytes of that value change; a missing field is added as the last line, a missing frontmatter at the
    start. Raises SkvmError when no such edit exists (the field's anchor is used elsewhere, the fields stand in
    ``{}``, the YAML is broken there).
    """
    source = frontmatter.span.source
    if not frontmatter.present:
        return frontmatter.span.start, 0, f"---\n{_key(name)}: {_spell(value)}\n---\n\n".encode()
    found = frontmatter.fields.get(name)
    if found is not None and not found.merged:
        start, end = found.value_span.start, found.value_span.end
        # A missing value stands right behind its colon; a list may stand in column one, where no other value may.
        gap = {b":": " ", b"\n": "  "}.get(source.data[start - 1 : start], "")
        new = f"{gap}{_spell(value)}".encode()
    else:
        start = end = frontmatter.inner.end
        first = source.data[frontmatter.span.start : frontmatter.inner.start]
        newline = "\r\n" if first.endswith(b"\r\n") else "\n"
        joined = "" if source.data[start - 1 : start] == b"\n" else newline
        new = f"{joined}{_key(name)}: {_spell(value)}{newline}".encode()
    _require_that_it_holds(frontmatter, name, value, start, end, new)
    return start, end - start, new


def _bytes_before(text: str) -> Callable[[int], int]:
    def place(at: int) -> int:
        return len(text[:at].encode("utf-8"))

    return place


def _inner(source: Source, start: int, end: int) -> Span:
    """The lines between the first and the last ``---`` line of the bytes ``start`` to ``end``."""
    data = source.data
    first = data.find(b"\n", start, end) + 1 or end
    last = data.rfind(b"\n", start, len(data[start:end].rstrip()) + start) + 1
    closing = data[max(last, first) : end].rstrip()
    return Span(source, first, max(last, first) if closing == b"---" else end)


def _fields(entries: Iterable[Entry], inner: Span, place: Callable[[int], int], tolerant: bool) -> dict[str, Field]:
    def span(pair: tuple[int, int]) -> Span:
        return Span(inner.source, inner.start + place(pair[0]), inner.start + place(pair[1]))

    return {
        entry.name: Field(entry.name, entry.value, span(entry.key), span(entry.span), tolerant, entry.merged)
        for entry in entries
    }


def _diagnostic(finding: "Finding", inner: Span, place: Callable[[int], int]) -> Diagnostic:
    start, end = inner.start + place(finding.start), inner.start + place(finding.end)
    return _warning(finding.code, finding.message, Span(inner.source, start, min(end, inner.end)), finding.help)


def _warning(code: str, message: str, span: Span, help: str) -> Diagnostic:
    return Diagnostic(code, message, span, Severity.WARNING, help)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", name) else _quote(name)


def _spell(value: Plain) -> str:
    """``value`` on one line, valid in block and flow context: plain where that is safe, else quoted."""
    if not isinstance(value, str):
        return _quote(value)
    if re.fullmatch(_PLAIN_TEXT, value) and resolve(value) == value:
        return value
    return _quote(value)


def _quote(value: Plain) -> str:
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    return re.sub(_TO_ESCAPE, lambda match: f"\\u{ord(match[0]):04x}", text)


def _require_that_it_holds(frontmatter: Frontmatter, name: str, value: Plain, start: int, end: int, new: bytes) -> None:
    source, span = frontmatter.span.source, frontmatter.span
    data = source.data[span.start : start] + new + source.data[end : span.end]
    after = parse_frontmatter(Source(source.path, data), 0, len(data))
    values = {field.name: field.value for field in frontmatter.fields.values()} | {name: value}
    if {field.name: field.value for field in after.fields.values()} != values:
        place = Span(source, start, end)
        help = "write the fields one per line as 'key: value', without anchors"
        raise SkvmError([Diagnostic("SKV027", f"'{name}' cannot be set in this frontmatter", place, help=help)])
