"""Warm fits: those of the full problem, one at a time or many at once."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from fit_cases import clean_fid, make_model, noisy_fid
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.basis import names as naming
from monitor.analysis.fit import fitted_windows
from monitor.analysis.fit.epoch_model import UNTOLD_STIFFNESS
from monitor.analysis.fit.fitted_windows import (
    FittedWindow,
    FullFits,
    fit_averages,
    fit_in_full,
    mean_fid,
    repeated,
    sizes,
)
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model_choice import Rule
from monitor.analysis.fit.naa_width import naa_line
from monitor.analysis.fit.window import Window, average_of
from monitor.analysis.fit.window_fit import warm_fits

SD, COUNT, LENGTH = 2.0, 96, 16
FREEDOM = Freedom(water_removal=False)


@pytest.fixture(scope="module")
def fids():
    model = make_model()
    rng = np.random.default_rng(0)
    return [
        noisy_fid(
            model,
            i,
            SD,
            shift=1.5 + 0.3 * rng.normal(),
            phase=0.4 + 0.05 * rng.normal(),
        ).astype(np.complex64)
        for i in range(COUNT)
    ]


@pytest.fixture(scope="module")
def session(fids):
    model, weights = make_model(), np.ones(COUNT)
    parts = [
        average_of(Window(i, i + LENGTH), weights) for i in range(0, COUNT, LENGTH)
    ]
    whole = average_of(Window(0, COUNT), weights)
    return make_session_model(
        model,
        mean_fid(fids, whole),
        SD * np.sqrt(model.points),
        whole.noise,
        np.stack([mean_fid(fids, part) for part in parts]),
        parts[0].noise,
        FREEDOM,
    )


@pytest.fixture(scope="module")
def quiet():
    """A session whose mean has no noise: that moves with the lines, or does not."""
    model = make_model()
    mean, none = noisy_fid(model, 0, 0.0, shift=1.5), np.zeros((0, model.points))
    sd = SD * np.sqrt(model.points)
    return make_session_model(model, mean, sd, 0.1, none, 0.25, FREEDOM)


def test_one_window_is_held_near_a_rough_baseline(fids):
    model, one = make_model(), average_of(Window(0, LENGTH), np.ones(LENGTH))
    mean = mean_fid(fids, one)

    def sds(stiffness):
        freedom = replace(FREEDOM, rule=Rule(stiffness=stiffness))
        held = make_session_model(
            model,
            mean,
            SD * np.sqrt(model.points),
            one.noise,
            mean[None],
            one.noise,
            freedom,
        )
        fit = warm_fits(held.subspace, held.projected(mean[None]), np.ones(1))
        return np.sqrt(fit.covariance[0].diagonal()[: len(model.names)])

    np.testing.assert_allclose(sds(0.01), sds(UNTOLD_STIFFNESS), rtol=0.2)


def averages(step=4):
    weights = np.random.default_rng(1).uniform(0.2, 1.0, COUNT)
    return [
        average_of(Window(i, i + LENGTH), weights)
        for i in range(0, COUNT - LENGTH + 1, step)
    ]


def sds(fitted):
    return np.sqrt(np.diag(fitted.covariance))


def test_one_at_a_time_is_as_many_at_once(session, fids):
    together = fit_averages(session, fids, averages())
    for average, fitted in zip(averages(), together, strict=True):
        alone = fit_averages(session, fids, [average])[0]
        assert fitted.converged
        assert np.max(np.abs(alone.amplitudes - fitted.amplitudes) / sds(fitted)) < 1e-6
        np.testing.assert_allclose(sds(alone), sds(fitted), rtol=1e-6)


def test_a_window_is_within_a_third_of_an_sd_of_the_full_fit(quiet, fids):
    """The one brings signal to a width, the other its model: noise tells them apart."""
    for average, fitted in zip(
        averages(16), fit_averages(quiet, fids, averages(16)), strict=True
    ):
        full = fit_in_full(quiet, mean_fid(fids, average), average)
        assert full.converged
        assert np.max(np.abs(full.amplitudes - fitted.amplitudes) / sds(full)) < 0.35
        np.testing.assert_allclose(sds(fitted), sds(full), rtol=0.06)


@pytest.mark.parametrize(
    ("shift", "lorentz"), [(1.2, 0.0), (-1.2, 0.0), (0.5, 1.0), (0.0, 2.8)]
)
def test_without_noise_nothing_moves_at_the_edge_of_the_reach(quiet, shift, lorentz):
    model, names = quiet.problem.model, quiet.fit.names
    fid = noisy_fid(model, 77, 0.0, shift=1.5 + shift, lorentz=3.0 + lorentz)
    found = warm_fits(quiet.subspace, quiet.projected(fid[None]), np.array([0.01]))
    assert found.converged[0]
    assert found.shift_hz[0] == pytest.approx(shift, abs=1e-3)
    assert found.width_hz[0] == pytest.approx(lorentz, abs=5e-3)
    ratio = found.amplitudes[0] / quiet.fit.amplitudes
    np.testing.assert_allclose(
        ratio[[n in ("Glu", "Gln", "NAA", "mI") for n in names]], 1.0, rtol=5e-4
    )


@pytest.mark.parametrize(("lorentz_hz", "gauss_hz"), [(0, -0.2), (0, 0.6), (-0.4, 0.5)])
def test_a_change_of_either_width_changes_no_amplitude(
    session, fids, lorentz_hz, gauss_hz
):
    model = session.problem.model
    rate = gauss_hz * session.subspace.gauss_rate
    wider = np.exp(-(np.pi * lorentz_hz + rate * model.t) * model.t)
    z = session.projected(np.mean(fids, axis=0)[None] * wider)
    found = warm_fits(session.subspace, z, np.array([0.02]))
    assert found.converged[0]
    assert found.width_hz[0] == pytest.approx(lorentz_hz, abs=0.02)
    assert found.gauss_hz[0] == pytest.approx(gauss_hz, abs=0.02)
    own = naming.members("Glx", model.names)
    sums = [
        np.sum(c[[n in own for n in model.names]])
        for c in (found.amplitudes[0], session.fit.amplitudes)
    ]
    assert sums[0] == pytest.approx(sums[1], rel=3e-3)


@pytest.mark.parametrize(
    ("lorentz_hz", "gauss_hz"), [(0.2, 0.0), (0.0, 0.2), (0, -0.2)]
)
def test_the_stated_width_follows_both(session, lorentz_hz, gauss_hz):
    rate = gauss_hz * session.subspace.gauss_rate
    found_hz, _ = naa_line(session.problem.model, session.fit, lorentz_hz, rate)
    told_hz = session.naa_fwhm_hz + session.wider_hz(lorentz_hz, gauss_hz)
    assert told_hz == pytest.approx(found_hz, abs=0.05)
    assert abs(told_hz - session.naa_fwhm_hz) > 0.1


def test_a_full_fit_expects_the_same_of_the_gaussian_width(session):
    """It is drawn to the session's, as far as `GAUSS_SD_HZ` and the noise say."""
    average = average_of(Window(0, 1), np.ones(1))
    fid = noisy_fid(session.problem.model, 5, 2 * SD, shift=1.5, phase=0.4)
    full = fit_in_full(session, fid, average)
    warm = fit_averages(session, [fid.astype(np.complex64)], [average])[0]
    assert full.gauss_hz == pytest.approx(warm.gauss_hz, abs=0.1)
    assert abs(full.gauss_hz) > 0.02


def test_far_windows_are_fitted_in_full(session, fids):
    model = session.problem.model
    far = [
        noisy_fid(model, i, SD, shift=6.0, phase=0.9).astype(np.complex64)
        for i in range(LENGTH)
    ]
    average = average_of(Window(0, LENGTH), np.ones(LENGTH))
    found = fit_averages(session, far, [average])[0]
    assert found.converged
    assert found.shift_hz == pytest.approx(4.5, abs=0.3)


def test_zeros_and_nan_never_converge_to_numbers_that_are_none(session):
    average = average_of(Window(0, LENGTH), np.ones(LENGTH))
    points = session.problem.model.points
    for value in (0.0, np.nan):
        empty = [np.full(points, value, np.complex64)] * LENGTH
        with np.errstate(all="ignore"):
            found = fit_averages(session, empty, [average])[0]
        if found.converged:
            assert np.isfinite(found.amplitudes).all()
            assert np.isfinite(found.covariance).all()
        if np.isnan(value):
            assert not found.converged


def test_the_session_found_what_was_there(session):
    truth = clean_fid(session.problem.model)
    made = session.problem.model.columns(session.fit.theta)[0] @ session.fit.amplitudes
    rest = session.problem.model.in_band(truth) - made - session.baseline
    assert np.abs(rest).max() < 0.02 * session.naa_height


def test_windows_of_one_session_scatter_as_is_said(session, fids):
    """Not as widely as amplitudes with soft priors may be wrong."""
    rng, noise, count = np.random.default_rng(3), 4.0, 400
    white = rng.normal(size=(2, count, fids[0].size)) * SD * noise
    z = session.projected(np.mean(fids, axis=0) + white[0] + 1j * white[1])
    fits = warm_fits(session.subspace, z, np.full(count, noise))
    M, average = fits.amplitudes.shape[1], averages()[0]
    one = FittedWindow(
        average,
        fits.amplitudes[0],
        fits.covariance[0, :M, :M],
        0.0,
        0.0,
        0.0,
        0.0,
        1.0,
        True,
    )
    said = np.sqrt(np.diag(repeated(one, session)))
    found = fits.amplitudes.std(axis=0)
    np.testing.assert_allclose(found, said, rtol=0.2)
    assert np.all(said <= 1.001 * sds(one))
    assert np.min(said / sds(one)) < 0.97


@given(st.floats(1e-3, 1e3), st.floats(-1e3, 1e3))
def test_macromolecules_of_any_unit_make_no_metabolite_larger(unit, lipid):
    """A set whose macromolecules were twelve times NAA let GABA move by 18 %."""
    names, c = ("NAA", "GABA", "MM", "Lip13a"), np.array([12.0, 0.4, unit, lipid])
    least = 12.0 / 8
    expected = [12.0, least, max(unit, least), max(abs(lipid), least)]
    np.testing.assert_allclose(sizes(names, c), expected)


def test_the_noise_of_a_short_reference_period_is_no_misfit_of_windows(fids):
    """The residual of the session's mean, its noise too, is taken off every window."""
    weights, length = np.ones(COUNT), 16
    few = average_of(Window(0, 4), weights)
    mean = mean_fid(fids, few)
    made = make_session_model(
        make_model(),
        mean,
        SD * np.sqrt(len(mean)),
        few.noise,
        mean[None],
        few.noise,
        FREEDOM,
    )
    windows = [
        average_of(Window(i, i + length), weights)
        for i in range(0, COUNT - length + 1, length)
    ]
    known = fit_averages(replace(made, mean=few), fids, windows)
    unknown = fit_averages(made, fids, windows)
    assert np.mean([f.misfit for f in known[1:]]) < 1.5
    assert np.mean([f.misfit for f in unknown[1:]]) > 3.0
    assert known[0].misfit == unknown[0].misfit  # it has the mean's transients


def test_a_full_fit_is_kept_for_as_long_as_nothing_changes(session, fids):
    weights, window = np.ones(COUNT), Window(0, LENGTH)
    full, average = FullFits(), average_of(window, weights)

    def fitted_with(session, average):
        fit = partial(fit_in_full, session, mean_fid(fids, average), average)
        return full.of(session, average, fit)

    fitted = fitted_with(session, average)
    assert fitted_with(session, average_of(window, weights)) is fitted
    assert fitted_with(replace(session), average) is not fitted
    weights[3] = 0.2
    other = fitted_with(session, average_of(window, weights))
    anew = fit_in_full(session, mean_fid(fids, other.average), other.average)
    assert np.array_equal(other.amplitudes, anew.amplitudes)
    assert not np.array_equal(other.amplitudes, fitted.amplitudes)
    full.forget()
    assert fitted_with(session, other.average) is not other


@pytest.mark.parametrize("block", [4, 5, LENGTH])
def test_a_mean_is_that_of_its_window_however_it_is_added_up(fids, monkeypatch, block):
    monkeypatch.setattr(fitted_windows, "BLOCK", block)
    weights = np.random.default_rng(1).uniform(0.2, 1.0, COUNT)
    part = average_of(Window(7, 7 + LENGTH), weights)
    whole = np.average(fids[7 : 7 + LENGTH], axis=0, weights=weights[7 : 7 + LENGTH])
    np.testing.assert_allclose(mean_fid(fids, part), whole, rtol=1e-6, atol=1e-4)
