"""Linear-combination fit of one spectrum by variable projection.

Cost, in units of the noise variance s^2 of one real component:

    F(theta) = min_c |R (y - A(theta) c)|^2 / s^2 + |P c - p|^2
               + sum_k ((theta_k - mu_k) / sd_k)^2,

R removes the penalised baseline (`baseline`), P and p are soft priors on amplitudes
(rows of `priors`, none by default).  For every theta the amplitudes c follow from
linear least squares (real c, real and imaginary part stacked); theta moves by
Levenberg-Marquardt steps with the Jacobian of Kaufman (1975),

    J = (I - Q Q') dA/dtheta c,      A = Q T,

so that amplitudes are never searched for (Golub & Pereyra 1973; in MRS: VARPRO, van der
Veen 1988).  At the optimum the covariance of everything is s^2 (G'G)^-1 with G the
whole Jacobian [dA/dtheta c, A] after R and with the priors' rows: the Cramer-Rao bound
of the model with its baseline.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import linalg

from monitor.analysis.baseline import Baseline
from monitor.analysis.lineshape import gauss_fwhm_hz, voigt_fwhm_hz
from monitor.analysis.model import GAUSS, LORENTZ, MM_GAUSS, PHASE, SHIFT, Model
from monitor.analysis.spectrum import Complex, Real

Indices = NDArray[np.intp]
MAX_STEPS = 60
STEP_TOLERANCE = 1e-5
"""A fit has arrived when a step moves no parameter by more than this part of its SD."""


@dataclass(frozen=True, slots=True)
class Priors:
    """Soft knowledge: (theta_k - mean_k) / sd_k, and rows on the amplitudes.

    Attributes
    ----------
    mean, sd : (T,) over the whole parameter vector; sd = inf: no prior
    rows, targets : (n, M) and (n,) in units of their own SD: rows @ c = targets
    """

    mean: Real
    sd: Real
    rows: Real
    targets: Real


@dataclass(frozen=True, slots=True)
class Problem:
    """One spectrum and all that is known before its fit.

    `spectrum` is (K,) in the model's band, `noise_sd` the SD of one real component of
    it, `stiffness` that of the baseline.
    """

    model: Model
    baseline: Baseline
    spectrum: Complex
    noise_sd: float
    stiffness: float
    priors: Priors


@dataclass(frozen=True, slots=True)
class Fit:
    """The optimum and how sure it is.

    Attributes
    ----------
    names : of the amplitudes
    amplitudes : (M,) in units of the basis set
    covariance : (M, M), the nuisance parameters, baseline and priors included
    theta : (T,) the whole parameter vector, `theta_sd` its SD (0 where not fitted)
    noise_sd : of one real component of the spectrum
    misfit : residual variance over noise variance, 1 for a model that is right
    baseline_dimension : effective degrees of freedom of the real part of the baseline
    steps : iterations used
    converged : the last step was below tolerance and every number is finite
    """

    names: tuple[str, ...]
    amplitudes: Real
    covariance: Real
    theta: Real
    theta_sd: Real
    noise_sd: float
    misfit: float
    cost: float
    baseline_dimension: float
    steps: int
    converged: bool
    notes: tuple[str, ...] = field(default_factory=tuple)

    @property
    def sds(self) -> Real:
        """SD of each amplitude."""
        return np.asarray(np.sqrt(np.clip(np.diag(self.covariance), 0, None)), float)

    @property
    def shift_hz(self) -> float:
        """Common shift against the basis set, to higher ppm."""
        return float(self.theta[SHIFT])

    @property
    def phase_rad(self) -> float:
        """Zero-order phase in the middle of the band."""
        return float(self.theta[PHASE])

    @property
    def broadening_hz(self) -> float:
        """Width (FWHM) that was added to the basis set's lines."""
        return voigt_fwhm_hz(
            float(self.theta[LORENTZ]), gauss_fwhm_hz(self.theta[GAUSS])
        )


def stacked(columns: NDArray[np.complexfloating]) -> Real:
    """Real over imaginary part along the first axis."""
    return np.concatenate([columns.real, columns.imag])


@dataclass(slots=True)
class _Point:
    """Everything known at one theta; made once, thrown away with the next."""

    theta: Real
    A: Complex
    shaped: Complex
    whitened: Real
    Q: Real
    T: Real
    c: Real
    residual: Real
    cost: float


def _evaluate(problem: Problem, y: Real, theta: Real) -> _Point:
    """Amplitudes and cost at theta; y is the whitened, stacked spectrum."""
    A, shaped = problem.model.columns(theta)
    rest = problem.baseline.removed(A, problem.stiffness)
    whitened = np.concatenate([stacked(rest) / problem.noise_sd, problem.priors.rows])
    Q, T = linalg.qr(whitened, mode="economic", check_finite=False)
    c = linalg.lstsq(T, Q.T @ y, cond=1e-10, check_finite=False)[0]
    residual = y - whitened @ c
    priors = problem.priors
    pull = (theta - priors.mean) / priors.sd
    cost = float(residual @ residual + pull @ pull)
    return _Point(theta, A, shaped, whitened, Q, T, c, residual, cost)


def _jacobian(problem: Problem, point: _Point, active: Indices) -> Real:
    """d(residual)/d(theta) without its sign, prior rows zero, (rows, active)."""
    D = problem.model.derivatives(point.theta, active, point.c, point.A, point.shaped)
    rest = stacked(problem.baseline.removed(D, problem.stiffness)) / problem.noise_sd
    none = np.zeros((problem.priors.rows.shape[0], len(active)))
    return np.concatenate([rest, none])


def _admissible(theta: Real) -> Real:
    """Theta with widths that decay: L >= 0, g >= 0, g + q >= 0."""
    theta = theta.copy()
    theta[LORENTZ] = max(theta[LORENTZ], 0.0)
    theta[GAUSS] = max(theta[GAUSS], 0.0)
    theta[MM_GAUSS] = max(theta[MM_GAUSS], -theta[GAUSS])
    return theta


def _step(
    problem: Problem, point: _Point, active: Indices, damping: float
) -> tuple[Real, Real]:
    """One damped step and the SDs of the active parameters."""
    J = _jacobian(problem, point, active)
    J -= point.Q @ (point.Q.T @ J)
    priors = problem.priors
    pull = (point.theta - priors.mean)[active] / priors.sd[active] ** 2
    H = J.T @ J + np.diag(1 / priors.sd[active] ** 2)
    gradient = J.T @ point.residual - pull
    free = _free(point.theta, gradient, active)
    size = np.where(np.diag(H) > 0, np.diag(H), 1.0)
    step = np.zeros(len(active))
    H = H + np.diag(damping * size)
    step[free] = linalg.solve(
        H[np.ix_(free, free)], gradient[free], assume_a="pos", check_finite=False
    )
    return step, 1 / np.sqrt(size)


def _free(theta: Real, gradient: Real, active: Indices) -> Indices:
    """Active parameters that are not held at their bound."""
    held = [
        (p == LORENTZ and theta[LORENTZ] <= 0 and g <= 0)
        or (p == GAUSS and theta[GAUSS] <= 0 and g <= 0)
        or (p == MM_GAUSS and theta[MM_GAUSS] <= -theta[GAUSS] and g <= 0)
        for p, g in zip(active, gradient, strict=True)
    ]
    return np.flatnonzero(~np.array(held, bool))


def minimise(
    problem: Problem, start: Real, active: Indices, max_steps: int = MAX_STEPS
) -> Fit:
    """Levenberg-Marquardt from `start` over the `active` parameters.

    Raises nothing on a hopeless spectrum: `converged` is False then.
    """
    y = np.concatenate(
        [
            stacked(problem.baseline.removed(problem.spectrum, problem.stiffness))
            / problem.noise_sd,
            problem.priors.targets,
        ]
    )
    point = _evaluate(problem, y, _admissible(start))
    damping, arrived, steps = 1e-3, False, 0
    while steps < max_steps and not arrived:
        steps += 1
        try:
            step, scale = _step(problem, point, active, damping)
        except linalg.LinAlgError:
            break
        theta = point.theta.copy()
        theta[active] += step
        theta = _admissible(theta)
        arrived = bool(np.all(np.abs(step) < STEP_TOLERANCE * scale))
        trial = _evaluate(problem, y, theta)
        if trial.cost <= point.cost:
            point, damping = trial, max(damping * 0.1, 1e-9)
        else:
            damping *= 10.0 if damping > 1e-6 else 1e3
            arrived = arrived or damping > 1e8
    return _fit(problem, point, active, steps, arrived)


def _fit(
    problem: Problem, point: _Point, active: Indices, steps: int, arrived: bool
) -> Fit:
    """Gather the optimum with its covariance."""
    J = _jacobian(problem, point, active)
    G = np.concatenate([point.whitened, J], axis=1)
    M, T = point.c.size, point.theta.size
    information = G.T @ G
    information[M:, M:] += np.diag(1 / problem.priors.sd[active] ** 2)
    covariance, regular = inverse(information)
    theta_sd = np.zeros(T)
    theta_sd[active] = np.sqrt(np.clip(np.diag(covariance)[M:], 0, None))
    dimension = problem.baseline.effective_dimension(problem.stiffness)
    degrees = max(2 * problem.spectrum.size - M - len(active) - 2 * dimension, 1.0)
    rows = 2 * problem.spectrum.size
    misfit = float(point.residual[:rows] @ point.residual[:rows]) / degrees
    finite = bool(np.all(np.isfinite(point.c)) and np.all(np.isfinite(covariance)))
    return Fit(
        problem.model.names, point.c, covariance[:M, :M], point.theta, theta_sd,
        problem.noise_sd, misfit, point.cost, dimension, steps,
        arrived and finite and regular,
    )  # fmt: skip


def inverse(information: Real) -> tuple[Real, bool]:
    """Inverse of a Fisher information, equilibrated first; False where singular."""
    scale = np.sqrt(np.clip(np.diag(information), 1e-300, None))
    scaled = information / np.outer(scale, scale)
    try:
        factor = linalg.cho_factor(scaled + 1e-13 * np.eye(scale.size))
    except linalg.LinAlgError:
        return np.full_like(information, np.nan), False
    covariance: Real = linalg.cho_solve(factor, np.eye(scale.size))
    return covariance / np.outer(scale, scale), True


def curves(problem: Problem, fit: Fit) -> tuple[Complex, Complex, Complex]:
    """Phased spectrum (K,), baseline (K,) and components (K, M) of a fit."""
    A, _ = problem.model.columns(fit.theta)
    baseline = problem.baseline.estimate(
        problem.spectrum - A @ fit.amplitudes, problem.stiffness
    )
    back = np.conj(problem.model.turn(fit.theta))
    return (
        problem.spectrum * back,
        baseline * back,
        A * fit.amplitudes * back[:, None],
    )
