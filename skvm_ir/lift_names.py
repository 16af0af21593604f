"""Names for what lifting makes: short, from the skill's own words, unique in the skill whatever their sigil."""

import re

from attrs import define, field

from .lift_words import words

_WORD = re.compile(r"[A-Za-z0-9]+(?:'[a-z]+)?")
_CLAUSE = re.compile(r"[^.!?;:]{8,200}(?=[.!?;:](?:\s|$))")
MAXIMUM_WORDS = 4
MAXIMUM_LENGTH = 40


@define(eq=False)
class NameTable:
    """The names already given; values and symbols share one namespace."""

    taken: set[str] = field(factory=set[str])
    _next: dict[str, int] = field(factory=dict[str, int])

    def take(self, text: str, otherwise: str) -> str:
        """A new name made of the first words of ``text``; of ``otherwise`` where it has none."""
        base = slug(text) or otherwise
        name, number = base, self._next.get(base, 2)
        while name in self.taken:
            name = f"{base}_{number}"
            number += 1
        self._next[base] = number
        self.taken.add(name)
        return name


def slug(text: str) -> str:
    """The first words of ``text`` that say something, in lower case, joined by ``_``."""
    clause = _CLAUSE.match(text)
    text = clause.group() if clause else text
    found = [match.group().lower().replace("'", "") for match in _WORD.finditer(text[:200])]
    small = words().articles
    telling = [word for word in found if word not in small] or found
    while len(telling) > 1 and telling[0].isdigit():
        telling = telling[1:]
    name = "_".join(telling[:MAXIMUM_WORDS])[:MAXIMUM_LENGTH].rstrip("_")
    return f"n{name}" if name[:1].isdigit() else name
