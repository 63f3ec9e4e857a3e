"""Points before the top of the echo, by what would mend them."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.fit.first_order import (
    OVER_NONE,
    OVER_OTHERS,
    TRIED,
    Trial,
    _trial,
    _turn_in_the_middle,
    first_order,
    from_point,
    told,
    trials,
)
from monitor.analysis.fit.freedom import SHARED
from monitor.analysis.fit.model import Model
from monitor.basis.files import load_basis
from streams.messages.transient import REFERENCE_PPM

MHZ, DWELL_S, POINTS = 123.25, 4e-4, 1024
LEVELS = {"NAA": 10.0, "Cr": 8.0, "PCh": 2.0, "Glu": 9.0, "mI": 6.0}
SD = 40.0


@pytest.fixture(scope="module")
def model() -> Model:
    basis = load_basis("press_3t_te30").resampled(DWELL_S, POINTS, MHZ)
    bare = np.zeros(len(basis.names), bool)
    return Model(basis.names, basis.fids, bare, DWELL_S, MHZ, 0.2, 4.2)


def noisy(model: Model, names: tuple[str, ...] = tuple(LEVELS)) -> np.ndarray:
    """A FID of some metabolites, its top first; NAA is some 45 times the noise."""
    t_s = DWELL_S * np.arange(POINTS)
    rows = [model.names.index(name) for name in names]
    levels = np.array([LEVELS[name] for name in names])
    noise = np.random.default_rng(7).standard_normal((2, POINTS))
    fid = levels @ model.fids[rows] * np.exp(-np.pi * 5.0 * t_s + 0.7j)
    return fid + SD / np.sqrt(POINTS) * (noise[0] + 1j * noise[1])


@pytest.mark.parametrize("points", [3, 6, 11, 17, 24])
def test_as_many_points_as_there_are(model, points):
    fid = np.concatenate([np.zeros(points), noisy(model)[: POINTS - points]])
    found = first_order(model, fid, SD)
    assert found is not None
    assert abs(found.points - points) <= 1
    assert found.shift_hz == pytest.approx(0.0, abs=0.5)


@pytest.mark.parametrize("names", [tuple(LEVELS), ("NAA", "Cr", "PCh"), ("NAA",)])
def test_nothing_is_told_of_a_fid_that_begins_at_its_top(model, names):
    assert first_order(model, noisy(model, names), SD) is None


def test_a_fid_that_begins_at_its_top_is_fitted_once(model):
    """Where all fits of other numbers begin far above the end of this one."""
    assert set(trials(model, noisy(model), SD)) == {0}
    later = np.concatenate([np.zeros(3), noisy(model)[:-3]])
    assert set(trials(model, later, SD)) == set(TRIED)


def test_one_line_tells_no_number(model):
    fid = np.concatenate([np.zeros(3), noisy(model, ("NAA",))[:-3]])
    found = first_order(model, fid, SD)
    assert found is None or abs(found.points - 3) <= 1


def test_what_is_no_spectrum_tells_nothing(model):
    assert first_order(model, np.full(POINTS, np.nan + 0j), SD) is None
    assert first_order(model, noisy(model), 0.0) is None


def test_points_cut_off_and_put_before():
    fid = np.arange(1, 6) + 0j
    assert from_point(fid, 2).tolist() == [3, 4, 5, 0, 0]
    assert from_point(fid, -1).tolist() == [0, 1, 2, 3, 4]
    assert from_point(fid, 0).tolist() == fid.tolist()


def test_what_other_numbers_explain_as_well_is_not_told():
    poor = Trial(1000.0, 2.0, 400.0, 0.0)
    good = Trial(300.0, 1.0, 0.0, 1.5)
    made = dict.fromkeys(TRIED, poor)
    found = told({**made, 5: good})
    assert found is not None
    assert (found.points, found.shift_hz) == (5, 1.5)
    assert told({**made, 5: good, 9: replace(good, cost=310.0)}) is None
    assert told({**made, 5: good, 0: replace(good, cost=320.0)}) is None
    assert told({**made, 5: replace(good, unknown=900.0)}) is None
    assert told({**made, TRIED[-1]: good}) is None
    assert told({}) is None


def test_without_a_fit_of_the_whole_fid_nothing_is_told():
    clear = Trial(1.0, 1.0, 0.0, 0.0)
    poor = Trial(1e9, 1.0, 0.0, 0.0)
    made = dict.fromkeys(TRIED, poor) | {TRIED[3]: clear}
    assert told(made | {0: poor}).points == TRIED[3]
    assert told({k: trial for k, trial in made.items() if k != 0}) is None
    assert told({}) is None


def test_a_point_that_is_cut_off_turns_the_middle_of_the_band(model):
    """So that a fit of one number is a start for that of another."""
    middle_ppm = 0.5 * (model.ppm_low + model.ppm_high)
    nu = (middle_ppm - REFERENCE_PPM) * MHZ
    fid = np.exp((-2j * np.pi * nu - 10.0) * DWELL_S * np.arange(POINTS))
    for k in (1, 3, -2):
        cut = from_point(fid, k)
        inside = slice(max(-k, 0), POINTS - max(k, 0))
        turned = np.angle(np.vdot(fid[inside], cut[inside]))
        off = turned - k * _turn_in_the_middle(model)
        assert np.remainder(off + np.pi, 2 * np.pi) == pytest.approx(np.pi, abs=1e-6)


def test_what_the_model_does_not_know_is_beyond_all_degrees_of_freedom():
    spectrum = np.zeros(200, complex)
    problem = SimpleNamespace(spectrum=spectrum)
    spent = 5 + SHARED.size + 2 * 10.0
    usual = SimpleNamespace(
        amplitudes=np.zeros(5), baseline_dimension=10.0, misfit=1.5, shift_hz=2.0
    )
    degrees = 400 - spent
    for cost, unknown in ((degrees + 30.0, 30.0), (degrees - 30.0, 0.0)):
        usual.cost = cost
        found = _trial(usual, problem)
        assert (found.cost, found.misfit, found.shift_hz) == (cost, 1.5, 2.0)
        assert found.unknown == pytest.approx(unknown)


@pytest.mark.parametrize("gain", [0.9, 1.1])
def test_it_must_explain_clearly_more_than_none_and_than_others(gain):
    best = Trial(300.0, 1.0, 0.0, 1.5)
    far = dict.fromkeys(TRIED, Trial(9000.0, 1.0, 0.0, 0.0))
    none = Trial(300.0 + gain * OVER_NONE, 1.0, 0.0, 0.0)
    other = Trial(300.0 + gain * OVER_OTHERS, 1.0, 0.0, 0.0)
    for made in ({**far, 5: best, 0: none}, {**far, 5: best, 9: other}):
        assert (told(made) is not None) is (gain > 1)
    # Its neighbours explain nearly as much, and say nothing against it.
    assert told({**far, 5: best, 6: other, 4: other}) is not None
