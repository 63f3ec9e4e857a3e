"""Frequency, width and size of each unsuppressed water transient, in order of arrival.

The power spectrum, summed over coils, needs no phases; the FWHM of the power of a
Lorentzian line is that of the line itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.line import full_width
from streams.messages.transient import Acquisition, Transient

FILL = 8
REACH_PPM = 0.7
FIRST_POINTS = 4


@dataclass(frozen=True, slots=True)
class WaterPoint:
    """One water transient.

    Attributes
    ----------
    time_s : scanner time
    shift_hz : its line lies so much above 4.65 ppm
    fwhm_hz : full width at half height; nan where it is not to be seen
    amplitude : root of the summed power of the coils at the start of the FID
    interleaved : whether metabolite transients came before it
    """

    time_s: float
    shift_hz: float
    fwhm_hz: float
    amplitude: float
    interleaved: bool


def water_point(
    transient: Transient, acquisition: Acquisition, interleaved: bool
) -> WaterPoint:
    """Measure a water transient."""
    fid = np.asarray(transient.fid, complex)
    points = FILL * fid.shape[-1]
    spectra = np.fft.fftshift(np.fft.ifft(fid, points, axis=-1), axes=-1)
    power = np.sum(np.abs(spectra) ** 2, axis=0)
    hz = np.fft.fftshift(np.fft.fftfreq(points, acquisition.dwell_time_s))
    reach_hz = REACH_PPM * acquisition.spectrometer_frequency_mhz
    peak = int(np.argmax(np.where(np.abs(hz) < reach_hz, power, 0.0)))
    first = fid[:, :FIRST_POINTS]
    return WaterPoint(
        transient.time_s,
        float(hz[peak]),
        full_width(power, peak, power[peak] / 2) * float(hz[1] - hz[0]),
        float(np.sqrt(np.mean(np.sum(np.abs(first) ** 2, axis=0)))),
        interleaved,
    )
