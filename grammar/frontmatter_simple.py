"""Reads frontmatter without the YAML library: the simple one exactly, the broken one as well as can be.

Nineteen of twenty real skills have frontmatter simple enough for ``read_simple``, which spares them the import of the
YAML library (20 ms). It takes only what is provably the same in YAML; a test compares the two on random input.
"""

import json
import re
from typing import TypeAlias

from attrs import frozen

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"

MAX_CHARACTERS = 65_536
"""Fifty times the longest frontmatter of the measured skills; keeps the time for hostile input bounded."""

_NULL = frozenset(["", "~", "null", "Null", "NULL"])
_BOOL = {spelling: word == "true" for word in ("true", "false") for spelling in (word, word.title(), word.upper())}
_NUMBER_START = frozenset("+-.0123456789")
_MAX_NUMBER = 100

# Possessive quantifiers keep the time linear. Patterns that few skills need are strings: compiled on first use.
_NAME = r"[A-Za-z][A-Za-z0-9_.-]{0,127}"
_SCALAR = (
    r"""(?:"[^"\\\n]*+"|'(?:[^'\n]++|'')*+'|"""
    r"""[^\s\x21-\x27*,\-:;>?@\[\\\]`{|}](?:[^ :#\n]++|[ ]++(?![ \n#])|:(?![ \n])|(?<! )\#)*+)"""
)
_LINE = re.compile(rf"( *)(?:({_NAME}): +|- +)({_SCALAR}) *\n")
_OPEN = re.compile(rf"({_NAME}): *(?:(>-?) *)?\n")
_FOLDED = r"(?=( +)[^ \n])(?:\1[^ \n].*\n)++"
_INTEGER = r"[-+]?[0-9]+\Z|0o[0-7]+\Z|0x[0-9a-fA-F]+\Z"
_FLOAT = r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z|[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z"
_BELOW = r"[ \t]+.*|[ \t]*(?=\n[ \t])"
# An indented "description:" below a value that is there already is a field with a wrong indentation.
_TOLERANT = (
    r"(?m)^([A-Za-z_][\w.-]*)[ \t]*:(?=[ \t\r\n]|\Z)[ \t]*"
    rf"((?=\S).*(?:\n(?![ \t]+(?:name|description)[ \t]*:)(?:{_BELOW}))*|.*(?:\n(?:{_BELOW}))*)"
)
_INDENTED = r"(?m)^[ \t]+(name|description)[ \t]*:[ \t]+(.*)"


@frozen
class Entry:
    """One top-level field; places are characters of the text."""

    name: str
    value: Plain
    key: tuple[int, int]
    span: tuple[int, int]
    merged: bool = False


def resolve(text: str) -> Plain:
    """The value of an unquoted scalar by the core schema of YAML 1.2 (section 10.3.2).

    What only YAML 1.1 takes for more than text (``yes``, ``1:30``, dates) stays text, and ``010`` is ten: the readers
    of skills disagree about it.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in _NUMBER_START or len(text) > _MAX_NUMBER:
        return text
    if re.match(_INTEGER, text):
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if re.match(_FLOAT, text):
        return float(text.lower().replace(".inf", "inf").replace(".nan", "nan"))
    return text


def read_simple(text: str) -> list[Entry] | None:
    """The fields of ``text`` (without the ``---`` lines) when it is of the simple kind, else None.

    Simple is: ``key: scalar`` on one line, a folded text, one level of ``key: scalar`` or of ``- scalar`` below a key.
    """
    if len(text) > MAX_CHARACTERS // 8 or not text.endswith("\n"):
        return None
    if not text.replace("\n", "").isprintable():
        # Tabs, carriage returns, and what YAML forbids or takes for a line break.
        return None
    entries: dict[str, Entry] = {}
    position = 0
    while position < len(text):
        found = _line(text, position) or _lines(text, position)
        if found is None or found[0].name in entries:
            return None
        entry, position = found
        entries[entry.name] = entry
    return list(entries.values())


def read_tolerant(text: str) -> list[Entry]:
    """The fields that a person would see in broken frontmatter: each ``key:`` at the start of a line, with what
    follows and the indented lines below it, as text. Of a key given twice the last one counts."""
    entries: dict[str, Entry] = {}
    for match in re.finditer(_TOLERANT, text):
        raw = match[2].rstrip()
        start = match.start(2)
        entries.pop(match[1], None)
        entries[match[1]] = Entry(match[1], _as_seen(raw), match.span(1), (start, start + len(raw)))
    if "name" not in entries or "description" not in entries:
        for match in re.finditer(_INDENTED, text):
            start = match.start(2)
            entries.setdefault(
                match[1],
                Entry(match[1], _as_seen(match[2].rstrip()), match.span(1), (start, start + len(match[2].rstrip()))),
            )
    return list(entries.values())


def _line(text: str, position: int) -> tuple[Entry, int] | None:
    match = _LINE.match(text, position)
    if match is None or match[1] or not match[2]:
        return None
    return Entry(match[2], _scalar(match[3]), match.span(2), match.span(3)), match.end()


def _lines(text: str, position: int) -> tuple[Entry, int] | None:
    """A key with its value in the lines below it."""
    head = _OPEN.match(text, position)
    if head is None:
        return None
    return _folded(text, head, head.start(2)) if head[2] else _group(text, head)


def _folded(text: str, head: re.Match[str], start: int) -> tuple[Entry, int] | None:
    body = re.compile(_FOLDED).match(text, head.end())
    if body is None:
        return None
    lines = [line[len(body[1]) :] for line in body[0].split("\n")[:-1]]
    value = " ".join(lines) + ("" if head[2] == ">-" else "\n")
    return Entry(head[1], value, head.span(1), (start, start + len(text[start : body.end()].rstrip()))), body.end()


def _group(text: str, head: re.Match[str]) -> tuple[Entry, int] | None:
    """One level of ``key: scalar`` or ``- scalar``, all equally indented."""
    nested: dict[str, Plain] = {}
    listed: list[Plain] = []
    first = match = _LINE.match(text, head.end())
    last = None
    while match and (match[1] or not match[2]):
        name, value = match[2], _scalar(match[3])
        if first is None or match[1] != first[1] or name in nested or (listed if name else nested):
            return None
        if name:
            nested[name] = value
        else:
            listed.append(value)
        last, match = match, _LINE.match(text, match.end())
    if first is None or last is None or text[last.end() : last.end() + 1] in (" ", "-"):
        return None
    return Entry(head[1], listed or nested, head.span(1), (first.end(1), last.end(3))), last.end()


def _scalar(raw: str) -> Plain:
    if raw[0] == '"':
        return raw[1:-1]
    if raw[0] == "'":
        return raw[1:-1].replace("''", "'")
    return resolve(raw)


def _as_seen(raw: str) -> Plain:
    """``raw`` without its quotes or block mark, its lines joined."""
    if raw[:1] == '"':
        try:
            unquoted = str(json.loads(raw))
            unquoted.encode("utf-8")
            return unquoted
        except ValueError:
            # Not a string of JSON, or half a character in it: seen as it stands.
            return raw.strip('"')
    lines = [line.strip() for line in raw.split("\n")]
    if lines[0][:1] in ("|", ">") and len(lines) > 1 and len(lines[0]) <= 3:
        return ("\n" if lines[0][0] == "|" else " ").join(lines[1:])
    joined = " ".join(line for line in lines if line)
    if len(joined) > 1 and joined[0] == joined[-1] and joined[0] in "\"'":
        return joined[1:-1]
    return joined
