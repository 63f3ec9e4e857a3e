"""Points, dwell time and frequency of an acquisition, and the axes they make."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal import spectrum
from monitor.analysis.signal.spectrum import Complex, Real

LATE_S = 0.01


@dataclass(frozen=True, slots=True)
class Axis:
    """What of an acquisition the preparation needs; its arrays are read-only."""

    points: int
    dwell_time_s: float
    frequency_mhz: float

    def band(self, low_ppm: float, high_ppm: float) -> slice:
        """Slice of the ascending spectrum between two shifts."""
        return _band(self, low_ppm, high_ppm)

    @property
    def t(self) -> Real:
        """Time of each point, s."""
        return _times(self)

    @property
    def ppm(self) -> Real:
        """Chemical shift of each point of a spectrum, ppm, ascending."""
        return _ppm(self)

    @property
    def late(self) -> Real:
        """1 - exp(-t / 10 ms): a weight in time that leaves out what is broad."""
        return _late(self)

    def lines(self, fid: Complex, band: slice) -> Complex:
        """The spectrum of a FID (points,) in a band: `spectrum_of(fid)[band]`."""
        places = _places(self, band.start, band.stop)
        return np.asarray(np.fft.ifft(fid, norm="forward").take(places), complex)


@lru_cache(maxsize=64)
def _places(axis: Axis, start: int, stop: int) -> NDArray[np.intp]:
    """Places of a band in FFT order."""
    return np.fft.ifftshift(np.arange(axis.points)).argsort()[start:stop]


@lru_cache(maxsize=64)
def _band(axis: Axis, low_ppm: float, high_ppm: float) -> slice:
    low, high = np.searchsorted(axis.ppm, (low_ppm, high_ppm)).tolist()
    return slice(low, high)


@lru_cache(maxsize=8)
def _late(axis: Axis) -> Real:
    late = np.asarray(1.0 - np.exp(-axis.t / LATE_S))
    late.setflags(write=False)
    return late


@lru_cache(maxsize=8)
def _times(axis: Axis) -> Real:
    t = spectrum.time_axis_s(axis.points, axis.dwell_time_s)
    t.setflags(write=False)
    return t


@lru_cache(maxsize=8)
def _ppm(axis: Axis) -> Real:
    ppm = spectrum.ppm_axis(axis.points, axis.dwell_time_s, axis.frequency_mhz)
    ppm.setflags(write=False)
    return ppm
