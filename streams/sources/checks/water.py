"""Whether what is called a water reference is one: what its spectrum says.

In unsuppressed brain the water line is some 2000 times the methyl line of NAA (35.9 M
of water, as LCModel's WCONC, with 2 protons; 12 mM of tNAA with 3) and, with T2 of 80
and 250 ms, still 170 times at TE 288 ms.  What is left of suppressed water is rarely
more than some 10 times.  To see a metabolite line beside water that large, the water's
tail must go: the FID is multiplied by a bell (Hann, `BELL_S` long), which is zero at
both of its ends, so that the tail of a line falls with the third power of the distance
and not with the first.  With the largest magnitudes (coils summed in power, transients
averaged)

    W in 3.9..5.4 ppm,  M in 1.8..3.4 ppm,  E in its mirror image, 5.9..7.5 ppm,

M and E moved along with the place of W (else, at 1.5 T and with a frequency that is
off by 0.3 ppm, the water's own tail would be taken for lines), it is no water reference
where

    W < 10 max(M, E)             noise alone, or suppressed water, or
    W < 100 L  and  L > 6 l      a line larger than 1/100 of the water on one side, or
    W < 20 M'                    M' of the metabolite file: far too little water,

L the larger and l the smaller of M and E: noise is alike on both sides, a metabolite
line is on one, whichever way round the samples are.  The last rule leaves a factor of
100 to different receiver gains, and to sums where the other file has means.

Measured on the public files of `shared/data`: W/M of every water reference 173 and
more (1444 and 1117 in PRESS, 557 to 598 in STEAM, 173 in diffusion-weighted sLASER of
TE 125 ms, in simulations 4600 and more), of every suppressed file 43 and less (43, 9,
3, 1.3; single transients up to 33).  `LEAST_DOMINANCE` lies in that gap.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import REFERENCE_PPM, Acquisition

WATER_PPM, LINES_PPM = (3.9, 5.4), (1.8, 3.4)
HIGHEST_PPM = 2 * REFERENCE_PPM - LINES_PPM[0]
BELL_S, SHORTEST_S = 0.1, 0.03
FILL = 8
LEAST_DOMINANCE = 100.0
LEAST_ABOVE_NOISE = 10.0
LEAST_BESIDE = 20.0
CLEAR = 6.0


@dataclass(frozen=True, slots=True)
class Peaks:
    """Largest magnitudes W, M and E of the module's docstring."""

    water: float
    lines: float
    mirrored: float

    @property
    def dominance(self) -> float:
        """W over the larger of M and E; inf where both are zero."""
        beside = max(self.lines, self.mirrored)
        return self.water / beside if beside > 0 else np.inf

    @property
    def suppressed(self) -> bool:
        """Whether this is no unsuppressed water."""
        one, other = sorted((self.lines, self.mirrored))
        if self.dominance < LEAST_ABOVE_NOISE:
            return True
        return self.dominance < LEAST_DOMINANCE and other > CLEAR * one


def peaks(fids: NDArray[np.complexfloating], acquisition: Acquisition) -> Peaks | None:
    """Largest magnitudes of FIDs (transients, coils, points).

    None where nothing can be told: not protons, less than `SHORTEST_S` of signal, a
    spectral width that does not hold the bands, zeros, or values that are not finite.
    """
    made = _spectra(fids, acquisition)
    return None if made is None else _peaks_in(*made)


def peaks_of_each(
    fids: NDArray[np.complexfloating], acquisition: Acquisition
) -> list[Peaks | None]:
    """The same of each transient by itself; to the bits of `peaks` of one."""
    made = _spectra(fids, acquisition)
    if made is None:
        return [None] * len(fids)
    spectra, ppm = made
    return [_peaks_in(spectra[i : i + 1], ppm) for i in range(len(fids))]


def _spectra(
    fids: NDArray[np.complexfloating], acquisition: Acquisition
) -> tuple[NDArray[np.complex128], NDArray[np.float64]] | None:
    """Filled spectra in FFT order, and their shifts, ascending; None: nothing told."""
    dwell_time_s = acquisition.dwell_time_s
    taken = min(fids.shape[-1], round(BELL_S / dwell_time_s))
    if acquisition.nucleus != "1H" or taken * dwell_time_s < SHORTEST_S:
        return None
    bell, ppm = _bell_and_ppm(
        taken, dwell_time_s, acquisition.spectrometer_frequency_mhz
    )
    if not (ppm[0] < LINES_PPM[0] and ppm[-1] > HIGHEST_PPM):
        return None
    cut = fids[..., :taken].astype(np.complex128) * bell
    return np.asarray(np.fft.ifft(cut, FILL * taken)), ppm


def _peaks_in(
    spectra: NDArray[np.complex128], ppm: NDArray[np.float64]
) -> Peaks | None:
    """Largest magnitudes of spectra (transients, coils, points in FFT order)."""
    first, stop = _between(ppm, WATER_PPM)
    water = _power(spectra, first, stop)
    off = float(ppm[first + water.argmax()]) - REFERENCE_PPM if water.any() else 0.0
    largest = [float(water.max(initial=0.0))]
    for low, high in (LINES_PPM, (2 * REFERENCE_PPM - LINES_PPM[1], HIGHEST_PPM)):
        lines = _power(spectra, *_between(ppm, (low + off, high + off)))
        largest.append(float(lines.max(initial=0.0)))
    if not any(largest) or not all(map(math.isfinite, largest)):
        return None
    return Peaks(*map(math.sqrt, largest))


def _power(
    spectra: NDArray[np.complex128], first: int, stop: int
) -> NDArray[np.float64]:
    """Power (band,) of a band of spectra: mean over transients, sum over coils."""
    points = spectra.shape[-1]
    places = np.arange(first - points // 2, stop - points // 2)
    part = spectra.take(places, axis=-1, mode="wrap").reshape(-1, places.size)
    power = part.real**2 + part.imag**2
    return np.asarray(power.sum(axis=0) / len(spectra), float)


@lru_cache(maxsize=8)
def _bell_and_ppm(
    taken: int, dwell_time_s: float, frequency_mhz: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The bell (taken,), and the shifts of its filled spectra, ascending."""
    offset_hz = np.fft.fftshift(np.fft.fftfreq(FILL * taken, dwell_time_s))
    return np.hanning(taken + 2)[1:-1], REFERENCE_PPM + offset_hz / frequency_mhz


def _between(ppm: NDArray[np.float64], band: tuple[float, float]) -> tuple[int, int]:
    """First point of an ascending axis within a band, and the first behind it."""
    first = int(np.searchsorted(ppm, band[0], side="right"))
    return first, max(first, int(np.searchsorted(ppm, band[1])))


def no_water(
    water: NDArray[np.complexfloating],
    acquisition: Acquisition,
    metabolites: NDArray[np.complexfloating] | None = None,
) -> str:
    """Why FIDs are no water reference, in words to follow "since"; empty: they are one.

    Parameters
    ----------
    water : (transients, coils, points)
    acquisition : of both
    metabolites : (transients, coils, points) that it goes with, where known
    """
    if not water.any():
        return "it is zero"
    found = peaks(water, acquisition)
    if found is None:
        return ""
    if found.suppressed:
        return (
            f"its line at 4.65 ppm is only {found.dominance:.2g} times what lies "
            "between 1.8 and 3.4 ppm, where unsuppressed water is more than "
            f"{LEAST_DOMINANCE:g} times"
        )
    beside = None if metabolites is None else peaks(metabolites, acquisition)
    if beside is None or found.water >= LEAST_BESIDE * beside.lines:
        return ""
    return (
        f"its water line is only {found.water / beside.lines:.2g} times the largest "
        "metabolite line, where that of the same voxel and receiver gain is some 2000 "
        "times"
    )
