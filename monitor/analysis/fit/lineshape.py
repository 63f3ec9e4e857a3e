"""The line shape that all metabolites of a voxel share.

In the time domain the undamped FID of every metabolite is multiplied by

    E(t) = exp(-2 pi i d t - pi L t - g t^2) K(t),

d the shift in Hz (to higher ppm), L the Lorentzian width in Hz (FWHM), g the Gaussian
rate in 1/s^2: a Gaussian of FWHM G Hz has g = (pi G)^2 / (4 ln 2).  g itself is the
parameter, not its root: at G = 0 the gradient with respect to G vanishes and a search
would rest there whatever the spectrum says.

K is what is left when a shim is no Voigt: a distribution over frequency offsets f_j,

    K(t) = 1 + sum_j k_j (exp(-2 pi i f_j t) - 1),

linear in k and 1 at t = 0, so that K changes shapes and never areas (the lineshape
coefficients of LCModel, Provencher 1993, written in time).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import Complex, Real

KERNEL_STEP_PPM = 0.016
KERNEL_STEPS = 6
"""Offsets of the kernel on each side; in ppm, since shims scale with the field."""
KERNEL_SIZE = 2 * KERNEL_STEPS
BLOCK = 64


def gauss_rate(fwhm_hz: float) -> float:
    """G in 1/s^2 of a Gaussian of the given full width at half height."""
    return float((np.pi * fwhm_hz) ** 2 / (4 * np.log(2)))


def gauss_rate_per_hz(fwhm_hz: float) -> float:
    """By how much that rate grows with each Hz of width, in 1/s^2 per Hz."""
    return float(np.pi**2 * fwhm_hz / (2 * np.log(2)))


def gauss_fwhm_hz(rate: float) -> float:
    """Full width at half height of exp(-g t^2); negative rates give 0."""
    return float(np.sqrt(4 * np.log(2) * max(rate, 0.0)) / np.pi)


def voigt_fwhm_hz(lorentz_hz: float, gauss_hz: float) -> float:
    """Width of a Voigt line to 0.02 % (Olivero & Longbothum 1977)."""
    return 0.5346 * lorentz_hz + float(np.hypot(0.4654 * lorentz_hz, gauss_hz))


def kernel_offsets_ppm() -> Real:
    """Offsets f_j of the kernel; 0 is left out (it would change nothing)."""
    offsets = KERNEL_STEP_PPM * np.arange(-KERNEL_STEPS, KERNEL_STEPS + 1)
    return np.asarray(offsets[offsets != 0], float)


def kernel_waves(t: Real, frequency_mhz: float) -> Complex:
    """exp(-2 pi i f_j t) - 1 for each offset, (offsets, points)."""
    offsets_hz = kernel_offsets_ppm() * frequency_mhz
    waves: Complex = np.exp(-2j * np.pi * offsets_hz[:, None] * t) - 1
    return waves


def rotations(offsets_hz: Real, t: Real) -> Complex:
    """exp(-2 pi i f_j t) on an even time axis from 0, (offsets, points)."""
    return np.asarray(_powers(-2j * np.pi * offsets_hz, t), complex)


def decays(widths_hz: Real, t: Real) -> Real:
    """exp(-pi w_j t) likewise."""
    return np.asarray(_powers(-np.pi * widths_hz, t), float)


def _powers(rates: NDArray[np.inexact], t: Real) -> NDArray[np.inexact]:
    """exp(rate t), made of two short series: forty times fewer exponentials."""
    fine = np.exp(rates[:, None] * t[:BLOCK])
    coarse = np.exp(rates[:, None] * t[::BLOCK])
    product = coarse[:, :, None] * fine[:, None, :]
    powers: NDArray[np.inexact] = product.reshape(len(rates), -1)[:, : t.size]
    return powers


def decay(t: Real, shift_hz: float, lorentz_hz: float, gauss_per_s2: float) -> Complex:
    """E(t) without the kernel."""
    rate = 2j * np.pi * shift_hz + np.pi * lorentz_hz
    decayed: Complex = np.exp(-(rate + gauss_per_s2 * t) * t)
    return decayed
