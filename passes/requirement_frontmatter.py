"""What the frontmatter says is needed: ``compatibility``, ``allowed-tools``, ``requires``, metadata of clients."""

import re
from collections.abc import Iterator
from typing import cast

from ..grammar.frontmatter import Frontmatter
from ..grammar.frontmatter_simple import Plain
from ..skvm_ir.op import Range
from .requirement_base import Finding, Kind, is_plausible, normalized
from .requirement_tables import commands, names

_BASH = re.compile(r"\bBash\(([^():]+)")
_SERVER = re.compile(r"\bmcp__([A-Za-z0-9][A-Za-z0-9-]*(?:_[A-Za-z0-9-]+)*?)__")
_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9+_.-]*[A-Za-z0-9+]|[A-Za-z]")
_CLIENT_KINDS = {
    "brew": Kind.SYSTEM,
    "apt": Kind.SYSTEM,
    "node": Kind.NPM,
    "npm": Kind.NPM,
    "uv": Kind.PIP,
    "pip": Kind.PIP,
}
_PACKAGE_FIELDS = ("formula", "package", "module", "name")


def frontmatter_findings(frontmatter: Frontmatter) -> Iterator[Finding]:
    """The findings of all fields, each with the bytes of its value."""
    for name, field in frontmatter.fields.items():
        span = field.value_span
        cited = Range(0, span.start, span.end - span.start)
        value = field.value
        if name == "compatibility" and isinstance(value, str):
            yield from _compatibility(value, cited)
        elif name == "allowed-tools":
            yield from _tools(_joined(value), cited)
        elif name in ("requires", "dependencies"):
            yield from _requires(value, cited)
        elif name == "metadata" and isinstance(value, dict):
            for own in value.values():
                if isinstance(own, dict):
                    yield from _client(cast("dict[str, Plain]", own), cited)


def _joined(value: Plain) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _tools(text: str, cited: Range) -> Iterator[Finding]:
    """``Bash(git:*)`` allows a command, ``mcp__server__tool`` needs a server."""
    for match in _BASH.finditer(text):
        words = match[1].split()
        if words:
            yield from _command(words[0], cited, "allowed-tools")
    for match in _SERVER.finditer(text):
        yield Finding(Kind.MCP, match[1], "mcp-tool", cited)


def _command(name: str, cited: Range, rule: str) -> Iterator[Finding]:
    table = commands()
    if name not in table.base and is_plausible(Kind.SYSTEM, name):
        kind, known = table.known.get(name, (Kind.SYSTEM, name))
        yield Finding(kind, known, rule, cited)


def _compatibility(text: str, cited: Range) -> Iterator[Finding]:
    """Variables and the names that prose has for things, as far as this field may name them."""
    optional = "optional" in text.lower()
    for match in _VARIABLE.finditer(text):
        yield Finding(Kind.ENV, match[0], "compatibility", cited, optional)
    for match in _WORD.finditer(text):
        known = names().spoken.get(match[0].lower())
        if known is not None:
            yield Finding(known[0], known[1], "compatibility", cited, optional)


def _requires(value: Plain, cited: Range) -> Iterator[Finding]:
    """``requires: {mcp: [x], bins: [y], env: [Z]}``, or a list of distributions."""
    if isinstance(value, dict):
        yield from _client({"requires": value}, cited)
    elif isinstance(value, list):
        for name in map(str, value):
            if is_plausible(Kind.PIP, name):
                yield Finding(Kind.PIP, normalized(name), "requires", cited)


_LISTS = {
    "bins": (Kind.SYSTEM, False),
    "anyBins": (Kind.SYSTEM, True),
    "env": (Kind.ENV, False),
    "mcp": (Kind.MCP, False),
    "pip": (Kind.PIP, False),
    "python": (Kind.PIP, False),
    "npm": (Kind.NPM, False),
    "node": (Kind.NPM, False),
}
"""The lists that clients keep below ``requires``, and whether any one of a list will do."""


def _client(value: "dict[str, Plain]", cited: Range) -> Iterator[Finding]:
    """What one client keeps: ``requires`` with its lists, ``install`` with how to get what is missing."""
    requires = value.get("requires")
    for key, (kind, optional) in _LISTS.items():
        for name in _texts(requires, key):
            if kind is Kind.SYSTEM:
                known = commands().known.get(name, (kind, name))
                if name not in commands().base and is_plausible(*known):
                    yield Finding(known[0], known[1], "client-metadata", cited, optional)
            elif is_plausible(kind, name):
                yield Finding(kind, normalized(name) if kind is Kind.PIP else name, "client-metadata", cited, optional)
    installs = value.get("install")
    for entry in installs if isinstance(installs, list) else []:
        if isinstance(entry, dict):
            yield from _install(cast("dict[str, Plain]", entry), cited)


def _install(entry: "dict[str, Plain]", cited: Range) -> Iterator[Finding]:
    """One way to install something; what its commands are called is said beside it."""
    kind = _CLIENT_KINDS.get(str(entry.get("kind")))
    if kind in (None, Kind.SYSTEM):
        return
    name = next((str(entry[field]) for field in _PACKAGE_FIELDS if isinstance(entry.get(field), str)), "")
    if is_plausible(kind, name):
        yield Finding(kind, normalized(name) if kind is Kind.PIP else name, "client-metadata", cited, True)


def _texts(value: Plain, key: str) -> list[str]:
    own = cast("dict[str, Plain]", value).get(key) if isinstance(value, dict) else None
    return [str(item) for item in own if isinstance(item, str)] if isinstance(own, list) else []
