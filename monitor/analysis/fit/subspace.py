"""The small space in which every window of a session is fitted.

After the cold fit of the reference period only four things still move from window to
window besides the amplitudes: phase p, shift d, Lorentzian width L and Gaussian width
G.  With the session's line shape put into the basis FIDs, x_m(t), a change of shift and
widths is

    x_m(t) exp(-u t - v t^2),     u = 2 pi i dd + pi dL,     v = rate dG
                          = sum_k a_k(u, v) / k!  t^k x_m(t),
    a_k = sum_j (-u)^(k - 2 j) (-v)^j  k! / (j! (k - 2 j)!),

so that all columns that a window can ask for lie in the span of the whitened spectra of
t^k x_m(t), k = 0 ... ORDER; from k = 1 on the line in x_m is that of `moving_line`.  An
orthonormal basis Q of that span (r of some 60 to 120 complex dimensions; directions
that stay below TOLERANCE of one transient's noise are left out) is made once.  Spectra
are projected, z = Q^H R y / s; so are the columns, C_k = Q^H R F[t^k x_m] / (k! s),
with s the noise of one transient.  A window's spectrum is the weighted mean of its
transients', so z is projected once a transient and averaged afterwards.

What the projection leaves out of y is noise that no column can explain: the covariance
of amplitudes is that of the full problem up to the truncation of the series (tested:
below 0.1 SD within REACH_HZ and WIDTH_REACH_HZ).  What windows are asked is beside it
(`matched_width`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import factorial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.lineshape import (
    gauss_fwhm_hz,
    gauss_rate_per_hz,
    voigt_fwhm_hz,
)
from monitor.analysis.fit.matched_width import Matching, make_matching
from monitor.analysis.fit.model import GAUSS, LORENTZ, PHASE
from monitor.analysis.fit.problem import Problem
from monitor.analysis.signal.spectrum import Complex, Real, row_by_row

ORDER = 10
REACH_HZ = 1.5
"""Of the shift; what a series in u is good for."""
WIDTH_REACH_HZ = np.array([2 * REACH_HZ, 2.0])
"""Of Lorentzian width, which is half as much in u as a shift, and of Gaussian width."""
TOLERANCE = 1e-3
TIME_UNIT_S = 0.1
"""Unit of t and 1/u in the series: keeps the powers of the usual u near one."""
GAUSS_SD_HZ = 2.0
"""Of a window's Gaussian width about the session's."""
LEAST_WIDTH_HZ = 2.0
"""Lines are taken to be as wide as that where Hz of Gaussian width become a rate."""
_MOST = ORDER // 2 + 1
Number = TypeVar("Number", np.float64, np.complex128)


@dataclass(frozen=True)
class Subspace:
    """Projected columns of a session, and how to project its spectra.

    Attributes
    ----------
    problem : the cold fit's problem; its noise_sd is that of one transient
    theta : (T,) its solution, about which the series runs
    line : (T,) parameters by whose line it widens and moves (`moving_line`)
    amplitudes : (M,) of the cold fit
    projector : (r, K) Q^H R / s
    columns : (ORDER + 1, r, M) the C_k
    gauss_rate : v in 1/s^2 for a Hz of Gaussian width
    tie : (M, M) precision of the soft priors on amplitudes
    mean : (W,) the mean's spectrum over the wide band
    """

    problem: Problem
    theta: Real
    line: Real
    amplitudes: Real
    projector: Complex
    columns: Complex
    gauss_rate: float
    tie: Real
    mean: Complex

    @cached_property
    def matching(self) -> Matching:
        """What windows are asked."""
        return make_matching(
            self.problem,
            self.theta,
            self.amplitudes,
            self.line,
            self.gauss_rate,
            self.mean,
        )

    @cached_property
    def tangents(self) -> tuple[Complex, Complex, Complex, Complex]:
        """Changes (r,) of the session's own spectrum.

        With phase (rad) and with shift, Lorentzian and Gaussian width (Hz).
        """
        once, twice = self.columns[1:3] @ self.amplitudes
        along = -np.pi * TIME_UNIT_S * once
        turned = 1j * (self.columns[0] @ self.amplitudes)
        return turned, 2j * along, along, -2 * self.gauss_unit * twice

    @property
    def gauss_unit(self) -> float:
        """V of a Hz of Gaussian width, in the units of the series."""
        return self.gauss_rate * TIME_UNIT_S**2

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
        return row_by_row(spectra * self._turned_back, self.projector.T)

    def with_signal(self, spectra: Complex, offset: Complex) -> Complex:
        """Spectra (..., W) over the wide band, ready for `warm_fits`, (..., r + q).

        `offset` (K,) is taken off before they are projected, not off y(t).
        """
        band = spectra[..., self.problem.model.inner] - offset
        signal = self.matching.signal(spectra * self._turned_back)
        return np.concatenate([self.projected(band), signal], axis=-1)

    @property
    def _turned_back(self) -> complex:
        return complex(np.exp(-1j * self.theta[PHASE]))


def coefficients(u: NDArray[Number], v: Real) -> NDArray[Number]:
    """The a_k of shifts and widths u (n,) and v (n,), (n, ORDER + 1).

    Real where nothing is shifted and u is real.
    """
    powers = np.ones((len(u), ORDER + 1), u.dtype)
    powers[:, 1:] = -u[:, None]
    np.multiply.accumulate(powers, axis=1, out=powers)
    squares = np.ones((len(v), 1, _MOST))
    squares[:, 0, 1:] = -v[:, None]
    np.multiply.accumulate(squares, axis=2, out=squares)
    spread = (powers @ _SPREAD[u.dtype]).reshape(-1, _MOST, ORDER + 1)
    found: NDArray[Number] = (squares @ spread)[:, 0]
    return found


def _spread() -> Real:
    """K! / (j! (k - 2 j)!) from power k - 2 j to (j, k), (ORDER + 1, any)."""
    spread = np.zeros((ORDER + 1, _MOST, ORDER + 1))
    for j in range(_MOST):
        for k in range(2 * j, ORDER + 1):
            ways = factorial(k) / (factorial(j) * factorial(k - 2 * j))
            spread[k - 2 * j, j, k] = ways
    return spread.reshape(ORDER + 1, -1)


_SPREAD = {np.dtype(kind): _spread().astype(kind) for kind in (float, complex)}


def make_subspace(problem: Problem, fit: Fit, line: Real, mean: Complex) -> Subspace:
    """Subspace about the solution of a cold fit; `line`, `mean` as in `Subspace`."""
    tower = _tower(problem, fit, line)
    Q = _span(tower, fit.amplitudes)
    removal = problem.baseline.removed(
        np.eye(problem.model.ppm.size), problem.stiffness
    )
    columns = np.ascontiguousarray(Q.conj().T @ tower)
    rows = problem.priors.rows
    wide = voigt_fwhm_hz(float(line[LORENTZ]), gauss_fwhm_hz(line[GAUSS]))
    width_hz = max(wide, LEAST_WIDTH_HZ)
    return Subspace(
        problem,
        fit.theta,
        line,
        fit.amplitudes,
        Q.conj().T @ removal / problem.noise_sd,
        columns,
        gauss_rate_per_hz(width_hz),
        rows.T @ rows,
        mean,
    )


def _tower(problem: Problem, fit: Fit, line: Real) -> Complex:
    """Whitened spectra of t^k x_m(t) / k!, (ORDER + 1, K, M)."""
    model = problem.model
    t = model.t / TIME_UNIT_S
    own, moving = (
        model.shaped(theta) * model.kernel(theta) for theta in (fit.theta, line)
    )
    turn = model.turn(fit.theta) * np.exp(-1j * fit.theta[PHASE])
    levels = []
    for k in range(ORDER + 1):
        fids = moving if k else own
        spectra = model.in_band(fids * (t**k / factorial(k))) * turn
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
