"""Whether a water reference is the complex conjugate of what its metabolites are.

Files of two converters may be of two conventions, and water on the carrier looks the
same either way.  Two things tell them apart:

* The coils.  w (coils,) are the water's first points, m the strongest mode over the
  coils of the metabolite FIDs; both have the coils' phases:

      a(w) = |w^H m| / (|w| |m|);    conjugated where a(w*) > a(w) + 0.05 and 0.9.

* Eddy currents.  Their phase, the water's without its mean frequency, is taken off the
  metabolite FIDs, as it is and with its sign changed.  r is the share of the energy in
  1.85..3.35 ppm that three lines (tNAA, tCr, tCho) of one phase, shift and width and a
  polynomial leave over; the right sign makes the lines absorptive together:

      conjugated where r(w) > 1.4 r(w*), r(w*) < r(no correction) and r(w*) < 0.25.

Measured on twelve pairs (`shared/data`, the virtual scanner): a(w) 0.98 and more, of
the conjugates 0.86 and less; r(w) / r(w*) 0.53 to 0.83 with eddy currents that matter
and 1.00 to 1.08 in three without.  Of 1800 noisy parts of them, one coil each, none was
called conjugated.  A conjugate that is hardly worse (one coil, small eddy currents) is
not found.

With g = L^H y, G = Re(L^H L) for the lines L (K, 3) and a spectrum y (K,), the energy
that real amplitudes of one phase explain is (g^H G^-1 g + |g' G^-1 g|) / 2.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import REFERENCE_PPM, Acquisition

Complex = NDArray[np.complex128]
Fids = NDArray[np.complexfloating]
LINES_PPM, BAND_PPM = (2.008, 3.027, 3.2), (1.85, 3.35)
SHIFTS_PPM = np.arange(-0.06, 0.061, 0.005)
WIDTHS_HZ = (3.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 18.0)
BROADENING_HZ = 4.0
TERMS = 6
FIRST_POINTS, MODE_POINTS = 8, 200
SMOOTH_S = 0.002
DECAYED = 0.05
LEAST_AGREE, CLEARLY_AGREE = 0.9, 0.05
CLEARLY_BETTER, LEAST_FIT = 1.4, 0.75
LEAST_POINTS = 40


def conjugated(water: Fids, metabolites: Fids, acquisition: Acquisition) -> bool:
    """Whether FIDs (transients, coils, points) of water are the wrong way round.

    False also where nothing can be told.
    """
    if acquisition.nucleus != "1H" or not (water.any() and metabolites.any()):
        return False
    first = water[0].astype(np.complex128)
    phases = first[:, :FIRST_POINTS].sum(axis=1)
    early = np.concatenate(list(metabolites[..., :MODE_POINTS]), axis=1)
    mode = np.linalg.svd(early.astype(np.complex128), full_matrices=False)[0][:, 0]
    own, other = _agreement(phases, mode), _agreement(phases.conj(), mode)
    if abs(other - own) > CLEARLY_AGREE:
        return other > max(own, LEAST_AGREE)
    combined = mode.conj() @ metabolites.astype(np.complex128)
    start = combined[:, :FIRST_POINTS].sum(axis=1, keepdims=True)
    mean = (combined * np.exp(-1j * np.angle(start))).mean(axis=0)
    turn = _eddy_turn(phases.conj() @ first, acquisition.dwell_time_s, mean.size)
    left = left_over(np.stack([mean * turn.conj(), mean * turn, mean]), acquisition)
    fits = left[1] < min(left[2], 1 - LEAST_FIT)
    return bool(fits and left[0] > CLEARLY_BETTER * left[1])


def _agreement(phases: Complex, mode: Complex) -> float:
    size = float(np.linalg.norm(phases) * np.linalg.norm(mode))
    return float(abs(np.vdot(phases, mode))) / size if size > 0 else 0.0


def _eddy_turn(water: Complex, dwell_time_s: float, points: int) -> Complex:
    """exp(i theta), (points,), of a combined water FID; held where it has decayed."""
    step = np.angle(np.vdot(water[:-1], water[1:]))
    flat = water * np.exp(-1j * step * np.arange(water.size))
    length = max(1, round(SMOOTH_S / dwell_time_s))
    smooth = np.convolve(flat, np.ones(length) / length, mode="same")
    size = np.abs(smooth)
    there = np.flatnonzero(size > DECAYED * size.max())
    smooth[there[-1] :] = smooth[there[-1]]
    held = np.full(points, smooth[-1])
    held[: min(points, smooth.size)] = smooth[:points]
    return np.asarray(held / np.maximum(np.abs(held), 1e-300), np.complex128)


def left_over(fids: Complex, acquisition: Acquisition) -> NDArray[np.float64]:
    """R of the module's docstring for FIDs (n, points); ones where nothing is seen."""
    points, dwell_time_s = fids.shape[1], acquisition.dwell_time_s
    decay = np.exp(-np.pi * BROADENING_HZ * dwell_time_s * np.arange(points))
    spectra = np.fft.ifft(fids * decay, 2 * points)
    offset_hz = np.fft.fftfreq(2 * points, dwell_time_s)
    ppm = REFERENCE_PPM + offset_hz / acquisition.spectrometer_frequency_mhz
    band = (ppm > BAND_PPM[0]) & (ppm < BAND_PPM[1])
    if band.sum() < LEAST_POINTS:
        return np.ones(len(fids))
    place = np.linspace(-1, 1, int(band.sum()))
    Q = np.linalg.qr(np.vander(place, TERMS))[0]
    y = _without(spectra[:, band].T, Q)
    explained = np.zeros(len(fids))
    for width_hz in WIDTHS_HZ:
        for shift_ppm in SHIFTS_PPM:
            away = ppm[band][:, None] - np.array(LINES_PPM) - shift_ppm
            away_hz = away * acquisition.spectrometer_frequency_mhz
            width = np.pi * (width_hz + BROADENING_HZ)
            L = _without(1 / (width - 2j * np.pi * away_hz), Q)
            explained = np.maximum(explained, _explain(L, y))
    energy = np.sum(np.abs(y) ** 2, axis=0)
    return np.asarray(1 - explained / np.maximum(energy, 1e-300), float)


def _without(spectra: Complex, Q: NDArray[np.float64]) -> Complex:
    rest: Complex = spectra - Q @ (Q.T @ spectra)
    return rest


def _explain(L: Complex, y: Complex) -> NDArray[np.float64]:
    """Energy (n,) of spectra y (K, n) in lines L (K, 3) of one phase."""
    g = L.conj().T @ y
    solved = np.linalg.solve((L.conj().T @ L).real, g)
    own = np.sum(g.conj() * solved, axis=0).real
    return np.asarray(0.5 * (own + np.abs(np.sum(g * solved, axis=0))), float)
