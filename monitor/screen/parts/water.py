"""Water references among the metabolites: their points in the quality strips.

A session whose only water came before its metabolites has no course of water.
"""

from __future__ import annotations

import numpy as np

from monitor.screen.graphs import NO_POINTS, Line, Points
from monitor.screen.parts.columns import Columns


def water_points(waters: Columns, zero_s: float) -> tuple[Points, Points]:
    """Shift since the first water reference, and line width, Hz; minutes from a time.

    Shifts of metabolites are against the session's own beginning, too.
    """
    if not np.any(waters["interleaved"]):
        return NO_POINTS, NO_POINTS
    at = (waters["time_s"] - zero_s) / 60
    shift_hz = waters["shift_hz"]
    return _finite(at, shift_hz - shift_hz[0]), _finite(at, waters["fwhm_hz"])


def _finite(at: Line, values: Line) -> Points:
    known = np.isfinite(values)
    return Points(at[known], values[known])
