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
a change.  Glu, Gln, tNAA, tCr, tCho and mI have no prior and are free.

Every window starts from the session's solution, never from its neighbour, so that an
estimate knows nothing beyond its window.  Steps take the right-hand side exactly and
the matrix of the session's solution, which is near; where that does not arrive, whole
Gauss-Newton steps follow.  The covariance is the inverse of the matrix at the window's
own solution: the Cramer-Rao bound with phase, shift, width and baseline free.

Windows are worked on in blocks with stacked products; a single window goes through the
same code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.fit.subspace import ORDER, REACH_HZ, TIME_UNIT_S, Subspace
from monitor.analysis.signal.spectrum import Complex, Real

STEPS = 12
APPROACHES = 12
STEP_TOLERANCE = 1e-3
"""In SDs; a step errs by some twentieth of itself, so the next would be that small."""
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
    """One block of windows: the way there, then one linearisation at the end."""
    c = np.tile(subspace.amplitudes, (len(z), 1))
    x = np.zeros((len(z), 3))  # phase, shift, width
    with np.errstate(over="ignore", invalid="ignore"):  # it may run away; see below
        arrived = _approach(subspace, z, noise, c, x)
    late = np.flatnonzero(~arrived)
    if late.size:  # far from the session's solution: whole Gauss-Newton steps
        c[late], x[late] = subspace.amplitudes, 0.0
        arrived[late] = _search(subspace, z, noise, c, x, late)
    A, slope = _columns(subspace, x)
    D, e = _linearise(A, slope, z, c, x[:, 0])
    H = _information(subspace, D, noise)
    return _gather(subspace, H, noise, c, x, e, arrived)


def _information(subspace: Subspace, D: Complex, noise: Real) -> Real:
    """Re(D^H D) + n^2 P, (W, M + 3, M + 3)."""
    M = subspace.columns.shape[2]
    apart = np.concatenate([D.real, D.imag], axis=1)
    H: Real = apart.swapaxes(1, 2) @ apart
    H[:, :M, :M] += noise[:, None, None] ** 2 * subspace.tie
    return H


def _approach(
    subspace: Subspace, z: Complex, noise: Real, c: Real, x: Real
) -> NDArray[np.bool_]:
    """Move c and x in place, by exact gradients and the matrix of the session.

    The matrix is that at the session's own solution, near which windows are; each step
    then costs a few products and no factorisation.
    """
    M, (inverse, size) = c.shape[1], subspace.matrix
    arrived = np.zeros(len(z), bool)
    going = np.arange(len(z))
    for _ in range(APPROACHES):
        gradient = _gradient(subspace, z[going], noise[going], c[going], x[going])
        move = gradient @ inverse
        c[going] += move[:, :M]
        x[going] += _bound(move[:, M:])
        far = np.abs(move) * size > STEP_TOLERANCE * noise[going, None]
        near = ~far.any(axis=1) & np.isfinite(move).all(axis=1)
        arrived[going[near]] = True
        going = going[~near]
        if not going.size or not np.isfinite(move).all():
            break
        x[going, 1:] = np.clip(x[going, 1:], -2 * REACH_HZ, 2 * REACH_HZ)
    return arrived


def _gradient(subspace: Subspace, z: Complex, noise: Real, c: Real, x: Real) -> Real:
    """Re(D^H e) + n^2 P (c0 - c), (W, M + 3), without ever making A."""
    powers, slopes = _powers(x)
    orders, r = subspace.columns.shape[:2]
    parts = (c @ subspace.spread).view(complex).reshape(-1, orders, r)
    model = (powers[:, None, :] @ parts)[:, 0]
    tangent = (slopes[:, None, :] @ parts)[:, 0]
    e = np.exp(-1j * x[:, :1]) * z - model
    pulled = (powers.conj()[:, :, None] * e[:, None, :]).reshape(len(z), -1)
    onto = pulled.view(float) @ subspace.spread.T
    onto += noise[:, None] ** 2 * ((subspace.amplitudes - c) @ subspace.tie)
    turned = np.sum(model.conj() * e, axis=1)
    moved = np.pi * np.sum(tangent.conj() * e, axis=1)
    others = np.stack([turned.imag, 2 * moved.imag, moved.real], axis=1)
    return np.concatenate([onto, others], axis=1)


def _search(
    subspace: Subspace,
    z: Complex,
    noise: Real,
    c: Real,
    x: Real,
    late: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Gauss-Newton for the windows `late`, in place; which of them arrived."""
    M, going = c.shape[1], late
    for _ in range(STEPS):
        A, slope = _columns(subspace, x[going])
        D, e = _linearise(A, slope, z[going], c[going], x[going, 0])
        H = _information(subspace, D, noise[going])
        gradient = (D.conj().swapaxes(1, 2) @ e[:, :, None]).real
        pull = (subspace.amplitudes - c[going]) @ subspace.tie
        gradient[:, :M, 0] += noise[going, None] ** 2 * pull
        move = _solve(H, gradient)[:, :, 0]
        c[going] += move[:, :M]
        x[going] += _bound(move[:, M:])
        x[going, 1:] = np.clip(x[going, 1:], -2 * REACH_HZ, 2 * REACH_HZ)
        size = np.sqrt(np.einsum("wii->wi", H)) / noise[going, None]
        far = np.any(np.abs(move) * size > STEP_TOLERANCE, axis=1)
        going = going[far & np.isfinite(move).all(axis=1)]
        if not going.size:
            break
    finite = np.isfinite(c[late]).all(axis=1)
    return np.asarray(~np.isin(late, going) & finite, bool)


def _columns(subspace: Subspace, x: Real) -> tuple[Complex, Complex]:
    """A(u) and A'(u), both (W, r, M)."""
    powers, slopes = _powers(x)
    r, M = subspace.columns.shape[1:]
    flat = subspace.columns.reshape(ORDER + 1, -1)
    A: Complex = (powers @ flat).reshape(-1, r, M)
    slope: Complex = (slopes @ flat).reshape(-1, r, M)
    return A, slope


def _powers(x: Real) -> tuple[Complex, Complex]:
    """(-u)^k and its derivative, both (W, ORDER + 1)."""
    u = (2j * np.pi * x[:, 1] + np.pi * x[:, 2]) * TIME_UNIT_S
    powers = np.ones((len(x), ORDER + 1), complex)
    powers[:, 1:] = -u[:, None]
    np.multiply.accumulate(powers, axis=1, out=powers)
    slopes = np.zeros(powers.shape, complex)
    slopes[:, 1:] = -np.arange(1, ORDER + 1) * TIME_UNIT_S * powers[:, :-1]
    return powers, slopes


def _linearise(
    A: Complex, slope: Complex, z: Complex, c: Real, phase: Real
) -> tuple[Complex, Complex]:
    """D (W, r, M + 3) and the residual e (W, r)."""
    model = (A @ c[:, :, None])[:, :, 0]
    tangent = (slope @ c[:, :, None])[:, :, 0]
    e = np.exp(-1j * phase)[:, None] * z - model
    nuisance = np.stack([1j * model, 2j * np.pi * tangent, np.pi * tangent], axis=2)
    return np.concatenate([A, nuisance], axis=2), e


def _solve(H: Real, gradient: Real) -> Real:
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


def _bound(move: Real) -> Real:
    """Keep a step of phase, shift and width within what the series stands."""
    limits = np.array([0.8, 1.5, 1.5])
    bounded: Real = np.clip(move, -limits, limits)
    return bounded


def _gather(
    subspace: Subspace,
    information: Real,
    noise: Real,
    c: Real,
    x: Real,
    rest: Complex,
    arrived: NDArray[np.bool_],
) -> tuple[NDArray[np.generic], ...]:
    """Covariance and misfit at the optimum."""
    size = information.shape[1]
    unit = np.broadcast_to(np.eye(size), information.shape)
    covariance = _solve(information, unit) * noise[:, None, None] ** 2
    degrees = max(subspace.degrees - size, 1.0)
    misfit = np.sum(np.abs(rest) ** 2, axis=1) / (noise**2 * degrees)
    inside = np.all(np.abs(x[:, 1:]) <= REACH_HZ, axis=1)
    finite = np.isfinite(c).all(axis=1) & np.isfinite(covariance).all(axis=(1, 2))
    return c, covariance, x[:, 0], x[:, 1], x[:, 2], misfit, arrived & inside & finite
