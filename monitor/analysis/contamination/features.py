"""What a transient is compared by, whatever the template was made of.

The aligned spectrum between 0.4 and 4.0 ppm in bands of 0.15 ppm, complex, with the
height of the residual water and the line width beside it.  A template that lipid has
got into does not bend them, and bands are too wide for couplings: a change of Glu by a
fifth moves them by 0.008 of the tNAA height (rms), a tenth of it as baseline by 0.025.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.contamination.gain_steps import (
    Gain,
    Heights,
    gain_at,
    gains_of,
)
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex, Real

EDGES_PPM = np.arange(0.4, 4.05, 0.15)
MIDDLES_PPM = 0.5 * (EDGES_PPM[1:] + EDGES_PPM[:-1])
BANDS = MIDDLES_PPM.size
DROWNING = 5.0
LEAST_SIGNAL, SURE_SIGNAL = 1.2, 1.5
"""Medians of transients below it hold nothing: an empty scanner has 1.0, a SNR of 2 has
1.7, of 4 2.9.  It is asked where a tenth of a session has SURE_SIGNAL."""
LEAST_AMPLITUDE = 1e-3
"""Under much lipid the amplitude may be nothing, or less."""
WIDE_MHZ = 128.0
"""From 3 T on, what widens a line (blood, a shim) widens it with the field: at 7 T
tasks narrow lines by half a hertz, and what is 0.7 Hz at 3 T is 1.6 Hz there."""
WIDEST_HZ = 30.0
"""A line at hardly any amplitude has no width: what is found is set to no more."""
NEVER = frozenset({"empty", "settling", "saturated"})
"""Flags of transients that are compared with no others."""
ROOM = 256
"""Transients that there is room for at first."""


def bands_of(lines: Complex, axis: Axis, shift_hz: float) -> Real:
    """Real, then imaginary parts (2 BANDS,) of the mean of each band of a spectrum.

    `shift_hz` is how far its lines lie too high.
    """
    cuts, widths = _cuts(axis, shift_hz)
    means = np.add.reduceat(lines, cuts)[:-1] / widths
    return np.concatenate([means.real, means.imag])


@lru_cache(maxsize=16)
def _cuts(axis: Axis, shift_hz: float) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where the bands begin, and how many points each has; read-only."""
    off = shift_hz / axis.frequency_mhz
    cuts = np.searchsorted(axis.ppm, EDGES_PPM + off)
    return cuts, np.maximum(np.diff(cuts), 1)


def noise_of_band(noise_sd: float, axis: Axis) -> float:
    """SD of the noise of a band, from that of a real component of the spectrum."""
    _, widths = _cuts(axis, 0.0)
    return noise_sd / float(np.sqrt(np.mean(widths)))


@dataclass(frozen=True, slots=True)
class Features:
    """What one transient is compared by.

    Attributes
    ----------
    bands : (2 BANDS,)
    water, width_hz, amplitude : log of the residual water's height, which no template
        enters, line width but for what is the same throughout an epoch (above WIDE_MHZ
        as many Hz as it would be there, at most WIDEST_HZ), signal against the template
    phase_rad : as it came, against the template
    height : of tNAA in the template at the time
    noise : SD of the noise of a band
    step : of the phase cycle
    usable : whether it can be compared at all
    """

    bands: Real
    water: float
    width_hz: float
    amplitude: float
    phase_rad: float
    height: float
    noise: float
    step: int
    usable: bool

    @classmethod
    def of(
        cls,
        bands: Real,
        quality: Quality,
        width_hz: float,
        water: float,
        height: float,
        noise: float,
        step: int,
        frequency_mhz: float,
    ) -> Features:
        """Features of a transient, with the template's tNAA height."""
        return cls(
            bands,
            water,
            min(width_hz * min(1.0, WIDE_MHZ / frequency_mhz), WIDEST_HZ),
            quality.amplitude,
            quality.phase_rad,
            height,
            noise,
            step,
            _usable(quality, width_hz, height),
        )

    @property
    def signal(self) -> float:
        """Rms of its bands over their noise: near 1 where there is nothing else."""
        return float(np.sqrt(np.mean(self.bands**2))) / max(self.noise, 1e-300)


ROW = np.dtype(
    [
        ("bands", float, (2 * BANDS,)),
        *((name, float) for name in ("water", "width_hz", "amplitude", "phase_rad")),
        *((name, float) for name in ("height", "noise", "signal")),
        ("step", int),
        ("usable", bool),
    ]
)
"""`Features` of one transient in a table of many."""
Table = NDArray[np.void]


@dataclass(slots=True)
class EpochFeatures:
    """Features of an epoch's transients, in order; one owner.

    `first` is the number of the epoch's first transient in the session.
    """

    first: int
    _laid_out: Table = field(default_factory=lambda: np.empty(ROOM, ROW))
    _count: int = 0

    def __len__(self) -> int:
        return self._count

    def put(self, index: int, features: Features) -> None:
        """Take in a transient, or one anew that has been taken in before."""
        place = index - self.first
        if place == len(self._laid_out):
            room = np.empty_like(self._laid_out)
            self._laid_out = np.concatenate([self._laid_out, room])
        self._count = max(self._count, place + 1)
        self._laid_out[place] = tuple(getattr(features, n) for n in ROW.names or ())

    @property
    def _rows(self) -> Table:
        return self._laid_out[: self._count]

    def drowned_until(self, first: int, count: int) -> int | None:
        """Where water DROWNING times above the last ones' ends, from `first` on.

        None where most of `count` transients from there are not under it, and where the
        last ones hold no signal: an empty scanner has no water either.  Under much
        water nothing else of a transient can be trusted, nor of those that were
        aligned to its like.
        """
        water = self._rows["water"]
        known = np.isfinite(water)
        if np.count_nonzero(known) < 2 * count:
            return None
        last = self._rows["signal"][known][-count:]
        if np.median(last) < LEAST_SIGNAL:
            return None
        lost = known & (water > np.median(water[known][-count:]) + math.log(DROWNING))
        if np.count_nonzero(lost[first : first + count]) <= count // 2:
            return None
        dry = np.convolve(~lost[first:], np.ones(count // 2), "valid") >= count // 2
        return first + int(np.argmax(dry)) if dry.any() else None

    @property
    def steps(self) -> list[int]:
        """Steps of the phase cycle."""
        steps: list[int] = self._rows["step"].tolist()
        return steps

    def seen(self, cycle_steps: int) -> Seen:
        """The transients that can be compared, as arrays."""
        places = np.flatnonzero(self._rows["usable"])
        used = self._rows[places]
        if not used.size:
            return Seen(places, np.zeros((0, 2 * BANDS)), *np.zeros((6, 0)))
        height = float(np.median(used["height"]))
        gains = gains_of(_heights(used))
        gain, water, worth = gain_at(gains, np.arange(len(used)))
        x = used["bands"] / height / gain[:, np.newaxis]
        if cycle_steps > 1:
            x = _without_cycle(x, used["step"] % cycle_steps)
        return Seen(
            places,
            x,
            used["water"] - np.log(water),
            used["width_hz"],
            used["amplitude"] / gain,
            used["phase_rad"],
            worth,
            used["signal"],
            tuple(replace(one, first=int(places[one.first])) for one in gains),
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """Transients of an epoch that can be compared, as at the epoch's first gain.

    Attributes
    ----------
    places : (n,) their numbers within the epoch
    bands : (n, 2 BANDS) over the tNAA height
    water, width_hz, amplitude, phase_rad : (n,) as in `Features`
    worth : (n,) of each, in transients of the first gain
    signal : (n,) as in `Features`
    gains : steps of gain, by numbers within the epoch
    """

    places: NDArray[np.intp]
    bands: Real
    water: Real
    width_hz: Real
    amplitude: Real
    phase_rad: Real
    worth: Real
    signal: Real
    gains: tuple[Gain, ...] = ()

    def __len__(self) -> int:
        return len(self.places)


def _usable(quality: Quality, width_hz: float, height: float) -> bool:
    """Neither empty nor clipped nor on its way to the steady state, and measurable.

    Under much lipid the amplitude may well be negative.
    """
    figures = (height, quality.water, width_hz, quality.amplitude)
    fine = all(map(math.isfinite, figures)) and height > 0
    return fine and NEVER.isdisjoint(quality.flags)


def _heights(used: Table) -> Heights:
    """What steps of gain are found by."""
    return Heights(
        np.log(np.maximum(used["amplitude"], LEAST_AMPLITUDE) * used["height"]),
        used["bands"],
        used["water"],
        used["width_hz"],
        np.log(np.maximum(used["noise"], 1e-300)),
    )


def _without_cycle(x: Real, steps: NDArray[np.intp]) -> Real:
    """Bands with what belongs to a step of the phase cycle taken off."""
    whole = np.median(x, axis=0)
    freed = x.copy()
    for step in np.unique(steps):
        own = steps == step
        freed[own] += whole - np.median(x[own], axis=0)
    return freed
