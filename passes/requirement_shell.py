"""The commands of shell text, one after the other, as words: quotes, comments and here-documents are read as such."""

import re
from collections.abc import Iterator

from attrs import frozen

_TOKEN = re.compile(
    r"""<<-?[ \t]*(?P<quote>["']?)(?P<end>[A-Za-z_]\w*)(?P=quote)[^\n]*\n"""
    r"""(?P<here>(?:[^\n]*\n)*?)[ \t>]*(?P=end)(?=\n|\Z)"""
    r"""|(?<![^\s;|&(])\#(?P<comment>[^\n]*)"""
    r"""|(?P<glue>\\\r?\n)"""
    r"""|(?P<separator>[;&|\n()`]+)"""
    r"""|(?P<arrow>[0-9]*[<>]+&?[0-9]*-?)"""
    r"""|(?P<word>(?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|<[A-Za-z][\w .:/|-]*>|[^\s;&|()"'`\\<>])+)""",
    re.S,
)
_QUOTED = re.compile(r"""^(["'])(.*)\1$""", re.S)
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_OPENERS = frozenset(
    {
        "if",
        "then",
        "else",
        "elif",
        "do",
        "while",
        "until",
        "!",
        "{",
        "(",
        "time",
        "exec",
        "command",
        "nohup",
        "sudo",
        "doas",
        "env",
        "builtin",
        "eval",
        "xargs",
    }
)
"""What stands before a command and leaves it one."""
_SKIPPED = frozenset(("for", "case", "select", "function", "in", "[[", "alias", "unset"))
_WITH_VALUE = {"sudo": {"-u", "-g", "-C"}, "env": {"-u", "-C"}, "xargs": {"-n", "-P", "-I", "-L", "-d", "-0I"}}
_TIMEOUT = re.compile(r"\d+(?:\.\d+)?[smhd]?")


@frozen
class Command:
    """A simple command: its words without quotes, what it assigns, where it stands, the comment lines above it."""

    words: tuple[str, ...]
    start: int
    end: int
    assigned: tuple[str, ...] = ()
    document: str = ""
    """The here-document that it reads."""


@frozen
class Comment:
    """A comment, at characters ``start`` to ``end``."""

    text: str
    start: int
    end: int


def scan(text: str, offset: int = 0) -> Iterator[Command | Comment]:
    """The commands and comments of ``text`` in order; commands in ``$( )`` inside of quotes come before their own.

    Where lines begin with a ``$`` prompt, the other lines are output.
    """
    prompts = text.startswith("$ ") or "\n$ " in text
    words: list[tuple[str, int, int]] = []
    document, redirected = "", False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "word":
            if not redirected:
                yield from _nested(token["word"], offset + token.start())
                words.append((token["word"], token.start(), token.end()))
            redirected = False
        elif kind == "arrow":
            redirected = not token["arrow"].endswith(("-", "1", "2"))
        elif kind == "here":
            document = token["here"]
        elif kind == "comment":
            yield Comment(token["comment"], offset + token.start(), offset + token.end())
        elif kind == "separator":
            yield from _command(words, document, offset, prompts)
            words, document, redirected = [], "", False
    yield from _command(words, document, offset, prompts)


def _nested(word: str, at: int) -> Iterator[Command | Comment]:
    """The commands of the first ``$( )`` in a word."""
    start = word.find("$(") + 2
    if start > 1 and not word.startswith("'"):
        inner = word[start:].rstrip('"')
        if len(inner) < len(word):
            yield from scan(inner, at + start)


def _command(words: list[tuple[str, int, int]], document: str, offset: int, prompts: bool) -> Iterator[Command]:
    if not words:
        return
    start, end = words[0][1] + offset, words[-1][2] + offset
    plain = [_unquoted(word) for word, _, _ in words]
    if prompts:
        if plain[0] != "$":
            return
        plain = plain[1:]
    yield from _simple(plain, start, end, document)


def _simple(words: list[str], start: int, end: int, document: str) -> Iterator[Command]:
    """The command behind assignments and openers (``if``, ``sudo``); what only assigns has no words."""
    assigned: list[str] = []
    at = 0
    while at < len(words):
        word = words[at]
        if _ASSIGNMENT.match(word):
            assigned.append(word)
        elif word in ("export", "local", "declare", "readonly"):
            assigned += [name for name in words[at + 1 :] if _ASSIGNMENT.match(name)]
            yield Command((), start, end, tuple(assigned))
            return
        elif word in _SKIPPED:
            return
        elif word == "timeout":
            at += _options(words, at, {"-s", "-k"})
            at += at + 1 < len(words) and _TIMEOUT.fullmatch(words[at + 1]) is not None
        elif word in _OPENERS:
            at += _options(words, at, _WITH_VALUE.get(word, set()))
        else:
            yield Command(tuple(words[at:]), start, end, tuple(assigned), document)
            return
        at += 1
    if assigned:
        yield Command((), start, end, tuple(assigned), document)


def _options(words: list[str], at: int, with_value: set[str]) -> int:
    """How many words behind ``at`` are options of the opener there."""
    count = 0
    while at + count + 1 < len(words) and words[at + count + 1].startswith("-"):
        count += 2 if words[at + count + 1] in with_value else 1
    return count


def _unquoted(word: str) -> str:
    if '"' not in word and "'" not in word:
        return word
    match = _QUOTED.match(word)
    return match[2] if match else word.replace('"', "").replace("'", "")
