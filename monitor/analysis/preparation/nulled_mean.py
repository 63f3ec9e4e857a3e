"""The mean of transients whose metabolites are nulled: no NAA to align them to.

Their residual water says how far the frequency has moved from one to the next; where
that is in the noise they are averaged as they came.  A transient whose spectrum is
further from the mean than the others are (motion) is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.preparation.combination import Combination
from monitor.analysis.signal import spectrum
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import Coils, noise_sd
from monitor.analysis.signal.spectrum import Complex, Real

WATER_PPM, LINES_PPM = (4.25, 5.05), (0.5, 4.0)
LOOK_S = 0.2
"""How much of a FID the water's frequency is told from."""
REACH_HZ, STEP_HZ = 12.0, 0.1
LEAST_WATER_SNR = 20.0
"""Below it a shift would be less sure than a field that drifts for three minutes."""
FAR = 5.0
"""SDs of the usual distance from the mean."""


@dataclass(frozen=True, slots=True)
class NulledMean:
    """Mean FID (points,), and how many of the transients are in it.

    `phased`: its phase is that of the water, which its coils were put together by.
    """

    fid: Complex
    used: int
    phased: bool = False


def nulled_mean(
    combination: Combination, fids: Sequence[Coils], moved_hz: float = 0.0
) -> NulledMean:
    """The mean of FIDs (coils, points), combined by water references or themselves.

    Parameters
    ----------
    combination : with the water references of the scan; it is made final here
    fids : as they came, or (1, points) where they were combined already
    moved_hz : the lines lie so much too high in ppm
    """
    axis = combination.axis
    whole = np.array(_combine(combination, [fid for fid in fids if np.any(fid)]))
    if not whole.size:
        return NulledMean(np.zeros(axis.points, complex), 0)
    aligned = _align(whole, axis)
    kept = _alike(aligned, axis)
    mean = aligned[kept].mean(axis=0)
    back = spectrum.moved(mean, axis.dwell_time_s, -moved_hz, 0.0)
    coils = len(fids[0])
    phased = coils > 1 and combination.combine_coils and bool(combination.waters)
    return NulledMean(np.asarray(back, complex), int(kept.sum()), phased)


def _combine(combination: Combination, fids: Sequence[Coils]) -> list[Complex]:
    """One FID (points,) of each, coil weights by all of them."""
    for fid in fids:
        if len(fid) == combination.coil_count:
            combination.apply(fid)  # its noise
    return combination.settle(list(fids))


def _align(fids: Complex, axis: Axis) -> Complex:
    """FIDs (n, points) whose residual waters lie on each other."""
    inside = axis.band(*WATER_PPM)
    spectra = spectrum.spectrum_of(fids)
    height = np.median(np.abs(spectra[:, inside]).max(axis=1))
    sd = noise_sd(fids[0], axis.dwell_time_s, axis.frequency_mhz) * axis.points**0.5
    if height < LEAST_WATER_SNR * sd:
        return fids
    narrow = np.zeros_like(spectra)
    narrow[:, inside] = spectra[:, inside]
    points = max(2, min(axis.points, round(LOOK_S / axis.dwell_time_s)))
    waters = spectrum.fid_of(narrow)[:, :points]
    shifts = _shifts_hz(waters, axis.t[:points])
    turn = 2j * np.pi * (shifts - np.median(shifts))[:, None] * axis.t
    return np.asarray(fids * np.exp(turn), complex)


def _shifts_hz(waters: Complex, t: Real) -> Real:
    """How far each water (n, points) lies above their mean, towards higher ppm."""
    grid = np.arange(-REACH_HZ, REACH_HZ + 0.5 * STEP_HZ, STEP_HZ)
    turns = np.exp(2j * np.pi * np.outer(t, grid))
    shifts = np.zeros(len(waters))
    for _ in range(2):
        moved = waters * np.exp(2j * np.pi * shifts[:, None] * t)
        against = np.conj(moved.mean(axis=0))
        shifts = grid[np.argmax(np.abs((waters * against) @ turns), axis=1)]
    return np.asarray(shifts, float)


def _alike(fids: Complex, axis: Axis) -> np.ndarray:
    """Which FIDs (n, points) are no further from their median than usual."""
    lines = spectrum.spectrum_of(fids)[:, axis.band(*LINES_PPM)]
    middle = np.median(lines.real, axis=0) + 1j * np.median(lines.imag, axis=0)
    apart = np.mean(np.abs(lines - middle) ** 2, axis=1)
    far = np.log(np.maximum(apart, 1e-300))
    usual = np.median(far)
    spread = 1.4826 * float(np.median(np.abs(far - usual)))
    least = np.sqrt(2.0 / lines.shape[1])  # of noise alone
    return np.asarray(far - usual <= FAR * max(spread, least))
