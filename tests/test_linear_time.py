"""The time of a compile is in proportion to the size of a skill, whatever its text is made of.

The bounds are wide: a test that fails on a busy machine says nothing, and what is quadratic misses them by far."""

import gc
import hashlib
from functools import partial
from time import process_time

import pytest
from skvm.backends.compile import CompileOptions, Lifted, compile_skill, emit_compiled, lift_read
from skvm.backends.target_registry import load_target
from skvm.grammar.block import BlockKind
from skvm.skvm_ir.bundle import Bundle, Entry
from skvm.skvm_ir.edits import Edit, EditKind
from skvm.skvm_ir.op import Origin, Range

HEADER = "---\nname: skill\ndescription: Use it when something is to be tested.\n---\n\n"


def lifted_text(text: str) -> Lifted:
    data = text.encode()
    entry = Entry("SKILL.md", len(data), hashlib.sha256(data).hexdigest(), "644", partial(bytes, data))
    return lift_read(Bundle("skill", "SKILL.md", {"SKILL.md": entry}))


GROWING: dict[str, str] = {
    "prose": "Read the notes of `plan.md` first. The report must name every file.\n\n",
    "one line": "Read the notes of `plan.md` first, then go back to step 1. ",
    "one list": "1. Run `make report` and read the log.\n",
    "loose list": "1. Run `make report`\n\n   Then read the log.\n\n",
    "check list": "- [ ] Run `make <target>`\n",
    "steps": "## Step 1: Run the build\n\nRun `make all`. If it fails, go back to Step 1.\n\n",
    "same headings": "## Notes\n\nSee [the notes](#notes).\n\n",
    "fences": "```bash\nmake report\n```\n\n",
    "a table's rows": "| `input.csv` | the rows of the year |\n",
    "quotes": "> > > so it was said\n\n",
    "brackets": "[a](",
    "links": "[a](b.md) ",
    "stars": "**a ",
    "ticks": "``a`` `",
    "angles": "<a <!-- ",
    "quotation marks": "'a \"b ",
    "carriage returns": "a\r",
    "line breaks": "\n",
    "conditions": "- If it fails, run `make`.\n- Otherwise, stop.\n",
    "rules": "- You MUST never do it.\n",
    "references to files": "Read `references/notes.md`, then `scripts/run.py`.\n",
    "tags": "<step>\nRun it\n</step>\n",
    "an unclosed comment": "<!-- a\n",
    "here-documents": "```bash\ncat <<EOF\n```\n",
    "underlines": "a\n=\n",
}


@pytest.mark.parametrize("piece", GROWING.values(), ids=list(GROWING))
def test_time_grows_with_the_size(piece: str) -> None:
    small, large = compile_seconds(piece, 10_000), compile_seconds(piece, 80_000)
    # Eight times the text: what is quadratic takes 64 times as long, and the floor forgives what is too short to tell.
    assert large < 24 * max(small, 0.01)


def test_time_grows_with_the_number_of_edits() -> None:
    small, large = editing_seconds(500), editing_seconds(4000)
    assert large < 24 * max(small, 0.01)


def editing_seconds(count: int) -> float:
    """The CPU time of emitting a text in which ``count`` paragraphs are replaced, accounted for and read again."""
    target = load_target("qwen-7b")
    lifted = lifted_text(HEADER + "A line of prose.\n\n" * count)
    paragraphs = [leaf for leaf in lifted.skill.leaves() if leaf.kind is BlockKind.PARAGRAPH]
    origin = Origin("a-pass", "compensate follow.format L2")
    for number, leaf in enumerate(paragraphs, 1):
        edit = Edit(number, EditKind.REPLACE, (Range(leaf.number),), origin, "Another line.")
        lifted.skill.edits.append(edit)
    gc.collect()
    start = process_time()
    result = emit_compiled(lifted, target, CompileOptions())
    spent = process_time() - start
    assert len(result.report["losses"]) == count
    return spent


def compile_seconds(piece: str, size: int) -> float:
    """The CPU time of lifting and compiling ``piece`` said over and over, the better of two runs."""
    target = load_target("qwen-7b")
    best = float("inf")
    for _ in range(2):
        text = HEADER + piece * (size // len(piece))
        gc.collect()
        start = process_time()
        compile_skill(lifted_text(text), target)
        best = min(best, process_time() - start)
    return best
