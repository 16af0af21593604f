"""Pipelines as text: there and back, the presets, and what is said about a text that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.grammar.diagnostic import SkvmError
from skvm.passes.infer_needs import InferNeeds
from skvm.passes.pipeline import Pipeline
from skvm.passes.pipeline_parser import parse_pipeline
from skvm.passes.presets import DEFAULT_LEVEL, LEVELS, preset
from skvm.passes.registry import ALL_PASSES


def test_a_pipeline_is_its_passes_with_their_options() -> None:
    pipeline = parse_pipeline("infer-needs{confidence=50},infer-needs")
    assert pipeline == Pipeline((InferNeeds(confidence=50), InferNeeds()))
    assert str(pipeline) == "infer-needs{confidence=50},infer-needs"


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        (" infer-needs ,\tinfer-needs ", "infer-needs,infer-needs"),
        ("infer-needs{}", "infer-needs"),
        ("infer-needs { confidence=7 }", "infer-needs{confidence=7}"),
        ("infer-needs{confidence=0}", "infer-needs"),
    ],
)
def test_the_text_of_a_pipeline_is_canonical(text: str, canonical: str) -> None:
    assert str(parse_pipeline(text)) == canonical
    assert parse_pipeline(canonical) == parse_pipeline(text)


@given(st.lists(st.sampled_from(ALL_PASSES)), st.integers(0, 100))
def test_print_then_parse_is_the_identity(kinds: list[type[InferNeeds]], confidence: int) -> None:
    pipeline = Pipeline((*(kind() for kind in kinds), InferNeeds(confidence)))
    assert parse_pipeline(str(pipeline)) == pipeline


@pytest.mark.parametrize("name", LEVELS)
def test_a_preset_is_the_text_it_prints_as(name: str) -> None:
    assert parse_pipeline(str(preset(name))) == preset(name)


def test_the_lower_levels_hold_no_pass_that_deletes() -> None:
    assert DEFAULT_LEVEL == "O1"
    for name in ("O0", "O1"):
        assert [step.name for step in preset(name).passes if step.deletes] == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "infer-need",
            "-pass:1:1: error[SKV301]: there is no pass 'infer-need'\n"
            "1 | infer-need\n"
            "    ^^^^^^^^^^\n"
            "help: did you mean 'infer-needs'?",
        ),
        (
            "infer-needs{confidnce=1}",
            "-pass:1:13: error[SKV302]: 'infer-needs' has no option 'confidnce'\n"
            "1 | infer-needs{confidnce=1}\n"
            "                ^^^^^^^^^\n"
            "help: did you mean 'confidence'?",
        ),
        (
            "infer-needs{confidence=high}",
            "-pass:1:24: error[SKV303]: option 'confidence' takes a whole number, found 'high'\n"
            "1 | infer-needs{confidence=high}\n"
            "                           ^^^^\n"
            "help: write it like confidence=0, which is the default",
        ),
        (
            "infer-needs{confidence=101}",
            "-pass:1:24: error[SKV303]: option 'confidence' does not take '101': 'confidence' must be <= 100: 101\n"
            "1 | infer-needs{confidence=101}\n"
            "                           ^^^\n"
            "help: the default is confidence=0",
        ),
        (
            "infer-needs{confidence=1 confidence=2}",
            "-pass:1:26: error[SKV305]: option 'confidence' is given twice\n"
            "1 | infer-needs{confidence=1 confidence=2}\n"
            "                             ^^^^^^^^^^\n"
            "help: keep one of the two",
        ),
        (
            "infer-needs,,infer-needs",
            "-pass:1:13: error[SKV300]: expected a name, found ','\n"
            "1 | infer-needs,,infer-needs\n"
            "                ^\n"
            "help: put commas between passes, options in braces: a,b{option=1 other=true}",
        ),
        (
            "infer-needs{confidence=1",
            "-pass:1:25: error[SKV300]: expected a name or '}', found the end of the pipeline\n"
            "1 | infer-needs{confidence=1\n"
            "                            ^\n"
            "help: put commas between passes, options in braces: a,b{option=1 other=true}",
        ),
        (
            "é",
            "-pass:1:1: error[SKV300]: expected a name, found 'é'\n"
            "1 | é\n"
            "    ^\n"
            "help: put commas between passes, options in braces: a,b{option=1 other=true}",
        ),
    ],
)
def test_a_wrong_pipeline_is_refused_at_its_place(text: str, finding: str) -> None:
    with pytest.raises(SkvmError) as caught:
        parse_pipeline(text)
    assert str(caught.value) == finding


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(SkvmError) as caught:
        parse_pipeline("nothing-like-it,infer-needs{a=1 b=2}")
    assert [finding.code for finding in caught.value.diagnostics] == ["SKV301", "SKV302", "SKV302"]


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        pipeline = parse_pipeline(text)
    except SkvmError:
        return
    assert parse_pipeline(str(pipeline)) == pipeline
