"""Measures cold starts: whole processes beside ``python -c pass`` in the same run, and what they import."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import perf_counter

import click

from .bench_table import Cell, Table

ROUNDS = 21
TARGET = "qwen-7b"
BASELINE = "python -c pass"

_COUNT = """
import sys
before = set(sys.modules)
from skvm.tools.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    assert not end.code, end.code
for name in sys.modules.keys() - before:
    package = name.partition(".")[0]
    print("imported", "the standard library" if package in sys.stdlib_module_names else package)
"""


def bench_startup(skills: Sequence[Path]) -> list[Table]:
    """``skvm --help``, and ``skvm cc`` on the smallest of ``skills`` that has steps to find."""
    skill = min(skills, key=lambda folder: sum(path.stat().st_size for path in folder.rglob("*")))
    with tempfile.TemporaryDirectory(prefix="skvm-bench-") as folder:
        compiling = ["cc", str(skill.resolve()), f"--target={TARGET}", "-o", str(Path(folder, "out"))]
        commands = {
            BASELINE: [sys.executable, "-c", "pass"],
            "skvm --help": [*_skvm(), "--help"],
            f"skvm cc {skill.name}": [*_skvm(), *compiling],
        }
        return [_times(commands), _imports({"skvm --help": ["--help"], f"skvm cc {skill.name}": compiling})]


def _skvm() -> list[str]:
    """The installed command, as a user starts it; the module where there is none beside this Python."""
    script = Path(sys.executable).parent / "skvm"
    return [str(script)] if script.is_file() else [sys.executable, "-m", "skvm.tools.cli"]


def _times(commands: dict[str, list[str]]) -> Table:
    spent: dict[str, list[float]] = {name: [] for name in commands}
    for at in range(ROUNDS + 1):
        for name, command in commands.items():
            start = perf_counter()
            done = subprocess.run(command, capture_output=True, text=True)
            milliseconds = (perf_counter() - start) * 1e3
            if done.returncode:
                raise click.ClickException(f"'{name}' ended with {done.returncode}:\n{done.stderr}")
            if at:  # the first round fills the caches of the file system and of compiled Python
                spent[name].append(milliseconds)
    base = median(spent[BASELINE])
    rows: list[tuple[Cell, ...]] = [
        (name, median(times), min(times), f"{median(times) / base:.1f}x") for name, times in spent.items()
    ]
    notes = (f"interleaved, {ROUNDS} rounds; aim: --help at most 8x, cc at most 18x",)
    return Table("Cold start, whole processes", ("milliseconds", "median", "least", "of baseline"), tuple(rows), notes)


def _imports(commands: dict[str, list[str]]) -> Table:
    counts: dict[str, dict[str, int]] = {name: {} for name in commands}
    for name, arguments in commands.items():
        said = subprocess.run([sys.executable, "-c", _COUNT, *arguments], check=True, capture_output=True, text=True)
        for line in said.stdout.splitlines():
            if line.startswith("imported "):
                package = line.removeprefix("imported ")
                counts[name][package] = counts[name].get(package, 0) + 1
    packages = sorted({package for own in counts.values() for package in own})
    rows = tuple((package, *(own.get(package, 0) for own in counts.values())) for package in packages)
    notes = ("beyond what Python itself imports",)
    return Table("Modules imported", ("package", *commands), rows, notes)
