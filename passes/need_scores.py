"""Scores a skill by the fitted weights: integers only, so the same on every machine.

Each line is scored for each primitive; the best line and the best three enter the score of the skill beside what is
counted over the whole. Sums over the whole are divided by the root of how many features they are, so that a long text
does not ask for everything. A score is 64 times a log-odds; the calibration table makes a confidence of it.
"""

from collections.abc import Iterable, Mapping
from math import isqrt

from attrs import frozen

from .need_facts import Facts, Line
from .need_features import counted, line_features, named, pairs_of, reached, words_of
from .need_weights import MIDDLE, Lanes, Table, Weights, raw_lanes

POOL_SHIFT = 12
"""Weights of pooled lines are this many bits finer than scores."""

ROOT_MORE = 5
"""Features that every skill counts as having, so that a handful in a short text do not decide alone."""


@frozen(eq=False)
class Score:
    """What a skill is thought to ask for. ``line`` showed it best; it is None where an empty one would show more."""

    primitive: str
    value: int
    confidence: int
    level: int
    line: Line | None


def score_skill(facts: Facts, weights: Weights) -> list[Score]:
    """A score for each fitted primitive, in the order of the weights."""
    best, three, shown = pooled(facts.lines, weights)
    counts = counted(facts)
    whole = _whole(facts, counts, weights)
    levels = _levels(counts, weights)
    found: list[Score] = []
    for lane, (primitive, pooling) in enumerate(zip(weights.primitives, weights.pooling, strict=True)):
        value = whole[lane] + (pooling.score(best[lane], three[lane]) >> POOL_SHIFT)
        line = facts.lines[shown[lane]] if shown[lane] < len(facts.lines) else None
        level = levels[primitive]
        found.append(Score(primitive, value, weights.confidence(value), level, line))
    return found


def _levels(counts: Mapping[str, int], weights: Weights) -> dict[str, int]:
    """The level of each primitive that is asked for."""
    total = weights.level_bias
    for name, packed in weights.levels.items():
        total += reached(counts.get(name, 0)) * packed
    sums = raw_lanes(total, 2 * len(weights.level_lanes))
    found = dict(weights.usual_levels)
    for primitive, (second, third) in weights.level_lanes.items():
        found[primitive] = 3 if sums[third] > MIDDLE else 2 if sums[second] > MIDDLE else 1
    return found


def pooled(lines: list[Line], weights: Weights) -> tuple[list[int], list[int], list[int]]:
    """For each primitive the best score of a line, the sum of the best three, and the number of the best line.

    A text of fewer lines than three has empty ones behind them."""
    lanes = len(weights.primitives)
    under: dict[tuple[str, ...], int] = {}
    rows: list[Lanes] = []
    for line in lines:
        if line.heading not in under:
            known = weights.lines["heading"]
            under[line.heading] = weights.line_bias + sum([known[word] for word in line.heading if word in known])
        rows.append(raw_lanes(under[line.heading] + _of_line(line, weights), lanes))
    missing = max(0, 3 - len(lines))
    rows += [raw_lanes(weights.line_bias, lanes)] * missing
    columns = list(zip(*rows, strict=True))
    highest = [sorted(column)[-3:] for column in columns]
    shown = [column.index(three[-1]) for column, three in zip(columns, highest, strict=True)]
    return [three[-1] - MIDDLE for three in highest], [sum(three) - 3 * MIDDLE for three in highest], shown


def _of_line(line: Line, weights: Weights) -> int:
    """The packed sum of the weights of a line's own features, each counted once."""
    tables, names = weights.lines, weights.line_names
    known = tables["sign"]
    hits = [known[sign] for sign in line.signs if sign in known]
    if line.sample:
        known = tables["sample"]
        hits += [known[word] for word in names["sample"].intersection(line.words)]
    elif line.words:
        known = tables["word"]
        hits += [known[word] for word in names["word"].intersection(line.words)]
        hits.append(tables["first"].get(line.words[0], 0))
        known = tables["pair"]
        hits += [known[pair] for pair in names["pair"].intersection(pairs_of(line.words, weights.pair_starts))]
    return sum(hits)


def _whole(facts: Facts, counts: Mapping[str, int], weights: Weights) -> Lanes:
    """What the whole text adds to the score of each primitive."""
    ladders = weights.ladders
    structure = [ladders[name].reached(count) for name, count in counts.items() if count and name in ladders]
    names = _hits(named(facts), weights.names)
    said = [hit for table, words in words_of(facts).items() for hit in _hits(words, weights.words[table])]
    halves = (
        (sum([packed for packed, _ in structure]) + sum(names), sum([steps for _, steps in structure]) + len(names)),
        (sum(said), len(said)),
    )
    scores = weights.skill_bias
    for total, features in halves:
        root = isqrt((features + ROOT_MORE) << 20)
        sums = raw_lanes(weights.no_bias + total, len(scores))
        scores = tuple([score + ((one - MIDDLE) << 10) // root for score, one in zip(scores, sums, strict=True)])
    return scores


def _hits(names: Iterable[str], table: Table) -> list[int]:
    return [table[name] for name in names if name in table]


def top_features(line: Line, primitive: str, weights: Weights, most: int = 3) -> list[str]:
    """The features of ``line`` that speak most for ``primitive``, best first, as people would say them."""
    lane, lanes = weights.primitives.index(primitive), len(weights.primitives)
    found: dict[str, int] = {}
    for table, names in line_features(line).items():
        known = weights.lines[table]
        for name in names:
            weight = raw_lanes(weights.no_bias + known[name], lanes)[lane] - MIDDLE if name in known else 0
            if weight > 0:
                found[_told(table, name)] = weight
    return sorted(found, key=lambda name: (-found[name], name))[:most]


def _told(table: str, name: str) -> str:
    match table:
        case "heading":
            return f"under '{name}'"
        case "first":
            return f"'{name}' first"
        case "sign":
            return name
        case _:
            return f"'{name}'"
