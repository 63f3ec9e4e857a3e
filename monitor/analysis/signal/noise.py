"""Noise of a spectrum, from where nothing resonates.

White noise of SD s in the real (and the imaginary) part of each point of an FID gives
sqrt(N) s in each part of a point of `spectrum_of`.  It is measured in -2.5 ... -0.5 ppm
(or the part of that which the spectral width has; else the outermost tenth) on second
differences, which a line's tail does not enter:  var(y_k-1 - 2 y_k + y_k+1) = 6 s^2.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.signal.spectrum import Complex, Real, ppm_axis, spectrum_of

REGION_PPM = (-2.5, -0.5)
FEWEST_POINTS = 32


def noise_region(points: int, dwell_time_s: float, frequency_mhz: float) -> slice:
    """Where on the ascending ppm axis the noise is measured."""
    ppm = ppm_axis(points, dwell_time_s, frequency_mhz)
    # The outermost twentieth may lie in a receiver filter's flank.
    inside = (ppm >= REGION_PPM[0]) & (ppm <= REGION_PPM[1])
    inside[: points // 20] = False
    found = np.flatnonzero(inside)
    if found.size < FEWEST_POINTS:
        return slice(points // 20, max(points // 8, points // 20 + FEWEST_POINTS))
    return slice(int(found[0]), int(found[-1]) + 1)


def noise_sd_of(fids: Complex, dwell_time_s: float, frequency_mhz: float) -> Real:
    """SD of one real component of a spectral point of FIDs (..., points)."""
    region = noise_region(fids.shape[-1], dwell_time_s, frequency_mhz)
    part = spectrum_of(fids)[..., region]
    second = np.diff(part, 2, axis=-1)
    power = np.mean(np.abs(second) ** 2, axis=-1)
    return np.asarray(np.sqrt(power / 12.0), float)
