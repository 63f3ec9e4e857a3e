"""Lines that lie far from their place: phantoms, and a frequency that is off.

In a sphere at room temperature the water's line, to which scanners adjust, lies some
0.2 ppm higher than in the body, so that all others seem that much too low.  The fit
itself looks for its lines within 0.15 ppm; what lies further off, to 0.5 ppm, is moved
to its place before.

The chemical shift of water falls with temperature (Gottlieb, J Org Chem 1997, 62:7512,
T in C):

    delta = 7.83 - T / 96.9 ppm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.preparation.measures import LEAST_CONTRAST, absolute_of
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Complex
from monitor.analysis.signal.water import without_water

MOVED_FROM_PPM = 0.1
LEAST_STANDING = 12.0
"""Noise reaches 10 in one of 900 FIDs, and turned lines have little contrast."""
LOWEST_WATER_PPM = 4.1  # where the water lies off its place, too
DEGREES_PER_PPM = 96.9
BODY_C = 37.0


def line_offset_hz(fid: Complex, dwell_time_s: float, frequency_mhz: float) -> float:
    """How much too high the lines of a mean FID (points,) lie; 0 within 0.1 ppm."""
    axis = Axis(fid.size, dwell_time_s, frequency_mhz)
    dry = without_water(fid, dwell_time_s, frequency_mhz, LOWEST_WATER_PPM)
    found = absolute_of(dry, axis)
    far = abs(found.shift_hz) > MOVED_FROM_PPM * frequency_mhz
    lines = found.contrast > LEAST_CONTRAST or found.standing > LEAST_STANDING
    return found.shift_hz if far and lines else 0.0


def moved_by(
    fids: NDArray[np.complexfloating], dwell_time_s: float, shift_hz: float
) -> Complex:
    """FIDs (..., points) with their lines moved up by so much."""
    if shift_hz == 0.0:
        return np.asarray(fids, complex)
    t_s = dwell_time_s * np.arange(fids.shape[-1])
    return np.asarray(fids * np.exp(-2j * np.pi * shift_hz * t_s), complex)


def temperature_c(offset_ppm: float) -> float:
    """Temperature of a sample whose lines lie so much too high beside its water."""
    return BODY_C + DEGREES_PER_PPM * offset_ppm
