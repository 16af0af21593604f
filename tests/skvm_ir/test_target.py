"""Predicted success: falls with the level, rises with the trials passed, and says what it rests on."""

from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from skvm.skvm_ir.needs import LEVELS, Need
from skvm.skvm_ir.target import (
    Evidence,
    Figure,
    Figures,
    Harness,
    Prior,
    Target,
    ToolAction,
    pool_adjacent_violators,
    posterior_by_level,
)

PRIOR = Prior(strength=2.0, borrowing=0.5, level_means=(0.9, 0.8, 0.7), means={"tool.exec": (0.6, 0.7, 0.8)})
NEAR = 1e-12


def measured(*passed: int, total: int = 3) -> Figures:
    one, two, three = (Figure(each, total, 1.0, Evidence.MEASURED) for each in passed)
    return (one, two, three)


def target(**figures: Figures) -> Target:
    named = {name.replace("_", "."): value for name, value in figures.items()}
    return Target("t", "m", Harness("generic"), PRIOR, figures=named)


@st.composite
def figure(draw: st.DrawFn) -> Figure:
    total = draw(st.integers(0, 20))
    weight = draw(st.sampled_from([0.25, 0.35, 1.0]))
    return Figure(draw(st.integers(0, total)), total, None, Evidence.MEASURED, weight=weight)


three_figures = st.tuples(figure(), figure(), figure())
means = st.floats(0.01, 0.99)
priors = st.builds(
    Prior,
    strength=st.floats(0.1, 10),
    borrowing=st.just(0.5),
    level_means=st.tuples(means, means, means),
    means=st.just({}),
)


@given(three_figures, priors)
def test_success_never_rises_with_the_level(figures: Figures, prior: Prior) -> None:
    one, two, three = posterior_by_level(figures, prior, "p")
    assert 0 < three <= two <= one < 1


@given(three_figures, priors, st.integers(0, 2))
def test_one_more_pass_never_lowers_success(figures: Figures, prior: Prior, at: int) -> None:
    better = list(figures)
    if better[at].passed < better[at].total:
        better[at] = evolve(better[at], passed=better[at].passed + 1)
    before = posterior_by_level(figures, prior, "p")
    after = posterior_by_level((better[0], better[1], better[2]), prior, "p")
    assert all(new >= old - NEAR for old, new in zip(before, after, strict=True))


@given(st.lists(st.tuples(st.floats(0, 50), st.floats(0.1, 50)), min_size=1, max_size=12))
def test_pooling_keeps_the_weighted_total_and_the_order(cells: list[tuple[float, float]]) -> None:
    successes, weights = zip(*cells, strict=True)
    pooled = pool_adjacent_violators(successes, weights)
    assert all(one >= two for one, two in pairwise(pooled))
    assert sum(rate * weight for rate, weight in zip(pooled, weights, strict=True)) == pytest.approx(sum(successes))


def test_pooling_leaves_a_falling_sequence_alone() -> None:
    assert pool_adjacent_violators([3.0, 2.0, 1.0], [4.0, 4.0, 4.0]) == [0.75, 0.5, 0.25]


def test_pooling_joins_only_what_rises() -> None:
    assert pool_adjacent_violators([4.0, 1.0, 3.0], [4.0, 4.0, 4.0]) == [1.0, 0.5, 0.5]


def test_the_posterior_is_the_textbooks() -> None:
    # Beta(0.9 * 2, 0.1 * 2) after 3 of 3, then 0.8 after 1 of 3, then 0.7 after 0 of 3.
    expected = (4.8 / 5, 2.6 / 5, 1.4 / 5)
    assert posterior_by_level(measured(3, 1, 0), PRIOR, "p") == pytest.approx(expected)


def test_without_trials_the_prior_speaks_and_is_pooled_too() -> None:
    assert target().success("gen.regex", 2) == pytest.approx(0.8)
    assert [target().success("tool.exec", level) for level in LEVELS] == pytest.approx([0.7, 0.7, 0.7])
    assert target().evidence("gen.regex", 2) is Evidence.NOT_MEASURED


def test_a_missing_level_leans_on_its_neighbours() -> None:
    strong = (measured(3, 3, 3)[0], Figure(), measured(3, 3, 3)[2])
    # The prior of L2 alone would be 0.8; L3 passed three times, so L2 cannot be that low.
    assert target(gen_regex=strong).success("gen.regex", 2) > 0.8


def test_a_borrowed_trial_counts_less_than_an_own_one() -> None:
    own = measured(0, 0, 0)
    one, two, three = (evolve(figure, evidence=Evidence.BORROWED, weight=PRIOR.borrowing) for figure in own)
    lent = target(gen_regex=(one, two, three))
    assert target(gen_regex=own).success("gen.regex", 1) < lent.success("gen.regex", 1) < 0.9
    assert lent.evidence("gen.regex", 1) is Evidence.BORROWED


def test_met_compares_with_the_threshold() -> None:
    weak = target(gen_regex=measured(3, 1, 0))
    assert [weak.met("gen.regex", level) for level in LEVELS] == [True, False, False]
    assert weak.met("gen.regex", 2, threshold=0.5)
    assert weak.level("gen.regex") == 1
    assert weak.level("gen.regex", threshold=0.99) == 0


def test_the_second_question_is_a_look_up() -> None:
    one = target(gen_regex=measured(3, 1, 0))
    assert one.success("gen.regex", 1) is one.success("gen.regex", 1)


@pytest.mark.parametrize("level", [0, 4, -1])
def test_there_are_three_levels(level: int) -> None:
    with pytest.raises(ValueError, match="expected 1, 2 or 3"):
        target().success("gen.regex", level)


def test_factors_lower_each_level() -> None:
    base = target(gen_regex=measured(3, 3, 3))
    lower = evolve(base, factors=(0.9, 0.8, 0.5))
    for level, factor in zip(LEVELS, lower.factors, strict=True):
        assert lower.success("gen.regex", level) == pytest.approx(factor * base.success("gen.regex", level))


def test_the_product_takes_each_primitive_once_at_its_highest_level() -> None:
    one = target(gen_regex=measured(3, 1, 0), tool_exec=measured(3, 3, 3))
    needs = [Need("gen.regex", 1, 90), Need("gen.regex", 2, 10), Need("tool.exec", 1, 50), Need("gen.regex", 1, 5)]
    assert one.expected_product(needs) == pytest.approx(one.success("gen.regex", 2) * one.success("tool.exec", 1))
    assert one.expected_product([]) == 1.0


@given(
    st.permutations([Need("gen.regex", 2, 1), Need("tool.exec", 3, 1), Need("reason.logic", 1, 1), Need("a.b", 1, 1)])
)
def test_the_product_does_not_depend_on_the_order(needs: list[Need]) -> None:
    one = target(gen_regex=measured(3, 1, 0), tool_exec=measured(2, 2, 1))
    assert one.expected_product(needs) == one.expected_product(sorted(needs))


def test_an_assumed_target_meets_everything_and_claims_nothing() -> None:
    assumed = evolve(target(), assumed=1.0)
    assert not assumed.claims
    assert target().claims
    assert assumed.met("tool.exec", 3)
    assert assumed.expected_product([Need("tool.exec", 3, 90)]) == 1.0


def test_the_identity_keeps_text_whatever_the_threshold() -> None:
    assert evolve(target(), keeps_text=True).met("tool.exec", 3, threshold=2.0)


def test_targets_compare_by_value_and_can_be_keys() -> None:
    asked = target(gen_regex=measured(3, 1, 0))
    asked.success("gen.regex", 1)
    assert asked == target(gen_regex=measured(3, 1, 0))
    assert len({asked, target(gen_regex=measured(3, 1, 0))}) == 1
    assert asked != target(gen_regex=measured(3, 1, 1))


def test_a_figure_cannot_pass_more_than_was_tried() -> None:
    with pytest.raises(ValueError, match="passed 4 of 3"):
        Figure(4, 3)


def test_a_harness_tells_no_tool_from_an_unknown_one() -> None:
    harness = Harness("h", tools={ToolAction.READ: "read_file", ToolAction.BROWSE: ""})
    assert harness.tool(ToolAction.READ) == "read_file"
    assert harness.tool(ToolAction.BROWSE) == ""
    assert harness.tool(ToolAction.ASK) is None
    assert harness.batch_calls is None
