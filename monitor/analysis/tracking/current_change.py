"""The one number: how far an outcome is from the reference period now.

Page, table, summary, terminal and the pages in a scanner's chain all take it from here.
It is the tracker's, which knows every transient so far; where the tracker does not
know the outcome it is that of the newest whole window.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.course.response import Estimate, meaningful
from monitor.analysis.tracking.point import TrackerPoint


@dataclass(frozen=True, slots=True)
class CurrentChange:
    """Change from the reference period and its 1 SD, percent; whether it is tracked."""

    percent: float
    sd_percent: float
    tracked: bool


def current_change(
    outcome: str,
    point: TrackerPoint | None,
    estimate: Estimate | None,
    full: int,
    reference_s: tuple[float, float] | None,
    window_s: float,
) -> CurrentChange | None:
    """The change now; None before it means something.

    Parameters
    ----------
    point : the tracker after the newest transient that it saw
    estimate : the newest whole window; a point before it says nothing of now
    full : transients in a whole window
    reference_s : start and end of the reference period, s
    window_s : length of a window, s, which the tracker waits as well
    """
    if reference_s is None:
        return None
    if point is not None and estimate is not None:
        point = point if point.time_s >= estimate.time_start_s else None
    if point is not None and outcome in point.filtered:
        change, sd = point.filtered[outcome], point.filtered_sd.get(outcome, math.nan)
        early = point.time_s < reference_s[1] + window_s
        known = math.isfinite(change) and math.isfinite(sd)
        return None if early or not known else CurrentChange(change, sd, True)
    if estimate is None or not meaningful(estimate, outcome, full, reference_s):
        return None
    changes, sds = estimate.changes_percent, estimate.change_sds_percent
    return CurrentChange(changes[outcome], sds[outcome], False)
