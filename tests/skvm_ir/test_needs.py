"""The catalogue holds the 26 primitives of the design, needs print and parse, and mistakes are named."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.grammar.diagnostic import SkvmError
from skvm.skvm_ir.needs import LEVELS, Need, load_catalogue, parse_need

OWN = b"""
["gen.code.rust"]
group = "generation"
what = "write Rust that compiles"
levels = ["one file", "a crate with modules", "lifetimes and unsafe code"]

["see.image"]
group = "senses"
what = "look at pictures"
levels = ["say what is shown", "read a chart", "compare many"]
"""


def codes(error: SkvmError) -> list[str]:
    return [diagnostic.code for diagnostic in error.diagnostics]


def test_the_catalogue_has_the_primitives_and_groups_of_the_design() -> None:
    catalogue = load_catalogue()
    assert catalogue.groups == ("generation", "reasoning", "tool use", "instruction following")
    by_group = {
        group: [entry.name for entry in catalogue.primitives if entry.group == group] for group in catalogue.groups
    }
    assert {group: len(names) for group, names in by_group.items()} == {
        "generation": 9,
        "reasoning": 5,
        "tool use": 7,
        "instruction following": 5,
    }
    assert len(catalogue.names) == 26


def test_the_catalogue_names_what_the_label_guide_names(shared: Path) -> None:
    guide = (shared / "labels" / "GUIDE.md").read_text(encoding="utf-8")
    named = re.findall(r"^([a-z]+(?:\.[a-z]+)+) L1 ", guide, re.MULTILINE)
    assert list(load_catalogue().names) == named


def test_each_level_of_each_primitive_has_a_meaning_of_its_own() -> None:
    catalogue = load_catalogue()
    meanings = [catalogue.meaning(name, level) for name in catalogue.names for level in LEVELS]
    assert len(set(meanings)) == 78


def test_the_catalogue_is_read_once() -> None:
    assert load_catalogue() is load_catalogue()


def test_a_users_primitives_stand_behind_the_built_in_ones() -> None:
    catalogue = load_catalogue(OWN)
    assert catalogue.names == (*load_catalogue().names, "gen.code.rust", "see.image")
    assert catalogue.groups[-1] == "senses"
    assert catalogue.meaning("see.image", 2) == "read a chart"
    assert "see.image" not in load_catalogue()


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (b"[broken", "SKV411", "not TOML"),
        (b"\xff\xfe", "SKV411", "not TOML"),
        (b'["tool.exec"]\ngroup = "g"\nwhat = "w"\nlevels = ["a", "b", "c"]', "SKV413", "in the catalogue already"),
        (b'["see.image"]\ngroup = "g"\nwhat = "w"\nlevels = ["a", "b"]', "SKV412", "three level texts, found 2"),
        (b'["see.image"]\nwhat = "w"\nlevels = ["a", "b", "c"]', "SKV412", "'group' and 'what'"),
        (b'[Image]\ngroup = "g"', "SKV412", "'Image' is not a primitive's name"),
        (b'"see.image" = 3', "SKV412", "'group' and 'what'"),
    ],
)
def test_a_wrong_catalogue_is_refused(text: bytes, code: str, says: str) -> None:
    with pytest.raises(SkvmError, match=re.escape(says)) as caught:
        load_catalogue(text, "mine.toml")
    assert codes(caught.value) == [code]
    assert str(caught.value).startswith("mine.toml:")


def test_a_finding_names_the_line() -> None:
    with pytest.raises(SkvmError) as caught:
        load_catalogue(OWN + b'\n["see.film"]\ngroup = "senses"\n', "mine.toml")
    assert "mine.toml:12:2: error[SKV412]" in str(caught.value)


needs = st.builds(
    Need,
    primitive=st.sampled_from(load_catalogue(OWN).names),
    level=st.integers(1, 3),
    confidence=st.integers(0, 100),
)


@given(needs)
def test_a_need_prints_and_parses(need: Need) -> None:
    assert parse_need(str(need)) == need


def test_a_need_is_spelled_as_in_the_design() -> None:
    need = Need("tool.exec", 1, 97)
    assert str(need) == "tool.exec:L1 97"
    assert need.demand == "tool.exec L1"


@pytest.mark.parametrize("text", ["", "tool.exec", "tool.exec:L4 97", "tool.exec:L1", "tool.exec:L1 101", "exec:L1 9"])
def test_what_is_no_need_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(SkvmError, match=r"write it like 'tool\.exec:L1 97'") as caught:
        parse_need(text)
    assert codes(caught.value) == ["SKV410"]


@pytest.mark.parametrize(("level", "confidence"), [(0, 50), (4, 50), (1, -1), (1, 101)])
def test_a_need_out_of_range_cannot_be_made(level: int, confidence: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        Need("tool.exec", level, confidence)


def test_a_misspelled_primitive_has_near_names() -> None:
    assert load_catalogue().nearest("tool.exe")[0] == "tool.exec"
    assert load_catalogue().nearest("") == ()
