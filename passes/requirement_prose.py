"""What the prose names: commands in inline code, known tools and packages, credentials, interfaces, MCP servers."""

import re
from collections.abc import Iterable, Iterator

from ..skvm_ir.lift_words import words
from ..skvm_ir.op import Range
from .requirement_base import Finding, Kind, Piece, is_plausible
from .requirement_commands import SECRET, command_findings
from .requirement_hosts import hosts
from .requirement_shell import Command, scan
from .requirement_tables import commands, names

_CODE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_WORD = re.compile(r"(?<![\w.@:-])[A-Za-z][A-Za-z0-9+_-]*(?![\w@(-])")
_BLANK = re.compile(r"[\s|]")
_TARGET = re.compile(r"://|\]\(|^[\"'(]*[.~]?/|/.*\.\w+[\"').,;:]*$")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_SERVER = re.compile(
    r"\bmcp__([A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9-]+)*?)__"
    r"|\b(?:codex mcp (?:add|login)"
    r"|claude mcp add(?: --?[\w-]+(?: (?:http|sse|stdio|user|project|local))?)*) ([A-Za-z0-9][\w-]*)"
)
_NAMED_SERVER = re.compile(r"\b([A-Z][A-Za-z0-9]+) MCP\b(?! Server Dev)")
_NO_SERVERS = frozenset(
    {
        "the",
        "an",
        "a",
        "this",
        "remote",
        "local",
        "any",
        "core",
        "complete",
        "universal",
        "new",
        "custom",
        "your",
        "other",
        "using",
        "study",
        "hosted",
        "available",
    }
)
_TOOLKIT = re.compile(r"\bComposio(?:'s)? ([A-Z][\w.]*(?: [A-Z][\w.]*){0,2}) toolkit\b")
_TOOL = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+){2,}")
_SCOPED = re.compile(r"@[a-z0-9-]+/[a-z0-9._-]+")
_ENDPOINT = re.compile(r"https?://[^\s/`'\"<>]+/(?:mcp|sse|graphql)\b|https?://(?:mcp|api)[.-]")
_STARTERS = frozenset({"python", "python3", "pip", "pip3", "sudo", "apt", "apt-get"})


def prose_findings(
    pieces: Iterable[Piece], spoken: tuple[str, ...], own: frozenset[str], routed: tuple[str, ...] = ()
) -> Iterator[Finding]:
    """What the leaves of prose name, in order. ``spoken`` are the known names that stand anywhere in them, ``own`` the
    modules of the bundle; ``routed``, where tools are called as their service is, how those that are not begin."""
    for piece in pieces:
        text = piece.text
        if "`" in text:
            for match in _CODE.finditer(text):
                yield from _inline(piece, match, own, routed)
        yield from _spoken(piece, spoken)
        if "mcp" in text or "MCP" in text or "toolkit" in text:
            yield from _servers(piece)
        if "://" in text:
            yield from _endpoints(piece)


def _spoken(piece: Piece, present: tuple[str, ...]) -> Iterator[Finding]:
    """Names that are known, as whole words outside of code and paths."""
    lower = piece.text.lower()
    here = [word for word in present if word in lower]
    if not here or len(lower) != len(piece.text):
        return
    for word in here:
        at = lower.find(word)
        while at >= 0:
            match = _WORD.match(lower, at)
            if match is not None and match[0] == word and _is_said(lower, *match.span()):
                rule = "prerequisite" if piece.preparing else "spoken"
                yield Finding(*names().spoken[word], rule, piece.cite(*match.span()))
            at = lower.find(word, at + len(word))


def _is_said(text: str, start: int, end: int) -> bool:
    """False inside of code, URLs, targets of links and paths, which spell names too and say nothing by it."""
    if text.count("`", text.rfind("\n", 0, start) + 1, start) % 2:
        return False
    left = max(text.rfind(" ", 0, start), text.rfind("\n", 0, start)) + 1
    behind = _BLANK.search(text, end)
    around = text[left : behind.start() if behind else len(text)]
    return not ("/" in around or "](" in around) or _TARGET.search(around) is None


def _inline(piece: Piece, match: re.Match[str], own: frozenset[str], routed: tuple[str, ...]) -> Iterator[Finding]:
    """A tool of a service, a credential, a command with its arguments, or the bare name of something."""
    code = match[1].strip().removeprefix("$").strip()
    if not code:
        return
    if code.isupper():
        yield from _capitals(code.strip("{}"), piece.cite(*match.span()), routed)
    elif " " not in code:
        yield from _bare(piece, match, code)
    elif _may_run(code.partition(" ")[0]):
        for found in scan(code):
            if isinstance(found, Command) and found.words and _may_run(found.words[0]):
                shifted = Command(found.words, match.start(1), match.end(1), found.assigned, found.document)
                yield from command_findings(piece, shifted, own, inline=True)


def _may_run(first: str) -> bool:
    table = commands()
    return first in _STARTERS or (first in table.known and first not in table.ambiguous)


def _capitals(name: str, cited: Range | None, routed: tuple[str, ...]) -> Iterator[Finding]:
    if routed and _TOOL.fullmatch(name):
        if not name.startswith(routed):
            yield Finding(Kind.SERVICE, name.partition("_")[0].capitalize(), "toolkit-tool", cited)
    elif _VARIABLE.fullmatch(name) and SECRET.search(name) and name not in names().local_variables:
        yield Finding(Kind.ENV, name, "secret", cited)


def _bare(piece: Piece, match: re.Match[str], code: str) -> Iterator[Finding]:
    """The name of a package or a command, alone between backticks."""
    spoken, known = names().spoken.get(code.lower()), commands().known.get(code)
    if spoken is not None:
        yield Finding(*spoken, "prerequisite" if piece.preparing else "spoken", piece.cite(*match.span()))
    if known is not None and code not in commands().ambiguous:
        yield Finding(*known, "inline-name", piece.cite(*match.span()))
    if code[0] == "@" and _SCOPED.fullmatch(code):
        yield Finding(Kind.NPM, code, "spoken", piece.cite(*match.span()))


def _servers(piece: Piece) -> Iterator[Finding]:
    for match in _SERVER.finditer(piece.text):
        name, cited = match[1] or match[2], piece.cite(*match.span())
        yield Finding(Kind.MCP, name, "mcp-tool", cited)
        if match[2]:
            yield Finding(Kind.SERVICE, name.capitalize(), "mcp-service", cited)
    for match in _NAMED_SERVER.finditer(piece.text):
        name = match[1].lower()
        # "Use MCP" and "Any MCP server" name no server.
        if name not in _NO_SERVERS and name not in words().verbs and is_plausible(Kind.MCP, name):
            yield Finding(Kind.MCP, name, "mcp-named", piece.cite(*match.span()))
    for match in _TOOLKIT.finditer(piece.text):
        yield Finding(Kind.SERVICE, match[1], "toolkit", piece.cite(*match.span()))


def _endpoints(piece: Piece) -> Iterator[Finding]:
    """Hosts of interfaces; a link to any other page is there to be read."""
    for host, at in hosts(piece.text):
        if host not in names().reading_hosts and _ENDPOINT.match(piece.text, at):
            yield Finding(Kind.NETWORK, host, "endpoint", piece.cite_line(at))
