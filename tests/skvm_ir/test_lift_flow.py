"""The flow that is lifted from small skills: one file each, the skill above the line, its SIR without text below."""

from pathlib import Path

import pytest
from skvm.skvm_ir.bundle import Bundle
from skvm.skvm_ir.from_skill import lift
from skvm.skvm_ir.printer import print_module
from skvm.skvm_ir.verifier import verify

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "lift").glob("*.md"))
LINE = "----- expect\n"
FILES: dict[str, dict[str, bytes]] = {
    "bundle_files_in_commands": {
        "scripts/measure.py": b"print(1)\n",
        "scripts/clean.sh": b"true\n",
        "references/limits.txt": b"9\n",
    },
    "further_text_is_entered_by_the_step_that_names_it": {
        "references/drying.md": b"# Drying\n\n## Steps\n\n1. Open the press.\n2. Check the paper.\n",
    },
}
"""Files beside the fixtures that speak of them."""


def lift_text(text: str, files: dict[str, bytes] | None = None) -> str:
    module, diagnostics = lift(Bundle.of_bytes("folder", {"SKILL.md": text.encode(), **(files or {})}))
    assert diagnostics == []
    assert list(verify(module)) == []
    return without_text(print_module(module))


def without_text(printed: str) -> str:
    """The printed skill without sources and document: what lifting understood."""
    kept: list[str] = []
    inside = False
    for line in printed.splitlines():
        inside = inside or line == "  text {"
        if (not inside and line.startswith(("skill ", "  ")) and not line.startswith("  source ")) or (
            inside and line.startswith("    ref ")
        ):
            kept.append(line)
        inside = inside and line != "  }"
    return "\n".join(kept) + "\n"


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_lifted_flow(path: Path, update_golden: bool) -> None:
    source, _, expected = path.read_text("utf-8").partition(LINE)
    files = FILES.get(path.stem, {})
    found = lift_text(source, files)
    if update_golden:
        path.write_text(source + LINE + found, "utf-8")
    else:
        assert found == expected


def test_lifting_twice_gives_the_same() -> None:
    for path in FIXTURES:
        source = path.read_text("utf-8").partition(LINE)[0]
        files = FILES.get(path.stem)
        assert lift_text(source, files) == lift_text(source, files)
