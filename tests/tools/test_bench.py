"""``skvm.tools.bench``: each measurement measures what it says, over the examples and small texts."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from skvm.backends import compile as driver
from skvm.tools.bench import MEASUREMENTS, bench
from skvm.tools.bench_compile import TARGETS, bench_compile
from skvm.tools.bench_retention import KINDS, bench_retention
from skvm.tools.bench_stages import REST, STAGES, Stopwatch, pass_types, stage_names, watching
from skvm.tools.bench_startup import bench_startup
from skvm.tools.bench_table import Table, percentile
from skvm.tools.bench_text import SHAPES, bench_growth, bench_text, made_text
from skvm.tools.find_skills import find_skills

EXAMPLES = find_skills([Path(__file__).parents[2] / "examples"])


def column(table: Table, name: str) -> list[object]:
    at = table.columns.index(name)
    return [row[at] for row in table.rows]


def test_a_table_is_aligned() -> None:
    table = Table("Speed", ("what", "ms", "of"), (("a", 1.5, "x"), ("longer", 12.0, "it")), ("a note",))
    assert table.render() == "Speed\n  what       ms  of\n  a        1.50   x\n  longer  12.00  it\n  a note\n"
    assert table.to_json()["rows"][1] == {"what": "longer", "ms": 12.0, "of": "it"}


@pytest.mark.parametrize(("share", "expected"), [(0.05, 1.0), (0.5, 10.0), (0.95, 19.0), (1.0, 20.0)])
def test_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile([float(value) for value in range(20, 0, -1)], share) == expected


def test_time_inside_a_stage_counts_once() -> None:
    watch = Stopwatch()
    inner = watch.timed("inner", lambda: sum(range(200_000)))
    outer = watch.timed("outer", lambda: (inner(), inner()))
    outer()
    assert watch.spent["inner"] > 10 * watch.spent["outer"] > 0


@pytest.mark.parametrize(("module", "name"), [(module, name) for _, module, name in STAGES])
def test_each_stage_is_a_call_of_the_compiler(module: str, name: str) -> None:
    assert callable(getattr(import_module(f"skvm.{module}"), name))


def test_watching_sees_every_stage_and_leaves_no_trace() -> None:
    before = [driver.read_bundle, *(each.run for each in pass_types())]
    with watching() as watch:
        for skill in EXAMPLES:
            lifted = driver.lift_folder(skill)
            driver.compile_skill(lifted, driver.load_target("qwen-7b"))
    assert set(stage_names()) - set(watch.spent) == {REST}
    assert [driver.read_bundle, *(each.run for each in pass_types())] == before


def test_compile_tells_every_target_and_shares_that_add_up() -> None:
    totals, stages = bench_compile(EXAMPLES)
    assert column(totals, totals.columns[0]) == list(TARGETS)
    assert all(isinstance(value, float) and value > 0 for value in column(totals, "median"))
    shares = [float(str(share).rstrip("%")) for share in column(stages, "share")]
    assert sum(shares) == pytest.approx(100, abs=1)  # pyright: ignore[reportUnknownMemberType]


def test_startup_is_told_beside_the_baseline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skvm.tools.bench_startup.ROUNDS", 1)
    times, imports = bench_startup(EXAMPLES)
    assert [str(share).endswith("x") for share in column(times, "of baseline")] == [True] * 3
    assert column(times, "of baseline")[0] == "1.0x"
    helped = dict(zip(column(imports, "package"), column(imports, "skvm --help"), strict=True))
    assert helped["skvm"]
    assert not any(helped.get(name) for name in ("lark", "yaml", "litellm", "llvmlite"))


def test_text_is_told_in_bytes_per_second() -> None:
    [table] = bench_text(EXAMPLES)
    assert column(table, "SIR") == ["print", "parse"]
    assert all(isinstance(value, float) and value > 0 for value in column(table, "megabytes per second"))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_made_text_has_about_its_size(shape: str) -> None:
    assert made_text(shape, 20_000).count(SHAPES[shape]) == 20_000 // len(SHAPES[shape])


def test_growth_tells_a_ratio_for_each_doubling() -> None:
    [table] = bench_growth(EXAMPLES, sizes=(5_000, 10_000, 20_000))
    assert column(table, "seconds of CPU") == list(SHAPES)
    assert all(len(str(ratios).split()) == 2 for ratios in column(table, "per doubling"))


def test_retention_counts_what_reports_list() -> None:
    [table] = bench_retention(EXAMPLES)
    assert column(table, "target") == list(TARGETS)
    assert column(table, "lost") == [0] * len(TARGETS)
    results = [driver.compile_skill(driver.lift_folder(skill), driver.load_target(TARGETS[0])) for skill in EXAMPLES]
    losses = [loss["kind"] for result in results for loss in result.report["losses"]]
    first = table.rows[0][table.columns.index(KINDS[0]) :]
    assert list(first[: len(KINDS)]) == [losses.count(kind) for kind in KINDS]


def test_the_command_prints_tables_and_writes_them_as_json(tmp_path: Path) -> None:
    file = tmp_path / "bench.json"
    done = CliRunner().invoke(bench, ["--only=text", "--only=retention", f"--json={file}", *map(str, EXAMPLES)])
    assert done.exit_code == 0, done.output
    assert "Textual SIR" in done.output
    written = json.loads(file.read_bytes())
    assert list(written) == ["text", "retention"]
    assert written["retention"][0]["rows"][0]["target"] == TARGETS[0]


def test_an_unknown_measurement_is_a_usage_error() -> None:
    done = CliRunner().invoke(bench, ["--only=speed"])
    assert done.exit_code == 2
    assert all(name in done.output for name in MEASUREMENTS)
