"""What ``capability-lower`` decides: when it acts, what it says, and that the skill is sound and whole behind it."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from skvm.backends.emission import apply_edits
from skvm.backends.reparse import check_blocks
from skvm.backends.target_registry import load_target
from skvm.grammar.diagnostic import SkvmError
from skvm.grammar.source import Source
from skvm.passes.capability_lower import REWRITES, CapabilityLower
from skvm.passes.context import Context
from skvm.passes.legalize_arithmetic import formula_names, program
from skvm.passes.legalize_base import Rewrite, Way
from skvm.passes.manager import run_pipeline
from skvm.passes.pipeline_parser import parse_pipeline
from skvm.passes.remarks import remarks_of
from skvm.passes.shell_chain import as_calls
from skvm.skvm_ir.edits import EditKind
from skvm.skvm_ir.module import Module
from skvm.skvm_ir.needs import load_catalogue
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.shell_words import Chain, Connector, Uncut, split_chain
from skvm.skvm_ir.verifier import check

GOLDEN = sorted((Path(__file__).parent / "capability_lower").glob("*.sir"))
FIRES = [path for path in GOLDEN if not path.stem.startswith("still_")]
STILL = [path for path in GOLDEN if path.stem.startswith("still_")]
EXPECT = "// ----- expect\n"


def source_of(path: Path) -> str:
    return path.read_text("utf-8").partition(EXPECT)[0]


def parse(text: str) -> Module:
    return parse_module(Source("golden.sir", text.encode()))


def expected(path: Path) -> Module:
    return parse(path.read_text("utf-8").partition(EXPECT)[2])


def stem(path: Path) -> str:
    return path.stem


def test_the_table_names_primitives_of_the_catalogue() -> None:
    assert set(REWRITES) <= set(load_catalogue().names)
    rules = [(rewrite.rule, rewrite) for kinds in REWRITES.values() for rewrite in kinds]
    assert len(dict(rules)) == len(set(rules)), "one name, one rule"


@pytest.mark.parametrize("rewrite", sorted({kind for kinds in REWRITES.values() for kind in kinds}, key=str))
def test_every_rule_has_a_golden_file_where_it_fires_and_one_where_it_holds_still(rewrite: type[Rewrite]) -> None:
    mark = f'rule = "{rewrite.rule}"'
    texts = {path: path.read_text("utf-8").partition(EXPECT)[2] for path in GOLDEN}
    fired = [
        path for path, text in texts.items() if any(mark in line and '"passed"' in line for line in text.splitlines())
    ]
    assert fired
    primitives = [primitive for primitive, kinds in REWRITES.items() if rewrite in kinds]
    still = [path for path in STILL if any(f"needs [{primitive}:" in source_of(path) for primitive in primitives)]
    assert still


@pytest.mark.parametrize("path", FIRES, ids=stem)
def test_a_rewrite_lowers_the_need_it_is_for(path: Path) -> None:
    skill = expected(path).skills[0]
    target = load_target(expected(path).target)
    done = [note for note in remarks_of(skill) if note.text("kind") == "passed"]
    assert done
    for note in done:
        way, primitive, levels = note.text("message").split(" ", 3)[:3]
        before, after = (int(level.strip("L:")) for level in levels.split("->"))
        assert way in {kind.value for kind in Way}
        assert note.text("need") == f"{primitive} L{before}"
        assert after < before
        if after:
            assert target.success(primitive, after) > target.success(primitive, before)


@pytest.mark.parametrize("path", FIRES, ids=stem)
def test_what_a_rewrite_leaves_is_sound_and_reads_as_it_was_meant(path: Path) -> None:
    module = expected(path)
    check(module)
    skill = module.skills[0]
    assert all(edit.kind in (EditKind.REPLACE, EditKind.INSERT) for edit in skill.edits), "nothing is removed"
    assert all(edit.origin.pass_name == "capability-lower" for edit in skill.edits)
    emission = apply_edits(skill, load_target(module.target))
    assert [finding.render() for finding in check_blocks(skill, 0, emission.sources[0])] == []


@pytest.mark.parametrize("path", FIRES, ids=stem)
def test_a_second_run_changes_nothing(path: Path) -> None:
    header = path.read_text("utf-8").splitlines()
    passes = next(line.removeprefix("// passes: ") for line in header if line.startswith("// passes: "))
    module = expected(path)
    before = print_module(module)
    result = run_pipeline(module, parse_pipeline(passes), Context(load_target(module.target)))
    assert print_module(module) == before
    assert not result.changed


@pytest.mark.parametrize("path", STILL, ids=stem)
def test_a_pattern_that_does_not_fit_leaves_the_text_alone(path: Path) -> None:
    skill = expected(path).skills[0]
    assert not skill.edits
    assert all(note.text("kind") == "missed" for note in remarks_of(skill))


@pytest.mark.parametrize("target", ["source", "generic"])
@pytest.mark.parametrize("path", FIRES, ids=stem)
def test_a_target_without_figures_gets_no_rewrites(path: Path, target: str) -> None:
    module = parse(source_of(path))
    assert not CapabilityLower().run(module, Context(load_target(target)))
    assert not module.skills[0].edits
    assert not module.skills[0].notes


def test_a_missed_need_says_figure_reason_and_what_would_help() -> None:
    path = next(path for path in STILL if path.stem == "still_fallback")
    [note] = remarks_of(expected(path).skills[0])
    assert note.text("rule") == "split-chain"
    assert note.text("need") == "tool.exec L3"
    assert note.text("message") == (
        "tool.exec L3 is predicted to succeed at 0.18 here (0 of 3 trials, estimated); what follows '||' runs only "
        "after a failure; no level of it is met here (0.39 at L1): this step wants a stronger target"
    )
    assert note.citations


def test_without_a_target_there_is_nothing_to_lower_for() -> None:
    module = parse(source_of(FIRES[0]))
    with pytest.raises(SkvmError) as caught:
        CapabilityLower().run(module, Context())
    assert [finding.code for finding in caught.value.diagnostics] == ["SKV304"]


def test_options_are_printed_and_checked() -> None:
    assert str(CapabilityLower()) == "capability-lower"
    assert str(CapabilityLower(threshold=80, only_missing=True)) == "capability-lower{threshold=80 only-missing=true}"
    with pytest.raises(ValueError, match="threshold"):
        CapabilityLower(threshold=0)


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("a && b", ("a", "b")),
        ("a;b ;  c;", ("a", "b", "c")),
        ("git commit -m 'a && b; c' && git push", ("git commit -m 'a && b; c'", "git push")),
        ('say "a && b" && c', ('say "a && b"', "c")),
        ("a | b && c > d 2>&1", ("a | b", "c > d 2>&1")),
        ("find . -exec rm {} \\; && ls", ("find . -exec rm {} \\;", "ls")),
        ("a $(b && c; d) && e", ("a $(b && c; d)", "e")),
        ("a `b; c` && d", ("a `b; c`", "d")),
        ("a && \\\n  b", ("a", "b")),
        ("a \\\n  && b", ("a", "b")),
        ("a &&\n> b", ("a", "b")),
        ("curl 'x?a=1&b=2' && jq .", ("curl 'x?a=1&b=2'", "jq .")),
        ("echo a#b && c", ("echo a#b", "c")),
    ],
)
def test_a_chain_is_cut_at_its_top_level(line: str, commands: tuple[str, ...]) -> None:
    chain = split_chain(line)
    assert isinstance(chain, Chain)
    assert chain.commands(line) == commands
    assert chain.connector is (Connector.AND if "&&" in line.replace("'a && b; c'", "&&") else Connector.THEN)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "a",
        "a;",
        "a &&",
        "&& a",
        "a || b",
        "a && b; c",
        "a & b && c",
        "(a && b) && c",
        "{ a; b; } && c",
        "a && { b; }",
        "f() { a; } && f",
        "if a; then b; fi",
        "for x in 1 2; do y; done",
        "while a; do b; done",
        "case $x in a) b;; esac",
        "cat <<E && b",
        "a <<< b && c",
        "a 'b && c",
        'a "b && c',
        "a `b && c",
        "a $(b && c",
        "a) && b",
        'a "$(b ")" && c)" && d',
        "a # x && b",
        "a && b # c",
        "a \\\n -x && b",
        "a\nb",
        "a; b $?",
        "a && b !!",
        "a |& b && c & d",
        "time a && b",
        "! a && b",
    ],
)
def test_what_is_no_plain_chain_is_not_cut(line: str) -> None:
    assert isinstance(split_chain(line), Uncut)


WORDS = st.sampled_from(
    [
        "make",
        "'a && b'",
        '"c; d"',
        "$(e && f; g)",
        "`h; i`",
        "j\\;",
        "<hole>",
        "2>&1",
        "> k.txt",
        "| wc -l",
        "x#y",
        "$HOME",
    ]
)
COMMANDS = st.lists(WORDS, min_size=1, max_size=4).map(lambda words: " ".join(["run", *words]))


@given(st.lists(COMMANDS, min_size=2, max_size=5), st.sampled_from([" && ", "; ", "&&", ";", " && \\\n  "]))
def test_a_chain_put_together_is_taken_apart_again(commands: list[str], connector: str) -> None:
    line = connector.join(commands)
    chain = split_chain(line)
    assert isinstance(chain, Chain)
    assert list(chain.commands(line)) == commands


@given(st.text(alphabet="ab &|;'\"`$()<>#\\\n{}!", max_size=30))
def test_any_line_is_cut_or_refused_in_words(line: str) -> None:
    chain = split_chain(line)
    if isinstance(chain, Uncut):
        assert chain.reason
    else:
        at = 0
        for start, end in chain.spans:
            assert at <= start < end <= len(line)
            assert not line[at:start].strip(" \t\n>\\&;")
            at = end


@pytest.mark.parametrize(
    ("line", "calls"),
    [
        ("a && b && c", ("a", "b", "c")),
        ("mkdir x && cd x && npm i", ("mkdir x", "cd x && npm i")),
        ("mkdir x && cd x && npm i && npm t", ("mkdir x", "cd x && npm i && npm t")),
        ("cd /x && a && b", ("cd /x && a", "cd /x && b")),
        ("cd $HOME/x && a && b", ("cd $HOME/x && a", "cd $HOME/x && b")),
        ("a && cd ~/x && b && c", ("a", "cd ~/x && b", "cd ~/x && c")),
        ("cd /x && a && . env && b", ("cd /x && a", "cd /x && . env && b")),
        ("A=1 make && B=2 make", ("A=1 make", "B=2 make")),
        ("a; b", ("a", "b")),
    ],
)
def test_calls_keep_what_the_shell_would_keep(line: str, calls: tuple[str, ...]) -> None:
    found = as_calls(line)
    assert not isinstance(found, Uncut)
    assert tuple("".join(line[a:b] for a, b in unit.pieces) for unit in found.units) == calls


@pytest.mark.parametrize(
    "line",
    [
        "cd x && a",
        "cd /x && a",
        "cd x && a && b",
        "cd /x; a; b",
        "cd <dir> && a && b",
        "a && cd x",
        "X=1 && a $X",
        "X=1; echo $X",
        "export X=1 && a && b",
        "source venv/bin/activate && a && b",
        "test -f x && a",
        "[ -f x ] && a && b",
        "a && echo done",
        "grep -q x y && a",
        "set -e; a; b",
    ],
)
def test_commands_that_share_a_shell_stay_together(line: str) -> None:
    assert isinstance(as_calls(line), Uncut)


@pytest.mark.parametrize(
    ("formula", "names"),
    [
        ("(last - first) / first * 100", ("last", "first")),
        ("a ** 2 + b ** 2", ("a", "b")),
        ("-x * 1.5", ("x",)),
        ("total % 7", ("total",)),
        ("1 + 2", ()),
        ("high-level", ()),
        ("docs/total", ()),
        ("a / b / c.md", ()),
        ("sum(x) / n", ()),
        ("a if b else c - d", ()),
        ("a - 'b'", ()),
        ("a + lambda", ()),
        ("sys - 1", ()),
        ("a - b; import os", ()),
        ("x[0] - y", ()),
        ("a +", ()),
        ("é - 1", ()),
    ],
)
def test_only_plain_arithmetic_over_names_is_a_formula(formula: str, names: tuple[str, ...]) -> None:
    assert formula_names(formula) == names


@pytest.mark.parametrize("formula", ["(last - first) / first * 100", "a ** 2 - b", "radius ** 2 * 3.14"])
def test_the_program_computes_the_formula(
    formula: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    names = formula_names(formula)
    values = [float(at + 2) for at in range(len(names))]
    monkeypatch.setattr("sys.argv", ["-c", *map(str, values)])
    exec(program(formula, names), {})
    wanted: Mapping[str, float] = dict(zip(names, values, strict=True))
    assert float(capsys.readouterr().out) == eval(formula, {}, dict(wanted))
