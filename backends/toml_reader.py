"""Reads a TOML file field by field and says, with the line, what is wrong in it."""

import re
from typing import Any, cast

from attrs import define, field

from ..grammar.diagnostic import Diagnostic, SkvmError
from ..grammar.source import Source, Span


def parse_toml(source: Source, code: str) -> dict[str, Any]:
    """The tables of ``source``; ``SkvmError`` with ``code`` and the place if it is not TOML in UTF-8."""
    import tomllib

    try:
        return tomllib.loads(source.data.decode("utf-8"))
    except UnicodeDecodeError as error:
        place = Span(source, error.start, error.end)
        finding = Diagnostic(code, "the file is not UTF-8", place, help="save it as UTF-8")
        raise SkvmError([finding]) from error
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        at = re.search(r" \(at line (\d+), column (\d+)\)$", message)
        place = _position(source, int(at[1]), int(at[2])) if at else _end(source)
        sentence = re.sub(r" \(at [^)]*\)$", "", message)
        finding = Diagnostic(
            code, f"the file is not TOML: {sentence[:1].lower()}{sentence[1:]}", place, help="mend the marked line"
        )
        raise SkvmError([finding]) from error


@define
class Reader:
    """One table of a file. Each ``take_...`` gives a field, or ``None`` after noting in ``findings`` why it is wrong.

    ``header`` is the line that opens the table, where a field has to be looked for behind it. The taken fields are
    known; ``unknown`` reports all others.
    """

    source: Source
    table: dict[str, Any]
    findings: list[Diagnostic]
    code: str
    header: str = ""
    _known: list[str] = field(factory=list[str])

    def take_text(self, key: str) -> str | None:
        """A string."""
        return cast("str | None", self._take(key, str, "text"))

    def take_flag(self, key: str) -> bool | None:
        """``true`` or ``false``."""
        return cast("bool | None", self._take(key, bool, "true or false"))

    def take_count(self, key: str) -> int | None:
        """A whole number above zero."""
        value = self._take(key, int, "a whole number")
        if isinstance(value, bool) or (isinstance(value, int) and value <= 0):
            self.report(key, f"'{key}' is {str(value).lower()}, expected a whole number above zero")
            return None
        return cast("int | None", value)

    def take_amount(self, key: str) -> float | None:
        """A number, zero or more."""
        value = self._take(key, (int, float), "a number")
        if value is None:
            return None
        number = as_number(value)
        if number is None or number < 0:
            self.report(key, f"'{key}' is {value}, expected a number of zero or more")
        return number if number is not None and number >= 0 else None

    def take_table(self, key: str) -> "Reader":
        """A table of its own, empty where the file has none."""
        value = self._take(key, dict, "a table")
        table = cast(dict[str, Any], value) if value is not None else {}
        return Reader(self.source, table, self.findings, self.code, f"[{key}]")

    def take_list(self, key: str) -> list[object] | None:
        """A list of anything."""
        return cast("list[object] | None", self._take(key, list, "a list"))

    def unknown(self, help: str) -> None:
        """Report each field nobody took, with ``help``."""
        for key in self.table:
            if key not in self._known:
                self.report(key, f"unknown field '{key}'", help)

    def report(self, key: str, message: str, help: str = "see docs/targets.md for the fields of a target") -> None:
        """Note that the field ``key`` is wrong."""
        self.findings.append(
            Diagnostic(self.code, message, key_span(self.source, key, self.header), help=help, path=self.source.path)
        )

    def _take(self, key: str, kind: type | tuple[type, ...], wanted: str) -> object | None:
        self._known.append(key)
        value: object = self.table.get(key)
        if value is None or isinstance(value, kind):
            return value
        self.report(key, f"'{key}' is {type(value).__name__}, expected {wanted}")
        return None


def as_number(value: object) -> float | None:
    """``value`` as a finite number, or ``None``: TOML has inf and nan, and Python counts booleans as numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = float(value)
    return number if abs(number) < float("inf") else None


def key_span(source: Source, key: str, header: str = "") -> Span | None:
    """Where ``key`` is set, behind the line ``header``; ``None`` if it is spelled in a way we do not look for."""
    start = max(0, source.data.find(header.encode())) if header else 0
    spelled = re.escape(key.encode())
    pattern = re.compile(rb"""^[ \t]*(["']?%s["']?)[ \t]*=|^[ \t]*\[(%s)\]""" % (spelled, spelled), re.MULTILINE)
    found = pattern.search(source.data, start) or pattern.search(source.data)
    if found is None:
        return None
    group = 1 if found[1] is not None else 2
    return Span(source, found.start(group), found.end(group))


def _position(source: Source, line: int, column: int) -> Span:
    starts = source.line_starts
    start = starts[min(line, len(starts)) - 1]
    at = start + len(source.line_text(min(line, len(starts)))[: column - 1].encode())
    return Span(source, at, min(at + 1, len(source.data)))


def _end(source: Source) -> Span:
    """The last byte: TOML's parser names no line for what is missing at the end of a file."""
    return Span(source, max(0, len(source.data) - 1), len(source.data))
