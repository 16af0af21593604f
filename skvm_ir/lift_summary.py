"""Which places of a text sum its workflow up, as a reader would: a linear score of a place's features, and a choice.

The weights are ``step_weights.json``: integers, fitted by ``tools/fit_steps.py`` on labelled skills."""

import json
import math
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from attrs import frozen

from .lift_outline import Section, outline
from .lift_places import Key, Place, PlaceFinder, Titles
from .lift_plan import Plan
from .lift_reader import Reader
from .lift_shape import Survey, survey
from .module import Skill

MOST_STEPS = 12
"""A reader sums a workflow up in at most so many steps; SIR keeps them all."""

SCALE = 100
"""The weights are logits in hundredths."""

FADE = 93
"""What the next step of one section counts, in hundredths of the one before."""

MOST_WEIGHED = 150
"""Places among which a summary is chosen; what is behind these has no chance."""

NEAR = 2
"""Lines within which two places say the same step, unless both are entries of a list or comments of a fence."""

_LISTED = frozenset({"ordered", "bullet", "task", "comment", "command"})


@frozen(eq=False)
class Weights:
    """The fitted part: weights of features, and the least gain for which a text without steps is summed up."""

    places: dict[str, int]
    least: int
    kinds: dict[str, dict[str, int]]


@cache
def weights() -> Weights:
    """The weights of ``step_weights.json``."""
    data = json.loads(Path(__file__).with_name("step_weights.json").read_text("utf-8"))
    return Weights(data["places"], data["least"], data["kinds"])


def plans_of(found: Survey) -> list[Plan]:
    """The plans that the rules of lifting make of a text."""
    if found.shape == "procedure":
        return found.main_path
    return [*found.prepared_groups(), *found.operations] if found.shape == "menu" else []


def find_places(main: Section, reader: Reader, found: Survey, plans: list[Plan]) -> list[Place]:
    """Every place of a text with all its features; ``plans`` are what the rules found there."""
    marked: dict[Key, str] = {}
    for plan in plans:
        _mark(plan, marked)
    titles = Titles()
    places = PlaceFinder(reader, marked, titles).walk(main)
    _share(places, found, titles)
    return places


def _mark(plan: Plan, marked: dict[Key, str]) -> None:
    waiting = [plan]
    while waiting:
        one = waiting.pop()
        waiting += one.children
        if one.line is not None:
            marked[(one.line.block.number, 0)] = "group" if one.children and one.told is None else "step"
            if one.command is not None and one.leaf is not None:
                marked[(one.leaf.number, one.command.start)] = "part"
        elif one.leaf is not None:
            marked[(one.leaf.number, one.command.start if one.command is not None else one.start)] = "step"
        elif one.section is not None and one.section.heading is not None:
            marked.setdefault((one.section.heading.number, 0), "group")


def _share(places: list[Place], found: Survey, titles: Titles) -> None:
    """Give each place the features of its section and of the text, crossed with its kind."""
    sections = {id(place.section): place.section for place in places}
    features = {number: titles.features(section) for number, section in sections.items()}
    steps = [place for place in places if place.found == "step"]
    count = Counter(id(place.section) for place in steps)
    size = _grade(len(steps), (1, 3, 8, 13, 30))
    path = _grade(sum(_is_path(sections[number], count[number]) for number in sections), (1, 3, 5, 8, 12))
    text = [f"text:{found.shape}", f"text:steps {size}", f"text:path {path}"]
    text += ["text:ordered steps"] if sum(place.kind == "ordered" for place in steps) >= 3 else []
    text += [f"text:{name}" for name in ("in:step", "in:path") if any(name in own for own in features.values())]
    shared: dict[tuple[int, str, str], tuple[str, ...]] = {}
    before: Counter[int] = Counter()
    for at, place in enumerate(places):
        key = (id(place.section), place.kind, place.found)
        if key not in shared:
            here = f"here:{_grade(count[key[0]], (1, 2, 5, 9))}"
            shared[key] = _crossed(place, features[key[0]], text, here)
        place.shared = shared[key]
        place.own.append(f"at:{min(4, 5 * at // len(places))}")
        turn = f"{place.found or 'not found'}, turn {min(before[key[0]], 3)}"
        place.own += [turn, f"{turn}, path {path}"]
        before[key[0]] += place.found == "step"


def _is_path(section: Section, steps: int) -> bool:
    """True for a section whose heading counts ("Step 2", "2.") and that has steps or is one."""
    return section.is_step or (section.number != "" and steps > 0)


def _grade(value: int, steps: tuple[int, ...]) -> int:
    return sum(value >= least for least in steps)


def _crossed(place: Place, section: list[str], text: list[str], here: str) -> tuple[str, ...]:
    kind, found = place.kind, place.found or "not found"
    plain = [f"kind:{kind}", f"found:{found}", f"{kind}, {found}", here, f"{kind}, {found}, {here}"]
    crossed = [f"{kind}, {name}" for name in section if name.startswith(("in:", "level:"))]
    crossed += [f"{kind}, {name}" for name in text]
    return (*plain, *section, *text, *crossed, f"{found}, {text[1]}")


def score(places: Iterable[Place]) -> None:
    """Set the score of each place: the sum of the weights of its features."""
    table = weights().places
    known: dict[int, int] = {}
    start = table["bias"]
    for place in places:
        common = known.get(id(place.shared))
        if common is None:
            common = known[id(place.shared)] = start + sum(
                map(table.__getitem__, filter(table.__contains__, place.shared))
            )
        place.score = common + sum(map(table.__getitem__, filter(table.__contains__, place.own)))


def choose(places: list[Place]) -> tuple[list[Place], int]:
    """The places that make the best summary, in order, and its expected agreement with a reader in hundredths.

    With p the chance that a place is a step, F1 of the k likeliest is about 2·sum(p) / (k + sum of all p). Each further
    step of one section counts a little less, so that a summary does not spend itself on one of many alike."""
    chances = [_chance(place.score) for place in places]
    whole = sum(chances)
    gains = {at: _gain(places, chances, at) for at, place in enumerate(places) if place.may_be_step}
    waiting: list[int] = _likeliest(places, gains)
    taken: Counter[int] = Counter()
    picked: list[int] = []
    best, expected, gained = 0, 0, 0
    while waiting and len(picked) < MOST_STEPS:
        worth, _, back = max((_faded(gains[at], taken[id(places[at].section)]), chances[at], -at) for at in waiting)
        at = -back
        picked.append(at)
        taken[id(places[at].section)] += 1
        gained += worth
        value = 2 * 10_000 * gained // (10_000 * len(picked) + whole)
        if value > expected:
            best, expected = len(picked), value
        waiting = [other for other in waiting if other != at and not _same_step(places[at], places[other])]
    return [places[at] for at in sorted(picked[:best])], expected // 100


def _faded(gain: int, times: int) -> int:
    return gain * FADE**times // 100**times


def _likeliest(places: list[Place], gains: dict[int, int]) -> list[int]:
    """The places worth looking at, in document order: the best of each section that could all be picked."""
    by_section: dict[int, list[int]] = {}
    for at in sorted(gains, key=lambda at: (-gains[at], at)):
        own = by_section.setdefault(id(places[at].section), [])
        if gains[at] and len(own) < 2 * MOST_STEPS:
            own.append(at)
    found = sorted((at for own in by_section.values() for at in own), key=lambda at: (-gains[at], at))
    return sorted(found[:MOST_WEIGHED])


def _gain(places: list[Place], chances: list[int], at: int) -> int:
    """The chance that a step stands at a place, and half that of the places so near that they say the same step."""
    gain = 2 * chances[at]
    for step in (-1, 1):
        other = at + step
        while 0 <= other < len(places) and abs(places[other].line - places[at].line) <= NEAR:
            if _same_step(places[at], places[other]):
                gain += chances[other]
            other += step
    return min(gain // 2, 9_900)


def _chance(logit: int) -> int:
    """The chance that belongs to a logit, in ten-thousandths: rounded, so that no platform's ``exp`` shows."""
    return round(10_000 / (1 + math.exp(-max(-1_500, min(1_500, logit)) / SCALE)))


def _same_step(one: Place, other: Place) -> bool:
    return abs(one.line - other.line) <= NEAR and not (one.kind == other.kind and one.kind in _LISTED)


def summary(main: Section, reader: Reader, found: Survey, plans: list[Plan]) -> list[Place]:
    """The places that sum up a text; none where the rules found no path and little speaks for one."""
    places = find_places(main, reader, found, plans)
    score(places)
    chosen, expected = choose(places)
    return chosen if found.shape == "procedure" or expected >= weights().least else []


def summary_of(skill: Skill) -> list[Place]:
    """The places that sum up the main text of ``skill``: what lifting chose, found again from the text alone."""
    reader = Reader(skill)
    main = outline([block for block in skill.blocks if block.source == 0], reader)
    found = survey(main, reader)
    return summary(main, reader, found, plans_of(found))
