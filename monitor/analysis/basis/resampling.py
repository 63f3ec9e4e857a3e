"""FIDs at other times than those they were computed for.

An FID begins with a step at t = 0, so zero filling its spectrum (which takes it to be
periodic) is wrong in the first points by up to half the step.  Here the FID is
continued beyond both ends by linear prediction (a sum of damped exponentials satisfies
x_n = sum_k a_k x_{n+k}; the a_k by least squares) and then interpolated by a
Kaiser-windowed sinc,

    x(t) = sum_n x_n sinc(u) I0(beta sqrt(1 - (u/W)^2)) / I0(beta),   u = t/dt - n,

with W = 32 points and beta = 12: relative error below 1e-5 for lines within 85 % of the
spectral width.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]
Real = NDArray[np.float64]

HALF_WIDTH = 32
KAISER_BETA = 12.0
PREDICTION_ORDER = 32
PREDICTION_POINTS = 256

SAME_POINT = 1e-9
"""Fractional points this near to a whole one (relative) are taken as they are."""


def interpolated(fids: Complex, positions: Real) -> Complex:
    """Values of FIDs at fractional points.

    Parameters
    ----------
    fids : (M, N)
    positions : (K,) in points, from 0; zero beyond N - 1

    Returns
    -------
    (M, K) complex128
    """
    whole = np.round(positions)
    inside = positions <= fids.shape[1] - 1 + SAME_POINT
    if np.all(np.abs(positions - whole) <= SAME_POINT * np.maximum(positions, 1.0)):
        return _take(fids, whole.astype(int), inside)
    left = np.stack([continued(fid[::-1], HALF_WIDTH)[::-1] for fid in fids])
    both = np.stack([continued(fid, HALF_WIDTH + 1) for fid in left])
    result: Complex = np.zeros((len(fids), len(positions)), complex)
    result[:, inside] = _windowed_sinc(both, positions[inside] + HALF_WIDTH)
    return result


def _take(fids: Complex, whole: NDArray[np.int_], inside: NDArray[np.bool_]) -> Complex:
    """Points that are there already; zero beyond the end."""
    result: Complex = np.zeros((len(fids), len(whole)), complex)
    result[:, inside] = fids[:, whole[inside]]
    return result


def _windowed_sinc(fids: Complex, positions: Real) -> Complex:
    """Interpolate (M, N) at `positions` that keep HALF_WIDTH from both ends."""
    first = np.floor(positions).astype(int) - HALF_WIDTH + 1
    taps = first[:, None] + np.arange(2 * HALF_WIDTH)
    u = positions[:, None] - taps
    taper = np.sqrt(np.clip(1.0 - (u / HALF_WIDTH) ** 2, 0.0, None))
    weights = np.sinc(u) * np.i0(KAISER_BETA * taper) / np.i0(KAISER_BETA)
    return np.stack([np.einsum("kt,kt->k", weights, fid[taps]) for fid in fids])


def continued(fid: Complex, extra: int) -> Complex:
    """FID with `extra` linearly predicted points after its end.

    The prediction is fitted to the last points by least squares; singular values below
    1e-7 of the largest are left out, so that rounding in a text file is not predicted.
    """
    order = min(PREDICTION_ORDER, fid.size // 3)
    past = fid[-PREDICTION_POINTS:]
    if order < 1 or not np.any(past):
        return np.concatenate([fid, np.zeros(extra, complex)])
    rows = np.lib.stride_tricks.sliding_window_view(past[:-1], order)
    a = np.linalg.lstsq(rows, past[order:], rcond=1e-7)[0]
    limit = 4 * float(np.abs(past).max())  # a decaying FID grows towards negative time
    grown = list(past[-order:])
    for _ in range(extra):
        value = np.dot(a, np.asarray(grown[-order:]))
        grown.append(value * min(1.0, limit / max(abs(value), 1e-300)))
    return np.concatenate([fid, np.asarray(grown[order:])])
