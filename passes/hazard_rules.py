"""The rules of ``hazards.toml``, fit for look-up: which lines of a text they stop at."""

import re
import tomllib
from functools import cache
from pathlib import Path

from attrs import frozen

_LETTERS = re.compile(r"[a-z]+")
_FILE = Path(__file__).with_name("hazards.toml")


@frozen(eq=False)
class LineRule:
    """One rule about one line; what the fields mean stands at the top of ``hazards.toml``."""

    name: str
    kind: str
    where: str
    message: str
    triggers: tuple[tuple[bytes, bytes], ...]
    """What to look for, each with the word that has to stand in the text; that is empty where any part will do."""
    pattern_text: str
    unless_text: str
    exact: bool
    once: bool

    @property
    def pattern(self) -> re.Pattern[bytes]:
        """What the line must hold."""
        return compiled(self.pattern_text, self.exact)

    @property
    def unless(self) -> re.Pattern[bytes] | None:
        """What makes the line none; None where there is no such thing."""
        return compiled(self.unless_text, self.exact) if self.unless_text else None


@frozen(eq=False)
class HazardRules:
    """All of ``hazards.toml``: the rules, and what tells that a line only speaks of a danger."""

    lines: tuple[LineRule, ...]
    forbids_text: str
    shown_as_bad_text: str
    teaches_security_text: str

    @property
    def forbids(self) -> re.Pattern[bytes]:
        """Words before a thing that forbid it, or say to look out for it."""
        return compiled(self.forbids_text)

    @property
    def shown_as_bad(self) -> re.Pattern[bytes]:
        """Words above an example that say it is wrong."""
        return compiled(self.shown_as_bad_text)

    @property
    def teaches_security(self) -> re.Pattern[bytes]:
        """Words of the frontmatter of a skill that teaches about hazards."""
        return compiled(self.teaches_security_text)


@cache
def hazard_rules() -> HazardRules:
    """The rules, in the order of the file; where they are from stands there."""
    data = tomllib.loads(_FILE.read_text("utf-8"))
    context = data["context"]
    return HazardRules(
        tuple(_line_rule(entry) for entry in data["rules"]),
        context["forbids"],
        context["shown_as_bad"],
        context["teaches_security"],
    )


def _line_rule(entry: dict[str, str | bool | list[str]]) -> LineRule:
    triggers = entry["triggers"]
    assert isinstance(triggers, list)
    return LineRule(
        name=str(entry["name"]),
        kind=str(entry["kind"]),
        where=str(entry["where"]),
        message=str(entry["message"]),
        triggers=tuple(_trigger(text) for text in triggers),
        pattern_text=str(entry["pattern"]),
        unless_text=str(entry.get("except", "")),
        exact=bool(entry.get("exact")),
        once=bool(entry.get("once")),
    )


def _trigger(text: str) -> tuple[bytes, bytes]:
    if text.endswith("*"):
        return text[:-1].encode(), b""
    return text.encode(), max(_LETTERS.findall(text), key=len).encode()


@cache
def compiled(text: str, exact: bool = False) -> re.Pattern[bytes]:
    """The expression over bytes, as places are bytes; made when a skill first asks for it, as few ask for many."""
    return re.compile(text.encode(), re.M if exact else re.M | re.I)
