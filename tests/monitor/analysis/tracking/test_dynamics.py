"""The state model: steps that add up, slopes that fade, rows to first order."""

import math

import numpy as np
import pytest

from monitor.analysis.fit.fitted_windows import TIED_PERCENT, sizes
from monitor.analysis.tracking.dynamics import (
    EPOCH_WIDTH_HZ,
    FREE_PERCENT,
    GAIN_PERCENT,
    GAUSS_SD_HZ,
    HOUR,
    LONGEST_GAP,
    SLOPES,
    START_SHARE,
    UNTIED_PERCENT,
    WIDTH_HZ,
    Dynamics,
    dynamics_of,
    sums_of,
)
from monitor.analysis.tracking.measurement import WIDTHS, Measurement
from monitor.analysis.tracking.sequential import ALPHA, log_evidence, radius

NAMES = ("Glu", "Gln", "NAA", "NAAG", "Cr", "PCr", "Tau")
C0 = np.array([9.0, 3.0, 10.0, 1.5, 4.0, 4.5, 1.0])
M = len(NAMES)


@pytest.fixture(scope="module")
def model() -> Dynamics:
    return dynamics_of(NAMES, C0, slope_percent=0.02)


@pytest.mark.parametrize(("one", "other"), [(1, 1), (1, 7), (13, 30)])
def test_two_gaps_are_one_gap_as_long_as_both(model, one, other) -> None:
    F1, Q1 = model.jump(one)
    F2, Q2 = model.jump(other)
    F, Q = model.jump(one + other)
    np.testing.assert_allclose(F, F2 @ F1, atol=1e-12)
    np.testing.assert_allclose(Q, F2 @ Q1 @ F2.T + Q2, atol=1e-15)


def test_the_gaussian_width_moves_as_the_other_and_stays_near_the_session_s(model):
    """Both are hardly told apart: without a bound they ran apart together."""
    lorentz, gauss = range(model.widths.start, model.widths.stop)
    F, Q = model.jump(1)
    assert Q[gauss, gauss] == pytest.approx(Q[lorentz, lorentz], rel=0.1)
    for steps in (1, 30, LONGEST_GAP):
        F, Q = model.jump(steps)
        stays = F[gauss, gauss] ** 2 * GAUSS_SD_HZ**2 + Q[gauss, gauss]
        assert stays == pytest.approx(GAUSS_SD_HZ**2)
        assert F[lorentz, lorentz] == 1.0


def test_a_step_is_a_walk_and_a_slope_that_fades(model) -> None:
    F, Q = model.jump(1)
    x = np.zeros(model.size)
    slopes = [model._slopes(k)[0] for k in range(2)]
    for (memory, _), place in zip(SLOPES, slopes, strict=True):
        x[:] = 0.0
        x[place] = 1.0
        after = F @ x
        assert after[0] == pytest.approx(1.0)
        assert after[place] == pytest.approx(1 - 1 / memory)
        assert np.count_nonzero(after) == 2
    assert Q[slopes[0], slopes[0]] == pytest.approx(
        (0.01 * 0.02 * sizes(NAMES, C0)[0]) ** 2
    )
    assert Q[slopes[1], slopes[1]] == 0.0
    walks = np.diag(Q)[: M + 1 + WIDTHS]
    assert (walks[:2] == 0).all()
    assert (walks[2:] > 0).all()
    assert (np.linalg.eigvalsh(Q) >= -1e-18).all()


def test_gaps_are_at_least_a_step_and_at_most_an_hour(model) -> None:
    for gap, same in ((0, 1), (-3, 1), (LONGEST_GAP + 9, LONGEST_GAP)):
        np.testing.assert_array_equal(model.jump(gap)[0], model.jump(same)[0])
        np.testing.assert_array_equal(model.jump(gap)[1], model.jump(same)[1])


def test_all_walk_where_nothing_is_tied() -> None:
    free = dynamics_of(NAMES, C0, 0.02, tied=False)
    expected = (0.01 * UNTIED_PERCENT * sizes(NAMES, C0)) ** 2 / HOUR
    np.testing.assert_allclose(free.walk[2:M], expected[2:])
    assert (free.walk[:2] == 0).all()
    tied = dynamics_of(NAMES, C0, 0.02)
    assert (tied.walk[2:M] < free.walk[2:M]).all()


def test_an_infusion_may_bend_the_slopes_alone(model) -> None:
    added = model.bend()
    for k, (memory, percent) in enumerate(SLOPES):
        places = list(model._slopes(k))
        sd = 0.01 * percent * sizes(NAMES, C0)[:2] / memory
        np.testing.assert_allclose(added[places], sd**2)
        added[places] = 0.0
        # What it brings in the end is that percentage of the amplitude.
        F, _ = model.jump(LONGEST_GAP)
        reach = F[0, places[0]]
        assert reach * sd[0] == pytest.approx(
            0.01 * percent * sizes(NAMES, C0)[0], rel=1e-6
        )
    assert not added.any()


def test_rows_are_sums_with_their_gain_to_first_order(model) -> None:
    sums = {"Glu": 9.0, "Glx": 12.0, "tNAA": 11.5, "tCr": 8.5}
    np.testing.assert_allclose(sums_of(NAMES) @ C0, list(sums.values()))
    state = np.zeros(model.size)
    state[:M], state[M], state[M + 1] = C0, 0.02, 0.7
    shown = model.rows @ state
    np.testing.assert_allclose(shown[:4], 1.02 * np.array(list(sums.values())))
    assert shown[4] == 0.7
    assert model.memory == slice(model.size - 5, model.size)


def test_a_transient_measures_amplitudes_gain_and_widths(model) -> None:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(3, M + WIDTHS))
    measurement = object.__new__(Measurement)
    object.__setattr__(measurement, "rows", rows)
    state = np.zeros(model.size)
    widths_hz = np.array([0.4, -0.3])
    state[:M], state[M], state[model.widths] = 1.1 * C0, 0.03, widths_hz
    seen = model.observed(measurement.rows) @ state
    expected = rows[:, :M] @ (1.1 * C0 + 0.03 * C0) + rows[:, M:] @ widths_hz
    np.testing.assert_allclose(seen, expected)
    U = rng.normal(size=(M, M))
    wide = model.observed(measurement.rows, U)
    np.testing.assert_allclose(wide[:, : model.size], model.observed(measurement.rows))
    np.testing.assert_allclose(wide[:, model.size :], rows[:, :M] @ U)


def test_hardly_anything_is_known_at_the_start(model) -> None:
    mean, covariance = model.start()
    np.testing.assert_array_equal(mean[:M], C0)
    assert not mean[M:].any()
    sds = np.sqrt(np.diag(covariance))
    np.testing.assert_allclose(sds[:M], START_SHARE * sizes(NAMES, C0))
    assert (sds[model.widths] == EPOCH_WIDTH_HZ).all()
    assert np.count_nonzero(covariance) == M + WIDTHS


@pytest.mark.parametrize("value", [0.0, 2.0, -7.0])
@pytest.mark.parametrize("tau", [3.0, 10.0])
def test_evidence_is_the_ratio_of_two_gaussian_densities(value, tau) -> None:
    def log_density(variance: float) -> float:
        return -0.5 * (value**2 / variance + math.log(variance))

    variance = 1.7
    expected = log_density(variance + tau**2) - log_density(variance)
    assert log_evidence(value, variance, tau) == pytest.approx(expected)
    edge = log_evidence(radius(variance, tau), variance, tau)
    assert edge == pytest.approx(-math.log(ALPHA))


def test_each_number_walks_by_its_own_strength():
    names, c0 = ("Glu", "Gln", "NAA", "Cr", "mI"), np.array([9.0, 2.5, 11.0, 8.0, 5.0])
    size = sizes(names, c0)
    tied, free = (dynamics_of(names, c0, 0.05, tied=t).walk for t in (True, False))
    percents = [0.0, 0.0, FREE_PERCENT, FREE_PERCENT, TIED_PERCENT]
    expected = (0.01 * np.array(percents) * size) ** 2 / HOUR
    np.testing.assert_allclose(tied[:5], expected)
    untied = [0.0, 0.0, *[UNTIED_PERCENT] * 3]
    np.testing.assert_allclose(free[:5], (0.01 * np.array(untied) * size) ** 2 / HOUR)
    for walk in (tied, free):
        np.testing.assert_allclose(walk[5], (0.01 * GAIN_PERCENT) ** 2 / HOUR)
        np.testing.assert_allclose(walk[6:8], WIDTH_HZ**2 / HOUR)
        assert not walk[8:].any()


def test_outcomes_are_sums_with_the_gain_and_the_width_follows_them():
    names, c0 = ("Glu", "Gln", "NAA", "Cr", "mI"), np.array([9.0, 2.5, 11.0, 8.0, 5.0])
    rows = dynamics_of(names, c0, 0.05).rows
    x = np.zeros(rows.shape[1])
    x[:5], x[5], x[6], x[7] = c0, 0.1, 1.5, 7.0
    expected = [1.1 * 9.0 + 0.0, 1.1 * 11.5, 1.1 * 11.0, 1.1 * 8.0, 1.5]
    np.testing.assert_allclose(rows @ x, expected)
