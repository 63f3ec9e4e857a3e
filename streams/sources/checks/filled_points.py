"""How many zeros were filled in behind the signal of FIDs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LEAST_FILLED, LEAST_PART = 8, 0.01  # points; fewer zeros may be what was measured


def filled_points(fids: NDArray[np.complexfloating]) -> int:
    """Points at the end that are zero in every one of the FIDs (..., points).

    0 where there are few of them, or no signal at all.
    """
    points = fids.shape[-1]
    last = -1
    for fid in fids.reshape(-1, points):
        there = np.flatnonzero(fid[last + 1 :])  # NaN is no zero
        last = int(there[-1]) + last + 1 if there.size else last
        if last == points - 1:
            return 0
    filled = points - 1 - last
    few = filled < max(LEAST_FILLED, LEAST_PART * points)
    return 0 if few or last < 1 else filled
