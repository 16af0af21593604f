"""What kind a reader would call a step, where its op and the words around it are known: a linear score per kind.

The weights stand in ``step_weights.json`` beside those of places. SIR's own kinds are decided by rules
(``lift_classify``). A summary keeps what the rules are good at and asks the score about the others: an ``act`` says
nothing to its reader, and a command, an edit or a whole group may be called by what it is for."""

import re

from .effects import OpRole
from .lift_places import Place
from .lift_summary import weights
from .lift_words import words
from .op import Op

LOOKED_AT = 120
"""Characters of a step in which a verb says something about its kind."""

OPEN_TO_DOUBT = frozenset({"act", "exec", "write"})
"""Kinds of an op that a reader calls otherwise in more than a quarter of cases where the score does better."""

_WORD = re.compile(r"[a-z][a-z'-]+")
_OWN = ("fence:", "f:", "runs:", "says url", "p:url", "i:url")


def kind_features(place: Place, was: str) -> list[str]:
    """What speaks about the kind of the step at ``place``, which the rules call ``was``."""
    verbs = words().verbs
    found = _WORD.findall(place.text[:LOOKED_AT].lower())
    features = ["bias", f"was:{was}", f"kind:{place.kind}"]
    features += [name for name in place.own if name.startswith(_OWN)]
    features += [f"starts:{word}" for word in found[:1]]
    return features + [f"says:{word}" for word in dict.fromkeys(found) if word in verbs]


def kind_by_rules(place: Place, op: Op) -> str:
    """What the rules of lifting call a step: a group as its title says, else as its first step."""
    if op.signature.role is OpRole.STEP:
        return op.name
    if place.told is not None:
        return place.told.kind
    inside = op.region.walk() if op.region is not None else iter(())
    return next((own.name for own in inside if own.signature.role is OpRole.STEP), "act")


def likeliest_kind(place: Place, op: Op) -> str:
    """The kind a reader would call ``op`` at ``place``; the first of equals in the order of the data file."""
    was = kind_by_rules(place, op)
    if was not in OPEN_TO_DOUBT:
        return was
    features = kind_features(place, was)
    table = weights().kinds
    return max(table, key=lambda kind: sum(table[kind].get(name, 0) for name in features), default=was)
