"""Where a transient lies, roughly: the start of its registration.

The cross-correlation of transient and template is looked at over a range of shifts.
"""

from __future__ import annotations

import cmath
import math

import numpy as np

from monitor.analysis.preparation.glance import Glance
from monitor.analysis.preparation.template import COARSE_PPM, Model
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.spectrum import Real

COARSE_RANGE_HZ = 40.0


def coarse_search(
    seen: Glance, model: Model, axis: Axis, near_hz: float
) -> tuple[float, float]:
    """Shift, Hz, and phase, rad, where the template explains the largest share.

    The squared cross-correlation is divided by the power of the transient in the band
    that the template would take there: a strong water line cannot draw it.
    """
    correlation = seen.correlated(model)
    length = correlation.size
    step_hz = 1.0 / (length * axis.dwell_time_s)
    first = math.ceil((near_hz - COARSE_RANGE_HZ) / step_hz)
    last = math.floor((near_hz + COARSE_RANGE_HZ) / step_hz)
    places = np.arange(first, min(last + 1, first + length))
    inside = correlation.take(places, mode="wrap")
    explained = inside.real**2 + inside.imag**2
    power = _band_power(seen.late_power, axis, np.asarray(places * step_hz, float))
    k = int(np.argmax(explained / power))
    return float(places[k] * step_hz), cmath.phase(complex(inside[k]))


def _band_power(total: Real, axis: Axis, shift_hz: Real) -> Real:
    """Power in the coarse band moved by each of `shift_hz`; never zero."""
    shift_ppm = shift_hz / axis.frequency_mhz
    low, high = (np.interp(edge + shift_ppm, axis.ppm, total) for edge in COARSE_PPM)
    return np.asarray(high - low + 1e-12 * total[-1] + 1e-300, float)
