"""Response models beside each other, and the plasma curve of a dose."""

import numpy as np
import pytest

from monitor.analysis.tracking.comparison import compared, plasma_curves
from monitor.analysis.tracking.joint import ResponseFit
from monitor.protocol.settings import Settings
from monitor.report.joint_tables import write_joint, write_joint_course, write_plasma
from monitor.report.result_tables import dose_mg

TIMES_S = np.array([0.0, 600.0, 1200.0, 1800.0])


def fit(model, evidence, changes):
    both = {"Glu": np.array(changes), "Glx/tNAA": 0.5 * np.array(changes)}
    sds = {name: np.full(4, 1.5) for name in both}
    shape = {} if model == "none" else {"tau_s": 240.0}
    count = 0 if model == "none" else 3
    return ResponseFit(model, shape, count, 0.0, evidence, 0.0, 0.0, TIMES_S, both, sds)


FITS = (
    fit("saturating", 10.0, [0.0, 6.0, 9.0, 10.0]),
    fit("Domino", 8.0, [0.0, 7.0, 12.0, 4.0]),
    fit("none", 0.0, [0.0] * 4),
)


def test_models_that_cannot_be_told_apart_are_named_together():
    comparison = compared(FITS)
    assert comparison.undecided == ("saturating", "Domino")
    assert "Domino" in comparison.sentence
    assert "by far" in compared(FITS[::2]).sentence


def test_weights_follow_the_criterion():
    weights = [one.weight for one in compared(FITS).models]
    assert sum(weights) == pytest.approx(1.0)
    assert weights[1] / weights[0] == pytest.approx(np.exp(-2.0))


def test_changes_at_the_end_of_the_infusion_and_the_largest():
    domino = compared(FITS, 1800.0).models[1]
    assert domino.end_percent["Glu"] == 4.0
    assert domino.largest_percent["Glu"] == 12.0
    assert compared(FITS, 700.0).models[1].end_percent["Glu"] == 7.0
    running = compared(FITS)  # up to the newest transient
    assert running.models[1].end_percent["Glu"] == 4.0
    assert running.end_s == TIMES_S[-1]


def test_nothing_to_compare():
    assert compared(()) is None


def test_tables_hold_every_model(tmp_path):
    comparison = compared(FITS)
    write_joint(tmp_path / "joint.csv", comparison)
    write_joint_course(tmp_path / "joint_course.csv", comparison)
    lines = (tmp_path / "joint.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["model", *(f.model for f in FITS)]
    assert "tau_s=240" in lines[1]
    assert len((tmp_path / "joint_course.csv").read_text().splitlines()) == 13


def test_the_dose_scales_the_plasma_level_and_not_the_relative_curve(tmp_path):
    times_s = np.linspace(0.0, 4000.0, 9)
    half = plasma_curves(times_s, (600.0, 3000.0), 0.5)
    whole = plasma_curves(times_s, (600.0, 3000.0), 1.0)
    without = plasma_curves(times_s, (600.0, 3000.0), None)
    for one, other, bare in zip(half, whole, without, strict=True):
        np.testing.assert_allclose(2 * one.level_ng_per_ml, other.level_ng_per_ml)
        np.testing.assert_array_equal(one.relative, bare.relative)
        assert bare.level_ng_per_ml is None
    # physics.md: 253 ng/ml at the end of 0.5 mg/kg over 40 min, after Kamp
    end = plasma_curves(np.array([3000.0]), (600.0, 3000.0), 0.5)[0]
    assert end.level_ng_per_ml[0] == pytest.approx(253, abs=2)
    write_plasma(tmp_path / "plasma.csv", times_s, half)
    head = (tmp_path / "plasma.csv").read_text().splitlines()[0]
    assert head.startswith("t_s,Kamp_relative,Kamp_ng_per_ml,")


def test_dose_in_milligrams():
    assert dose_mg(Settings(dose_mg_per_kg=0.5, weight_kg=80.0)) == 40.0
    assert dose_mg(Settings(dose_mg_per_kg=0.5)) is None
