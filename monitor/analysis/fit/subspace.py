"""The small space in which every window of a session is fitted.

After the cold fit of the reference period only three things still move from window to
window besides the amplitudes: phase p, shift d and Lorentzian width L.  With the
session's line shape put into the basis FIDs, x_m(t), a change of shift and width is

    x_m(t) exp(-u t),     u = 2 pi i dd + pi dL     (one complex number)
                          = sum_k (-u)^k / k!  t^k x_m(t),

so that all columns that a window can ask for lie in the span of the whitened spectra of
t^k x_m(t), k = 0 ... ORDER.  An orthonormal basis Q of that span (r of some 60 to 120
complex dimensions; directions that stay below TOLERANCE of one transient's noise are
left out) is made once.  Spectra are projected, z = Q^H R y / s; so are the columns,
C_k = Q^H R F[t^k x_m] / (k! s), with s the noise of one transient.  A window's spectrum
is the weighted mean of its transients', so z is projected once a transient and averaged
afterwards.

What the projection leaves out of y is noise that no column can explain: amplitudes and
their covariance are those of the full problem up to the truncation of the series
(tested: below 0.1 SD within REACH_HZ).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial

import numpy as np

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.model import PHASE
from monitor.analysis.fit.normal import inverse
from monitor.analysis.fit.problem import Problem
from monitor.analysis.signal.spectrum import Complex, Real

ORDER = 10
REACH_HZ = 1.5
TOLERANCE = 1e-3
USUAL_NOISE = 0.2
"""Of a window, over that of one transient."""
TIME_UNIT_S = 0.1
"""Unit of t and 1/u in the series: keeps the powers of the usual u near one."""


@dataclass(frozen=True)
class Subspace:
    """Projected columns of a session, and how to project its spectra.

    Attributes
    ----------
    problem : the cold fit's problem; its noise_sd is that of one transient
    theta : (T,) its solution, about which the series runs
    amplitudes : (M,) of the cold fit
    projector : (r, K) Q^H R / s
    columns : (ORDER + 1, r, M) the C_k
    tie : (M, M) precision of the soft priors on amplitudes
    """

    problem: Problem
    theta: Real
    amplitudes: Real
    projector: Complex
    columns: Complex
    tie: Real

    @cached_property
    def spread(self) -> Real:
        """The C_k as real rows, one a column of A, (M, 2 (ORDER + 1) r)."""
        rows = np.ascontiguousarray(np.moveaxis(self.columns, 2, 0))
        return rows.view(float).reshape(len(rows), -1)

    @cached_property
    def matrix(self) -> tuple[Real, Real]:
        """Inverse of a window fit's matrix at the session's own solution; 1 / SDs.

        For the usual noise of a window; a step of the fit needs it near, not exact.
        """
        c, A = self.amplitudes, self.columns[0]
        tangent = -TIME_UNIT_S * (self.columns[1] @ c)
        nuisance = np.stack([1j * (A @ c), 2j * np.pi * tangent, np.pi * tangent], 1)
        D = np.concatenate([A, nuisance], axis=1)
        H = (D.conj().T @ D).real
        H[: c.size, : c.size] += USUAL_NOISE**2 * self.tie
        return inverse(H)[0], np.asarray(np.sqrt(np.diag(H)), float)

    @cached_property
    def degrees(self) -> float:
        """Expected energy of pure noise, one transient's, in the subspace."""
        power = float(np.sum(np.abs(self.projector) ** 2))
        return 2 * power * self.problem.noise_sd**2

    @property
    def names(self) -> tuple[str, ...]:
        """Of the amplitudes."""
        return self.problem.model.names

    def projected(self, spectra: Complex) -> Complex:
        """Band spectra (..., K) to (..., r), the session's phase undone."""
        small: Complex = (spectra * np.exp(-1j * self.theta[PHASE])) @ self.projector.T
        return small


def make_subspace(problem: Problem, fit: Fit) -> Subspace:
    """Subspace about the solution of a cold fit."""
    tower = _tower(problem, fit)
    Q = _span(tower, fit.amplitudes)
    removal = problem.baseline.removed(
        np.eye(problem.model.ppm.size), problem.stiffness
    )
    columns = np.ascontiguousarray(Q.conj().T @ tower)
    rows = problem.priors.rows
    return Subspace(
        problem,
        fit.theta,
        fit.amplitudes,
        Q.conj().T @ removal / problem.noise_sd,
        columns,
        rows.T @ rows,
    )


def _tower(problem: Problem, fit: Fit) -> Complex:
    """Whitened spectra of t^k x_m(t) / k!, (ORDER + 1, K, M)."""
    model, theta = problem.model, fit.theta.copy()
    theta[PHASE] = 0.0
    fids = model.shaped(theta) * model.kernel(theta)
    t = model.t / TIME_UNIT_S
    levels = []
    for k in range(ORDER + 1):
        spectra = model.in_band(fids * (t**k / factorial(k))) * model.turn(theta)
        whitened = problem.baseline.removed(spectra.T, problem.stiffness)
        levels.append(whitened / problem.noise_sd)
    return np.stack(levels)


def _span(tower: Complex, amplitudes: Real) -> Complex:
    """Orthonormal basis (K, r) of all columns, weighted by what each can contribute.

    A term of order k is as large as its metabolite's amplitude times |u|^k at the edge
    of the reach; no metabolite counts for less than a twentieth of the largest.
    """
    edge = 2 * np.pi * REACH_HZ * TIME_UNIT_S
    size = np.maximum(np.abs(amplitudes), 0.05 * np.abs(amplitudes).max())
    powers = edge ** np.arange(len(tower))
    weighted = tower * powers[:, None, None] * size
    flat = weighted.swapaxes(0, 1).reshape(tower.shape[1], -1)
    U, s, _ = np.linalg.svd(flat, full_matrices=False)
    span: Complex = U[:, s > TOLERANCE]
    return span
