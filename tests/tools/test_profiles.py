"""The measured target files are what the import makes of the published profiles, and the prior predicts well."""

import json
from collections.abc import Sequence
from math import log
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from skvm.backends.target_registry import PRIORS, TARGETS, list_targets, load_prior
from skvm.grammar.diagnostic import SkvmError
from skvm.skvm_ir.target import Evidence, Figure, Figures
from skvm.tools import calibration, import_profiles
from skvm.tools.calibration import Profile


@pytest.fixture(scope="module")
def profiles() -> list[Profile]:
    return calibration.measured_profiles()


def cell(passed: Sequence[int]) -> dict[str, Any]:
    return {"level": "L3", "passed": passed, "total": [3, 3, 3], "mean_seconds": [1.5, 2.0, 2.5]}


def profile(folder: Path, name: str, **fields: Any) -> Path:
    data = {
        "capabilities": {"tool.exec": cell([3, 2, 1]), "gen.regex": cell([3, 3, 3])},
        "harness": "bare-agent",
        "model": "acme/runner",
        "profiled_at": "2026-01-01T00:00:00Z",
        "source": 'a "quoted" place',
    }
    path = folder / f"{name}.json"
    path.write_text(json.dumps({**data, **fields}), encoding="utf-8")
    return path


def test_the_committed_files_are_what_the_import_makes(shared: Path, tmp_path: Path) -> None:
    written = import_profiles.import_profiles(shared / "profiles", tmp_path)
    committed = {f"targets/{each.name}.toml" for each in list_targets() if not each.estimated} | {"priors.toml"}
    assert {path.relative_to(tmp_path).as_posix() for path in written} == committed
    for path in written:
        assert path.read_bytes() == (TARGETS.parent / path.relative_to(tmp_path)).read_bytes()


def test_the_trials_are_the_published_ones_but_for_the_faults(shared: Path) -> None:
    counted = {each.name: each for each in calibration.measured_profiles()}
    differing = 0
    for path in sorted((shared / "profiles").glob("*.json")):
        for primitive, published in json.loads(path.read_bytes())["capabilities"].items():
            for at, figure in enumerate(counted[path.stem].figures[primitive]):
                if figure.total:
                    assert (figure.passed, figure.total) == (published["passed"][at], published["total"][at])
                else:
                    differing += 1
    # 21 cells of follow.constraint, 6 of tool.web that were killed, 3 that were set by hand.
    assert differing == 30


def test_an_imported_file_is_a_target(tmp_path: Path) -> None:
    profile(tmp_path, "bare-agent--acme-runner")
    import_profiles.import_profiles(tmp_path, tmp_path / "out")
    text = (tmp_path / "out" / "targets" / "bare-agent--acme-runner.toml").read_text(encoding="utf-8")
    assert 'provenance = "measured: a \\"quoted\\" place, profiled 2026-01-01T00:00:00Z"' in text
    assert '"tool.exec" = { published = 3, passed = [3, 2, 1], total = [3, 3, 3], seconds = [1.5, 2.0, 2.5] }' in text
    assert "[model_facts]" not in text


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"capabilities": {"tool.exec": cell([3, 3])}}, "'tool.exec' needs a level"),
        ({"capabilities": {"tool.exec": 3}}, "'tool.exec' needs a level"),
    ],
)
def test_a_malformed_profile_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], fields: dict[str, Any], says: str
) -> None:
    profile(tmp_path, "wrong", **fields)
    assert import_profiles.main([str(tmp_path), str(tmp_path / "out")]) == 1
    assert f"wrong.json: error[SKV601]: {says}" in capsys.readouterr().err


@pytest.mark.parametrize("text", ["{", "[]", '{"model": "m"}'])
def test_what_is_no_profile_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "wrong.json").write_text(text, encoding="utf-8")
    with pytest.raises(SkvmError, match="SKV601"):
        import_profiles.read_profiles(tmp_path)


def test_the_import_command_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_profiles.main([]) == 2
    assert import_profiles.main([str(tmp_path), str(tmp_path)]) == 1
    assert "no profile in the folder" in capsys.readouterr().err
    profile(tmp_path, "one")
    assert import_profiles.main([str(tmp_path), str(tmp_path / "out")]) == 0
    assert capsys.readouterr().out.startswith("wrote 2 files")


def test_the_committed_prior_is_the_fitted_one(profiles: list[Profile]) -> None:
    assert PRIORS.read_text(encoding="utf-8") == import_profiles.prior_text(calibration.fit_prior(profiles), 25)


def test_the_posterior_beats_the_published_level_and_the_pass_rate(profiles: list[Profile]) -> None:
    scores = dict(calibration.table(profiles))
    used = scores["Beta per primitive and level, pooled (used)"]
    assert used.brier < 0.08 < scores["pass rate"].brier < scores["published level"].brier
    assert used.brier < scores["Beta per primitive and level, not pooled"].brier
    assert used.brier < scores["Beta per level, pooled"].brier
    assert scores["the same, trials weighed as borrowed"].brier < used.brier


def test_the_posterior_is_better_for_every_model(profiles: list[Profile]) -> None:
    rows = calibration.table_by_model(profiles)
    assert len(rows) == 11
    assert [model for model, raw, posterior in rows if posterior.brier >= raw.brier] == []


def test_scores_are_the_textbooks() -> None:
    def profile_of(name: str, passed: int) -> Profile:
        each = Figure(passed, 2, None, Evidence.MEASURED)
        figures: Figures = (each, each, each)
        return Profile(name, "m", {"tool.exec": figures}, {"tool.exec": 3})

    pair = [profile_of("one", 2), profile_of("other", 1)]
    # Certain success, seen to pass 1 of 2 and 2 of 2: a quarter of the trials are wrong by one.
    found = calibration.score(pair, calibration.published_level)
    assert (found.brier, found.trials) == (0.25, 12)
    assert found.log_loss == pytest.approx(0.25 * -log(0.001) + 0.75 * -log(0.999))
    assert calibration.score([pair[0], evolve(pair[1], model="n")], calibration.published_level).trials == 0


def test_the_table_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    calibration.main()
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"25 profiles; strength {load_prior().strength}, borrowing {load_prior().borrowing}")
    assert len(lines) == 23
