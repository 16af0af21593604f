"""Targets are found by name, alias and path, completed from others, and wrong files are refused with their line."""

import re
import tomllib
from pathlib import Path

import pytest
from skvm.backends import target_registry
from skvm.backends.target_registry import HARNESSES, TARGETS, list_targets, load_prior, load_target
from skvm.grammar.diagnostic import SkvmError
from skvm.skvm_ir.needs import LEVELS, load_catalogue
from skvm.skvm_ir.target import Evidence, Harness, PromptStyle, Target, ToolAction

PRIMITIVES = load_catalogue().names
NAMES = [summary.name for summary in list_targets()]
MEASURED = [summary.name for summary in list_targets() if not summary.estimated]
BASE = "bare-agent--qwen-qwen3.5-9b"
CELLS = "{ passed = [3, 2, 1], total = [3, 3, 3], seconds = [1.0, 2.0, 3.0] }"


def write(folder: Path, text: str, name: str = "mine.toml") -> Path:
    path = folder / name
    path.write_bytes(text.encode())
    return path


def refusal(name: str | Path) -> SkvmError:
    with pytest.raises(SkvmError) as caught:
        load_target(name)
    return caught.value


def test_all_targets_are_there() -> None:
    assert len(MEASURED) == 25
    assert sorted(set(NAMES) - set(MEASURED)) == ["generic", "qwen-7b", "source"]


@pytest.mark.parametrize("name", NAMES)
def test_a_target_loads_and_says_what_it_rests_on(name: str) -> None:
    target = load_target(name)
    summary = next(summary for summary in list_targets() if summary.name == name)
    assert (target.name, target.model, target.estimated) == (name, summary.model, summary.estimated)
    assert target.provenance
    for primitive in PRIMITIVES:
        successes = [target.success(primitive, level) for level in LEVELS]
        assert successes == sorted(successes, reverse=True)
        assert all(0 < success <= 1 for success in successes)


@pytest.mark.parametrize("name", MEASURED)
def test_a_measured_target_names_source_and_time(name: str) -> None:
    target = load_target(name)
    assert re.search(r"SJTU-IPADS/SkVM-data profiles/\S+\.json, profiled 2026-\d\d-\d\dT", target.provenance)
    harness, _, model = name.partition("--")
    assert target.harness.name == harness
    assert target.model.replace("/", "-") == model


def test_loading_one_target_leaves_the_others_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    read = Path.read_bytes

    def note(path: Path) -> bytes:
        opened.append(path.name)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", note)
    target_registry._builtin.cache_clear()  # pyright: ignore[reportPrivateUsage]
    load_target("hermes--deepseek-deepseek-v4-pro")
    assert {name for name in opened if "--" in name} == {
        "hermes--deepseek-deepseek-v4-pro.toml",
        "bare-agent--deepseek-deepseek-v4-pro.toml",
        "openclaw--deepseek-deepseek-v4-pro.toml",
    }


def test_a_second_load_is_the_same_target() -> None:
    assert load_target("qwen-7b") is load_target("qwen-7b")


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("openclaw--claude-opus-4.6", "openclaw--anthropic-claude-opus-4.6"),
        ("bare-agent--qwen3.5-9b", BASE),
        ("claude-haiku-4.5", "openclaw--anthropic-claude-haiku-4.5"),
    ],
)
def test_an_alias_leaves_out_what_is_not_needed(alias: str, name: str) -> None:
    assert load_target(alias).name == name
    assert alias in next(summary.aliases for summary in list_targets() if summary.name == name)


def test_an_ambiguous_alias_is_refused_with_the_full_names() -> None:
    error = refusal("qwen3.5-9b")
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["SKV402"]
    assert "'bare-agent--qwen-qwen3.5-9b' or 'openclaw--qwen-qwen3.5-9b'" in str(error)


@pytest.mark.parametrize(
    ("wrong", "suggested"),
    [
        ("qwen7b", "'qwen-7b'"),
        ("opus-4.6", "'bare-agent--anthropic-claude-opus-4.6' or 'openclaw--anthropic-claude-opus-4.6'"),
        ("opnclaw--anthropic-claude-opus-4.6", "'openclaw--anthropic-claude-opus-4.6'"),
        ("Generic", "'generic'"),
    ],
)
def test_an_unknown_target_has_the_nearest_names(wrong: str, suggested: str) -> None:
    error = refusal(wrong)
    assert str(error).startswith(f"error[SKV401]: unknown target '{wrong}'\nhelp: did you mean {suggested}")


def test_a_name_like_nothing_still_has_a_next_action() -> None:
    assert "--list-targets" in str(refusal("zzzzzzzz"))
    assert "--list-targets" in str(refusal(""))


def test_qwen_7b_is_an_estimate_and_nowhere_stronger_than_its_base() -> None:
    small, base = load_target("qwen-7b"), load_target(BASE)
    assert small.estimated
    assert small.harness == base.harness
    for primitive in PRIMITIVES:
        for level in LEVELS:
            assert small.success(primitive, level) <= base.success(primitive, level)
            if base.figure(primitive, level).total:
                assert small.evidence(primitive, level) is Evidence.ESTIMATED
                assert small.figure(primitive, level).borrowed_from == BASE


def test_the_factors_of_qwen_7b_are_the_measured_step_in_size() -> None:
    def passed(model: str, level: int) -> int:
        return sum(
            big.figure(primitive, level).passed if model == "big" else small.figure(primitive, level).passed
            for big, small in pairs
            for primitive in PRIMITIVES
            if both_measured(big, small, primitive, level)
        )

    def both_measured(big: Target, small: Target, primitive: str, level: int) -> bool:
        return all(each.evidence(primitive, level) is Evidence.MEASURED for each in (big, small))

    pairs = [
        (load_target(f"{harness}--qwen-qwen3.5-35b-a3b"), load_target(f"{harness}--qwen-qwen3.5-9b"))
        for harness in ("bare-agent", "openclaw")
    ]
    steps = tuple(round(passed("small", level) / passed("big", level), 2) for level in LEVELS)
    assert load_target("qwen-7b").factors == steps


def test_source_and_generic_meet_everything_and_claim_nothing() -> None:
    for name in ("source", "generic"):
        target = load_target(name)
        assert target.estimated
        assert not target.claims
        assert all(target.met(primitive, level) for primitive in PRIMITIVES for level in LEVELS)
        assert target.harness == Harness("generic")
    assert load_target("source").keeps_text
    assert not load_target("generic").keeps_text


def test_faults_of_the_measurement_count_as_not_measured() -> None:
    faulty = [name for name in MEASURED if load_target(name).evidence("follow.constraint", 2) is not Evidence.MEASURED]
    assert len(faulty) == 21
    web = load_target("hermes--deepseek-deepseek-v4-pro")
    assert [web.evidence("tool.web", level) for level in LEVELS] == [Evidence.BORROWED] * 3
    assert load_target("openclaw--qwen-qwen3.5-9b").evidence("tool.web", 1) is Evidence.NOT_MEASURED


def test_a_missing_figure_is_borrowed_from_the_same_model_and_marked() -> None:
    target = load_target("bare-agent--anthropic-claude-opus-4.6")
    lender = load_target("openclaw--anthropic-claude-opus-4.6")
    figure, lent = target.figure("tool.web", 1), lender.figure("tool.web", 1)
    assert (figure.passed, figure.total) == (lent.passed, lent.total)
    assert (figure.evidence, figure.borrowed_from) == (Evidence.BORROWED, lender.name)
    assert figure.weight == load_prior().borrowing < 1
    assert figure.seconds is None


def test_trials_of_several_harnesses_are_borrowed_together() -> None:
    figure = load_target("openclaw--deepseek-deepseek-v4-flash").figure("tool.web", 3)
    # Hermes has a fault there, so only the bare agent lends.
    assert (figure.total, figure.borrowed_from) == (3, "bare-agent--deepseek-deepseek-v4-flash")
    pro = load_target("hermes--deepseek-deepseek-v4-pro").figure("tool.web", 1)
    assert pro.total == 6
    assert pro.borrowed_from == "bare-agent--deepseek-deepseek-v4-pro, openclaw--deepseek-deepseek-v4-pro"


@pytest.mark.parametrize("path", sorted(HARNESSES.glob("*.toml")), ids=lambda path: path.stem)
def test_each_fact_of_a_built_in_harness_has_its_source(path: Path) -> None:
    facts = tomllib.loads(path.read_text(encoding="utf-8"))
    assert set(facts) - {"sources"} == set(facts.get("sources", {}))


def test_harness_facts_tell_known_from_unknown() -> None:
    bare = load_target("bare-agent--openai-gpt-5.4").harness
    assert bare.tool(ToolAction.EXEC) == "execute_command"
    assert (bare.tool(ToolAction.BROWSE), bare.sub_agents, bare.placeholder) == ("", False, "")
    claw = load_target("openclaw--openai-gpt-5.4").harness
    assert (claw.placeholder, claw.batch_calls, claw.tool(ToolAction.ASK)) == ("{baseDir}", None, None)
    hermes = load_target("hermes--deepseek-deepseek-v4-pro").harness
    assert (hermes.placeholder, hermes.tool(ToolAction.SPAWN)) == ("${HERMES_SKILL_DIR}", "delegate_task")


def test_a_users_target_is_a_file(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"""
        model = "acme/roadrunner"
        harness = "skvm"
        estimated = false
        prompt_style = "xml"
        [model_facts]
        context_window = 8192
        price_in = 1
        [harness_facts]
        listing_budget = 500
        [harness_facts.tools]
        read = "cat"
        [capabilities]
        "tool.exec" = {CELLS}
        """,
    )
    target = load_target(str(path))
    assert (target.name, target.model, target.estimated) == ("mine", "acme/roadrunner", False)
    assert target.prompt_style is PromptStyle.XML
    assert (target.context_window, target.price_in, target.price_out) == (8192, 1.0, None)
    assert target.harness.runs_commands
    assert target.harness.listing_budget == 500
    assert target.harness.tool(ToolAction.READ) == "cat"
    assert target.figure("tool.exec", 2).seconds == 2.0
    assert target.evidence("tool.exec", 3) is Evidence.MEASURED
    assert target.success("gen.regex", 1) == pytest.approx(load_prior().of("gen.regex")[0])


def test_a_users_target_borrows_too(tmp_path: Path) -> None:
    path = write(tmp_path, f'model = "qwen/qwen3.5-9b"\nestimated = false\n[capabilities]\n"tool.exec" = {CELLS}\n')
    target = load_target(path)
    assert target.evidence("tool.exec", 1) is Evidence.MEASURED
    assert target.figure("gen.regex", 1).borrowed_from == f"{BASE}, openclaw--qwen-qwen3.5-9b"


def test_written_down_figures_are_estimates(tmp_path: Path) -> None:
    target = load_target(write(tmp_path, f'model = "m"\n[capabilities]\n"tool.exec" = {CELLS}\n'))
    assert target.estimated
    assert target.evidence("tool.exec", 1) is Evidence.ESTIMATED


def test_derivations_chain_and_only_lower(tmp_path: Path) -> None:
    write(tmp_path, 'derived_from = "qwen-7b"\nfactors = [0.9, 0.8, 0.7]\n', "first.toml")
    second = load_target(write(tmp_path, 'derived_from = "./first.toml"\nfactors = [1, 0.5, 0.5]\nharness = "skvm"\n'))
    first, base = load_target(tmp_path / "first.toml"), load_target("qwen-7b")
    assert second.harness.name == "skvm"
    for primitive in PRIMITIVES:
        for level in LEVELS:
            assert second.success(primitive, level) <= first.success(primitive, level) <= base.success(primitive, level)


def test_a_circle_of_derivations_is_refused(tmp_path: Path) -> None:
    write(tmp_path, 'derived_from = "./mine.toml"\n', "other.toml")
    error = refusal(write(tmp_path, 'derived_from = "./other.toml"\n'))
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["SKV408"]


def test_own_primitives_need_an_own_catalogue(tmp_path: Path) -> None:
    path = write(tmp_path, f'model = "m"\nestimated = false\n[capabilities]\n"see.image" = {CELLS}\n')
    error = refusal(path)
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["SKV405"]
    catalogue = load_catalogue(b'["see.image"]\ngroup = "senses"\nwhat = "w"\nlevels = ["a", "b", "c"]\n')
    assert load_target(path, catalogue).figure("see.image", 1).passed == 3


CAPABILITY = 'estimated = false\n[capabilities]\n"tool.exec" = '


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("model = \n", "1:9: error[SKV403]", "not TOML: invalid value"),
        ('model = "m"\nmodel = "n"\n', "2:12: error[SKV403]", "not TOML"),
        ('model = "m', "1:10: error[SKV403]", "not TOML"),
        ("model = 3\n", "1:1: error[SKV404]", "'model' is int, expected text"),
        ('modell = "m"\n', "1:1: error[SKV404]", "unknown field 'modell'"),
        ('prompt_style = "html"\n', "1:1: error[SKV404]", "expected 'markdown' or 'xml'"),
        ("estimated = false\n", "1:1: error[SKV404]", "without figures of its own is estimated"),
        ('harness = "opencloth"\n', "1:1: error[SKV407]", "unknown harness 'opencloth'"),
        ("factors = [0.9, 0.8, 0.7]\n", "1:1: error[SKV404]", "'derived_from' names, and there is none"),
        ('derived_from = "generic"\nfactors = [0.9, 1.1, 0.7]\n', "2:1: error[SKV404]", "that do not rise"),
        ('derived_from = "generic"\nfactors = [0.9, 0.8, 0]\n', "2:1: error[SKV404]", "above 0"),
        ('derived_from = "generic"\nfactors = [true, 0.8, 0.7]\n', "2:1: error[SKV404]", "three numbers"),
        ("assumed_success = 2\n", "1:1: error[SKV404]", "at most 1"),
        ("assumed_success = -1\n", "1:1: error[SKV404]", "zero or more"),
        ("assumed_success = nan\n", "1:1: error[SKV404]", "zero or more"),
        ("[model_facts]\ncontext_window = 0\n", "2:1: error[SKV404]", "above zero"),
        ("[model_facts]\ncontext = 5\n", "2:1: error[SKV404]", "unknown field 'context'"),
        ("capabilities = 3\n", "1:1: error[SKV404]", "'capabilities' is int, expected a table"),
        ("[harness_facts]\nbatch_calls = 1\n", "2:1: error[SKV404]", "expected true or false"),
        ('[harness_facts.tools]\nfly = "wings"\n', "2:1: error[SKV404]", "unknown field 'fly'"),
        (CAPABILITY + "{ passed = [4, 3, 3], total = [3, 3, 3] }", "3:1: error[SKV404]", "no more than the total"),
        (CAPABILITY + "{ passed = [3, 3], total = [3, 3, 3] }", "3:1: error[SKV404]", "three whole numbers"),
        (CAPABILITY + "{ passed = [3, 3, -1], total = [3, 3, 3] }", "3:1: error[SKV404]", "three whole numbers"),
        (CAPABILITY + "{ passed = [3, 3, 1.5], total = [3, 3, 3] }", "3:1: error[SKV404]", "three whole numbers"),
        (CAPABILITY + "{ passed = [3, 3, 3], totals = [3, 3, 3] }", "3:1: error[SKV404]", "did you mean 'total'"),
        (CAPABILITY + CELLS.replace("1.0", "inf"), "3:1: error[SKV404]", "zero or more, one a level"),
        (CAPABILITY + CELLS.replace("{", "{ published = 7,"), "3:1: error[SKV404]", "expected 0 to 3"),
        (f'[capabilities]\n"tool.exe" = {CELLS}\n', "2:1: error[SKV405]", "did you mean 'tool.exec'"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, place: str, says: str) -> None:
    error = str(refusal(write(tmp_path, text)))
    assert f"mine.toml:{place}" in error
    assert says in error
    assert "\nhelp: " in error


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    error = refusal(write(tmp_path, 'modell = "m"\nharness = 3\n[capabilities]\n"tool.exe" = 1\n'))
    assert sorted(diagnostic.code for diagnostic in error.diagnostics) == ["SKV404", "SKV404", "SKV405"]


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_bytes(b'model = "\xff"\n')
    assert "mine.toml:1:10: error[SKV403]: the file is not UTF-8" in str(refusal(path))


def test_a_missing_file_is_not_looked_up_as_a_name(tmp_path: Path) -> None:
    error = refusal(tmp_path / "gone.toml")
    assert [diagnostic.code for diagnostic in error.diagnostics] == ["SKV406"]
    assert "gone.toml: error[SKV406]: the target file cannot be read: no such file" in str(error)
    assert [diagnostic.code for diagnostic in refusal(tmp_path).diagnostics] == ["SKV406"]


def test_each_target_file_is_listed() -> None:
    assert sorted(path.stem for path in TARGETS.glob("*.toml")) == NAMES


def test_the_examples_of_the_documentation_work(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "targets.md").read_text(encoding="utf-8")
    measured, derived, catalogue = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    target = load_target(write(tmp_path, measured))
    assert [target.evidence("gen.code.python", level) for level in LEVELS] == [
        Evidence.MEASURED,
        Evidence.MEASURED,
        Evidence.NOT_MEASURED,
    ]
    assert load_target(write(tmp_path, derived)).success("tool.exec", 1) < load_target("qwen-7b").success(
        "tool.exec", 1
    )
    assert "gen.code.rust" in load_catalogue(catalogue.encode())
