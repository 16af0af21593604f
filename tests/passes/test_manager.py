"""The manager: it verifies always and names the culprit, and says what it is asked to say, no more."""

import re
from typing import ClassVar

import pytest
from attrs import frozen
from skvm.grammar.diagnostic import SkvmError
from skvm.passes.base import Pass
from skvm.passes.context import Context
from skvm.passes.infer_needs import InferNeeds
from skvm.passes.manager import ManagerOptions, PipelineResult, run_pipeline
from skvm.passes.pipeline import Pipeline
from skvm.skvm_ir.module import Module
from skvm.skvm_ir.op import Name
from skvm.skvm_ir.printer import print_module

from .modules import build_module

INFER = Pipeline((InferNeeds(),))


@frozen
class BreakNames(Pass):
    """Make the first op wait for one that is not there."""

    name: ClassVar[str] = "break-names"

    def run(self, module: Module, context: Context) -> bool:
        module.skills[0].flow.ops[0].after = (Name("@nowhere"),)
        return True


@frozen
class LoseStep(Pass):
    """Drop an op and say nothing of its text."""

    name: ClassVar[str] = "lose-step"

    def run(self, module: Module, context: Context) -> bool:
        module.skills[0].flow.ops.pop()
        return True


@frozen
class WantTarget(Pass):
    """Work for a target."""

    name: ClassVar[str] = "want-target"

    def run(self, module: Module, context: Context) -> bool:
        context.require_target(self.name)
        return False


def run(pipeline: Pipeline, **options: object) -> tuple[str, PipelineResult]:
    said: list[str] = []
    result = run_pipeline(build_module(), pipeline, Context(), ManagerOptions(**options), said.append)  # pyright: ignore[reportArgumentType]
    return "".join(said), result


def test_nothing_is_said_unasked() -> None:
    said, result = run(INFER)
    assert said == ""
    assert result.changed
    assert [(step.number, step.name, step.nanoseconds) for step in result.runs] == [(1, "infer-needs", 0)]


def test_the_empty_pipeline_verifies_and_changes_nothing() -> None:
    module = build_module()
    assert not run_pipeline(module, Pipeline(), Context()).changed
    module.skills[0].flow.ops[0].after = (Name("@nowhere"),)
    with pytest.raises(SkvmError) as caught:
        run_pipeline(module, Pipeline(), Context())
    assert [(finding.code, finding.help) for finding in caught.value.diagnostics] == [
        ("SKV220", "names must be those of ops, values or files of this skill")
    ]


@pytest.mark.parametrize(("culprit", "code"), [(BreakNames(), "SKV220"), (LoseStep(), "SKV270")])
def test_a_pass_that_leaves_unsound_sir_is_named(culprit: Pass, code: str) -> None:
    with pytest.raises(SkvmError) as caught:
        run_pipeline(build_module(), Pipeline((InferNeeds(), culprit, InferNeeds())), Context())
    (finding,) = caught.value.diagnostics
    assert finding.code == code
    assert f"the module was sound before '{culprit.name}' ran" in finding.help


def test_a_pass_that_wants_a_target_says_so() -> None:
    with pytest.raises(SkvmError) as caught:
        run_pipeline(build_module(), Pipeline((WantTarget(),)), Context())
    (finding,) = caught.value.diagnostics
    assert (finding.code, finding.help[:19]) == ("SKV304", "add --target=NAME, ")


def test_dumps_are_modules_with_a_line_that_says_when() -> None:
    before = print_module(build_module())
    said, _ = run(INFER, print_before=("infer-needs",))
    assert said == f"// ----- before infer-needs\n{before}"
    module = build_module()
    run_pipeline(module, INFER, Context())
    said, _ = run(INFER, print_after_all=True)
    assert said == f"// ----- after infer-needs\n{print_module(module)}"
    said, _ = run(INFER, print_before_all=True, print_after=("infer-needs",))
    assert said == f"// ----- before infer-needs\n{before}// ----- after infer-needs\n{print_module(module)}"


def test_a_dump_of_a_pass_that_is_not_there_is_refused() -> None:
    with pytest.raises(SkvmError, match="SKV301"):
        run(INFER, print_after=("infer-neds",))


def test_the_change_is_a_difference_of_the_text() -> None:
    said, _ = run(Pipeline((InferNeeds(), InferNeeds())), print_changed=True)
    first, _, second = said.partition("// ----- infer-needs changed nothing\n")
    assert first.startswith("// ----- changed by infer-needs\n--- before infer-needs\n+++ after infer-needs\n")
    assert '\n-    exec @make {run = ["make", "all"]} from [b2]\n' in first
    assert '\n+    exec @make {run = ["make", "all"]} needs [tool.exec:L1 90] from [b2]\n' in first
    assert second == ""


def test_the_bisect_limit_runs_the_first_passes_and_says_which() -> None:
    said, result = run(Pipeline((InferNeeds(), BreakNames())), bisect_limit=1)
    assert said == (
        "BISECT: running pass (1) infer-needs on build\nBISECT: NOT running pass (2) break-names on build\n"
    )
    assert [step.name for step in result.runs] == ["infer-needs"]
    assert result.skipped == (2,)


def test_a_limit_below_nought_runs_all_and_says_which() -> None:
    said, result = run(INFER, bisect_limit=-1)
    assert said == "BISECT: running pass (1) infer-needs on build\n"
    assert result.skipped == ()


def test_counts_are_a_table() -> None:
    said, _ = run(Pipeline((InferNeeds(), InferNeeds())), stats=True)
    header, first, second = said.splitlines()
    assert header.split() == ["pass", "ops", "edits", "needs", "remarks", "changed"]
    assert first.split()[:5] == ["(1)", "infer-needs", "2", "0", "1"]
    assert first.split()[-1] == "yes"
    assert second.split() == ["(2)", "infer-needs", "2", "0", "1", first.split()[-2], "no"]


def test_times_are_taken_on_demand() -> None:
    said, result = run(INFER, time_passes=True)
    assert result.runs[0].nanoseconds > 0
    assert [line.split()[0] for line in said.splitlines()] == ["pass", "(1)", "total"]


def test_remarks_are_those_of_the_passes_that_match() -> None:
    said, _ = run(INFER, remarks=re.compile("infer-.*"))
    assert said.splitlines()[0] == (
        "SKILL.md:3:1: analysis [infer-needs/plain-command]: a command (tool.exec:L1 90; @make)"
    )
    assert run(INFER, remarks=re.compile("infer"))[0] == ""
