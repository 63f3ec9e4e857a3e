"""The joint fit of one model by integrals and differences, without a session."""

import math

import numpy as np
import pytest
from state_cases import C0, NAMES, dynamics, measurement

from monitor.analysis.tracking.dynamics import sums_of
from monitor.analysis.tracking.joint import (
    DENOMINATOR_PERCENT,
    RESPONSE_PERCENT,
    ResponseFit,
    _changes,
    _fit,
    _without_gain,
    log_weight,
    solved,
)
from monitor.analysis.tracking.joint_models import MODELS
from monitor.analysis.tracking.tracker import IN_COMMON, TRACKED, Tracker
from monitor.analysis.tracking.whitened import Whitened, directions

RANDOM = np.random.default_rng(4)
X = RANDOM.normal(size=(7, 2))
SEEN = RANDOM.normal(size=7) + X @ [0.3, -0.2]
EXPECTED = np.array([RESPONSE_PERCENT, DENOMINATOR_PERCENT])


def log_normal(o: np.ndarray, covariance: np.ndarray) -> float:
    half = o @ np.linalg.solve(covariance, o) + np.linalg.slogdet(covariance)[1]
    return float(-0.5 * half)


def test_evidence_is_the_likelihood_with_all_sizes_summed_out() -> None:
    found = solved(X.T @ X, X.T @ SEEN, EXPECTED)
    with_sizes = np.eye(7) + X @ np.diag(EXPECTED**2) @ X.T
    expected = log_normal(SEEN, with_sizes) - log_normal(SEEN, np.eye(7))
    assert found.evidence == pytest.approx(expected)
    covariance = np.linalg.inv(X.T @ X + np.diag(EXPECTED**-2.0))
    np.testing.assert_allclose(found.covariance, covariance, rtol=1e-6)
    np.testing.assert_allclose(found.theta, covariance @ X.T @ SEEN, rtol=1e-6)


def test_likelihood_fits_the_response_and_sums_out_the_denominator() -> None:
    denominators = np.linspace(-8.0, 8.0, 4001) * DENOMINATOR_PERCENT
    left = SEEN[:, None] - np.outer(X[:, 1], denominators)
    best = X[:, 0] @ left / (X[:, 0] @ X[:, 0])
    misfit = ((left - np.outer(X[:, 0], best)) ** 2).sum(axis=0)
    prior = np.exp(-0.5 * (denominators / DENOMINATOR_PERCENT) ** 2)
    joint = np.exp(-0.5 * (misfit - SEEN @ SEEN)) * prior
    expected = math.log(np.trapezoid(joint, denominators) / np.sqrt(2 * np.pi))
    found = solved(X.T @ X, X.T @ SEEN, EXPECTED).likelihood
    assert found == pytest.approx(expected - math.log(DENOMINATOR_PERCENT), abs=1e-6)


STILL = dynamics(0.0)
MOVED = directions(STILL)
THETAS = len(MOVED)
CURVES = np.array([[0.0, 0.0], [0.5, 1.0], [1.0, 1.0]])


def values(theta: np.ndarray, g: float, name: str) -> float:
    """An outcome where the amplitudes have followed a curve so far."""
    sums = sums_of(NAMES) @ (C0 + g * theta @ MOVED)
    top, *bottom = name.split("/")
    places = {"Glu": 0, "Glx": 1, "tNAA": 2, "tCr": 3}
    return float(sums[places[top]] / (sums[places[bottom[0]]] if bottom else 1.0))


def test_changes_are_those_of_the_amplitudes_over_the_whole_grid() -> None:
    weights = np.array([0.3, 0.7])
    thetas = RANDOM.normal(size=(2, THETAS)) * 5.0
    covariances = np.stack([np.diag(RANDOM.uniform(0.5, 2, THETAS)) for _ in range(2)])
    covariances[:, 0, 1:] = covariances[:, 1:, 0] = 0.3
    changes, sds = _changes(weights, thetas, covariances, CURVES, STILL)
    assert set(changes) == set(TRACKED)
    zero, step = np.zeros(THETAS), 1e-4
    for name in TRACKED:
        before = values(zero, 0.0, name)
        each = np.array([
            [100 * (values(theta, g, name) / before - 1)
             for theta, g in zip(thetas, row, strict=True)]
            for row in CURVES
        ])  # fmt: skip
        mean = each @ weights
        np.testing.assert_allclose(changes[name], mean, rtol=1e-9, atol=1e-12)
        slope = np.array([
            100 * (values(step * e, 1.0, name) / before - 1) / step
            for e in np.eye(THETAS)
        ])  # fmt: skip
        within = [slope @ covariance @ slope for covariance in covariances]
        spread = (CURVES**2 * within + (each - mean[:, None]) ** 2) @ weights
        np.testing.assert_allclose(sds[name], np.sqrt(spread), rtol=1e-3, atol=1e-9)


def test_a_model_is_summed_over_its_grid_and_stated_at_its_best() -> None:
    (model,) = (m for m in MODELS if m.name == "saturating")
    columns = RANDOM.normal(size=(40, 2, THETAS))
    o = columns[:, 1] @ np.r_[4.0, np.zeros(THETAS - 1)] + RANDOM.normal(size=40)
    A = np.einsum("mkt,mku->ktu", columns, columns)
    b = np.einsum("mkt,m->kt", columns, o)
    shapes = [{"tau_s": 60.0}, {"tau_s": 300.0}]
    times_s, n = np.arange(3.0), 12
    fit = _fit(
        model, [0, 1], shapes, CURVES, Whitened(A, b), STILL, times_s, n
    )  # fmt: skip
    expected = np.full(THETAS, DENOMINATOR_PERCENT)
    expected[:2] = RESPONSE_PERCENT
    each = [solved(A[k], b[k], expected) for k in range(2)]
    best = max(range(2), key=lambda k: each[k].likelihood)
    assert fit.shape == shapes[best]
    assert fit.log_likelihood == each[best].likelihood
    mean = np.mean(np.exp([one.evidence for one in each]))
    assert fit.evidence == pytest.approx(math.log(mean))
    p, gain = 3, each[best].likelihood
    assert fit.parameters == p
    assert fit.bic == pytest.approx(p * math.log(n) - 2 * gain)
    assert fit.aicc == pytest.approx(2 * p - 2 * gain + 2 * p * (p + 1) / (n - p - 1))
    few = _fit(model, [0, 1], shapes, CURVES, Whitened(A, b), STILL, times_s, 3)
    assert few.aicc == pytest.approx(2 * p - 2 * gain + 2 * p * (p + 1))


def fit_of(parameters: int, evidence: float) -> ResponseFit:
    at = np.zeros(3)
    changes = {"Glu": np.ones(3), "Glu/tCr": np.ones(3)}
    return ResponseFit(
        "x", {}, parameters, 0.0, evidence, 0.0, 0.0, at, changes, dict(changes)
    )


def test_no_change_has_half_of_the_prior() -> None:
    responses = len(MODELS) - 1
    assert log_weight(fit_of(0, 2.0)) == pytest.approx(2.0 + math.log(0.5))
    expected = 2.0 + math.log(0.5 / responses)
    assert log_weight(fit_of(3, 2.0)) == pytest.approx(expected)


def test_amplitudes_with_another_gain_have_no_change() -> None:
    fit = fit_of(1, 0.0)
    assert _without_gain(fit, np.zeros(3, bool)) is fit
    found = _without_gain(fit, np.array([False, True, False]))
    for by in (found.changes, found.sds):
        assert np.isnan(by["Glu"]).tolist() == [False, True, False]
        assert np.isfinite(by["Glu/tCr"]).all()


# -- the filter ------------------------------------------------------------------------


def test_the_likelihood_is_that_of_the_innovations() -> None:
    tracker, rows = Tracker.fresh(STILL), STILL.observed(measurement().rows)
    expected = 0.0
    for k in range(3):
        tracker.predict()
        o = RANDOM.normal(size=len(rows)) + rows @ tracker.mean
        S = rows @ tracker.covariance @ rows.T + np.eye(len(rows)) / 0.5
        expected += log_normal(o - rows @ tracker.mean, S)
        tracker.measure(rows, o, 0.5)
        assert tracker.log_likelihood == pytest.approx(expected), k
    held = tracker.amplitudes
    tracker.mean = tracker.mean.copy()
    tracker.mean[len(NAMES)] += 0.1
    np.testing.assert_allclose(tracker.amplitudes - held, 0.1 * C0)


def test_offsets_of_two_other_epochs_have_half_of_their_variance_in_common() -> None:
    M, n = len(NAMES), STILL.size
    tracker = Tracker.fresh(STILL)
    tracker.begin_epoch(foreign=True)
    assert tracker.mean.size == n + M
    np.testing.assert_allclose(tracker.covariance[n:, n:], np.eye(M))
    tracker.covariance[:M, n:] = tracker.covariance[n:, :M] = 0.2 * np.eye(M)
    T = tracker.begin_epoch(foreign=True)
    np.testing.assert_allclose(tracker.covariance[n:, n:], np.eye(M))
    np.testing.assert_allclose(T[n:, n:], IN_COMMON * np.eye(M))
    np.testing.assert_allclose(tracker.covariance[:M, n:], 0.1 * np.eye(M))
    tracker.begin_epoch(foreign=False)
    assert not tracker.covariance[n:, n:].any()  # at home there are none
    tracker.begin_epoch(foreign=True)
    np.testing.assert_allclose(tracker.covariance[n:, n:], np.eye(M))
    assert not tracker.covariance[:M, n:].any()
