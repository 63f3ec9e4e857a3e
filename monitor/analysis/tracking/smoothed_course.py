"""The smoothed tracker of one outcome, as it is now, over windows."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.tracker import TRACKED
from monitor.analysis.tracking.tracking import Tracking
from monitor.analysis.tracking.window_departure import Value


@dataclass(frozen=True, slots=True)
class SmoothedCourse:
    """The smoothed tracker of an outcome.

    Attributes
    ----------
    times_s, values, sds, weights : (n,) of the transients it has seen
    """

    outcome: str
    times_s: Real
    values: Real
    sds: Real
    weights: Real

    @classmethod
    def of(cls, tracking: Tracking, outcome: str) -> SmoothedCourse:
        """As it is now."""
        known, place = tracking.smoothed_changes(), TRACKED.index(outcome)
        return cls(
            outcome,
            np.array([one.time_s for one in tracking.seen]),
            known.percents[:, place],
            known.sds[:, place],
            np.array([one.weight for one in tracking.seen]),
        )

    def over(self, window: Estimate) -> Value:
        """Its mean over a window, and its SD there."""
        from_s, to_s = window.time_start_s, window.time_end_s
        inside = (self.times_s >= from_s) & (self.times_s <= to_s)
        used = self.weights[inside]
        if not used.any():
            return math.nan, math.nan
        share = used / used.sum()
        return float(self.values[inside] @ share), float(self.sds[inside] @ share)
