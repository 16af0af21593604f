"""What the parser of SIR says where a text does not follow the grammar: what stands there, and what may."""

import re
from collections.abc import Collection, Iterable

from ..grammar.diagnostic import Diagnostic, Note, SkvmError
from ..grammar.sir_lexer import PUNCTUATION, Token, lex_sir
from ..grammar.source import Source, Span
from .parser_nodes import Malformed

VERSION = 1

_WORDS = {
    "INT": "a number",
    "STRING": "a string",
    "SYMBOL": "a name such as @symbol",
    "VALUE": "a value such as %name",
    "RANGE": "a range such as b14 or b14:3+57",
    "POSITION": "a place such as @0:108+57",
    "TYPE": "a type such as ': text'",
    "KEY": "an attribute such as 'path ='",
    "NEED": "a need such as 'tool.exec:L1 97'",
    "ORIGIN": "'by PASS for \"reason\"'",
    "EDIT": "an edit such as 'e1'",
    "WORD": "a word",
    "$END": "the end of the file",
}
_SIGNS = {name: sign for sign, name in PUNCTUATION.items()}
_SECTIONS = frozenset({"SOURCE", "TEXT", "FLOW", "EDITS", "NOTES"})
# A state of the grammar expects each of these one by one; a person thinks of them as one thing.
_GROUPS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"INT", "STRING", "SYMBOL", "VALUE", "RANGE", "TRUE", "FALSE", "LSQB"}), "a value or a list"),
    (frozenset({"INT", "STRING", "SYMBOL", "VALUE", "RANGE", "TRUE", "FALSE"}), "a value"),
    (
        frozenset({"LPAR", "LBRACE", "AFTER", "NEEDS", "ORIGIN", "FROM", "TAKES"}),
        "a part of the op (operands, attributes, after, needs, by, from, takes)",
    ),
    (_SECTIONS, "a section (source, text, flow, edits, notes)"),
    (frozenset({"REPLACE", "DELETE", "MOVE", "INSERT", "SET", "KEEP"}), "replace, delete, move, insert, set or keep"),
    (frozenset({"VALUE", "WORD"}), "an op"),
    (frozenset({"VALUE", "SYMBOL"}), "a name (%value or @symbol)"),
    (frozenset({"STRING", "LINES"}), "a string"),
)
_OPENED = {"RBRACE": "LBRACE", "RSQB": "LSQB", "RPAR": "LPAR"}
_START = re.compile(rb"(?:[ \t\n]+|//[^\n]*)*+(?:sir[ \t]+([0-9]+)|([^ \t\n]+))?")
_MISSING_PASS = "write 'by', the pass, 'for' and the reason: by capability-lower for \"tool.exec L2\""


def check_version(source: Source) -> None:
    """Raises ``SkvmError`` (SKV100) where the text does not begin with a version that this parser reads."""
    match = _START.match(source.data)
    if match is None or (match[1] is not None and int(match[1][:18]) == VERSION):
        return
    if match[1] is not None:
        message, group = f"found version {match[1].decode()} of SIR, wanted version {VERSION}", 1
    else:
        found = f"'{match[2].decode('utf-8', 'replace')}'" if match[2] else "an empty file"
        if source.data.startswith(b"\xef\xbb\xbf"):
            found = "a byte-order mark"
        message, group = f"found {found}, wanted 'sir {VERSION}'", 2
    start, end = match.span(group)
    span = Span(source, start, end) if start >= 0 else Span(source, len(source.data), len(source.data))
    help_text = f"the first line of a .sir file says its version: sir {VERSION}"
    raise SkvmError([Diagnostic("SKV100", message, span, help=help_text)])


def malformed(source: Source, error: Malformed) -> Diagnostic:
    """What a rule found, with its place."""
    notes = (Note(error.note[0], _span(source, error.note[1].start_pos, error.note[1].end_pos)),) if error.note else ()
    span = _span(source, error.at.start_pos, error.at.end_pos)
    return Diagnostic(error.code, error.message, span, help=error.help, notes=notes)


def unexpected(source: Source, found: Token, expected: Collection[str]) -> Diagnostic:
    """SKV102 where something is not closed, SKV103 where a token may not stand; ``expected`` are terminals."""
    ends = found.type == "$END"
    if ends:  # the library's own token, behind the last one
        end = len(source.data.rstrip())
        found = Token("$END", b"", end, end)
    at = found.start_pos
    brackets = _open_brackets(source, at)
    opened = brackets[-1] if brackets else None
    # States of the grammar are shared by all regions, so they expect sections where only a skill has them.
    wanted = _in_words(set(expected) - _SECTIONS if len(brackets) > 1 else expected)
    what = "the end of the file" if ends else _shown(found)
    unclosed = opened is not None and (ends or _OPENED.get(found.type, opened.type) != opened.type)
    notes: tuple[Note, ...] = ()
    if opened is not None and (unclosed or found.type in _SECTIONS | {"SKILL"}):
        notes = (Note(f"'{opened.text}' is opened here", _span(source, opened.start_pos, opened.end_pos)),)
    span = _span(source, at, found.end_pos)
    if unclosed and opened is not None:
        closer = {"{": "}", "[": "]", "(": ")"}[opened.text]
        message = f"found {what}, and '{opened.text}' is still open"
        return Diagnostic("SKV102", message, span, help=f"close it with '{closer}'", notes=notes)
    return Diagnostic("SKV103", f"found {what}, wanted {wanted}", span, help=_help(found, expected), notes=notes)


def nearest(wrong: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?``, or nothing when no known name looks like the wrong one."""
    from difflib import get_close_matches

    close = get_close_matches(wrong, list(known), n=1)
    return f"did you mean '{close[0]}'?" if close else ""


def _span(source: Source, start: int, end: int) -> Span:
    return Span(source, start, end)


def _shown(token: Token) -> str:
    if token.type in ("STRING", "LINES"):
        return "a string" if token.type == "STRING" else "several strings"
    return f"'{token.text}'"


def _in_words(expected: Collection[str]) -> str:
    left, words = set(expected), list[str]()
    for group, name in _GROUPS:
        if group <= left:
            left -= group
            words.append(name)
    left -= {"LINES"}
    words += [_WORDS.get(name) or f"'{_SIGNS.get(name) or name.lower()}'" for name in sorted(left)]
    return " or ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _open_brackets(source: Source, end: int) -> list[Token]:
    """The brackets that are open at offset ``end``, the innermost last."""
    opened: list[Token] = []
    for token in lex_sir(source):
        if token.start_pos >= end:
            break
        if token.type in ("LBRACE", "LSQB", "LPAR"):
            opened.append(token)
        elif token.type in _OPENED and opened:
            opened.pop()
    return opened


def _help(found: Token, expected: Collection[str]) -> str:
    if found.type == "LINES":
        return "strings of a list are parted by ',', and only a leaf of the text has several without"
    if found.text == "by":
        return _MISSING_PASS
    if "TYPE" in expected:
        return "each result and each argument has a type: %name: text"
    if found.type == "STRING" and "COMMA" in expected:
        return "parts of a list are parted by ','"
    return ""
