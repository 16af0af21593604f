"""The word lists of lifting (``words.toml``), read once and made fit for look-up."""

import re
import tomllib
from functools import cache
from pathlib import Path

from attrs import frozen

LONGEST_PHRASE = 4
"""Words of the longest phrase in the lists of titles."""

LONGEST_TITLE = 200
"""Characters of a title that are looked at."""

_WORD = re.compile(r"[\w'&-]+")
_JOINERS = frozenset({"for", "of", "in", "and", "&", "checklist", "with", "to"})


@frozen(eq=False)
class Words:
    """``verbs`` gives the kind of step a verb begins; the other sets hold words, or phrases of titles."""

    verbs: dict[str, str]
    nouns: frozenset[str]
    articles: frozenset[str]
    openers: frozenset[str]
    shells: frozenset[str]
    data_languages: frozenset[str]
    commands: frozenset[str]
    path: frozenset[str]
    weak: frozenset[str]
    preparation: frozenset[str]
    off_path: frozenset[str]
    off_path_start: frozenset[str]
    aside: frozenset[str]
    teaching: re.Pattern[str]
    any_variant: re.Pattern[str]
    variants: tuple[tuple[str, re.Pattern[str]], ...]
    languages: dict[str, str]


@cache
def words() -> Words:
    """The lists of ``words.toml``; where they are from stands in that file."""
    data = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    titles = {name: frozenset(phrases.strip().split("\n")) for name, phrases in data["sections"].items()}
    return Words(
        verbs={verb: kind for kind, verbs in data["verbs"].items() for verb in verbs.split()},
        nouns=frozenset(data["verbs_that_are_nouns"]["words"].split()),
        articles=frozenset(data["articles"]["words"].split()),
        openers=frozenset(data["skipped_openers"]["words"].split()),
        shells=frozenset(data["shells"]["words"].split()),
        data_languages=frozenset(data["data_languages"]["words"].split()),
        commands=frozenset(data["commands"]["words"].split()),
        **titles,
        teaching=re.compile(rf"(?:{data['lead_ins']['teaching']})\s*(?:\([^)]*\)\s*)?$"),
        any_variant=re.compile("|".join(data["variants"].values())),
        variants=tuple((name, re.compile(rf"\b(?:{pattern})\b")) for name, pattern in data["variants"].items()),
        languages=data["languages"],
    )


@frozen(eq=False)
class Phrases:
    """The words of a title, and its phrases of few words: those it begins with, ends with, and all."""

    words: list[str]
    first: set[str]
    last: set[str]
    anywhere: set[str]

    @classmethod
    def of(cls, title: str) -> "Phrases":
        """The phrases of ``title`` (lower case)."""
        found = _WORD.findall(title[:LONGEST_TITLE])
        counts = range(1, min(len(found), LONGEST_PHRASE) + 1)
        anywhere = {" ".join(found[at : at + count]) for count in counts for at in range(len(found) - count + 1)}
        first = {" ".join(found[:count]) for count in counts}
        return cls(found, first, {" ".join(found[-count:]) for count in counts}, anywhere)


def starts_with(title: str, phrases: frozenset[str], whole: bool = False) -> bool:
    """True when ``title`` (lower case) begins with one of ``phrases``; ``whole``: only "for X" or "(X)" may follow."""
    found = list(_WORD.finditer(title[:LONGEST_TITLE]))
    for count in range(1, min(len(found), LONGEST_PHRASE) + 1):
        if " ".join(match.group() for match in found[:count]) not in phrases:
            continue
        behind = title[found[count - 1].end() :].lstrip()
        if not whole or not behind or not behind[0].isalnum() or found[count].group() in _JOINERS:
            return True
    return False


def ends_with(title: str, phrases: frozenset[str]) -> bool:
    """True when ``title`` (lower case) ends with one of ``phrases``."""
    found = _WORD.findall(title[-LONGEST_TITLE:])
    return any(" ".join(found[-count:]) in phrases for count in range(1, min(len(found), LONGEST_PHRASE) + 1))


def holds(title: str, phrases: frozenset[str]) -> bool:
    """True when one of ``phrases`` stands anywhere in ``title`` (lower case)."""
    return not Phrases.of(title).anywhere.isdisjoint(phrases)
