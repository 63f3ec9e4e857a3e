"""What a fit leaves over beyond noise, in the covariance of its amplitudes."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import POINTS, line, make_model, noisy_fid
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.freedom import FREE
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.slopes_of_fit import slopes_of
from monitor.analysis.fit.unexplained_residual import beyond, left_over, together

SD = 0.4
SDS = SD * np.sqrt(POINTS)


@pytest.fixture(scope="module")
def model() -> Model:
    return make_model()


def unknown_line(model: Model, ppm: float, size: float) -> np.ndarray:
    """A singlet (points,) that no basis set has, of the session's own line."""
    turn = np.exp(-2j * np.pi * (ppm - 4.65) * model.frequency_mhz * model.t)
    return size * turn * line(model)


def sds(model: Model, fid: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """SDs (M,) of bound times misfit, and with what is left over."""
    fit, problem = cold_fit(model, model.in_band(fid), SDS)
    assert fit.converged
    white = fit.covariance * max(fit.misfit, 1.0)
    both = white + left_over(fit, problem, slopes_of(fit, problem))
    return np.sqrt(white.diagonal()), np.sqrt(both.diagonal())


@given(st.integers(1, 4), st.integers(1, 9), st.integers(0, 12), st.integers(0, 99))
def test_products_of_near_points_are_tapered(m, K, lag, seed):
    s = np.random.default_rng(seed).normal(size=(m, K))
    apart = np.abs(np.subtract.outer(np.arange(K), np.arange(K)))
    taper = np.clip(1 - apart / (lag + 1), 0, None)
    np.testing.assert_allclose(together(s, lag), s @ taper @ s.T, atol=1e-10)


def spread(rng: np.random.Generator, m: int) -> np.ndarray:
    root = rng.normal(size=(m, 2 * m)) * np.exp(rng.normal(size=(m, 1)))
    return root @ root.T


@given(st.integers(1, 6), st.integers(0, 99))
def test_what_is_beyond_never_takes_off_and_holds_all_that_is_more(m, seed):
    rng = np.random.default_rng(seed)
    white, robust = spread(rng, m), spread(rng, m)
    extra = beyond(robust, white)
    d = np.sqrt(white.diagonal())
    for matrix in (extra, white + extra - robust):
        scaled, largest = matrix / np.outer(d, d), np.abs(robust / np.outer(d, d)).max()
        assert np.linalg.eigvalsh(scaled).min() >= -1e-8 * largest


def test_of_a_white_residual_nothing_is_beyond():
    white = spread(np.random.default_rng(0), 4)
    size = np.abs(white).max()
    np.testing.assert_allclose(beyond(white, white), 0.0, atol=1e-9 * size)
    np.testing.assert_allclose(beyond(0.5 * white, white), 0.0, atol=1e-9 * size)
    np.testing.assert_allclose(beyond(3 * white, white), 2 * white, atol=1e-9 * size)


def test_directions_without_doubt_stay_so():
    white, robust = np.diag([1.0, 0.0]), np.diag([4.0, 0.0])
    np.testing.assert_allclose(beyond(robust, white), np.diag([3.0, 0.0]), atol=1e-12)


def test_noise_alone_leaves_little_over(model):
    found = [sds(model, noisy_fid(model, seed, SD)) for seed in range(6)]
    ratio = np.mean([more / white for white, more in found])
    assert 1.0 < ratio < 1.12


def test_a_line_that_nobody_fits_widens_what_lies_beside_it(model):
    fid = noisy_fid(model, 1, SD)
    fid = fid + unknown_line(model, 3.40, 1.5)
    white, more = sds(model, fid)
    ratio = dict(zip(model.names, more / white, strict=True))
    assert ratio["mI"] > 1.5
    assert ratio["mI"] > 1.2 * ratio["NAA"]


def test_of_no_fit_nothing_is_said(model):
    fit, problem = cold_fit(model, np.full(model.x.size, np.nan, complex), SDS)
    assert not fit.converged
    assert not left_over(fit, problem, slopes_of(fit, problem)).any()
    fit, problem = cold_fit(model, model.in_band(noisy_fid(model, 2, SD)), SDS)
    broken = replace(fit, theta=np.full_like(fit.theta, np.nan))
    assert not left_over(broken, problem, slopes_of(broken, problem)).any()


def session(model: Model, other: SessionModel | None = None, gain: float = 1.0):
    fid = noisy_fid(model, 1, SD) + unknown_line(model, 3.40, 1.5)
    none, sd = np.zeros((0, POINTS)), gain * SDS
    return make_session_model(model, gain * fid, sd, 1.0, none, 1.0, FREE, other)


def test_levels_hold_it_and_windows_share_it(model):
    made = session(model)
    assert np.trace(made.left_over) > 0
    whole = made.fit.covariance * max(made.fit.misfit, 1.0) + made.left_over
    np.testing.assert_array_equal(made.level_covariance, whole)
    np.testing.assert_array_equal(made.shared_covariance, made.common + made.left_over)
    np.testing.assert_array_equal(made.scaling_doubt, made.doubt + made.left_over)


def test_another_epoch_of_the_brain_takes_it_over(model):
    made = session(model)
    other = session(model, made, gain=2.0)
    np.testing.assert_allclose(other.left_over, 4 * made.left_over, rtol=0.05)
