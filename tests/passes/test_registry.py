"""What every pass promises by being in the registry, whatever it does."""

import ast
import inspect
import re
from pathlib import Path

import pytest
from skvm.grammar.diagnostic import SkvmError
from skvm.passes.base import Pass, options_of, spelled, summary
from skvm.passes.registry import ALL_PASSES, PASSES, require_known


def test_names_are_unique() -> None:
    assert len(PASSES) == len(ALL_PASSES)


@pytest.mark.parametrize("kind", ALL_PASSES, ids=lambda kind: kind.name)
def test_a_pass_stands_in_a_file_of_its_name_that_shows_before_and_after(kind: type[Pass]) -> None:
    path = Path(inspect.getfile(kind))
    assert path.stem == kind.name.replace("-", "_")
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    assert docstring.index("Before:") < docstring.index("After:")
    assert summary(kind).endswith(".")


@pytest.mark.parametrize("kind", ALL_PASSES, ids=lambda kind: kind.name)
def test_a_pass_is_a_value_whose_options_have_defaults(kind: type[Pass]) -> None:
    assert kind() == kind()
    assert str(kind()) == kind.name
    for option, default in options_of(kind).items():
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", option)
        assert isinstance(default, bool | int | str)


def test_options_are_spelled_as_the_grammar_reads_them() -> None:
    assert spelled("strict", True) == "strict=true"
    assert spelled("threshold", 60) == "threshold=60"
    assert spelled("tool", "web_fetch") == "tool=web_fetch"
    assert spelled("reason", 'two "words"') == 'reason="two \\"words\\""'


def test_an_unknown_pass_names_the_nearest() -> None:
    assert require_known("infer-needs") is PASSES["infer-needs"]
    with pytest.raises(SkvmError) as caught:
        require_known("infer-neds")
    assert str(caught.value) == "error[SKV301]: there is no pass 'infer-neds'\nhelp: did you mean 'infer-needs'?"
