"""Command lines: where each one stands in a fence, and its argument list where no shell is needed to read it."""

import re
import shlex

from attrs import frozen

from .lift_words import words

MAXIMUM_LINE = 10_000
"""Characters of a command line that is taken apart; a longer one is left to a shell."""

MAXIMUM_COMMANDS = 500
"""Commands that one fence may give; a longer one is a script."""

_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*(?:`{3,}|~{3,})[^\n]*\n?")
_PREFIX = re.compile(r"[ \t]*(?:>[ \t]?)*[ \t]*")
_QUOTES = re.compile(r"\\.|['\"]|(?<![^\s;|&(])#")
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)([A-Za-z_]\w*)\1")
_OPENERS = re.compile(r"(?:^|[;&|({]|\bdo|\bthen|\belse)\s*(?:if|for|while|until|case)\b|[{(]\s*$")
_CLOSERS = re.compile(r"(?:^|[;&|])\s*(?:fi|done|esac)\b|^\s*[})]")
_HOLE = re.compile(
    r"<[A-Za-z][\w .|/:-]{0,60}>|(?<=[ \t])\[[A-Za-z][\w. |-]{0,60}\](?=\s|$)|(?<![$\w{])\{[A-Za-z_]\w*\}"
)
_ROOT = re.compile(
    r"(?:\$\{?\w{0,30}(?:SKILL|BASE|PLUGIN)\w{0,30}\}?|\{\{?\s{0,4}(?:base_?dir|skill\w{0,30})\s{0,4}\}?\}"
    r"|<(?:path[- ]to[- ])?skill[\w -]{0,30}>)/",
    re.I,
)
_STDOUT = re.compile(r"\s>\s*([\"']?)([^\s|&;<>\"'`$]+)\1\s*$")
_SINGLE = re.compile(r"'[^']*'")
_DOUBLE = re.compile(r'"((?:\\.|[^"\\])*)"')
_SYNTAX = re.compile(r"[|&;<>()$`*?~{}\[\]\\\n]|^\w+=|(?:^|\s)!(?:\s|$)")
_CONTINUED = re.compile(r"\\\n[ \t]*(?:>[ \t]?)*[ \t]*")
_MARK = "\ue000"


@frozen
class Command:
    """One command line: characters ``start`` to ``end`` of its leaf, its ``text`` in one piece, the comment above."""

    start: int
    end: int
    text: str
    comment: str = ""


@frozen
class Call:
    """A command as an argument list. ``words`` says ``$0``, ``$1`` for the ``holes``; ``stdout`` is where it prints to.

    ``needs_shell`` is True when only a shell reads the line as it is meant; ``words`` are then empty.
    """

    words: tuple[str, ...]
    holes: tuple[str, ...]
    stdout: str = ""
    needs_shell: bool = False


def is_command(text: str) -> bool:
    """True when ``text`` (inline code) is a command with its arguments rather than the name of something."""
    first, _, rest = text.strip().removeprefix("$ ").partition(" ")
    if first in words().commands:
        return bool(rest.strip())
    return first.startswith(("./", "scripts/", "{baseDir}/")) or (
        first.endswith((".py", ".sh", ".js")) and "/" in first
    )


def fence_commands(text: str, indented: bool, is_open: bool) -> list[Command]:
    """The commands of a fence's leaf: continued lines joined, no comments, a loop or here-document in one piece."""
    lines = _body_lines(text, indented, is_open)
    prompts = any(text.startswith("$ ", start) for start, _ in lines)
    found: list[Command] = []
    comment, at = "", 0
    while at < len(lines) and len(found) < MAXIMUM_COMMANDS:
        start, end = lines[at]
        body = text[start:end]
        at += 1
        if not body.strip() or body.startswith("#"):
            comment = body.lstrip("#! ").strip()
            continue
        if prompts and not body.startswith("$ "):
            continue
        start += 2 if body.startswith("$ ") else 0
        at, end = _whole(text, lines, at - 1, start)
        found.append(Command(start, end, _CONTINUED.sub(" ", text[start:end]), comment))
        comment = ""
    return found


def parse_call(text: str, bundle_paths: frozenset[str]) -> Call:
    """The argument list of a command line, or word that it needs a shell."""
    if len(text) > MAXIMUM_LINE:
        return Call((), (), needs_shell=True)
    text = _ROOT.sub(lambda match: _known_root(match, text, bundle_paths), text)
    text, holes = _take_holes(text)
    stdout = ""
    target = _STDOUT.search(text)
    if target and not _syntax(text[: target.start()]):
        stdout = _put_back(target.group(2))
        text = text[: target.start()]
    if _syntax(text):
        return Call((), holes, needs_shell=True)
    try:
        parts = shlex.split(text) if "'" in text or '"' in text else text.split()
    except ValueError:
        return Call((), holes, needs_shell=True)
    if "/" in parts:
        # "npm test / pytest": commands to choose from.
        return Call((), holes, needs_shell=True)
    return Call(tuple(_put_back(part) for part in parts), holes, stdout)


def _known_root(match: re.Match[str], text: str, bundle_paths: frozenset[str]) -> str:
    """Leave out a placeholder of the skill's folder before a file that is there."""
    path = re.match(r"[\w./-]*", text[match.end() : match.end() + 300])
    return "" if path and path.group() in bundle_paths else match.group()


def _take_holes(text: str) -> tuple[str, tuple[str, ...]]:
    """Put marks in the place of holes; those in single quotes are often programs (``awk '{print}'``) and stay."""
    quoted = [match.span() for match in _SINGLE.finditer(text)] if "{" in text and "'" in text else []
    holes: list[str] = []

    def mark(match: re.Match[str]) -> str:
        spelled = match.group()
        if spelled[0] == "[" and "\n" in text:
            return spelled
        if _ROOT.match(spelled + "/") or (
            spelled[0] == "{" and any(start < match.start() < end for start, end in quoted)
        ):
            return spelled
        if spelled not in holes:
            holes.append(spelled)
        return f"{_MARK}{holes.index(spelled)}{_MARK}"

    return _HOLE.sub(mark, text), tuple(holes)


def _put_back(text: str) -> str:
    return re.sub(f"{_MARK}(\\d+){_MARK}", r"$\1", text)


def _syntax(text: str) -> bool:
    """True when a shell does something with ``text`` beyond splitting it into words."""
    if "$" in text:
        # Outside quotes a shell reads it; inside, it would be taken for an operand.
        return True
    text = _SINGLE.sub("q", text)
    if any("`" in inner or "\\" in inner for inner in _DOUBLE.findall(text)):
        return True
    return _SYNTAX.search(_DOUBLE.sub("q", text).strip()) is not None


def _body_lines(text: str, indented: bool, is_open: bool) -> list[tuple[int, int]]:
    """Start (behind quote marks and indentation) and end of each line between the fence's own lines."""
    at = 0
    if not indented:
        opening = _FENCE.match(text)
        at = opening.end() if opening else 0
    lines: list[tuple[int, int]] = []
    while at < len(text):
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        prefix = _PREFIX.match(text, at, end)
        start = prefix.end() if prefix else at
        stop = end - 1 if end > start and text[end - 1] == "\r" else end
        lines.append((start, stop))
        at = end + 1
    if lines and not indented and not is_open:
        lines.pop()
    return lines


def _whole(text: str, lines: list[tuple[int, int]], at: int, start: int) -> tuple[int, int]:
    """The line behind the command that starts in line ``at``, and the command's end."""
    quote, depth, last = "", 0, lines[at][1]
    while at < len(lines):
        line = text[start : lines[at][1]]
        quote, code_end = _scan(line, quote)
        last = start + len(line[:code_end].rstrip())
        code = line[:code_end]
        here = _HEREDOC.search(code) if "<<" in code and not quote else None
        at += 1
        if here:
            at, last = _behind_heredoc(text, lines, at, here.group(2), last)
        if not quote:
            depth += len(_OPENERS.findall(code)) - len(_CLOSERS.findall(code))
        if not quote and depth <= 0 and not code.rstrip().endswith(("\\", "|", "&&", "||")):
            break
        if at < len(lines):
            start = lines[at][0]
    return at, last


def _behind_heredoc(text: str, lines: list[tuple[int, int]], at: int, mark: str, last: int) -> tuple[int, int]:
    while at < len(lines):
        start, end = lines[at]
        at, last = at + 1, end
        if text[start:end].strip() == mark:
            break
    return at, last


def _scan(line: str, quote: str) -> tuple[str, int]:
    """The quote that is open behind ``line``, and where its code ends (a comment is none)."""
    for match in _QUOTES.finditer(line):
        mark = match.group()
        if quote:
            quote = "" if mark == quote else quote
        elif mark == "#":
            return quote, match.start()
        elif mark in "'\"":
            quote = mark
    return quote, len(line)
