"""What the compiler says about a text: a code, a sentence, a place, and what to do next."""

from collections.abc import Iterable
from enum import Enum
from typing import Any

from attrs import field, frozen

from .source import Span


class Severity(Enum):
    """How bad a finding is; only ``ERROR`` stops a compile."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@frozen
class Note:
    """A further place or fact that belongs to a diagnostic."""

    message: str
    span: Span | None = None


@frozen
class Diagnostic:
    """One finding: ``code`` is stable (``SKV123``), ``message`` a lower-case sentence without a period that says
    what was found and what was wanted, ``help`` the next action."""

    code: str
    message: str
    span: Span | None = None
    severity: Severity = Severity.ERROR
    help: str = ""
    notes: tuple[Note, ...] = ()
    path: str = ""
    """The file, where there is one but no place in it."""

    def render(self) -> str:
        """The finding as people read it: place, code, sentence, the line with carets, notes and help."""
        lines = [
            f"{_place(self.span, self.path)}{self.severity.value}[{self.code}]: {self.message}",
            *_excerpt(self.span),
        ]
        for note in self.notes:
            lines += [f"{_place(note.span, '')}note: {note.message}", *_excerpt(note.span)]
        if self.help:
            lines.append(f"help: {self.help}")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        """The finding as plain data; lines and columns count from 1."""
        span = self.span
        return {
            "code": self.code,
            "severity": self.severity.value,
            "message": self.message,
            "path": span.source.path if span else self.path,
            "line": span.line if span else None,
            "column": span.column if span else None,
            "help": self.help,
            "notes": [note.message for note in self.notes],
        }


@frozen(auto_exc=True, eq=False, str=False)
class SkvmError(Exception):
    """Everything a caller has to catch: at least one finding with ``Severity.ERROR``."""

    diagnostics: tuple[Diagnostic, ...] = field(converter=tuple)

    def __str__(self) -> str:
        return render_all(self.diagnostics)


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """The findings one below the other, in the order given."""
    return "\n".join(diagnostic.render() for diagnostic in diagnostics)


def _place(span: Span | None, path: str) -> str:
    if span is not None:
        return f"{span.source.path}:{span.line}:{span.column}: "
    return f"{path}: " if path else ""


def _excerpt(span: Span | None) -> list[str]:
    """The first line of ``span`` and carets below it; a long line is cut around the place."""
    if span is None or not span.source.data:
        return []
    line, column = span.line, span.column
    text = span.source.line_text(line)
    in_line = span.source.data[span.start : span.end].split(b"\n")[0].decode("utf-8", "replace")
    width = max(1, min(len(in_line), len(text) - column + 1))
    first = max(0, column - 1 - 40) if len(text) > 100 else 0
    shown = "".join(c if c.isprintable() else " " for c in text[first : first + 100])
    carets = "^" * max(1, min(width, len(shown) - (column - 1 - first)))
    number = str(line)
    return [f"{number} | {shown}", f"{' ' * len(number)}   {' ' * (column - 1 - first)}{carets}"]
