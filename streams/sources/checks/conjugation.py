"""Whether samples arrive as complex conjugates: what the spectrum says.

A FID taken the wrong way round has its spectrum mirrored at the carrier, which lies on
the water line.  Proton metabolites between 1.8 and 3.4 ppm then appear between 7.5 and
5.9 ppm, where next to nothing is.  With the power spectra P of transients and coils,
summed and smoothed by an apodisation of 5 Hz,

    U = sum P over 1.8..3.4 ppm,   M = sum P over the mirrored interval,
    r = (U - M) / (U + M),   each with the noise (10th percentile of P) subtracted,

and r is +1 where all signal lies where it should, -1 where it is mirrored.  Tails of
water are alike on both sides and cancel in U - M.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from streams.messages.transient import REFERENCE_PPM, Acquisition, ComplexFID

LOW_PPM, HIGH_PPM = 1.8, 3.4
APODISATION_HZ = 5.0
LEAST_TRANSIENTS, MOST_TRANSIENTS = 8, 64
CLEAR = 0.2
LEAST_EXCESS = 6.0  # the 10th percentile of few transients is half of their noise


class ConjugationCheck:
    """Looks at metabolite transients until it can tell, or gives up.

    Attributes
    ----------
    ratio : r of the module's docstring, so far
    """

    def __init__(self, acquisition: Acquisition) -> None:
        self.ratio = 0.0
        self._acquisition = acquisition
        self._power: NDArray[np.float64] | None = None
        self._taken, self._done, self._clear = 0, False, False

    def push(self, fid: ComplexFID) -> str:
        """Take a transient of our sign convention; one sentence once it can tell.

        The sentence is empty as long as it cannot.
        """
        if self._done or not np.isfinite(fid).all():
            return ""
        power = _power(fid, self._acquisition.dwell_time_s)
        self._power = power if self._power is None else self._power + power
        self._taken += 1
        if self._taken < LEAST_TRANSIENTS:
            return ""
        self._clear = self._judge()
        self._done = self._clear or self._taken >= MOST_TRANSIENTS
        return self._sentence() if self._done else ""

    @property
    def contradicted(self) -> bool:
        """Whether the spectrum is the wrong way round."""
        return self._clear and self.ratio < 0

    def _judge(self) -> bool:
        """Set `ratio`; whether it is clear, and far above the noise."""
        if self._power is None:
            return False
        a, points = self._acquisition, self._power.size
        offset_hz = np.fft.fftshift(np.fft.fftfreq(points, a.dwell_time_s))
        ppm = REFERENCE_PPM + offset_hz / a.spectrometer_frequency_mhz
        own = (ppm > LOW_PPM) & (ppm < HIGH_PPM)
        middle = 2 * REFERENCE_PPM
        mirrored = (ppm > middle - HIGH_PPM) & (ppm < middle - LOW_PPM)
        if own.sum() < 8 or mirrored.sum() < 8:
            return False
        noise = float(np.percentile(self._power, 10))
        up, down = (float((self._power[b] - noise).sum()) for b in (own, mirrored))
        total = max(up + down, 1e-30)
        self.ratio = (up - down) / total
        alone = own.sum() / _points_alike(points, a.dwell_time_s)
        spread = noise * own.sum() * np.sqrt(2.0 / (alone * self._taken))
        return abs(self.ratio) > CLEAR and abs(up - down) > LEAST_EXCESS * spread

    def _sentence(self) -> str:
        if not self._clear:
            return (
                f"Conjugation could not be checked: {self._taken} transients show no "
                "clear metabolite lines on either side of the carrier."
            )
        if self.ratio > 0:
            return (
                "Conjugation confirmed by the spectrum: metabolite lines lie below "
                f"water (ratio {self.ratio:+.2f} after {self._taken} transients)."
            )
        return (
            "CONJUGATION CONTRADICTED by the spectrum: metabolite lines lie above "
            f"water (ratio {self.ratio:+.2f} after {self._taken} transients); change "
            "conjugate in [mrd] of the protocol."
        )


def _decay(points: int, dwell_time_s: float) -> NDArray[np.float64]:
    time_s = dwell_time_s * np.arange(points)
    return np.asarray(np.exp(-np.pi * APODISATION_HZ * time_s), float)


def _points_alike(points: int, dwell_time_s: float) -> float:
    """How many neighbours of a smoothed spectrum share one value of the noise."""
    square = _decay(points, dwell_time_s) ** 2
    return float(points * (square**2).sum() / square.sum() ** 2)


def _power(fid: ComplexFID, dwell_time_s: float) -> NDArray[np.float64]:
    """Power spectrum, ascending in ppm, coils summed."""
    points = fid.shape[-1]
    decayed = fid.astype(np.complex128) * _decay(points, dwell_time_s)
    spectra = np.fft.fftshift(np.fft.ifft(decayed, axis=-1), axes=-1)
    power: NDArray[np.float64] = (np.abs(spectra) ** 2).sum(axis=0)
    return power
