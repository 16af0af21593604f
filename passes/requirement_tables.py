"""The names that ``find-requirements`` knows, from its data files, fit for look-up."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from attrs import frozen

from .requirement_base import Kind, normalized


@frozen(eq=False)
class Modules:
    """Modules of Python: the standard library, which distribution brings which module, names used by convention."""

    standard: frozenset[str]
    distributions: Mapping[str, str]
    aliases: Mapping[str, str]
    alias_use: re.Pattern[str]

    def distribution(self, dotted: str) -> str:
        """The distribution that brings module ``dotted``, normalised; empty for the standard library and unknown
        namespaces."""
        top = dotted.partition(".")[0]
        if top in self.standard or top.startswith("_"):
            return ""
        parts = dotted.split(".")
        for count in range(min(len(parts), 4), 0, -1):
            known = self.distributions.get(".".join(parts[:count]))
            if known is not None:
                return "" if known == "-" else known
        return "" if top in _NAMESPACES else normalized(top)


_NAMESPACES = frozenset({"odc", "google", "azure", "aws", "oslo", "zope", "backports", "sphinxcontrib"})
"""Packages that many distributions share: the top name says nothing."""


@frozen(eq=False)
class Commands:
    """``base`` is what every system has; ``known`` says for each other command what has to be there."""

    base: frozenset[str]
    known: Mapping[str, tuple[Kind, str]]
    ambiguous: frozenset[str]


@frozen(eq=False)
class Names:
    """Names in prose and surroundings; see ``requirement_words.toml``."""

    spoken: Mapping[str, tuple[Kind, str]]
    spoken_bytes: frozenset[bytes]
    local_variables: frozenset[str]
    reading_hosts: frozenset[str]
    node: frozenset[str]
    placeholders: frozenset[str]
    conda_only: frozenset[str]
    credential_hosts: Mapping[str, str]
    command_hosts: Mapping[str, tuple[str, ...]]
    companions: Mapping[tuple[str, str], tuple[Kind, str]]


def _data(name: str) -> dict[str, str]:
    import tomllib

    return tomllib.loads(Path(__file__).with_name(f"requirement_{name}.toml").read_text("utf-8"))


def _rows(text: str) -> dict[str, str]:
    return dict(line.split(maxsplit=1) for line in text.strip().split("\n"))


def _lists(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in text.strip().split("\n"):
        key, value = line.split()
        found[key] = (*found.get(key, ()), value)
    return found


def _companions(text: str) -> dict[tuple[str, str], tuple[Kind, str]]:
    rows = (line.split() for line in text.strip().split("\n"))
    return {(kind, name): (Kind(other), brought) for kind, name, other, brought in rows}


def _named(text: str) -> dict[str, tuple[Kind, str]]:
    found: dict[str, tuple[Kind, str]] = {}
    for line in text.strip().split("\n"):
        key, kind, name = line.split(maxsplit=2)
        found[key] = (Kind(kind), name)
    return found


@cache
def modules() -> Modules:
    """``requirement_modules.toml``."""
    data = _data("modules")
    aliases = _rows(data["aliases"])
    return Modules(
        frozenset(data["standard"].split()),
        _rows(data["modules"]),
        aliases,
        re.compile(rf"(?<![\w.])({'|'.join(aliases)})\.[A-Za-z_]"),
    )


@cache
def commands() -> Commands:
    """``requirement_commands.toml``."""
    data = _data("commands")
    known = {name: (Kind.SYSTEM, name) for name in data["system"].split()}
    return Commands(
        frozenset(data["base"].split()), known | _named(data["other"]), frozenset(data["ambiguous"].split())
    )


@cache
def names() -> Names:
    """``requirement_words.toml``."""
    data = _data("words")
    spoken = _named(data["spoken"])
    return Names(
        spoken,
        frozenset(word.encode() for word in spoken),
        frozenset(data["local_variables"].split()),
        frozenset(data["reading_hosts"].split()),
        frozenset(data["node"].split()),
        frozenset(data["placeholders"].split()),
        frozenset(data["conda_only"].split()),
        _rows(data["credential_hosts"]),
        _lists(data["command_hosts"]),
        _companions(data["companions"]),
    )


@frozen
class Rule:
    """Why the findings of a rule hold, how often they are right in hundredths; is what it alone shows optional?"""

    because: str
    confidence: int
    optional: bool


@cache
def rules() -> Mapping[str, Rule]:
    """``requirement_rules.toml``, in its order."""
    rows = (line.split(" | ") for line in _data("rules")["rules"].strip().split("\n"))
    return {name: Rule(because, int(confidence), optional == "yes") for name, confidence, optional, because in rows}
