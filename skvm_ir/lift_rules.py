"""Rules: sentences that say what must or must never be, with the group they hold for."""

import re

from ..grammar.block import Block, BlockKind
from .lift_names import NameTable
from .lift_reader import Line, Reader
from .op import Attribute, Name, Op
from .step_ops import Rule

MAXIMUM_RULES = 2_000
"""Rules of one skill; nobody keeps more of them."""

_CUE = re.compile(r"must|never|always|\bnot\b|n't|avoid|prefer|should", re.I)
_NEVER = re.compile(
    r"\b(?:NEVER|DO NOT|DON'T|MUST NOT|MUST NEVER|CANNOT)\b"
    r"|^(?:[Nn]ever|[Dd]o \*{0,2}(?:not|NOT)|[Dd]on't|[Yy]ou must (?:not|never))\b"
)
_MUST = re.compile(r"\b(?:MUST|ALWAYS|REQUIRED)\b|^(?:[Aa]lways|[Yy]ou must)\b")
_SHOULD = re.compile(r"\bSHOULD\b|^(?:Prefer|Avoid)\b")
_TEXTS = frozenset({BlockKind.PARAGRAPH, BlockKind.ITEM, BlockKind.QUOTE})
_LABEL = re.compile(r"[^\w`\"']*(?:[A-Z][\w ]{0,24}:\s+)?")


def find_rules(
    leaves: list[tuple[Block, Name | None]], heads: dict[int, Op], reader: Reader, names: NameTable
) -> list[Rule]:
    """A rule for each sentence of ``leaves`` that commands or forbids.

    Each leaf comes with the name of the op it belongs to, which the rule then binds; ``heads`` are the leaves that word
    a step: their first sentence is that step, not a rule beside it.
    """
    rules: list[Rule] = []
    for leaf, owner in leaves:
        if leaf.kind not in _TEXTS or not _CUE.search(reader.text(leaf)):
            continue
        line = reader.line(leaf)
        text = reader.text(leaf)
        for at, (start, end) in enumerate(reader.sentences(line)):
            plain = Line(leaf, text[start:end], start).plain
            force = _force(plain)
            if not force or (force != "never" and at == 0 and leaf.number in heads):
                continue
            attributes: dict[str, Attribute] = {"force": force}
            if owner is not None:
                attributes["binds"] = (owner,)
            cited = reader.cite(leaf, start, end)
            if len(rules) == MAXIMUM_RULES:
                return rules
            rules.append(Rule(symbol=names.take(plain, "rule"), attributes=attributes, citations=(cited,)))
    return rules


def _force(plain: str) -> str:
    """``never``, ``must`` or ``should``, empty for no rule: words in capitals anywhere, others only in front."""
    if plain.endswith("?") or not _CUE.search(plain):
        return ""
    label = _LABEL.match(plain)
    for text in (plain, plain[label.end() :] if label else plain):
        if _NEVER.search(text):
            return "never"
        if _MUST.search(text):
            return "must"
        if _SHOULD.search(text):
            return "should"
    return ""
