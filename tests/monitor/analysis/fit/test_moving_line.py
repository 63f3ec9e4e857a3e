"""Slopes of a line with its width are those of the line, not of the mean's noise."""

import numpy as np
import pytest
from fit_cases import make_model, noisy_fid

from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.lineshape import gauss_fwhm_hz, gauss_rate
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import GAUSS
from monitor.analysis.fit.moving_line import moving_line
from monitor.analysis.fit.window_fit import warm_fits

SD, SEED, WIDTH_HZ = 0.5, 1, 8.0
FREEDOM = Freedom(water_removal=False)


def fid(seed, sd, gauss_hz=WIDTH_HZ, tail=0.2):
    """A mean whose line has a tail to one side, so that it asks for a kernel."""
    model = make_model()
    line = 1 - tail + tail * np.exp(-2j * np.pi * 6.0 * model.t)
    noise = noisy_fid(model, seed, sd) - noisy_fid(model, seed, 0.0)
    return noisy_fid(model, seed, 0.0, gauss=gauss_rate(gauss_hz)) * line + noise


def cold(tail):
    model = make_model()
    y = model.in_band(fid(SEED, SD, tail=tail))
    return cold_fit(model, y, SD * np.sqrt(model.points), FREEDOM)


def test_beside_a_kernel_the_voigt_that_moves_is_as_wide_as_the_line():
    fit, problem = cold(tail=0.2)
    line, kernel = moving_line(problem, fit, 9.0), problem.model.layout.kernel
    assert gauss_fwhm_hz(fit.theta[GAUSS]) < 0.6 * WIDTH_HZ
    assert gauss_fwhm_hz(line[GAUSS]) > 0.8 * WIDTH_HZ
    assert np.abs(line[kernel]).sum() < 0.6 * np.abs(fit.theta[kernel]).sum()
    moved = np.flatnonzero(line != fit.theta)
    assert set(moved) <= {1, 2, GAUSS, *range(kernel.start, kernel.stop)}


def test_a_line_without_a_kernel_moves_by_itself():
    fit, problem = cold(tail=0.0)
    assert moving_line(problem, fit, 9.0) is fit.theta


@pytest.mark.parametrize("fwhm_hz", [float("nan"), float("inf")])
def test_a_line_of_unknown_width_moves_by_itself(fwhm_hz):
    fit, problem = cold(tail=0.2)
    assert moving_line(problem, fit, fwhm_hz) is fit.theta


def test_a_gaussian_narrowing_moves_no_amplitude():
    """By its own slopes -0.2 of the 0.4 Hz were Lorentzian, amplitudes 1 % off."""
    mean, sd = fid(SEED, SD), SD * np.sqrt(make_model().points)
    held = make_session_model(make_model(), mean, sd, 1.0, mean[None], 1.0, FREEDOM)
    clean = np.stack([fid(SEED, 0.0), fid(SEED, 0.0, WIDTH_HZ - 0.4)])
    found = warm_fits(held.subspace, held.projected(clean), np.ones(2))
    lorentz, gauss = np.diff(found.width_hz)[0], np.diff(found.gauss_hz)[0]
    assert abs(lorentz) < 0.05
    assert -0.45 < gauss < -0.25
    strong = held.fit.amplitudes > 4
    change = 100 * (found.amplitudes[1] / found.amplitudes[0] - 1)[strong]
    assert np.abs(change).max() < 0.5
