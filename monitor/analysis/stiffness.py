"""How stiff the baseline is: chosen from the spectrum by an information criterion.

    n log(RSS(lam) / n) + 2 m d(lam)

n real points, RSS what is left of them, d the effective dimension of the baseline (both
parts), m = `STRICTNESS`: Akaike's criterion made stricter, as Wilson (2021, ABfit,
m = 5) found it necessary on real spectra.

Amplitudes and the active parameters are profiled for every lam, about a solution that
is near: with B = [A, dA/dtheta c] the best step is linear least squares, and only small
matrices change with lam. With S = B'[Qn, U] and v = 1 - w^2 (`baseline`),

    B'R'RB = B'B - S v S',    RSS = |r|^2 - sum (2 v - v^2) |[Qn, U]'r|^2 .
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from monitor.analysis.baseline import Baseline
from monitor.analysis.fit import Indices, Point, Problem
from monitor.analysis.normal import factored
from monitor.analysis.spectrum import Real

STIFFNESS_GRID = 10.0 ** np.arange(-3.0, 4.1, 0.5)
STRICTNESS = 3.0


@dataclass(frozen=True, slots=True)
class _Linear:
    """The problem about a point, before any baseline is taken off; rows are columns.

    Attributes
    ----------
    gram, right, square : B'B (m, m), B'y (m,), y'y
    shares, y_shares : S (m, 2 p) and (2 p,), real beside imaginary part
    prior, pull : the priors' share of gram and of the right-hand side
    """

    gram: Real
    right: Real
    square: float
    shares: Real
    y_shares: Real
    prior: Real
    pull: Real


def choose_stiffness(problem: Problem, point: Point, active: Indices) -> float:
    """Stiffness of the baseline with the least criterion, from a nearby solution."""
    linear = _linear(problem, point, active)
    scores = [_score(problem, linear, float(lam)) for lam in STIFFNESS_GRID]
    return float(STIFFNESS_GRID[int(np.argmin(scores))])


def _linear(problem: Problem, point: Point, active: Indices) -> _Linear:
    """Gram matrices of B and of its parts in the baseline's space."""
    D = problem.model.derivatives(point.theta, active, point.c, point.A, point.shaped)
    B = np.concatenate([point.A.T, D.T, problem.spectrum[None]]) / problem.noise_sd
    gram = (B @ B.conj().T).real
    shares = B @ problem.baseline.parts
    shares = np.concatenate([shares.real, shares.imag], axis=1)
    priors, m, M = problem.priors, len(B) - 1, point.c.size
    prior, pull = np.zeros((m, m)), np.zeros(m)
    prior[:M, :M] = priors.rows.T @ priors.rows
    pull[:M] = priors.rows.T @ priors.targets
    precision = 1 / priors.sd[active] ** 2
    prior[np.arange(M, m), np.arange(M, m)] = precision
    pull[M:] = (priors.mean - point.theta)[active] * precision
    return _Linear(
        gram[:m, :m], gram[:m, m], float(gram[m, m]), shares[:m], shares[m], prior, pull
    )


def _score(problem: Problem, linear: _Linear, stiffness: float) -> float:
    """The criterion at one stiffness."""
    baseline = problem.baseline
    v = np.tile(taken(baseline, stiffness), 2)
    damped = linear.shares * v
    H = linear.gram - damped @ linear.shares.T
    g = linear.right - damped @ linear.y_shares
    try:
        step = factored(H + linear.prior).solve(g + linear.pull)
    except linalg.LinAlgError:
        return float("inf")
    square = linear.square - 2 * step @ linear.right + step @ linear.gram @ step
    rest = linear.y_shares - step @ linear.shares
    square -= float(np.sum((2 * v - v**2) * rest**2))
    n = 2 * problem.spectrum.size
    dimension = 2 * baseline.effective_dimension(stiffness)
    fit = n * float(np.log(max(float(square), 1e-300) / n))
    return fit + 2 * STRICTNESS * dimension


def taken(baseline: Baseline, stiffness: float) -> Real:
    """1 - w^2 for each of the baseline's parts; 1 for the free ones."""
    free = np.ones(baseline.free.shape[1])
    return np.concatenate([free, 1.0 - baseline.shrinkage(stiffness) ** 2])
