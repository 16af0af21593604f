"""What a reader would label, from SIR."""

from typing import Any

from skvm.backends.analysis import analyze
from skvm.backends.compile import run_passes
from skvm.passes.presets import analysis
from skvm.skvm_ir.lift_summary import MOST_STEPS

from .skills import TEXT, lifted
from .test_dot import BRANCHING

HEAD = "---\nname: sample\ndescription: Counts. Use in tests.\n---\n\n"


def found(text: str, **files: bytes) -> dict[str, Any]:
    own = lifted(text, **files)
    run_passes(own.module, analysis())
    return analyze(own.skill, "some-id")


def test_steps_stand_in_order_and_wait_for_each_other() -> None:
    said = found(TEXT)
    assert said["id"] == "some-id"
    assert [step["line"] for step in said["steps"]] == sorted(step["line"] for step in said["steps"])
    assert [step["id"] for step in said["steps"]] == [f"s{number}" for number in range(1, len(said["steps"]) + 1)]
    numbered = {step["line"]: step for step in said["steps"]}
    assert [numbered[line]["kind"] for line in (8, 9, 10, 11)] == ["exec", "read", "write", "check"]
    assert numbered[9]["after"] == [numbered[8]["id"]]
    assert numbered[10]["writes"] == ["report.md"]
    assert numbered[8]["text"] == "Run make all."


def test_a_group_waits_for_all_that_runs_side_by_side_before_it() -> None:
    said = found(BRANCHING)
    group = next(group for group in said["parallel"] if group["kind"] == "ilp" and group["steps"])
    inside = [step for step in said["steps"] if step["id"] in group["steps"]]
    assert {step["kind"] for step in inside} == {"exec"}
    behind = next(step for step in said["steps"] if step["line"] > 15)
    assert behind["after"] == group["steps"]


def test_at_most_so_many_steps_are_shown_and_they_still_hang_together() -> None:
    steps = "".join(f"{number}. Run `make part-{number}`.\n" for number in range(1, 31))
    said = found(f"{HEAD}# Build\n\n## Steps\n\n{steps}")
    assert len(said["steps"]) == MOST_STEPS
    assert all(len(step["after"]) == 1 for step in said["steps"][1:])


def test_each_group_shows_one_of_its_steps() -> None:
    phases = "".join(
        f"## Step {number}: Part {number}\n\n"
        + "".join(f"{at}. Run `make {number}-{at}`.\n" for at in range(1, 7))
        + "\n"
        for number in range(1, 5)
    )
    said = found(f"{HEAD}# Build\n\n{phases}")
    assert len(said["steps"]) == MOST_STEPS
    assert {(step["line"] - HEAD.count("\n") - 3) // 9 for step in said["steps"]} == {0, 1, 2, 3}


def test_needs_name_each_primitive_once_with_level_line_and_confidence() -> None:
    needs = found(TEXT)["requirements"]
    names = [need["primitive"] for need in needs]
    assert names == sorted(set(names))
    assert {"tool.exec", "follow.constraint"} <= set(names)
    lines = TEXT.count("\n")
    assert all(need["level"] in ("L1", "L2", "L3") and 1 <= need["line"] <= lines for need in needs)


def test_words_alone_are_a_reference_without_steps() -> None:
    said = found(f"{HEAD}# Colours\n\nRed is warm. Blue is cold.\n")
    assert (said["shape"], said["steps"], said["parallel"]) == ("reference", [], [])


def test_steps_of_further_files_have_no_line_in_this_one() -> None:
    text = TEXT + "\nWhen it fails, follow [the repair](repair.md).\n"
    repair = b"# Repair\n\n## Steps\n\n1. Run `make repair`.\n2. Read `repair.log`.\n3. Write `done.md`.\n"
    said = found(text, repair__md=repair)
    assert not any("repair.log" in step["text"] for step in said["steps"])
    assert all(step["line"] <= text.count("\n") for step in said["steps"])
