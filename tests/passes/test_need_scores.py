"""The fitted scores of ``infer-needs``: lanes, integers, steps of counts, and the file they come from."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from skvm.passes.need_facts import gather
from skvm.passes.need_features import STEPS, skill_features
from skvm.passes.need_scores import pooled, score_skill
from skvm.passes.need_weights import MIDDLE, OFFSET, WEIGHTS_FILE, pack, pack_bias, raw_lanes, read_weights, weights
from skvm.skvm_ir.needs import load_catalogue

from .modules import build_module

LANES = 5
WEIGHTS = st.lists(st.integers(-127, 127), min_size=LANES, max_size=LANES)
BIAS = st.lists(st.integers(-10_000, 10_000), min_size=LANES, max_size=LANES)


def hexadecimal(row: list[int]) -> str:
    return bytes(weight + OFFSET for weight in row).hex()


@given(st.lists(WEIGHTS, max_size=40), BIAS)
def test_one_sum_adds_every_lane_apart(rows: list[list[int]], bias: list[int]) -> None:
    total = pack_bias(bias) + sum(pack(hexadecimal(row)) for row in rows)
    wanted = [one + sum(row[lane] for row in rows) for lane, one in enumerate(bias)]
    assert [lane - MIDDLE for lane in raw_lanes(total, LANES)] == wanted


def content() -> Any:
    return json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))


def test_the_weights_are_integers_and_small() -> None:
    assert WEIGHTS_FILE.stat().st_size < 1_000_000
    fractions: list[str] = []
    json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"), parse_float=fractions.append)
    assert fractions == []


def test_the_weights_are_for_primitives_of_the_catalogue() -> None:
    data = content()
    names = load_catalogue().names
    assert set(data["primitives"]) <= set(names)
    lanes = len(data["primitives"])
    for section in (data["lines"], data["skill"]):
        assert len(section["bias"]) == lanes
        assert {len(row) for table in section["tables"].values() for row in table.values()} == {2 * lanes}
    assert {len(row) for row in data["levels"]["counts"].values()} == {4 * len(data["levels"]["primitives"])}


def test_the_calibration_rises() -> None:
    steps = content()["calibration"]
    assert steps == sorted(steps)
    assert [share for _, share in steps] == sorted(share for _, share in steps)
    assert weights().confidence(steps[0][0] - 1) == steps[0][1]
    assert weights().confidence(steps[-1][0]) == steps[-1][1]


def test_counts_are_steps_up_to_what_they_reach() -> None:
    facts = gather(build_module("- one\n- two\n- three\n- four\n- five\n").skills[0])
    reached = [name for table, name in skill_features(facts) if table == "count" and name.startswith("item >= ")]
    assert reached == [f"item >= {step}" for step in STEPS if step <= 5]


def test_scores_are_integers_even_of_nothing() -> None:
    for text in ("", "word", "# Plan\n\nRead `a.md`, then decide.\n"):
        facts = gather(build_module(text).skills[0])
        for score in score_skill(facts, weights()):
            assert type(score.value) is int
            assert 1 <= score.confidence <= 99
            assert score.level in (1, 2, 3)


def test_a_short_text_is_pooled_as_if_empty_lines_followed() -> None:
    fitted = weights()
    best, three, _ = pooled([], fitted)
    assert three == [3 * one for one in best]
    line = gather(build_module("You must never do this.\n").skills[0]).lines
    more, sums, _ = pooled(line, fitted)
    assert all(high >= low for high, low in zip(more, best, strict=True))
    assert [high + 2 * low for high, low in zip(more, best, strict=True)] != three
    assert len(sums) == len(best)


def test_another_file_gives_other_weights() -> None:
    data = content()
    data["skill"]["bias"] = [one + 64 for one in data["skill"]["bias"]]
    facts = gather(build_module().skills[0])
    pairs = zip(score_skill(facts, weights()), score_skill(facts, read_weights(data)), strict=True)
    assert all(raised.value == plain.value + 64 for plain, raised in pairs)
