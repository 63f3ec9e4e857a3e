"""Fits of windows to the session's model: many at once, each on its own.

A window's signal w(x), turned, moved and made as wide as the session's by phase, shift
and widths x = (p, d, L, G), is the mean up to its amplitudes c (`matched_width`).  By
what the session's columns A and tangents D say of it,

    Re(D' R^2 w(x)) = N c + n^2 P (m - m0),     m = (c, x),

where N c0 is what they say of the mean and n the noise of the window over that of one
transient.  P is the precision of the soft ratio priors, here about the session's own
amplitudes c0 and not about the expected ratios: a window knows less than the mean of
the reference period, and if both were drawn to the same expectation the window would be
drawn further, which would look like a change.  Glu, Gln, tNAA, tCr, tCho and mI have no
prior and are free.

Every window starts from the session's solution, never from its neighbour, so that an
estimate knows nothing beyond its window.  Its Gaussian width is the session's within
`GAUSS_SD_HZ`: a window hardly tells a Gaussian narrowing from a Lorentzian one.

Steps are those of Newton with the matrix at the solution, which is the same for all
windows but for their noise and the height of their signal.  Along the line of those
widths that the data hardly tell apart they may overshoot time and again: a step back
over the last one is halved.

The covariance is the inverse of the matrix of the model

    z = exp(i p) s + e,      s = A c,      A = sum_k a_k C_k,

for the projected spectrum z (r, complex), with a_k of shift and widths (`subspace`), at
the window's own solution: the Cramer-Rao bound with phase, shift, widths and baseline
free, which the estimate reaches (within 3 % of its SD).

Windows are worked on in blocks with stacked products; a single window goes through the
same code.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.fit.subspace import (
    GAUSS_SD_HZ,
    ORDER,
    REACH_HZ,
    TIME_UNIT_S,
    WIDTH_REACH_HZ,
    Subspace,
    coefficients,
)
from monitor.analysis.signal.spectrum import Complex, Real

STEPS = 24
PATIENCE = 5
"""Steps after which one that goes back is taken for overshooting."""
MOST_HEIGHT = 8.0
"""Of a window's signal over the session's, or the session's over it, in a step."""
STEP_TOLERANCE = 1e-3
"""In SDs; a step errs by some twentieth of itself, so the next would be that small."""
BLOCK = 64
NUISANCE = 4
"""Phase, shift, Lorentzian and Gaussian width stand behind the amplitudes."""
REACHES = np.array([REACH_HZ, *WIDTH_REACH_HZ])
LIMITS = np.array([0.8, 1.5, 1.5, 1.5])
"""Of one step of phase (rad), shift and widths (Hz): what the series stands."""
_ORDERS = np.arange(1, ORDER + 1)
_PAIRS = _ORDERS[1:] * _ORDERS[:-1]


@dataclass(frozen=True, slots=True)
class WarmFits:
    """Fits of W windows.

    Attributes
    ----------
    amplitudes : (W, M)
    covariance : (W, M + 4, M + 4) of amplitudes, phase (rad), shift and widths (Hz)
    phase_rad, shift_hz, width_hz, gauss_hz : (W,) against the session's solution
    misfit : (W,) residual variance in the subspace over its expectation
    converged : (W,) bool
    """

    amplitudes: Real
    covariance: Real
    phase_rad: Real
    shift_hz: Real
    width_hz: Real
    gauss_hz: Real
    misfit: Real
    converged: NDArray[np.bool_]


def warm_fits(subspace: Subspace, z: Complex, noise: Real) -> WarmFits:
    """Fit averages z (W, r + q), whose noise is `noise` (W,) of one transient's.

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
    r = len(subspace.projector)
    c = np.tile(subspace.amplitudes, (len(z), 1))
    x = np.zeros((len(z), NUISANCE))  # phase, shift, Lorentzian and Gaussian width
    with np.errstate(over="ignore", invalid="ignore"):  # it may run away
        arrived = _approach(subspace, z[:, r:], noise, c, x)
    D, e = _linearise(subspace, z[:, :r], c, x)
    H = _with_priors(subspace, _information(D), noise)
    return _gather(subspace, H, noise, c, x, e, arrived)


def _information(D: Complex) -> Real:
    """Re(D^H D), (W, M + 4, M + 4)."""
    apart = np.concatenate([D.real, D.imag], axis=1)
    return np.asarray(apart.swapaxes(1, 2) @ apart, float)


def _with_priors(subspace: Subspace, information: Real, noise: Real) -> Real:
    """Information (M + 4, M + 4) of all or each, and n^2 P, (W, M + 4, M + 4)."""
    M = subspace.amplitudes.size
    H = np.array(np.broadcast_to(information, (noise.size, *information.shape[-2:])))
    H[:, :M, :M] += noise[:, None, None] ** 2 * subspace.tie
    H[:, -1, -1] += (noise / GAUSS_SD_HZ) ** 2
    return H


def _approach(
    subspace: Subspace, signal: Complex, noise: Real, c: Real, x: Real
) -> NDArray[np.bool_]:
    """Move c and x in place until all that is asked of the windows is answered."""
    M, matrix = c.shape[1], subspace.matching.matrix
    H = _with_priors(subspace, matrix, noise)
    inverse = _solve(H, np.broadcast_to(np.eye(len(matrix)), H.shape))
    size = np.sqrt(np.abs(np.einsum("wii->wi", H))) / noise[:, None]
    arrived = np.zeros(len(signal), bool)
    going, last = np.arange(len(signal)), np.zeros_like(x)
    for count in range(STEPS):
        left = _unanswered(subspace, signal[going], noise[going], c[going], x[going])
        move = (inverse[going] @ left[:, :, None])[:, :, 0]
        height = c[going] @ subspace.matching.height
        move[:, M:] /= np.clip(height, 1 / MOST_HEIGHT, MOST_HEIGHT)[:, None]
        near = np.all(np.abs(move) * size[going] <= STEP_TOLERANCE, axis=1)
        if count >= PATIENCE:
            move *= _share(move[:, M:], last[going])
        last[going] = move[:, M:]
        c[going] += move[:, :M]
        x[going] += _bound(move[:, M:])
        x[going, 1:] = np.clip(x[going, 1:], -2 * REACHES, 2 * REACHES)
        arrived[going[near]] = True
        going = going[~near]
        if not going.size or not np.isfinite(move).all():
            break
    return arrived


def _unanswered(
    subspace: Subspace, signal: Complex, noise: Real, c: Real, x: Real
) -> Real:
    """What is asked of windows and not yet said by c and x, (W, M + 4)."""
    matching, M = subspace.matching, c.shape[1]
    said = matching.said(signal, x, subspace.gauss_rate)
    left: Real = said - c @ matching.matrix[:, :M].T
    left[:, :M] += noise[:, None] ** 2 * ((subspace.amplitudes - c) @ subspace.tie)
    left[:, -1] -= (noise / GAUSS_SD_HZ) ** 2 * x[:, -1]
    return left


def _weights(subspace: Subspace, x: Real) -> Complex:
    """The a_k and their derivatives with Lorentzian and Gaussian width in Hz.

    (W, 3, ORDER + 1); that with the shift is 2 i times that with Lorentzian width.
    """
    u = np.asarray(np.pi * TIME_UNIT_S * (2j * x[:, 1] + x[:, 2]), complex)
    weights = np.zeros((len(x), 3, ORDER + 1), complex)
    plain = weights[:, 0] = coefficients(u, subspace.gauss_unit * x[:, 3])
    weights[:, 1, 1:] = -np.pi * TIME_UNIT_S * _ORDERS * plain[:, :-1]
    weights[:, 2, 2:] = -subspace.gauss_unit * _PAIRS * plain[:, :-2]
    return weights


def _linearise(
    subspace: Subspace, z: Complex, c: Real, x: Real
) -> tuple[Complex, Complex]:
    """D (W, r, M + 4) and the residual e (W, r)."""
    r, M = subspace.columns.shape[1:]
    weights = _weights(subspace, x)
    flat = subspace.columns.reshape(ORDER + 1, -1)
    towers = (weights @ flat).reshape(-1, 3, r, M)
    whole = (towers @ c[:, None, :, None])[..., 0]
    model, along, across = whole.swapaxes(0, 1)
    e = np.exp(-1j * x[:, :1]) * z - model
    nuisance = np.stack([1j * model, 2j * along, along, across], axis=2)
    return np.concatenate([towers[:, 0], nuisance], axis=2), e


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


def _share(now: Real, last: Real) -> Real:
    """Share (W, 1) of a step of phase, shift and widths (W, 4) to be gone."""
    back = np.sum(now * last, axis=1) < 0
    return np.where(back, 0.5, 1.0)[:, None]


def _bound(move: Real) -> Real:
    """Keep a step of phase, shift and widths within `LIMITS`."""
    bounded: Real = np.clip(move, -LIMITS, LIMITS)
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
    inside = np.all(np.abs(x[:, 1:]) <= REACHES, axis=1)
    finite = np.isfinite(c).all(axis=1) & np.isfinite(covariance).all(axis=(1, 2))
    return c, covariance, *x.T, misfit, arrived & inside & finite
