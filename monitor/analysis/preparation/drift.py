"""How fast the field drifts: the slope of the shifts of transients."""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.signal.spectrum import Real

DRIFT_TRANSIENTS = 60
"""So many transients on end are looked at."""
LEAST_FOR_DRIFT = 10


def drift_hz_per_min(time_s: Real, shift_hz: Real) -> float:
    """Slope by least squares, Hz/min; nan below 10 shifts."""
    keep = np.isfinite(shift_hz)
    t, y = time_s[keep] / 60, shift_hz[keep]
    if len(t) < LEAST_FOR_DRIFT or np.ptp(t) <= 0:
        return math.nan
    t = t - t.mean()
    return float(t @ y / (t @ t))


def drift_now_hz_per_min(
    time_s: Real, shift_hz: Real, most: int = DRIFT_TRANSIENTS
) -> float:
    """The same over the newest shifts that are known, at most so many."""
    known = np.flatnonzero(np.isfinite(shift_hz))[-most:]
    return drift_hz_per_min(time_s[known], shift_hz[known])
