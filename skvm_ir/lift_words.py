"""The word lists of lifting (``words.toml``), read once and made fit for look-up."""

import re
import tomllib
from functools import cache
from pathlib import Path

from attrs import frozen


@frozen(eq=False)
class Words:
    """``verbs`` gives the kind of step a verb begins; the patterns match whole lower-case titles."""

    verbs: dict[str, str]
    nouns: frozenset[str]
    articles: frozenset[str]
    openers: frozenset[str]
    shells: frozenset[str]
    commands: frozenset[str]
    path_title: re.Pattern[str]
    weak_title: re.Pattern[str]
    off_path_title: re.Pattern[str]
    off_path_end: re.Pattern[str]
    preparation_title: re.Pattern[str]
    aside_title: re.Pattern[str]
    teaching: re.Pattern[str]
    any_variant: re.Pattern[str]
    variants: tuple[tuple[str, re.Pattern[str]], ...]
    languages: dict[str, str]


@cache
def words() -> Words:
    """The lists of ``words.toml``; where they are from stands in that file."""
    data = tomllib.loads(Path(__file__).with_name("words.toml").read_text("utf-8"))
    sections = data["sections"]
    return Words(
        verbs={verb: kind for kind, verbs in data["verbs"].items() for verb in verbs.split()},
        nouns=frozenset(data["verbs_that_are_nouns"]["words"].split()),
        articles=frozenset(data["articles"]["words"].split()),
        openers=frozenset(data["skipped_openers"]["words"].split()),
        shells=frozenset(data["shells"]["words"].split()),
        commands=frozenset(data["commands"]["words"].split()),
        path_title=re.compile(rf"(?:^|\b)(?:{sections['path']})(?:$|\b)"),
        weak_title=re.compile(rf"(?:{sections['weak']})\b"),
        off_path_title=re.compile(rf"(?:{sections['off_path']})(?:$|\s*[:(—–-]|\s+(?:for|of|in|and|checklist|&)\b)"),
        off_path_end=re.compile(rf"\b(?:{sections['off_path']})$"),
        preparation_title=re.compile(rf"(?:{sections['preparation']})\b"),
        aside_title=re.compile(rf"\b(?:{sections['aside']})\b"),
        teaching=re.compile(rf"(?:{data['lead_ins']['teaching']})\s*(?:\([^)]*\)\s*)?$"),
        any_variant=re.compile("|".join(data["variants"].values())),
        variants=tuple((name, re.compile(rf"\b(?:{pattern})\b")) for name, pattern in data["variants"].items()),
        languages=data["languages"],
    )
