"""Cost, amplitudes and slopes of one spectrum against plain least squares."""

from dataclasses import replace

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, clean_fid, make_model, noisy_fid

from monitor.analysis.fit.baseline import make_baseline
from monitor.analysis.fit.fit import curves
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import (
    GAUSS,
    LORENTZ,
    MM_GAUSS,
    PHASE,
    PHASE_SLOPE,
    RELAXATION,
    SHIFT,
    Model,
)
from monitor.analysis.fit.problem import Priors, Problem, evaluate, slopes, target
from monitor.analysis.fit.ratio_priors import prior_rows
from monitor.analysis.signal.spectrum import spectrum_of

SD, STIFFNESS = 30.0, 5.0


@pytest.fixture(scope="module")
def problem() -> Problem:
    model = make_model()
    n, size = len(model.names), model.layout.size
    rng = np.random.default_rng(3)
    sd = np.full(size, np.inf)
    sd[SHIFT], sd[LORENTZ] = 2.0, 1.0
    rows = 0.05 * rng.normal(size=(4, n))
    priors = Priors(np.full(size, 0.3), sd, rows, rng.normal(size=4))
    spectrum = model.in_band(noisy_fid(model, 1, 1.0))
    return Problem(model, model.baseline, spectrum, SD, STIFFNESS, priors)


@pytest.fixture(scope="module")
def theta(problem: Problem) -> np.ndarray:
    theta = problem.model.layout.zeros()
    theta[[PHASE, SHIFT, LORENTZ, GAUSS, MM_GAUSS]] = 0.3, 1.0, 2.0, 30.0, 5.0
    theta[[PHASE_SLOPE, RELAXATION]] = 0.02, 0.5
    theta[problem.model.layout.kernel] = np.linspace(-0.02, 0.03, 12)
    theta[problem.model.layout.shifts.start + 2] = 0.4
    return theta


def test_amplitudes_and_cost_are_those_of_least_squares(problem, theta) -> None:
    y, P = target(problem), problem.priors
    point = evaluate(problem, y, theta)
    columns, _ = problem.model.columns(theta)
    R = problem.baseline.removed(columns, STIFFNESS) / SD
    A = np.concatenate([R.real, R.imag, P.rows])
    b = np.concatenate([y, P.targets])
    c, squares, *_ = np.linalg.lstsq(A, b, rcond=None)
    np.testing.assert_allclose(point.c, c, rtol=1e-6, atol=1e-8)
    pull = ((1.0 - 0.3) / 2.0) ** 2 + (2.0 - 0.3) ** 2
    assert point.cost == pytest.approx(float(squares[0]) + pull)


def test_slopes_are_differences_of_the_residual(problem, theta) -> None:
    y = target(problem)
    point = evaluate(problem, y, theta)
    active = np.array([PHASE, SHIFT, LORENTZ, GAUSS, MM_GAUSS, PHASE_SLOPE, RELAXATION])
    found = slopes(problem, point, active)
    for row, parameter in zip(found, active, strict=True):
        step = 1e-4 * max(abs(theta[parameter]), 0.1)
        sides = []
        for sign in (1, -1):
            other = theta.copy()
            other[parameter] += sign * step
            columns, _ = problem.model.columns(other)
            R = problem.baseline.removed(columns @ point.c, STIFFNESS) / SD
            sides.append(np.concatenate([R.real, R.imag]))
        slope = (sides[0] - sides[1]) / (2 * step)
        np.testing.assert_allclose(row, slope, atol=1e-5 * np.abs(slope).max())


def test_a_fit_says_what_is_baseline_and_what_is_whose() -> None:
    model = make_model()
    size = model.layout.size
    flat = Priors(
        np.zeros(size),
        np.full(size, np.inf),
        np.zeros((0, len(model.names))),
        np.zeros(0),
    )
    hump = 500.0 * np.exp(1j * 0.4) * np.exp(-0.5 * ((model.ppm - 2.5) / 0.8) ** 2)
    spectrum = model.in_band(clean_fid(model, phase=0.4)) + hump
    problem = Problem(model, model.baseline, spectrum, 1.0, STIFFNESS, flat)
    start = model.layout.zeros()
    start[[PHASE, SHIFT, LORENTZ, GAUSS]] = 0.35, 1.3, 2.5, 45.0
    fit = minimise(problem, start, np.array([PHASE, SHIFT, LORENTZ, GAUSS]))
    assert fit.converged
    assert fit.phase_rad == pytest.approx(0.4, abs=0.01)
    whole, baseline, parts = curves(problem, fit)
    left = whole - baseline - parts.sum(axis=1)
    assert np.abs(left).max() < 0.02 * np.abs(whole).max()
    upright = np.conj(np.exp(1j * fit.phase_rad))
    np.testing.assert_allclose(whole, spectrum * upright)
    size_of = np.abs(baseline - hump * upright)
    assert np.median(size_of) < 0.2 * np.abs(hump).max()


@pytest.mark.parametrize(("low", "high"), [(0.2, 4.2), (4.0, 5.5), (4.9, 6.0)])
@pytest.mark.parametrize("points", [512, 511])
def test_a_band_on_either_side_of_the_carrier(low, high, points) -> None:
    fids = np.random.default_rng(1).normal(size=(2, 3, points)) + 0j
    model = Model(("Cr", "Glu"), fids[:, 0], np.zeros(2, bool), 5e-4, 123.25, low, high)
    assert model.ppm[0] >= low > model.ppm[0] - 0.05
    assert model.ppm[-1] <= high < model.ppm[-1] + 0.05
    np.testing.assert_allclose(model.x, model.ppm - 0.5 * (low + high))
    whole = spectrum_of(fids)
    np.testing.assert_allclose(model.full_spectra(fids), whole, atol=1e-9)
    np.testing.assert_allclose(model.in_band(fids), whole[..., model.band], atol=1e-9)


def test_what_is_removed_is_what_the_baseline_explains() -> None:
    ppm = np.linspace(0.5, 4.0, 301)
    baseline = make_baseline(ppm)
    parts, lam = baseline.parts, 3.0
    np.testing.assert_allclose(parts.T @ parts, np.eye(parts.shape[1]), atol=1e-9)
    # R'R is the inverse of the covariance, where nothing is free.
    cover = (
        np.eye(301) + (baseline.smooth * baseline.scale**2 / lam) @ baseline.smooth.T
    )
    R = baseline.removed(np.eye(301), lam).real
    free = np.eye(301) - baseline.free @ baseline.free.T
    np.testing.assert_allclose(R @ R, free @ np.linalg.inv(cover) @ free, atol=1e-9)
    assert baseline.log_determinant(lam) == pytest.approx(
        2 * np.linalg.slogdet(cover)[1]
    )
    # Each half of a complex spectrum loses the trace of what the estimate takes.
    y = np.random.default_rng(2).normal(size=(301, 2)) @ [1, 1j]
    took = np.trace(np.eye(301) - np.linalg.inv(cover) @ free)
    assert baseline.effective_dimension(lam) == pytest.approx(took)
    rows = baseline.stacked_rows(y[None], lam)[0]
    np.testing.assert_allclose(rows[:301] + 1j * rows[301:], R @ y, atol=1e-9)
    flat = 3.0 + 2j * (ppm - 1) + 1 / (4.65 - ppm) - 4 / (4.65 - ppm) ** 2
    np.testing.assert_allclose(baseline.removed(flat, lam), 0, atol=1e-6)


def test_ratios_that_are_expected_by_hand() -> None:
    names = ("NAA", "Cr", "GPC", "GABA", "Tau", "MM09", "MM12")
    c = np.array([10.0, 8.0, 2.0, 1.0, 1.0, 3.0, 1.0])  # B = 10 + 8 + 3 * 2 = 24
    rows = prior_rows(names, c)
    gaba = np.array([-0.05, -0.05, -0.15, 1, 0, 0, 0]) / (0.04 * 24)
    tau = np.array([-0.05, -0.05, -0.15, 0, 1, 0, 0]) / (0.04 * 24)
    mm12 = np.array([0, 0, 0, 0, 0, -0.45, 1]) / (0.3 * 0.2 * 24)
    np.testing.assert_allclose(rows, [gaba, tau, mm12])
    strong = prior_rows(names, np.where(np.array(names) == "MM09", 30.0, c))
    np.testing.assert_allclose(strong[2], mm12 * 0.2 * 24 / 30.0)
    for none in (-c, np.full(7, np.nan)):
        assert prior_rows(names, none).shape == (0, 7)
    assert prior_rows(("Glu", "GABA"), np.ones(2)).shape == (0, 2)


def test_widened_by_what_macromolecules_may_be() -> None:
    model = make_model()
    rows = np.ones((2, model.points)) * (1 + 1j)
    wide = replace(model, unmeasured=rows).widened
    assert wide.names[-3:] == (
        model.names[-1],
        *(f"{model.names[-1]}~{i}" for i in "01"),
    )
    np.testing.assert_array_equal(wide.fids[-2:], rows)
    assert wide.macromolecule[-2:].all()
    assert model.widened.names == model.names
    assert len(CONCENTRATIONS) == len(model.names)
