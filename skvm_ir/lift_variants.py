"""Variants: sections that hold for one system or product alone."""

from ..grammar.block import Block
from .declaration_ops import Variant
from .lift_outline import Section
from .lift_words import words
from .op import Range

LONGEST_TITLE = 8
"""Words of a title; a longer one says more than for whom the section is."""


def find_variants(root: Section) -> list[Variant]:
    """A note for each section whose title names just one system or product, beside a section that does not."""
    notes: list[Variant] = []
    for section in root.walk():
        parent = section.parent
        if section.heading is None or parent is None or (parent.heading is None and section.level == 1):
            continue
        name = _only_for(section.title)
        if name and name != _only_for(parent.title):
            cites = tuple(Range(block.number) for block in _cited(section))
            attributes = {"pass": "lift", "only_for": name}
            notes.append(Variant(attributes={**attributes}, citations=cites))
    return notes


def _only_for(title: str) -> str:
    lowered = title.lower()
    if len(lowered.split()) > LONGEST_TITLE:
        return ""
    if not words().any_variant.search(lowered):
        return ""
    found = [name for name, pattern in words().variants if pattern.search(lowered)]
    return found[0] if len(found) == 1 else ""


def _cited(section: Section) -> list[Block]:
    return list(section.all_blocks())
