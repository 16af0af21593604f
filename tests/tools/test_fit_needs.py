"""The fit of needs: its report, its calibration, and that the weights come out the same again."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from skvm.passes.need_weights import WEIGHTS_FILE
from skvm.tools.needs_calibration import REPORT, Bin, bins, main, mean_error, pairs_of_labels, pairs_out_of_fold


def test_the_agreement_out_of_fold_does_not_slip() -> None:
    report = json.loads(REPORT.read_text(encoding="utf-8"))
    assert report["random"]["needs F1"] >= 0.74
    assert report["random"]["level exact"] >= 0.68
    assert report["by source"]["needs F1"] >= 0.70
    assert report["by source"]["level exact"] >= 0.65


def test_bins_hold_what_was_predicted_and_seen() -> None:
    table = bins([(41, 1.0), (49, 0.0), (90, 1.0)])
    assert table == [Bin(40, 2, 0.45, 0.5), Bin(90, 1, 0.9, 1.0)]
    assert mean_error(table) == pytest.approx((2 * 0.05 + 0.1) / 3)
    assert mean_error([]) == 0


def test_confidences_are_calibrated_on_skills_that_nothing_was_fitted_on(shared: Path) -> None:
    assert mean_error(bins(pairs_of_labels(shared / "labels"))) < 0.06


def test_the_tables_are_printed(shared: Path) -> None:
    result = CliRunner().invoke(main, [str(shared / "labels")])
    assert result.exit_code == 0
    assert "training, out of fold: calibration error" in result.output
    assert "labels: calibration error" in result.output
    assert len(list(pairs_out_of_fold())) > 3000


def test_the_weights_come_out_the_same_again(shared: Path) -> None:
    pytest.importorskip("sklearn")
    from skvm.skvm_ir.needs import load_catalogue
    from skvm.tools.fit_needs import read_examples, refused_words
    from skvm.tools.fit_needs_model import fit_weights

    examples = read_examples(shared / "training")
    again = fit_weights(examples, refused_words(examples), load_catalogue().names)
    stored = json.loads(WEIGHTS_FILE.read_text(encoding="utf-8"))
    # The calibration comes from a fit without each tenth of the skills: minutes, where this takes seconds.
    same = {key: stored[key] for key in again if key != "calibration"}
    assert same == {key: value for key, value in again.items() if key != "calibration"}
