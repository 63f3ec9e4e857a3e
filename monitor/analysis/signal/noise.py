"""Noise of a spectrum, from where nothing resonates.

White noise of SD s in the real (and the imaginary) part of each point of an FID gives
sqrt(N) s in each part of a point of `spectrum_of`.  It is measured in -2.5 ... -0.5 ppm
(or the part of that which the spectral width has; else the outermost tenth) on second
differences, which a line's tail does not enter:  var(y_k-1 - 2 y_k + y_k+1) = 6 s^2.

Two figures, for two who ask: the fit weighs points of a spectrum (`noise_sd_of`), the
registration points of a FID whose water may be far from gone (`noise_sd`, robust).
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import (
    Complex,
    Real,
    ppm_axis,
)
from streams.messages.transient import REFERENCE_PPM

REGION_PPM = (-2.5, -0.5)
FEWEST_POINTS = 32
LEAST_SHARE = 1e-9
"""Of a FID's largest point: far below any noise, for simulations that have none."""

Coils = NDArray[np.complexfloating]
SIGNAL_PPM = (-0.2, 5.4)
"""Range outside of which the second half of a FID holds noise alone."""


@lru_cache(maxsize=16)
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


def noise_sd_of(spectra: Complex, dwell_time_s: float, frequency_mhz: float) -> Real:
    """SD of one real component of a point of spectra (..., points)."""
    region = noise_region(spectra.shape[-1], dwell_time_s, frequency_mhz)
    part = spectra[..., region]
    second = part[..., 2:] - 2.0 * part[..., 1:-1] + part[..., :-2]
    power = np.mean(second.real**2 + second.imag**2, axis=-1)
    return np.asarray(np.sqrt(power / 12.0), float)


def tail_noise(fid: Coils, dwell_time_s: float, frequency_mhz: float) -> Complex:
    """Noise values in a FID: its second half, off the band that can hold signal.

    Parameters
    ----------
    fid : (coils, points)

    Returns
    -------
    (coils, values) complex128 with the covariance of single points of the FID.  Long
    narrow water that outlasts half the FID stays out because its band does.
    """
    tail = fid[:, fid.shape[1] // 2 :]
    taper, off = _off_band(tail.shape[1], dwell_time_s, frequency_mhz)
    return np.asarray(np.fft.ifft(tail * taper, axis=1).take(off, axis=1), complex)


@lru_cache(maxsize=16)
def _off_band(
    points: int, dwell_time_s: float, frequency_mhz: float
) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Taper of unit noise gain, and places of the noise in FFT order."""
    taper = np.hanning(points + 2)[1:-1]
    nu = np.fft.fftfreq(points, dwell_time_s)
    ppm = REFERENCE_PPM + nu / frequency_mhz
    off = (ppm < SIGNAL_PPM[0]) | (ppm > SIGNAL_PPM[1])
    if np.count_nonzero(off) < max(16, points // 16):
        away = np.abs(ppm - np.mean(SIGNAL_PPM))
        off = away > np.quantile(away, 0.75)
    return taper * points / np.sqrt(np.sum(taper**2)), np.flatnonzero(off)


def noise_sd(fid: Complex, dwell_time_s: float, frequency_mhz: float) -> float:
    """SD of the real (= imaginary) part of the noise of one point of a FID (points,).

    Robust: from the median power, E|n|^2 = 2 sd^2 and its median is ln 2 of that.
    """
    return float(noise_sds(fid[np.newaxis], dwell_time_s, frequency_mhz)[0])


def noise_sds(fids: Complex, dwell_time_s: float, frequency_mhz: float) -> Real:
    """The same of FIDs (n, points), each by itself."""
    noise = tail_noise(fids, dwell_time_s, frequency_mhz)
    ordered = np.sort(noise.real**2 + noise.imag**2, axis=1)
    half, odd = divmod(ordered.shape[1], 2)
    middle = 0.5 * (ordered[:, half] + ordered[:, half - 1 + odd])
    return np.asarray(np.sqrt(middle / math.log(2.0) / 2.0))


def at_least_the_floor(sd: float, fid: Complex) -> float:
    """An SD of the noise of a FID, but never (nearly) nothing."""
    return max(sd, LEAST_SHARE * float(np.abs(fid).max()))
