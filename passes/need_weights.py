"""The fitted weights of ``infer-needs``: read once, kept as one integer a feature with a lane for each score.

Adding two such integers adds all their lanes at once, which is what makes scoring every line cheap. A weight w is
stored as the byte w + 128. ``tools/fit_needs.py`` makes the file and says how.
"""

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from struct import unpack
from typing import Any

from attrs import field, frozen

WEIGHTS_FILE = Path(__file__).with_name("need_weights.json")
OFFSET = 128
"""What is added to a weight so that its byte is not negative."""

_LANE = 4
"""Bytes of a lane: room for sums of 2^23 weights, of either sign."""

MIDDLE = 1 << 31
"""What a lane stands at when it is nought while it is read: lanes are read without sign."""

Table = Mapping[str, int]
Lanes = tuple[int, ...]


def pack(hexadecimal: str) -> int:
    """The integer of lanes of a feature, from two digits a weight."""
    weights = bytes.fromhex(hexadecimal)
    return _spread(weights) - _spread(bytes([OFFSET]) * len(weights))


def _spread(lanes: bytes) -> int:
    spread = bytearray(_LANE * len(lanes))
    spread[::_LANE] = lanes
    return int.from_bytes(spread, "little")


def pack_bias(bias: Iterable[int]) -> int:
    """The integer that sums start from: the bias of each lane, at the middle of the lane."""
    return sum([(one + MIDDLE) << 8 * _LANE * lane for lane, one in enumerate(bias)])


def raw_lanes(total: int, lanes: int) -> Lanes:
    """The lanes of a sum that began with ``pack_bias``, each above ``MIDDLE`` by its value."""
    return unpack(f"<{lanes}I", total.to_bytes(_LANE * lanes, "little"))


@frozen(eq=False)
class Ladder:
    """A count's features: the steps it may reach, and the packed sum of all steps up to each."""

    steps: tuple[int, ...]
    sums: tuple[int, ...]

    def reached(self, count: int) -> tuple[int, int]:
        """The packed sum of the steps that ``count`` reaches, and how many they are."""
        steps = bisect_right(self.steps, count)
        return self.sums[steps], steps


@frozen(eq=False)
class Pooling:
    """How the scores of lines enter one primitive's score: bounds and weight of the best line and of the best three."""

    best: tuple[int, int, int]
    three: tuple[int, int, int]

    def score(self, best: int, three: int) -> int:
        """What lines add to the score of the skill."""
        return _bounded(best, *self.best) + _bounded(three, *self.three)


def _bounded(value: int, low: int, high: int, weight: int) -> int:
    return weight * min(max(value, low), high)


@frozen(eq=False)
class Weights:
    """All weights, ready for look-up."""

    primitives: tuple[str, ...]
    level_lanes: Mapping[str, tuple[int, int]]
    """The two lanes that tell L2 from L1 and L3 from L2, where there were examples enough."""
    usual_levels: Mapping[str, int]
    """The level of a primitive without such lanes."""
    line_bias: int
    lines: Mapping[str, Table]
    line_names: Mapping[str, frozenset[str]]
    """The features of ``lines``, for intersections, which are quicker than look-ups one by one."""
    pair_starts: frozenset[str]
    """The first words of the pairs that have a weight."""
    pooling: tuple[Pooling, ...]
    skill_bias: Lanes
    no_bias: int
    """Where a sum over the whole text starts; its bias is not divided by a root."""
    ladders: Mapping[str, Ladder]
    names: Table
    words: Mapping[str, Table]
    level_bias: int
    levels: Table
    """The weights of levels by the name of a count, to be taken as often as the count reaches a step."""
    calibration: tuple[tuple[int, int], ...] = field(default=())
    """Least score and confidence in hundredths, rising."""

    def confidence(self, score: int) -> int:
        """How often a need of this score was there, in hundredths, on skills that were not fitted on."""
        step = bisect_right(self.calibration, (score, 101)) - 1
        return self.calibration[max(step, 0)][1]


@cache
def weights() -> Weights:
    """The weights of ``need_weights.json``."""
    return read_weights(json.loads(WEIGHTS_FILE.read_bytes()))


def read_weights(data: Mapping[str, Any]) -> Weights:
    """Weights from the content of a file that ``tools/fit_needs.py`` wrote."""
    primitives = tuple(data["primitives"])
    skill, levels = data["skill"], data["levels"]
    return Weights(
        primitives=primitives,
        level_lanes={name: (2 * place, 2 * place + 1) for place, name in enumerate(levels["primitives"])},
        usual_levels=levels["usual"],
        line_bias=pack_bias(data["lines"]["bias"]),
        line_names={name: frozenset(table) for name, table in data["lines"]["tables"].items()},
        lines={name: _table(table) for name, table in data["lines"]["tables"].items()},
        pair_starts=frozenset([pair.partition(" ")[0] for pair in data["lines"]["tables"]["pair"]]),
        pooling=tuple(Pooling(tuple(best), tuple(three)) for best, three in data["pooling"]),
        skill_bias=tuple(skill["bias"]),
        no_bias=pack_bias([0] * len(primitives)),
        ladders=_ladders(skill["tables"]["count"]),
        names=_table(skill["tables"]["name"]),
        words={name: _table(skill["tables"][name]) for name in ("said", "described", "titled")},
        level_bias=pack_bias(levels["bias"]),
        levels=_table(levels["counts"]),
        calibration=tuple((least, hundredths) for least, hundredths in data["calibration"]),
    )


def _table(entries: Mapping[str, str]) -> Table:
    return {name: pack(hexadecimal) for name, hexadecimal in entries.items()}


def _ladders(entries: Mapping[str, str]) -> dict[str, Ladder]:
    steps: dict[str, list[tuple[int, int]]] = {}
    for name, hexadecimal in entries.items():
        thing, _, step = name.rpartition(" >= ")
        steps.setdefault(thing, []).append((int(step), pack(hexadecimal)))
    return {thing: _ladder(sorted(found)) for thing, found in steps.items()}


def _ladder(steps: Iterable[tuple[int, int]]) -> Ladder:
    sums, reached = [0], list[int]()
    for step, packed in steps:
        reached.append(step)
        sums.append(sums[-1] + packed)
    return Ladder(tuple(reached), tuple(sums))
