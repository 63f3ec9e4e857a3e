"""Detectable change: the smallest that would be seen.

A change from the reference period, both means of independent transients with the SD
sigma (percent, for one transient of weight 1), has the SD

    sd(n, N) = sigma sqrt(1/n + 1/N)

for n effective transients against N of the reference period.  A two-sided test at 5 %
finds a change of

    (z_0.975 + z_0.8) sd = 2.80 sd

in 80 % of sessions.
"""

from __future__ import annotations

import math
from statistics import NormalDist

POWER, LEVEL = 0.80, 0.05
NORMAL = NormalDist()
Z80 = NORMAL.inv_cdf(POWER)
FACTOR = NORMAL.inv_cdf(1 - LEVEL / 2) + Z80
LENGTHS = (16, 32, 64, 128, 256)


def detectable_percent(sigma: float, n: float, reference: float) -> float:
    """Smallest change that n transients show against those of a reference period."""
    if n <= 0 or reference <= 0:
        return math.inf
    return FACTOR * sigma * math.sqrt(1 / n + 1 / reference)
