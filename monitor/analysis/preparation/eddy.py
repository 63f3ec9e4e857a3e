"""Eddy-current correction after Klose (Magn Reson Med 1990, 14:26).

Decaying gradients move the field of water and metabolites alike, so the phase of the
unsuppressed water FID, measured in the same voxel, is taken off every metabolite FID:

    s_corrected(t) = s(t) exp(-i theta(t)).

What theta is: the water FID is demodulated by its mean frequency (weighted by the
signal's power), smoothed, and its unwrapped phase is kept.  Hence

- the *linear* part is left in the metabolites: their frequency axis stays what the
  scanner made it, and a reference measured minutes earlier cannot shift them;
- the *constant* part is removed: metabolites get the absolute phase of the water;
- where the water has decayed into the noise theta is held at its last value.

The smoothing kernel is Gaussian and widens with time as the water decays (eddy currents
change fast early, when the water is strong, and slowly later).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import Complex, Real
from streams.errors import InputError

SMOOTH_S = 0.0007
"""SD of the smoothing kernel where the water is strong, s."""


def check_dwell(reference_dwell_s: float, dwell_time_s: float) -> None:
    """Refuse a water reference of another dwell time (1e-4 relative is a rounding)."""
    if abs(reference_dwell_s - dwell_time_s) > 1e-4 * dwell_time_s:
        raise InputError(
            "A water reference of another dwell time "
            f"({reference_dwell_s * 1e6:.2f} us, transients {dwell_time_s * 1e6:.2f} "
            "us): give the one of this series, or leave the reference out."
        )


def eddy_phase(
    water: NDArray[np.complexfloating], dwell_time_s: float, points: int
) -> Real:
    """Theta of the module's equation, rad, (points,), from a combined water FID.

    Parameters
    ----------
    water : (any points,); shorter ones are held at their last phase, longer ones cut
    points : points of the metabolite FID

    Raises
    ------
    InputError : the water reference is zero
    """
    if not np.any(water):
        raise InputError(
            "The water reference is zero: measure it again, or leave it out."
        )
    turning = np.exp(-1j * _mean_frequency(water) * np.arange(water.size))
    smooth, last = _smooth(np.asarray(water * turning), dwell_time_s)
    theta = np.unwrap(np.angle(smooth[: last + 1]))
    held = np.full(points, theta[-1])
    length = min(points, theta.size)
    held[:length] = theta[:length]
    return held


def turn_of(theta: Real) -> Complex:
    """What a FID is multiplied by to take an eddy phase theta (points,) off."""
    return np.asarray(np.exp(-1j * theta), complex)


def _mean_frequency(water: NDArray[np.complexfloating]) -> float:
    """Mean angular frequency, rad per point, of the power-weighted water phase.

    The slope of a straight line through the unwrapped phase, weighted by the power:
    what a straight line explains is frequency, the rest is eddy phase.
    """
    step = np.angle(np.vdot(water[:-1], water[1:]))
    n = np.arange(water.size)
    theta = np.unwrap(np.angle(water * np.exp(-1j * step * n)))
    power = np.abs(water) ** 2
    power[: min(4, power.size // 8)] = 0.0
    power *= power > 1e-3 * power.max()
    if np.count_nonzero(power) < 3:
        return float(step)
    centred = n - np.average(n, weights=power)
    return float(step) + float(
        np.sum(power * centred * theta) / np.sum(power * centred**2)
    )


def _smooth(water: Complex, dwell_time_s: float) -> tuple[Complex, int]:
    """Smoothed water and the last point whose phase is worth having.

    Four kernels (1, 3, 9 and 27 times `SMOOTH_S`); each point takes the narrowest one
    that leaves the signal 30 times its noise.
    """
    # From differences of neighbours, so that water left at the end is not noise.
    tail = np.diff(water[-max(water.size // 4, 2) :])
    noise = float(np.median(np.abs(tail))) / 1.18 / np.sqrt(2.0)
    chosen: Complex | None = None
    reliable = np.zeros(water.size, bool)
    for factor in (1.0, 3.0, 9.0, 27.0):
        smooth, gain = _gaussian(water, factor * SMOOTH_S / dwell_time_s)
        good = np.abs(smooth) > 30.0 * noise * gain
        if chosen is None:
            chosen, reliable = smooth, good
            continue
        chosen = np.where(reliable, chosen, smooth)
        reliable = reliable | good
    first_bad = int(np.argmin(reliable)) if not reliable.all() else water.size
    return np.asarray(chosen), max(first_bad - 1, 0)


def _gaussian(fid: Complex, width: float) -> tuple[Complex, float]:
    """Gaussian smoothing along the FID, renormalised at its ends, and noise gain."""
    half = int(np.ceil(4 * width))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / width) ** 2)
    kernel /= kernel.sum()
    share = np.convolve(np.ones(fid.size), kernel, mode="full")[half : half + fid.size]
    smooth = np.convolve(fid, kernel, mode="full")[half : half + fid.size] / share
    return np.asarray(smooth, complex), float(np.sqrt(np.sum(kernel**2)))
