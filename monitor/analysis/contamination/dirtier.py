"""Which of two states of an epoch has more lipid or water, or broader lines."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.contamination.features import MIDDLES_PPM, Seen
from monitor.analysis.signal.spectrum import Real

WATER_LOG, WIDTH_HZ = 0.7, 0.7
LIPID_LEVEL = 0.05
"""Rms of what the lipid bands of a dirtier state hold beside those of another."""
NARROW_WATER_HZ, MOST_LOWERED_LOG = 3.0, 1.1
"""Width of a narrow line of residual water, and what it may lose at most."""
LEAST_AMPLITUDE = 0.1
LIPIDS = np.tile((MIDDLES_PPM > 0.6) & (MIDDLES_PPM < 1.75), 2)
Mask = NDArray[np.bool_]


def is_dirtier(seen: Seen, one: Mask, than: Mask) -> bool:
    """Whether some transients (n,) have more lipid or water, or broader lines."""
    return dirtier_by(seen, one, than) > 1.0


def dirtier_by(seen: Seen, one: Mask, than: Mask, lipid: bool = True) -> float:
    """How much more lipid or water, or how much broader lines, in units of what counts.

    Lines look broader against a template that lipid has got into: their width is asked
    only where lipid and water, which no template enters, do not decide.  `lipid` False
    asks water and width alone.
    """
    broader = _higher(seen.width_hz, one, than)
    water = _beyond_width(_higher(seen.water, one, than), broader)
    more = water / WATER_LOG
    if lipid:
        more += _more_lipid(seen, one, than) / LIPID_LEVEL
    if abs(more) < 1.0:
        more += broader / WIDTH_HZ
    return more


def _more_lipid(seen: Seen, one: Mask, than: Mask) -> float:
    """Rms by which the lipid bands of some transients differ from others'.

    Below zero where they hold less.
    """
    bands, others = _lipid_bands(seen, one), _lipid_bands(seen, than)
    apart = np.sqrt(np.mean((bands - others) ** 2))
    return float(np.copysign(apart, np.sum(bands**2) - np.sum(others**2)))


def _lipid_bands(seen: Seen, own: Mask) -> Real:
    """Median of the lipid bands of some transients, at an amplitude of 1."""
    amplitude = max(float(np.median(seen.amplitude[own])), LEAST_AMPLITUDE)
    return np.asarray(np.median(seen.bands[np.ix_(own, LIPIDS)], axis=0) / amplitude)


def _beyond_width(water: float, broader_hz: float) -> float:
    """What is left of a difference in the height of water that lines do not explain.

    What broadens all lines lowers that of water, too: it is no cleaner for that.
    """
    if water * broader_hz >= 0:
        return water
    lowered = min(math.log1p(abs(broader_hz) / NARROW_WATER_HZ), MOST_LOWERED_LOG)
    return math.copysign(max(abs(water) - lowered, 0.0), water)


def _higher(values: Real, one: Mask, than: Mask) -> float:
    """How much higher a figure (n,) is in some transients than in others."""
    return float(np.median(values[one]) - np.median(values[than]))
