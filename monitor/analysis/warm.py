"""Fits of windows in the subspace of their session: many at once, each on its own.

For the projected spectrum z (r, complex) of a window, in units of its own noise,

    z = exp(i p) A(u) c + e,      A(u) = sum_k (-u)^k C_k,

with real c, p and complex u (shift and width, `subspace`).  Gauss-Newton on all of
them together; with D = [A, i A c, A'(u) (2 pi i) c, A'(u) pi c] and
e = exp(-i p) z - A c,

    (Re(D^H D) + n^2 P) step = Re(D^H e) + n^2 P (c0 - c),

n the noise of the window over that of one transient.  P is the precision of the soft
ratio priors, here about the session's own amplitudes c0 and not about the expected
ratios: a window knows less than the mean of the reference period, and if both were
drawn to the same expectation the window would be drawn further, which would look like
a change.  Glu, Gln, tNAA, tCr, tCho and mI have no prior and are free.  Every window starts from the session's solution, never
from its neighbour, so that an estimate knows nothing beyond its window.  The covariance
is the inverse of the matrix on the left: the Cramer-Rao bound with phase, shift, width
and baseline free.

Windows are worked on in blocks with stacked products; a single window goes through the
same code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.spectrum import Complex, Real
from monitor.analysis.subspace import ORDER, REACH_HZ, TIME_UNIT_S, Subspace

STEPS = 12
STEP_TOLERANCE = 1e-4
"""In SDs; Gauss-Newton has then squared its error once more."""
BLOCK = 64
PHASE, SHIFT, WIDTH = -3, -2, -1
"""Places of the nuisance parameters behind the amplitudes."""


@dataclass(frozen=True, slots=True)
class WarmFits:
    """Fits of W windows.

    Attributes
    ----------
    amplitudes : (W, M)
    covariance : (W, M + 3, M + 3) of amplitudes, phase (rad), shift and width (Hz)
    phase_rad, shift_hz, width_hz : (W,) against the session's solution
    misfit : (W,) residual variance in the subspace over its expectation
    converged : (W,) bool
    """

    amplitudes: Real
    covariance: Real
    phase_rad: Real
    shift_hz: Real
    width_hz: Real
    misfit: Real
    converged: NDArray[np.bool_]


def warm_fits(subspace: Subspace, z: Complex, noise: Real) -> WarmFits:
    """Fit projected averages z (W, r), whose noise is `noise` (W,) of one transient's.

    `noise` is sqrt(sum w^2) / sum w for weights w.
    """
    blocks = [
        _block(subspace, z[i : i + BLOCK], noise[i : i + BLOCK])
        for i in range(0, len(z), BLOCK)
    ]
    return WarmFits(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def _block(
    subspace: Subspace, z: Complex, noise: Real
) -> tuple[NDArray[np.generic], ...]:
    """One block of windows, all steps."""
    W, M = len(z), subspace.columns.shape[2]
    c = np.tile(subspace.amplitudes, (W, 1))
    x = np.zeros((W, 3))  # phase, shift, width
    active = np.ones(W, bool)
    information = np.zeros((W, M + 3, M + 3))
    rest = np.zeros(z.shape, complex)
    for step in range(STEPS + 1):
        A, slope = _columns(subspace, x[active])
        D, e = _linearised(A, slope, z[active], c[active], x[active, 0])
        H = (D.conj().swapaxes(1, 2) @ D).real
        H[:, :M, :M] += noise[active, None, None] ** 2 * subspace.tie
        information[active], rest[active] = H, e
        if step == STEPS:
            break
        gradient = (D.conj().swapaxes(1, 2) @ e[:, :, None]).real
        pull = (subspace.amplitudes - c[active]) @ subspace.tie
        gradient[:, :M, 0] += noise[active, None] ** 2 * pull
        move = _solved(H, gradient)[:, :, 0]
        c[active] += move[:, :M]
        x[active] += _bounded(move[:, M:])
        x[active, 1:] = np.clip(x[active, 1:], -2 * REACH_HZ, 2 * REACH_HZ)
        size = np.sqrt(np.einsum("wii->wi", H)) / noise[active, None]
        going = np.any(np.abs(move) * size > STEP_TOLERANCE, axis=1)
        active[active] = going & np.isfinite(move).all(axis=1)
        if not active.any():
            break
    return _gathered(subspace, information, noise, c, x, rest, ~active)


def _columns(subspace: Subspace, x: Real) -> tuple[Complex, Complex]:
    """A(u) and A'(u), both (W, r, M)."""
    u = (2j * np.pi * x[:, 1] + np.pi * x[:, 2]) * TIME_UNIT_S
    powers = (-u[:, None]) ** np.arange(ORDER + 1)
    r, M = subspace.columns.shape[1:]
    flat = subspace.columns.reshape(ORDER + 1, -1)
    A = (powers @ flat).reshape(-1, r, M)
    order = np.arange(1, ORDER + 1)
    slope = ((-order * TIME_UNIT_S * powers[:, :-1]) @ flat[1:]).reshape(-1, r, M)
    return A, slope


def _linearised(
    A: Complex, slope: Complex, z: Complex, c: Real, phase: Real
) -> tuple[Complex, Complex]:
    """D (W, r, M + 3) and the residual e (W, r)."""
    model = (A @ c[:, :, None])[:, :, 0]
    tangent = (slope @ c[:, :, None])[:, :, 0]
    e = np.exp(-1j * phase)[:, None] * z - model
    nuisance = np.stack([1j * model, 2j * np.pi * tangent, np.pi * tangent], axis=2)
    return np.concatenate([A, nuisance], axis=2), e


def _solved(H: Real, gradient: Real) -> Real:
    """Solve with columns scaled to one; a singular window gives nan."""
    scale = np.sqrt(np.clip(np.einsum("wii->wi", H), 1e-300, None))
    scaled = H / (scale[:, :, None] * scale[:, None, :])
    scaled[:, np.arange(H.shape[1]), np.arange(H.shape[1])] += 1e-12
    try:
        solution = np.linalg.solve(scaled, gradient / scale[:, :, None])
    except np.linalg.LinAlgError:
        return np.full_like(gradient, np.nan)
    answer: Real = solution / scale[:, :, None]
    return answer


def _bounded(move: Real) -> Real:
    """Keep a step of phase, shift and width within what the series stands."""
    limits = np.array([0.8, 1.5, 1.5])
    bounded: Real = np.clip(move, -limits, limits)
    return bounded


def _gathered(
    subspace: Subspace, information: Real, noise: Real, c: Real, x: Real, rest: Complex,
    arrived: NDArray[np.bool_],
) -> tuple[NDArray[np.generic], ...]:  # fmt: skip
    """Covariance and misfit at the optimum."""
    size = information.shape[1]
    unit = np.broadcast_to(np.eye(size), information.shape)
    covariance = _solved(information, unit) * noise[:, None, None] ** 2
    degrees = max(subspace.degrees - size, 1.0)
    misfit = np.sum(np.abs(rest) ** 2, axis=1) / (noise**2 * degrees)
    inside = np.all(np.abs(x[:, 1:]) <= REACH_HZ, axis=1)
    finite = np.isfinite(c).all(axis=1) & np.isfinite(covariance).all(axis=(1, 2))
    return c, covariance, x[:, 0], x[:, 1], x[:, 2], misfit, arrived & inside & finite
