"""``analyze-deps`` beyond single goldens: its functions, what counts as looking, and real skills."""

from pathlib import Path

import pytest
from skvm.backends.read_folder import read_bundle
from skvm.grammar.source import Source
from skvm.passes.analyze_deps import AnalyzeDeps, dependences, parallel_groups
from skvm.passes.analyze_effects import only_looks
from skvm.passes.context import Context
from skvm.passes.find_variants import FindVariants
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.module import Skill
from skvm.skvm_ir.parser import parse_module
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify

from .modules import build_module

SHARED = Path(__file__).parents[2] / ".." / "shared"
SKILLS = sorted(path for path in (SHARED / "corpus").rglob("*") if path.name.lower() == "skill.md")


def with_flow(flow: str) -> Skill:
    module = build_module(name="other")
    module.skills[0].flow.ops.clear()
    text = print_module(module)
    return parse_module(Source("flow.sir", text.replace("  flow {\n", f"  flow {{\n{flow}\n").encode())).skills[0]


def waits(skill: Skill) -> dict[str, list[str]]:
    return {str(op.label): [str(other.label) for other in others] for op, others in dependences(skill).items()}


def test_a_step_waits_for_values_and_names() -> None:
    skill = with_flow(
        '%a: text = read {path = "a"} from [b2]\nact @b after [%a] from [b4]\ngenerate @c(%a) after [@b] from [b4]'
    )
    assert waits(skill) == {"%a": [], "@b": ["%a"], "@c": ["%a", "@b"]}


def test_a_group_hands_on_what_it_waits_for() -> None:
    skill = with_flow(
        "act @before from [b2]\n"
        "seq @group after [@before] from [b2] {\nact @first from [b2]\nact @last after [@first] from [b2]\n}\n"
        "act @behind after [@group] from [b4]"
    )
    assert waits(skill) == {"@before": [], "@first": ["@before"], "@last": ["@first"], "@behind": ["@last"]}


def test_a_group_off_the_path_waits_for_nothing() -> None:
    skill = with_flow("act @before from [b2]\naside @help from [b2] {\nact @first from [b2]\n}")
    assert waits(skill) == {"@before": [], "@first": []}


def test_groups_are_found_without_a_change() -> None:
    skill = with_flow('read @a {path = "a"} from [b2]\nread @b {path = "b"} after [@a] from [b2]')
    before = [op.after for op in skill.flow.walk()]
    (group,) = parallel_groups(skill)
    assert (group.kind, [str(op.label) for op in group.ops]) == ("instruction", ["@a", "@b"])
    assert [op.after for op in skill.flow.walk()] == before


@pytest.mark.parametrize(
    "command",
    [
        "git status",
        "ls -la | head",
        "gh pr list --json url",
        "node --version",
        "which uv || echo none",
        "cat a 2>/dev/null",
    ],
)
def test_a_command_that_looks(command: str) -> None:
    assert only_looks(command)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "git push",
        "git branch -D old",
        "ls > list.txt",
        "cat a | tee b",
        "find . -name x -delete",
        "cd build",
        "export A=1",
        "make",
        "ls && make",
        "jq . a | xargs rm",
        "git log --output=log.txt",
        "git status & make",
        "$TOOL --check",
        "echo $(make)",
    ],
)
def test_a_command_that_may_change_something(command: str) -> None:
    assert not only_looks(command)


@pytest.mark.skipif(not SKILLS, reason="../shared is absent")
def test_real_skills_stay_sound_and_a_second_run_changes_nothing() -> None:
    for path in SKILLS:
        module = lift(read_bundle(path.parent))[0]
        for kind in (AnalyzeDeps, FindVariants):
            kind().run(module, Context())
        assert [finding.render() for finding in verify(module)] == [], path
        before = print_module(module)
        assert not AnalyzeDeps().run(module, Context()), path
        assert not FindVariants().run(module, Context()), path
        assert print_module(module) == before
