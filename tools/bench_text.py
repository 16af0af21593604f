"""Measures text: how fast SIR prints and parses, and that lifting takes twice the time for twice the bytes."""

import gc
import hashlib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time

from ..backends.compile import compile_skill, lift_folder
from ..backends.target_registry import load_target
from ..grammar.source import Source
from ..skvm_ir.bundle import Bundle, Entry
from ..skvm_ir.from_skill import lift
from ..skvm_ir.module import Module
from ..skvm_ir.parser import parse_module
from ..skvm_ir.printer import print_module
from .bench_table import Cell, Table

TARGET = "qwen-7b"
ROUNDS = 3
MEGABYTE = 1_000_000
SIZES = tuple(size * MEGABYTE for size in (1, 2, 4, 8))

SHAPES: dict[str, str] = {
    "prose": "Read the notes of `plan.md` first. The report must name every file.\n\n",
    "one list": "1. Run `make report` and read the log.\n",
    "one fence": "make report > log.txt  # again\n",
    "one table": "| `input.csv` | the rows of the year |\n",
    "deep quotes": ("> " * 16 + "and so it was said\n") * 8 + "\n",
    "sections": "## Build the report\n\nRun `make report`. If it fails, stop.\n\n",
}
_BEFORE = {"one fence": "```bash\n", "one table": "| file | content |\n|---|---|\n"}


def bench_text(skills: Sequence[Path]) -> list[Table]:
    """Bytes per second of printing and of parsing the compiled modules of ``skills``."""
    target = load_target(TARGET)
    modules = [compile_skill(lift_folder(skill), target).module for skill in skills]
    sources = [Source("skill.sir", print_module(module).encode()) for module in modules]
    size = sum(len(source.data) for source in sources)
    rows: list[tuple[Cell, ...]] = [
        (name, size / MEGABYTE, seconds * 1e3, size / MEGABYTE / seconds)
        for name, seconds in (("print", _seconds(print_module, modules)), ("parse", _seconds(parse_module, sources)))
    ]
    columns = ("SIR", "megabytes", "milliseconds", "megabytes per second")
    notes = (f"{len(modules)} modules compiled for {TARGET}, the middle of {ROUNDS} rounds; aim: 2 or more each",)
    return [Table("Textual SIR", columns, tuple(rows), notes)]


def _seconds(function: Callable[..., object], items: Sequence[Module] | Sequence[Source]) -> float:
    times: list[float] = []
    for _ in range(ROUNDS):
        start = process_time()
        for item in items:
            function(item)
        times.append(process_time() - start)
    return median(times)


def bench_growth(skills: Sequence[Path], sizes: tuple[int, ...] = SIZES) -> list[Table]:
    """Lifting of made-up texts of ``sizes`` bytes; ``skills`` are not looked at."""
    rows: list[tuple[Cell, ...]] = []
    for shape in SHAPES:
        times = [lifting_seconds(shape, size) for size in sizes]
        ratios = [f"{after / before:.2f}" for before, after in pairwise(times)]
        rows.append((shape, *times, " ".join(ratios), sizes[-1] / MEGABYTE / times[-1]))
    columns = ("seconds of CPU", *(f"{size / MEGABYTE:g} MB" for size in sizes), "per doubling", "megabytes per second")
    return [Table("Lifting grows linearly", columns, tuple(rows), ("aim: about 2 per doubling",))]


def lifting_seconds(shape: str, size: int) -> float:
    """How long lifting a text of that shape and about that size takes."""
    data = made_text(shape, size).encode()
    entry = Entry("SKILL.md", len(data), hashlib.sha256(data).hexdigest(), "644", partial(bytes, data))
    bundle = Bundle("made-up", "SKILL.md", {"SKILL.md": entry})
    gc.collect()  # what an earlier text left behind is not this one's cost
    start = process_time()
    lift(bundle)
    return process_time() - start


def made_text(shape: str, size: int) -> str:
    """A skill of about ``size`` bytes that says one thing over and over."""
    before = f"---\nname: made-up\ndescription: Use it to measure.\n---\n\n{_BEFORE.get(shape, '')}"
    return before + SHAPES[shape] * (size // len(SHAPES[shape]))
