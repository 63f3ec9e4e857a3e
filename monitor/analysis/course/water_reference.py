"""Amplitude of the unsuppressed water, the unit of `NAME/water`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.analysis.preparation.combination import Combination
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import ComplexFID

WATER_POINTS = 24
"""Points from which the amplitude of the water reference is extrapolated to t = 0."""


def water_amplitude(
    waters: Sequence[ComplexFID], combination: Combination
) -> float | None:
    """Amplitude of the mean of water references, on the scale of the combined FIDs."""
    if not waters:
        return None
    points = min(fid.shape[1] for fid in waters)
    mean = np.mean([fid[:, :points] for fid in waters], axis=0)
    return amplitude_at_zero(combination.apply(mean))


def amplitude_at_zero(fid: Complex) -> float:
    """Magnitude of an FID (points,) of one line, extrapolated to t = 0."""
    heights = np.abs(fid[:WATER_POINTS])
    if heights.size < 4 or not np.all(heights > 0):
        return float(np.abs(fid[0]))
    # The first points may suffer from the receiver's filter: leave three of them out.
    n = np.arange(3, heights.size)
    _, level = np.polyfit(n, np.log(heights[3:]), 1)
    return float(np.exp(level))
