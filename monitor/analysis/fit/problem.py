"""One spectrum before its fit: what is known, and cost, amplitudes, slopes at a theta.

F(theta) of `minimise`, with the same symbols: the amplitudes c that are best at a theta
come from the normal equations of X = R A(theta) / s and the priors' rows P.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.fit.baseline import Baseline
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.normal import Factor, factored
from monitor.analysis.signal.spectrum import Complex, Real

Indices = NDArray[np.intp]


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


def stacked(columns: NDArray[np.complexfloating]) -> Real:
    """Real over imaginary part along the first axis."""
    return np.concatenate([columns.real, columns.imag])


@dataclass(frozen=True, slots=True)
class Point:
    """Everything known at one theta.

    Attributes
    ----------
    A, shaped : as `Model.columns` gives them
    X : (M, 2 K) the columns after R, as rows, in units of the noise
    factor : Cholesky factor of X X' + P'P, whose scale was made one
    c : (M,) the amplitudes
    residual : (2 K,) of the spectrum after R
    cost : F
    """

    theta: Real
    A: Complex
    shaped: Complex
    X: Real
    factor: Factor
    c: Real
    residual: Real
    cost: float


def target(problem: Problem) -> Real:
    """The spectrum after R in units of the noise, (2 K,)."""
    row = problem.baseline.stacked_rows(problem.spectrum[None], problem.stiffness)
    return np.asarray(row[0] / problem.noise_sd, float)


def evaluate(problem: Problem, y: Real, theta: Real) -> Point:
    """Amplitudes and cost at theta; y is the problem's `target`.

    Raises
    ------
    LinAlgError : something is not finite
    """
    rows, shaped = problem.model.rows(theta)
    X = problem.baseline.stacked_rows(rows, problem.stiffness)
    X /= problem.noise_sd
    priors = problem.priors
    P, p = priors.rows, priors.targets
    factor = factored(X @ X.T + P.T @ P)
    c = factor.solve(X @ y + P.T @ p)
    # Normal equations lose half of the digits; one refinement brings them back.
    c += factor.solve(X @ (y - c @ X) + P.T @ (p - P @ c))
    residual = y - c @ X
    pull = (theta - priors.mean) / priors.sd
    left = p - P @ c
    cost = float(residual @ residual + left @ left + pull @ pull)
    return Point(theta, rows.T, shaped, X, factor, c, residual, cost)


def slopes(problem: Problem, point: Point, active: Indices) -> Real:
    """d(R A c)/d theta in units of the noise, as rows (active, 2 K)."""
    D = problem.model.derivatives(point.theta, active, point.c, point.A, point.shaped)
    rows = problem.baseline.stacked_rows(D.T, problem.stiffness)
    return np.asarray(rows / problem.noise_sd, float)
