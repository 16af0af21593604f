"""README.md is one screen, and what it shows and tells to run is true."""

import re
from pathlib import Path

import pytest
from skvm.backends.compile import compile, lift_folder, run_passes
from skvm.passes.infer_needs import InferNeeds
from skvm.passes.pipeline import Pipeline
from skvm.skvm_ir.printer import print_module

from .tools.commands import run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
EXAMPLE = ROOT / "examples" / "csv-report"
FENCES = re.findall(r"^```(\w*)\n(.*?)^```$", README, re.M | re.S)
SHOWN = [text for info, text in FENCES if info != "sh"]
COMMANDS = [line.split("#")[0].strip() for info, text in FENCES if info == "sh" for line in text.splitlines()]


def test_it_is_one_screen() -> None:
    assert len(README.splitlines()) <= 66


def test_the_example_is_shown_as_it_is() -> None:
    source, sir, compiled = SHOWN
    assert source in (EXAMPLE / "SKILL.md").read_text("utf-8")
    lifted = lift_folder(EXAMPLE)
    run_passes(lifted.module, Pipeline((InferNeeds(),)))
    assert sir.strip() in print_module(lifted.module)
    assert compiled.encode() in compile(EXAMPLE, target="qwen-7b").files["SKILL.md"].data


def test_the_make_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = [command.removeprefix("make ") for command in COMMANDS if command.startswith("make ")]
    assert targets == ["demo", "test"]
    assert all(re.search(rf"^{target}:", makefile, re.M) for target in targets)


@pytest.mark.parametrize("command", [own for own in COMMANDS if own.startswith(".venv/bin/skvm ")])
def test_a_command_works(tmp_path: Path, command: str) -> None:
    words = command.removeprefix(".venv/bin/skvm ").split()
    words = [str(EXAMPLE) if word == "path/to/skill" else word.replace("out/", f"{tmp_path}/") for word in words]
    if "view" in words:
        words = [word.replace(".svg", ".dot") for word in words]
    result = run(*words)
    assert result.exit_code == 0, result.output


def test_the_pages_it_names_are_there() -> None:
    links = re.findall(r"\]\(([^)]+)\)", README)
    assert [link for link in links if not (ROOT / link).exists()] == []
