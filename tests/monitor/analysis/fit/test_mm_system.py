"""The linear system of a nulled spectrum against plain Bayesian regression."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.fit.mm_system import (
    BASELINE_PART,
    LEAST_LEVEL,
    Grid,
    baseline,
    noise_sd,
    prior_spectra,
    system,
    unlikeness,
    weighed,
)
from monitor.analysis.signal.axis import Axis

AXIS = Axis(512, 5e-4, 123.25)
GRID = Grid(123.25, AXIS.t, AXIS.ppm, (AXIS.ppm >= 0.5) & (AXIS.ppm <= 4.0))
K = int(GRID.band.sum())


def smooth(rng: np.random.Generator, rows: int) -> np.ndarray:
    x = np.linspace(-1, 1, K)
    waves = np.stack([np.cos(n * x) for n in range(6)])
    return (rng.normal(size=(rows, 6)) + 1j * rng.normal(size=(rows, 6))) @ waves


@pytest.fixture
def made():
    rng = np.random.default_rng(2)
    lines, left = smooth(rng, 3), smooth(rng, 2)
    y = 4.0 * lines[0] + lines[1] + 0.1 * smooth(rng, 1)[0]
    one = system(GRID, y, lines, left, np.array([0.1, 0.2]))
    one.sds[:3] = 5.0, 2.0, 1.0
    return y, one


def regression(y, one, sd: float):
    """Mean, covariance and -2 log likelihood by the joint Gaussian of y."""
    X = np.concatenate([one.columns.real, one.columns.imag], axis=1).T
    target = np.concatenate([y.real, y.imag])
    prior = np.diag(one.sds**2)
    V = X @ prior @ X.T + sd**2 * np.eye(len(X))
    gain = prior @ X.T @ np.linalg.inv(V)
    cost = target @ np.linalg.solve(V, target) + np.linalg.slogdet(V)[1]
    return gain @ target, prior - gain @ X @ prior, cost - len(X) * np.log(sd**2)


@pytest.mark.parametrize("sd", [0.3, 3.0])
def test_unknowns_and_likelihood_are_those_of_the_joint_gaussian(made, sd) -> None:
    y, one = made
    cost, x, covariance = weighed(one, sd)
    mean, spread, exact = regression(y, one, sd)
    scale = np.sqrt(np.diag(spread))
    np.testing.assert_allclose(x / scale, mean / scale, atol=1e-4)
    np.testing.assert_allclose(np.sqrt(np.diag(covariance)), scale, rtol=1e-4)
    assert cost == pytest.approx(exact, rel=1e-4)


def test_looser_knowledge_costs_likelihood_where_it_explains_nothing(made) -> None:
    y, one = made
    loose = replace(one, sds=one.sds.copy())
    loose.sds[3:5] *= 100.0
    exact = regression(y, loose, 0.3)[2] - regression(y, one, 0.3)[2]
    assert weighed(loose, 0.3)[0] - weighed(one, 0.3)[0] == pytest.approx(
        exact, rel=1e-3
    )
    free = replace(one, sds=one.sds.copy())
    free.sds[0] = np.inf
    assert np.isfinite(weighed(free, 0.3)[0])


def test_priors_are_over_the_level_of_the_first_line(made) -> None:
    y, one = made
    lines = one.columns[:3]
    level = np.linalg.norm(y) / np.linalg.norm(lines[0])
    assert one.level == pytest.approx(level)
    np.testing.assert_allclose(one.sds[3:5], np.array([0.1, 0.2]) * level)
    np.testing.assert_allclose(one.sds[5:], BASELINE_PART * one.scale)
    assert one.scale == pytest.approx(level * np.abs(lines[0]).max())


def test_a_baseline_is_flat_sloped_or_the_waters_tail() -> None:
    ppm = GRID.ppm[GRID.band]
    flat, slope, tail, steep = baseline(ppm).real.T
    assert np.ptp(flat) == 0.0
    assert slope.mean() == pytest.approx(0.0, abs=1e-12)
    np.testing.assert_allclose(np.diff(slope), np.diff(ppm))
    np.testing.assert_allclose(tail * (4.65 - ppm), 1.0, atol=1e-9)
    np.testing.assert_allclose(steep, tail**2)


def test_noise_is_told_beside_what_is_smooth() -> None:
    rng = np.random.default_rng(3)
    x = np.linspace(-1, 1, 4000)
    bent = 300.0 + 40j * x + 500.0 * x**2
    noise = 0.3 * (rng.normal(size=x.size) + 1j * rng.normal(size=x.size))
    assert noise_sd(bent + noise) == pytest.approx(0.3, rel=0.08)
    assert noise_sd(bent) < 1e-6
    assert noise_sd(np.zeros(40, complex)) > 0


def test_what_is_like_the_prior_is_near_and_what_is_not_is_beyond() -> None:
    known = prior_spectra(GRID)
    mean = 7.0 * known[0]
    z, beyond = unlikeness(GRID, mean)
    assert z < 0.2
    assert beyond < 0.05
    odd = mean + 7.0 * 3.0 * known[1]
    assert unlikeness(GRID, odd)[0] > 3 * z
    x = np.arange(K)
    spiked = mean + np.abs(mean).max() * (x % 40 == 20)
    assert unlikeness(GRID, spiked)[1] > 0.15
    # Without any of the mean the level is that of the whole, not nothing.
    assert np.isfinite(unlikeness(GRID, 7.0 * known[1])[0])
    assert unlikeness(GRID, 7.0 * known[1])[0] < 10 / LEAST_LEVEL
