"""Gain, phase, shift and width of a whole spectrum leave nothing; a line's own does."""

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, NAMES, clean_fid, line, make_model

from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.glm.nuisance import smoothing, steady_of

PHASE, SHIFT = 0.4, 1.5


@pytest.fixture(scope="module")
def model():
    return make_model()


@pytest.fixture(scope="module")
def session(model):
    mean, sd = clean_fid(model), 2.0 * np.sqrt(model.points)
    return make_session_model(
        model, mean, sd, 0.2, mean[None], 0.2, Freedom(water_removal=False)
    )


@pytest.fixture(scope="module")
def left(model, session):
    steady = steady_of(session, clean_fid(model))
    top = steady.mean.real.max()
    return lambda fid: steady.left(session.spectra(fid[None]))[0] / top


@pytest.mark.parametrize(
    "moved",
    [
        {"phase": PHASE + 0.03},
        {"shift": SHIFT + 0.1},
        {"lorentz": 2.8},
        {"gauss": 38.0},
    ],
    ids=str,
)
def test_what_moves_the_whole_spectrum_leaves_next_to_nothing(model, left, moved):
    assert np.abs(left(clean_fid(model, **moved))).max() < 2e-3


def test_a_gain_leaves_nothing(model, left):
    assert np.abs(left(1.05 * clean_fid(model))).max() < 1e-3


def test_glutamate_stays_where_its_lines_are(model, session, left):
    more = CONCENTRATIONS.copy()
    more[NAMES.index("Glu")] *= 1.1
    found = left((more @ model.fids) * line(model))
    ppm = session.problem.model.ppm
    assert 2.2 < ppm[np.argmax(found)] < 2.45
    assert found.max() > 0.01
    beyond = (ppm < 1.8) | ((ppm > 2.7) & (ppm < 3.6))
    assert np.abs(found[beyond]).max() < 0.35 * found.max()


def test_a_change_is_told_by_how_far_it_is_from_the_mean(model, session):
    """What is taken off is the mean itself, not only its like."""
    steady = steady_of(session, clean_fid(model))
    mean = session.spectra(clean_fid(model)[None])
    steady_part = (mean * steady.turn) @ steady.kernel
    np.testing.assert_allclose(steady_part[0], steady.mean, atol=1e-9)
    bump = np.zeros_like(mean)
    bump[:, np.abs(model.ppm - 1.3) < 0.05] = 0.1 * np.abs(mean).max()
    expected = ((bump * steady.turn) @ steady.kernel).real
    np.testing.assert_allclose(steady.left(mean + bump), expected, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize(
    ("row", "moved"),
    [
        (0, {"gain": 1e-4}),
        (1, {"phase": PHASE + 1e-4}),
        (2, {"shift": SHIFT + 1e-4}),
        (3, {"lorentz": 3.0 + 1e-4}),
        (4, {"gauss": 40.0 + 1e-4}),
    ],
    ids=lambda value: str(value),
)
def test_each_change_is_the_slope_of_what_it_does(model, session, row, moved):
    steady = steady_of(session, clean_fid(model))
    gain = 1 + moved.pop("gain", 0.0)
    more = session.spectra(gain * clean_fid(model, **moved)[None])
    less = session.spectra(clean_fid(model)[None])
    slope = (((more - less) * steady.turn) @ steady.kernel)[0] / 1e-4
    error = np.linalg.norm(steady.changes[:, row] - slope)
    assert error < 0.02 * np.linalg.norm(slope)


def test_a_line_keeps_its_area_and_its_place_when_smoothed():
    hz = np.arange(100.0, 400.0, 2.0)
    kernel = smoothing(hz, 10.0)
    line = np.zeros(hz.size)
    line[60] = 3.0
    smooth = line @ kernel.T
    assert smooth.argmax() == 60
    above = hz[smooth > 0.5 * smooth.max()]
    assert np.ptp(above) + 2.0 == pytest.approx(10.0, abs=2.0)
    np.testing.assert_allclose(kernel.sum(axis=0), 1.0)


@pytest.mark.parametrize(("width_hz", "smoothed"), [(2.9, False), (3.1, True)])
def test_what_is_narrower_than_its_points_is_not_smoothed(width_hz, smoothed):
    kernel = smoothing(np.arange(50.0, 90.0, 2.0), width_hz)
    assert (not np.array_equal(kernel, np.eye(20))) is smoothed
    np.testing.assert_array_equal(smoothing(np.arange(20.0), np.nan), np.eye(20))
