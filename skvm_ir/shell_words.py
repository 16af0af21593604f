"""A command line of a shell, cut at its top level: where each command of a chain stands, or why it cannot be cut.

Only what a POSIX shell reads alike in every case is cut. Quotes, ``$( )`` and pipes stay inside their command; loops,
here-documents, subshells, ``||`` and jobs in the background are refused.
"""

import re
from enum import Enum

from attrs import frozen


class Connector(Enum):
    """What stands between the commands of a chain."""

    AND = "&&"
    THEN = ";"


@frozen
class Chain:
    """A chain cut at its ``connector``: characters ``start`` to ``end`` of the line for each command, in order."""

    connector: Connector
    spans: tuple[tuple[int, int], ...]

    def commands(self, text: str) -> tuple[str, ...]:
        """The commands as ``text``, the line this chain was cut from, spells them."""
        return tuple(text[start:end] for start, end in self.spans)


@frozen
class Uncut:
    """The line stays whole; ``reason`` completes "not split: "."""

    reason: str


_TOKEN = re.compile(
    r"""\\(?:.|\n)|'[^']*'|"(?:\\.|[^"\\])*"|`[^`]*`|['"`]|\$\(|\(|\)|<<|\d*>&\d*|<&\d*|&>>?|&&|\|\||\|&|;;|[;&|\n]"""
    r"""|(?<![^\s;|&(])\#"""
)
_KEYWORD = re.compile(
    r"(?:if|then|else|elif|fi|for|while|until|do|done|case|esac|select|function|time|!|\{|\[\[)(?=\s|$)|\}|\w+\s*\(\s*\)"
)
_REFUSED = {
    "||": "what follows '||' runs only after a failure",
    "&": "a job in the background goes on while the next command runs",
    "<<": "a here-document belongs to its command",
    ";;": "the line is part of a 'case'",
    "#": "a comment stands in the line",
    "'": "a quote is not closed",
    '"': "a quote is not closed",
    "`": "a quote is not closed",
    "(": "a part of it runs in a shell of its own",
    ")": "a bracket is closed that was not opened",
}
_NESTING = {"$(": 1, "(": 1, ")": -1}
_PREVIOUS = re.compile(r"\$(?:[?!_]|\{[?!_]\})|(?:^|\s)!!|(?:^|\s)!\$")
_GLUE = re.compile(r"[ \t]*\\\n[ \t>]*|[ \t]*\n[ \t>]*")


def split_chain(text: str) -> Chain | Uncut:
    """Cut ``text`` at each top-level ``&&``, or at each ``;``; the spans leave out blanks around the commands.

    A line may be continued behind a connector, nowhere else. A chain of both connectors is not cut.
    """
    cuts: list[tuple[int, int, str]] = []
    depth = 0
    for token in _TOKEN.finditer(text):
        word = token.group()
        if depth or word == "$(":
            depth += _NESTING.get(word, 0)
        elif word in ("&&", ";"):
            cuts.append((token.start(), token.end(), word))
        else:
            reason = _refusal(word, text, token.start(), cuts)
            if reason:
                return Uncut(reason)
    return Uncut("a bracket is not closed") if depth else _chain(text, cuts)


def _refusal(word: str, text: str, at: int, cuts: list[tuple[int, int, str]]) -> str:
    """Why ``word``, at character ``at`` outside of all brackets, keeps the line whole; empty where it does not."""
    if word in ("\n", "\\\n"):
        return "" if _continues(text, at, cuts) else "the command goes over several lines"
    if word.startswith('"') and "$(" in word and word.count("(") != word.count(")"):
        return "quotes stand inside quotes"
    return _REFUSED.get(word, "")


def _continues(text: str, at: int, cuts: list[tuple[int, int, str]]) -> bool:
    """True when the line end at ``at`` stands beside a connector."""
    return bool(cuts and not text[cuts[-1][1] : at].strip()) or text[at:].lstrip("\\ \t\n>").startswith("&&")


def _chain(text: str, cuts: list[tuple[int, int, str]]) -> Chain | Uncut:
    if len({word for _, _, word in cuts}) > 1:
        return Uncut("it mixes '&&' and ';'")
    starts = [0, *(end for _, end, _ in cuts)]
    ends = [*(start for start, _, _ in cuts), len(text)]
    spans = [_trimmed(text, start, end) for start, end in zip(starts, ends, strict=True)]
    if spans and cuts and spans[-1][0] == spans[-1][1] and cuts[-1][2] == ";":
        spans.pop()
    if len(spans) < 2:
        return Uncut("it is a single command")
    for start, end in spans:
        if start == end:
            return Uncut("a connector has nothing on one side")
        if _KEYWORD.match(text, start, end):
            return Uncut("a part of it is a loop, a condition or a function")
        if _PREVIOUS.search(text[start:end]):
            return Uncut("a command asks how the one before it went")
    return Chain(Connector(cuts[0][2]), tuple(spans))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks and continued line ends at either side."""
    piece = text[start:end]
    glue = _GLUE.match(piece) if piece[:1].isspace() or piece.startswith("\\\n") else None
    left = glue.end() if glue else 0
    left += len(piece[left:]) - len(piece[left:].lstrip())
    right = (
        len(piece.rstrip().removesuffix("\\").rstrip()) if piece.rstrip(" \t").endswith("\n") else len(piece.rstrip())
    )
    return start + left, start + max(left, right)


_ASSIGNMENT = re.compile(r"(?:export\s+)?[A-Za-z_]\w*=")
_STATE = frozenset(
    (
        "cd",
        "pushd",
        "popd",
        "export",
        "unset",
        "set",
        "shopt",
        "source",
        ".",
        "alias",
        "unalias",
        "umask",
        "ulimit",
        "trap",
        "exec",
        "eval",
        "read",
        "declare",
        "local",
        "typeset",
        "readonly",
        "conda",
        "nvm",
        "pyenv",
        "rbenv",
        "deactivate",
        "sdk",
        "exit",
        "return",
        "wait",
    )
)
_TESTS = frozenset(
    (
        "[",
        "test",
        "true",
        "false",
        ":",
        "echo",
        "printf",
        "which",
        "type",
        "command",
        "grep",
        "egrep",
        "pgrep",
        "diff",
        "cmp",
    )
)


def first_word(command: str) -> str:
    """The first word of a command, assignments before it (``A=1 make``) left out; empty when there is nothing else."""
    for word in command.split():
        if not _ASSIGNMENT.match(word):
            return word
    return ""


def changes_shell(command: str) -> bool:
    """True when ``command`` changes the shell that runs it, so that a later command in another shell misses something:
    a folder, a variable, an option."""
    return first_word(command) in _STATE or not first_word(command) or command.startswith("export ")


def only_asks(command: str) -> bool:
    """True when ``command`` only tests or says something: in a chain it is a condition or a message, no work."""
    return first_word(command) in _TESTS


def assigned_names(text: str) -> frozenset[str]:
    """The shell variables that ``text`` assigns at the start of a command."""
    return frozenset(_ASSIGNED.findall(text))


_ASSIGNED = re.compile(r"(?:^|[;&|\n(])[ \t>]*(?:export[ \t]+|local[ \t]+)?([A-Za-z_]\w*)=", re.M)
