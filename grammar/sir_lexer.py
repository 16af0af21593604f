"""The tokens of SIR: one compiled expression over the bytes, with tokens as coarse as the grammar allows."""

import re
from collections.abc import Iterator
from typing import ClassVar

from attrs import define

from .diagnostic import Diagnostic, Note, SkvmError
from .source import Source, Span

DEEPEST = 200
"""Levels of braces; the verifier refuses far fewer, this one keeps every later walk safe."""

PUNCTUATION = {
    "{": "LBRACE",
    "}": "RBRACE",
    "[": "LSQB",
    "]": "RSQB",
    "(": "LPAR",
    ")": "RPAR",
    ",": "COMMA",
    "=": "EQUAL",
}
RESERVED = (
    *("sir", "target", "skill", "source", "text", "flow", "edits", "notes", "ref", "to", "missing", "outside"),
    *("after", "needs", "by", "plan", "from", "takes", "true", "false"),
    *("replace", "delete", "move", "insert", "set", "keep", "before", "into", "of", "with", "was"),
)
"""Words that the grammar knows; no op and no kind of block may be called so."""

_BARE = r"[A-Za-z0-9_.\-]"
_STRING = r'"[^"\\\x00-\x08\x0A-\x1F]*+(?:\\(?:[\\"nrt]|u\{[0-9A-Fa-f]{1,6}\})[^"\\\x00-\x08\x0A-\x1F]*+)*+"'
_NAME = rf"(?:{_BARE}++|{_STRING})"
_NUMBER = r"[0-9]{1,18}"  # what fits a machine word: no text makes an arithmetic of its own
_WORD = rf"[A-Za-z_]{_BARE}*+"

_TOKEN = re.compile(
    rf"""
    (?:[ \t\n]++|//[^\n]*+)*+
    (?: (?P<POSITION> @{_NUMBER}:{_NUMBER}\+{_NUMBER} )
      | (?P<KEY> {_WORD}[ ]*+= )
      | (?P<RANGE> (?:@{_NAME}/)? b{_NUMBER} (?::{_NUMBER}\+{_NUMBER})? (?!{_BARE}) )
      | (?P<SYMBOL> @{_NAME} )
      | (?P<VALUE> %{_NAME} )
      | (?P<TYPE> :[ ]*+ {_WORD} (?:[<>?]|{_WORD}|{_STRING})*+ )
      | (?P<STRING> {_STRING} (?:[ \t]*+\n[ \t\n]*+{_STRING})*+ )
      | (?P<PUNCTUATION> [{{}}\[\](),=] )
      | (?P<EDIT> e{_NUMBER} (?!{_BARE}) )
      | (?P<NEED> [a-z][a-z0-9_.\-]*+:L{_NUMBER}[ ]{_NUMBER} )
      | (?P<ORIGIN> by[ ]++{_WORD}[ ]++for (?!{_BARE}) )
      | (?P<WORD> {_WORD} )
      | (?P<INT> -?{_NUMBER} (?!{_BARE}) )
      | (?P<END> \Z )
      | (?P<BAD> . )
    )""".encode(),
    re.VERBOSE | re.DOTALL,
)
_TYPES = {word.encode(): word.upper() for word in RESERVED} | {sign.encode(): n for sign, n in PUNCTUATION.items()}
_ESCAPE = re.compile(rb"\\u\{([0-9A-Fa-f]+)\}")
_LINE_BREAK = re.compile(rb'"[ \t]*+\n[ \t\n]*+"')
_BAD_ESCAPE = re.compile(rb'\\(?![\\"nrt]|u\{[0-9A-Fa-f]{1,6}\}).?')


@define(eq=False)
class Token:
    """One token: ``type`` is its terminal's name in ``sir.lark``, ``value`` its bytes, as they stand there."""

    type: str
    value: bytes
    start_pos: int
    end_pos: int

    line: ClassVar[int] = 0
    """The parser library copies these to the end of the text; we compute a line only when we speak of it."""
    column: ClassVar[int] = 0
    end_line: ClassVar[int] = 0
    end_column: ClassVar[int] = 0

    @property
    def text(self) -> str:
        """The token as people read it."""
        return self.value.decode("utf-8", "replace")


def lex_sir(source: Source) -> Iterator[Token]:
    """The tokens of ``source`` in order. Raises ``SkvmError``: SKV101 (open string), SKV104 (a character that begins
    nothing), SKV105 (a wrong escape), SKV106 (nesting too deep), SKV107 (not UTF-8)."""
    _check_encoding(source)
    types = _TYPES.get
    opened: list[int] = []
    for match in _TOKEN.finditer(source.data):
        kind = match.lastgroup or "END"
        value = match[kind]
        start, end = match.span(kind)
        if kind == "PUNCTUATION":
            kind = types(value, "")
            if kind == "LBRACE":
                opened.append(start)
                if len(opened) > DEEPEST:
                    raise _too_deep(source, opened)
            elif kind == "RBRACE" and opened:
                opened.pop()
        elif kind == "WORD":
            kind = types(value, kind)
        elif kind == "STRING":
            # A line break is never inside a string, so it says that the token is several.
            kind = "LINES" if b"\n" in value else kind
        elif kind == "END":
            return
        elif kind == "BAD":
            raise _unlexable(source, start)
        yield Token(kind, value, start, end)


def string_bytes(token: bytes) -> bytes:
    """What the string or the lines of strings ``token`` stand for, in UTF-8. Raises ``ValueError`` where an escape
    names no character."""
    body = token[1:-1]
    if b"\n" in body:
        body = _LINE_BREAK.sub(b"", body)
    if b"\\" not in body:
        return body
    # No piece holds an escaped backslash, so that a backslash begins an escape wherever it stands.
    return b"\\".join([_without_escapes(piece) for piece in body.split(rb"\\")])


def _without_escapes(piece: bytes) -> bytes:
    piece = piece.replace(rb"\n", b"\n").replace(rb"\"", b'"')
    if b"\\" in piece:
        piece = piece.replace(rb"\t", b"\t").replace(rb"\r", b"\r")
        piece = _ESCAPE.sub(lambda match: chr(int(match[1], 16)).encode(), piece)
    return piece


def _check_encoding(source: Source) -> None:
    try:
        source.data.decode()
    except UnicodeDecodeError as error:
        finding = Diagnostic(
            "SKV107",
            f"byte 0x{source.data[error.start]:02X} is not UTF-8, wanted a text in UTF-8",
            Span(source, error.start, error.start + 1),
            help="save the file as UTF-8",
        )
        raise SkvmError([finding]) from error


def _too_deep(source: Source, opened: list[int]) -> SkvmError:
    finding = Diagnostic(
        "SKV106",
        f"regions nest more than {DEEPEST} levels deep",
        Span(source, opened[-1], opened[-1] + 1),
        help="give the inner steps a group of their own ('aside') and run it by 'do'",
        notes=(Note("the outermost is opened here", Span(source, opened[0], opened[0] + 1)),),
    )
    return SkvmError([finding])


def _unlexable(source: Source, at: int) -> SkvmError:
    data = source.data
    line_end = data.find(b"\n", at)
    line = data[at : line_end if line_end >= 0 else len(data)]
    if line.startswith(b'"'):
        return _wrong_string(source, at, line)
    width = max(1, len(line.decode("utf-8", "replace")[:1].encode())) if line else 1
    found = line.decode("utf-8", "replace")[:1]
    helps = {
        "\r": "lines end in LF: save the file with Unix line ends",
        "%": 'write %name, or %"any name" in quotes',
        "@": 'write @name, or @"any name" in quotes',
        ":": "a type is one of text, number, bool, json, table, code, file, url, list<…> and any",
        "/": "a comment begins with '//'",
        "#": "a comment begins with '//'",
    }
    message = f"found {_shown(found)}, which begins nothing in SIR"
    if found in "-0123456789":
        helps[found] = "an integer has 18 digits at most; a name is %name or @name, a text stands in quotes"
    help_text = helps.get(found, "text stands in strings: put quotes around it")
    return SkvmError([Diagnostic("SKV104", message, Span(source, at, at + width), help=help_text)])


def _shown(character: str) -> str:
    names = {"\r": "a carriage return", "\0": "a NUL byte"}
    return names.get(character, repr(character) if character.isprintable() else f"the character U+{ord(character):04X}")


def _wrong_string(source: Source, at: int, line: bytes) -> SkvmError:
    """What is wrong with the string that begins ``line``: an escape, a control character, or nothing ends it."""
    body = re.match(_STRING[:-1].encode(), line)
    stop = body.end() if body else 1
    wrong = _BAD_ESCAPE.match(line, stop)
    if wrong and len(wrong[0]) > 1:
        finding = Diagnostic(
            "SKV105",
            f"found the escape '{wrong[0].decode('utf-8', 'replace')}', wanted one that SIR knows",
            Span(source, at + stop, at + wrong.end()),
            help=r"the escapes are \\ \" \n \r \t and \u{X}; write \\ for a backslash",
        )
    elif stop < len(line) and line[stop] < 0x20:
        finding = Diagnostic(
            "SKV105",
            f"a string holds {_shown(chr(line[stop]))}, wanted its escape",
            Span(source, at + stop, at + stop + 1),
            help=rf"write it \u{{{line[stop]:X}}}, or \r for a carriage return; lines of the file end in LF",
        )
    else:
        finding = Diagnostic(
            "SKV101",
            "a string is not closed before its line ends",
            Span(source, at, at + len(line)),
            help='close it with a quote; a line break inside is written \\n, a quote \\"',
        )
    return SkvmError([finding])
