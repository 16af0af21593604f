"""One dash or two: options as compilers spell them."""

import pytest
from skvm.tools.spelling import double_dashes

from .commands import run, run_verb

NAMES = [
    "-o",
    "--output",
    "-j",
    "--jobs",
    "--json",
    "-O",
    "--pass",
    "--opt-bisect-limit",
    "--target",
    "--print-after-all",
]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (["-pass=p,q"], ["--pass=p,q"]),
        (["-pass", "p,q"], ["--pass", "p,q"]),
        (["--pass=p"], ["--pass=p"]),
        (["-opt-bisect-limit=3"], ["--opt-bisect-limit=3"]),
        (["-print-after-all"], ["--print-after-all"]),
        (["-O2"], ["-O2"]),
        (["-Os"], ["-Os"]),
        (["-o", "out"], ["-o", "out"]),
        (["-oout"], ["-oout"]),
        (["-j4"], ["-j4"]),
        (["-"], ["-"]),
        (["-json"], ["--json"]),
        (["-jobs=2"], ["--jobs=2"]),
        (["-output", "x"], ["--output", "x"]),
        (["-unknown"], ["--unknown"]),
        (["--", "-pass=p"], ["--", "-pass=p"]),
        (["in.sir", "-target=a"], ["in.sir", "--target=a"]),
        (["-target=a=b"], ["--target=a=b"]),
    ],
)
def test_double_dashes(given: list[str], meant: list[str]) -> None:
    assert double_dashes(given, NAMES) == meant


def test_an_unknown_option_is_named_whole() -> None:
    result = run_verb("opt", "-list-pases")
    assert result.exit_code == 2
    assert "--list-pases" in result.output
    assert "--list-passes" in result.output


@pytest.mark.parametrize("option", ["-version", "--version"])
def test_the_group_takes_one_dash_too(option: str) -> None:
    result = run(option)
    assert result.exit_code == 0
    assert result.output.startswith("skvm, version ")
