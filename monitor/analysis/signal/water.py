"""Residual water removed by a subspace fit in a narrow band (HLSVD kind).

After Barkhuijsen, de Beer & van Ormondt (J Magn Reson 1987, 73:553) and Cabanes et al.
(J Magn Reson 2001, 150:116): a FID is a sum of damped exponentials,

    s_n = sum_j a_j z_j^n + noise.

Fitting the whole FID costs a second; here the band around the water is cut out first.
The FID is demodulated to 4.65 ppm, low-passed by h and decimated by D.  Once h has
passed the start of the FID (its first len(h) - 1 outputs are dropped) each exponential
is still one exponential, of pole z^D and amplitude a H(z), H(z) = sum_k h_k z^-k: poles
and amplitudes found in the band are exact for the whole FID, from its first point on.

    1. Hankel matrix of the decimated FID; eigenvectors U of its left signal subspace
    2. poles from the shift invariance of U: eigenvalues of U_up^+ U_down
    3. amplitudes of all poles by least squares
    4. subtraction of those poles that lie at the water, over the whole FID

What lies below `WATER_PPM[0]` is never subtracted; it is fitted along with the water so
that it does not bend it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.noise import noise_sd
from monitor.analysis.signal.spectrum import Complex, Real
from streams.messages.transient import REFERENCE_PPM

WATER_PPM = (4.4, 5.3)
MOST_FWHM_HZ = 60.0
PASS_PPM = 0.75
BAND_PPM = 3.4
MOST_POINTS = 200
MOST_POLES = 16


@dataclass(frozen=True, slots=True)
class Lines:
    """Damped exponentials.

    Attributes
    ----------
    amplitude : (lines,) complex, value at the first point of the FID
    shift_ppm : (lines,) chemical shift
    fwhm_hz : (lines,) Lorentzian width
    """

    amplitude: Complex
    shift_ppm: Real
    fwhm_hz: Real

    def fid(self, points: int, dwell_time_s: float, frequency_mhz: float) -> Complex:
        """Sum of the lines, (points,) complex128."""
        nu = (self.shift_ppm - REFERENCE_PPM) * frequency_mhz
        rate = (-2j * np.pi * nu - np.pi * self.fwhm_hz) * dwell_time_s
        return np.asarray(_powers(np.exp(rate), points) @ self.amplitude, complex)


def without_water(
    fid: Complex,
    dwell_time_s: float,
    frequency_mhz: float,
    low_ppm: float = WATER_PPM[0],
) -> Complex:
    """The FID (points,) without its residual water above `low_ppm`, complex128."""
    lines = water_lines(fid, dwell_time_s, frequency_mhz, low_ppm)
    if lines.amplitude.size == 0:
        return np.array(fid, complex)
    return np.asarray(fid - lines.fid(fid.size, dwell_time_s, frequency_mhz), complex)


def water_lines(
    fid: Complex,
    dwell_time_s: float,
    frequency_mhz: float,
    low_ppm: float = WATER_PPM[0],
) -> Lines:
    """The lines that make up the residual water of a FID (points,)."""
    return lines_between(fid, dwell_time_s, frequency_mhz, (low_ppm, WATER_PPM[1]))


def lines_between(
    fid: Complex,
    dwell_time_s: float,
    frequency_mhz: float,
    range_ppm: tuple[float, float],
    middle_ppm: float = REFERENCE_PPM,
) -> Lines:
    """The lines in a part of what lies within `PASS_PPM` of `middle_ppm`."""
    step = max(1, int(1.0 / (dwell_time_s * BAND_PPM * frequency_mhz)))
    h = _low_pass(step, dwell_time_s, frequency_mhz)
    turn = 2j * np.pi * (middle_ppm - REFERENCE_PPM) * frequency_mhz * dwell_time_s
    about = fid * np.exp(turn * np.arange(fid.size)) if turn else fid
    y = np.convolve(about, h, mode="valid")[::step][:MOST_POINTS]
    if not np.any(y):
        return Lines(np.zeros(0, complex), np.zeros(0), np.zeros(0))
    noise = noise_sd(fid, dwell_time_s, frequency_mhz) * np.linalg.norm(h)
    poles = _poles(y, float(noise))
    slow = np.exp(np.log(poles) / step)
    # y_n begins at point len(h) - 1 of the FID: H(z) z^(len(h) - 1) goes with it.
    gain = _powers(1.0 / slow, h.size).T @ h.astype(complex) * slow ** (h.size - 1)
    amplitude, *_ = np.linalg.lstsq(_powers(poles, y.size) * gain, y, rcond=1e-10)
    nu = -np.angle(slow) / (2 * np.pi * dwell_time_s)
    ppm = middle_ppm + nu / frequency_mhz
    width = -np.log(np.abs(slow)) / (np.pi * dwell_time_s)
    low, high = range_ppm
    asked = (ppm > low) & (ppm < high) & (width < MOST_FWHM_HZ)
    return Lines(np.asarray(amplitude[asked], complex), ppm[asked], width[asked])


def _poles(y: Complex, noise_sd: float) -> Complex:
    """Poles of a short FID y, none of them growing."""
    rows = y.size * 2 // 5
    hankel = np.lib.stride_tricks.sliding_window_view(y, y.size - rows + 1)
    values, vectors = np.linalg.eigh(hankel @ hankel.conj().T)
    edge = (np.sqrt(hankel.shape[0]) + np.sqrt(hankel.shape[1])) ** 2
    strong = int(np.count_nonzero(values > 3.0 * noise_sd**2 * edge))
    order = int(np.clip(strong, 1, MOST_POLES))
    U = vectors[:, -order:]
    found, *_ = np.linalg.lstsq(U[:-1], U[1:], rcond=None)
    poles = np.linalg.eigvals(found)
    return np.asarray(poles / np.maximum(np.abs(poles), 1.0), complex)


def _low_pass(step: int, dwell_time_s: float, frequency_mhz: float) -> Real:
    """FIR low-pass for a decimation by `step`; 1 where there is nothing to decimate.

    A Hamming-windowed sinc.  `scipy.signal.firwin` gives the same, but its import takes
    a second of the start of every process.
    """
    if step == 1:
        return np.ones(1)
    nyquist = 0.5 / dwell_time_s
    low = PASS_PPM * frequency_mhz
    high = 2 * nyquist / step - low
    taps = int(np.ceil(2.7 / ((high - low) / (2 * nyquist)))) | 1
    cutoff = 0.5 * (low + high) / nyquist
    h = np.sinc(cutoff * (np.arange(taps) - 0.5 * (taps - 1))) * np.hamming(taps)
    return np.asarray(h / h.sum(), float)


def _powers(z: NDArray[np.inexact], points: int) -> Complex:
    """z^n for n below `points`, (points, poles)."""
    return np.asarray(np.exp(np.arange(points)[:, np.newaxis] * np.log(z)), complex)
