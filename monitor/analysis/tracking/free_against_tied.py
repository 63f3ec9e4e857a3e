"""Whether the free tracker, which ties no amplitude, contradicts the tied one.

Both see the same transients.  Where the ties hold, the tied estimate is the efficient
one, and the variance of the difference of the two is the difference of their variances
(Hausman, Econometrica 1978): z = (free - tied) / sqrt(free_sd^2 - tied_sd^2).
"""

from __future__ import annotations

import math

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.point import TrackerPoint


def tie_departure(point: TrackerPoint, outcome: str) -> float:
    """The z above, of one outcome; nan where the two cannot be compared."""
    tied, tied_sd = point.filtered.get(outcome), point.filtered_sd.get(outcome)
    free, free_sd = point.free.get(outcome), point.free_sd.get(outcome)
    if tied is None or tied_sd is None or free is None or free_sd is None:
        return math.nan
    variance = free_sd**2 - tied_sd**2
    return (free - tied) / math.sqrt(variance) if variance > 0 else math.nan


def tie_is_doubtful(point: TrackerPoint, outcome: str) -> bool:
    """Whether the two are further apart than chance puts them once in 20 times."""
    return abs(tie_departure(point, outcome)) > Z95
