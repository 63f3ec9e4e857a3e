"""A fit of one spectrum: its optimum, how sure it is, and what it looks like."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.fit.lineshape import gauss_fwhm_hz, voigt_fwhm_hz
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE, SHIFT
from monitor.analysis.fit.problem import Problem
from monitor.analysis.signal.spectrum import Complex, Real


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
    converged : the last step was below tolerance, the covariance is regular, and every
        number is finite
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


def hopeless(problem: Problem, start: Real) -> Fit:
    """What is said of a spectrum that has no fit."""
    M, nan = len(problem.model.names), float("nan")
    return Fit(
        problem.model.names,
        np.full(M, nan),
        np.full((M, M), nan),
        start,
        np.zeros(start.size),
        problem.noise_sd,
        nan,
        float("inf"),
        nan,
        0,
        False,
    )


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
