"""Where the singlets of NAA, creatine and choline are."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.signal.spectrum import Real

SINGLETS_PPM = ((1.90, 2.06), (2.94, 3.12), (3.12, 3.30), (3.86, 4.00))
Mask = NDArray[np.bool_]


def at_singlets(ppm: Real) -> Mask:
    """Which points (K,) lie where the singlets are."""
    inside = np.zeros(ppm.size, bool)
    for low, high in SINGLETS_PPM:
        inside |= (ppm >= low) & (ppm <= high)
    return inside
