"""Linear-combination fit of one spectrum by variable projection.

Cost, in units of the noise variance s^2 of one real component:

    F(theta) = min_c |R (y - A(theta) c)|^2 / s^2 + |P c - p|^2
               + sum_k ((theta_k - mu_k) / sd_k)^2,

R removes the penalised baseline (`baseline`), P and p are soft priors on amplitudes
(rows of `priors`, none by default).  For every theta the amplitudes c follow from
linear least squares (real c, real and imaginary part stacked); theta moves by
Levenberg-Marquardt steps with the Jacobian of Kaufman (1975),

    J = (I - A (A'A + P'P)^-1 A') R dA/dtheta c,      A here after R,

of which only J'J and J'r are ever made (normal equations, columns scaled to one),
so that amplitudes are never searched for (Golub & Pereyra 1973; in MRS: VARPRO, van der
Veen 1988).  At the optimum the covariance of everything is s^2 (G'G)^-1 with G the
whole Jacobian [dA/dtheta c, A] after R and with the priors' rows: the Cramer-Rao bound
of the model with its baseline.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.fit import Fit, hopeless
from monitor.analysis.fit.model import GAUSS, LORENTZ, MM_GAUSS
from monitor.analysis.fit.normal import factored, inverse
from monitor.analysis.fit.problem import (
    Indices,
    Point,
    Problem,
    evaluate,
    slopes,
    target,
)
from monitor.analysis.signal.spectrum import Real

MAX_STEPS = 60
STEP_TOLERANCE = 0.01
"""A fit has arrived when a step is shorter than this part of an SD, in any direction:
step' gradient, the decrease that it promises, is the square of its length in SDs."""

OVERSHOT, DAMPED = 0.25, 0.1
"""A step that takes less than this part of the decrease that it promised has gone too
far: the next is damped from there on.  Where a model is wrong the valley bends by what
is left over, and undamped steps would go to and fro in it (Marquardt 1963)."""

NEAR = 1.0
"""SDs: so near an optimum, in each parameter and by the cost, a search ends in it."""
SAME_COST = 1e-3
"""What two searches that end in one optimum may differ by."""


def admissible(theta: Real) -> Real:
    """Theta with widths that decay: L >= 0, g >= 0, g + q >= 0."""
    theta = theta.copy()
    theta[LORENTZ] = max(theta[LORENTZ], 0.0)
    theta[GAUSS] = max(theta[GAUSS], 0.0)
    theta[MM_GAUSS] = max(theta[MM_GAUSS], -theta[GAUSS])
    return theta


@dataclass(frozen=True, slots=True)
class _Linear:
    """The problem about one point, the amplitudes eliminated (Kaufman).

    `ways` (active, n) are the directions that no bound forbids.
    """

    J: Real
    cross: Real
    H: Real
    gradient: Real
    ways: Real


def _linear(problem: Problem, point: Point, active: Indices) -> _Linear:
    """Gauss-Newton matrix and gradient for the active parameters."""
    J = slopes(problem, point, active)
    cross = point.X @ J.T
    H = J @ J.T - cross.T @ point.factor.solve(cross)
    priors = problem.priors
    precision = 1 / priors.sd[active] ** 2
    H[np.diag_indices(len(active))] += precision
    pull = (point.theta - priors.mean)[active] * precision
    gradient = J @ point.residual - pull
    return _Linear(J, cross, H, gradient, _ways(point.theta, gradient, active))


def _ways(theta: Real, gradient: Real, active: Indices) -> Real:
    """Directions of the active parameters, those into a bound left out.

    Where q rests at its bound -g it goes along with g.
    """
    narrow = theta[MM_GAUSS] <= -theta[GAUSS]
    held = {
        int(p)
        for p, g in zip(active, gradient, strict=True)
        if g <= 0
        and (
            (p == LORENTZ and theta[LORENTZ] <= 0)
            or (p == GAUSS and theta[GAUSS] <= 0)
            or (p == MM_GAUSS and narrow)
        )
    }
    ways = np.eye(active.size)
    if MM_GAUSS in held:
        ways[active == MM_GAUSS, active == GAUSS] = -1.0
    return ways[:, [int(p) not in held for p in active]]


def _step(linear: _Linear, damping: float) -> Real:
    """One damped step of the active parameters."""
    T = linear.ways
    if not T.size:
        return np.zeros(linear.gradient.size)
    H = T.T @ linear.H @ T
    H[np.diag_indices_from(H)] *= 1 + damping
    return np.asarray(T @ factored(H).solve(T.T @ linear.gradient), float)


def promise(problem: Problem, theta: Real, active: Indices) -> float:
    """How much lower F would be after a full step of the `active` parameters.

    0 where there is none: a score test (Rao 1948) of what was not yet moved.
    """
    with np.errstate(all="ignore"):
        try:
            point = evaluate(problem, target(problem), theta)
            linear = _linear(problem, point, active)
            return float(linear.gradient @ _step(linear, 0.0))
        except (LinAlgError, ValueError):
            return 0.0


def minimise(
    problem: Problem,
    start: Real,
    active: Indices,
    max_steps: int = MAX_STEPS,
    tolerance: float = STEP_TOLERANCE,
    known: Fit | None = None,
) -> Fit:
    """Levenberg-Marquardt from `start` over the `active` parameters.

    Where an optimum is `known`, a search that comes near it is given up: it would end
    there.  Raises nothing on a hopeless spectrum: `converged` is False then, and what
    could not be found is nan.
    """
    with np.errstate(all="ignore"):
        try:
            return _minimise(problem, start, active, max_steps, tolerance, known)
        except (LinAlgError, ValueError):
            return hopeless(problem, start)


def _minimise(
    problem: Problem,
    start: Real,
    active: Indices,
    max_steps: int,
    tolerance: float,
    known: Fit | None,
) -> Fit:
    """`minimise`, which may raise LinAlgError."""
    y = target(problem)
    point = evaluate(problem, y, admissible(start))
    linear = _linear(problem, point, active)
    damping, arrived, steps = 1e-3, False, 0
    while steps < max_steps and not arrived:
        steps += 1
        step = _step(linear, damping)
        theta = point.theta.copy()
        theta[active] += step
        theta = admissible(theta)
        gain = float(linear.gradient @ (theta - point.theta)[active])
        arrived = abs(gain) < tolerance**2 and _is_flat(linear, damping, tolerance)
        trial = evaluate(problem, y, theta)
        if trial.cost <= point.cost:
            overshot = point.cost - trial.cost < OVERSHOT * gain
            damping = (
                max(damping, DAMPED) * 10 if overshot else max(damping * 0.1, 1e-9)
            )
            point = trial
            # Where a step was that small, the slopes need no renewal.
            linear = linear if arrived else _linear(problem, point, active)
            if known is not None and _is_near(point, known):
                break
        else:
            damping *= 10.0 if damping > 1e-6 else 1e3
            arrived = arrived or damping > 1e8
    return _fit(problem, point, linear, active, steps, arrived)


def _is_flat(linear: _Linear, damping: float, tolerance: float) -> bool:
    """Whether a step would be as short undamped."""
    if damping < DAMPED:
        return True
    return float(linear.gradient @ _step(linear, 0.0)) < tolerance**2


def _is_near(point: Point, known: Fit) -> bool:
    """Whether a point is in the trough of an optimum, and not below it."""
    above = point.cost - known.cost
    if not (known.converged and above + SAME_COST >= 0 and above < NEAR**2):
        return False
    return bool(np.all(np.abs(point.theta - known.theta) <= NEAR * known.theta_sd))


def _fit(
    problem: Problem,
    point: Point,
    linear: _Linear,
    active: Indices,
    steps: int,
    arrived: bool,
) -> Fit:
    """Gather the optimum with its covariance."""
    M, T = point.c.size, point.theta.size
    P, precision = problem.priors.rows, 1 / problem.priors.sd[active] ** 2
    information = np.block(
        [
            [point.X @ point.X.T + P.T @ P, linear.cross],
            [linear.cross.T, linear.J @ linear.J.T + np.diag(precision)],
        ]
    )
    covariance, regular = inverse(information)
    theta_sd = np.zeros(T)
    theta_sd[active] = np.sqrt(np.clip(np.diag(covariance)[M:], 0, None))
    dimension = problem.baseline.effective_dimension(problem.stiffness)
    degrees = max(2 * problem.spectrum.size - M - len(active) - 2 * dimension, 1.0)
    misfit = float(point.residual @ point.residual) / degrees
    finite = np.isfinite(covariance).all() and np.isfinite([misfit, point.cost]).all()
    return Fit(
        problem.model.names,
        point.c,
        covariance[:M, :M],
        point.theta,
        theta_sd,
        problem.noise_sd,
        misfit,
        point.cost,
        dimension,
        steps,
        bool(arrived and finite and regular),
    )
