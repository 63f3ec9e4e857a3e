"""What the last window says beside the tracker now, in words.

What of the analysis' comparisons is apart (`monitor.analysis.tracking.agreement`) is
said by `stretch_words.doubt_of`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.analysis.course.response import Z95, Estimate
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.window_departure import AGREEING, departure
from monitor.screen.number_words import signed


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is said of the last window, its length in words, and what is in doubt."""

    window: str = ""
    span: str = ""
    doubt: str = ""


def agreement(
    outcome: str,
    last: Estimate | None,
    point: TrackerPoint | None,
    interval_s: float,
    doubt: str,
) -> Agreement:
    """The last window beside the tracker now."""
    if last is None:
        return Agreement(doubt=doubt)
    span_s = last.time_end_s - last.time_start_s + interval_s
    span = f"window of {last.n_transients} transients, {span_s:.0f} s"
    nan = math.nan
    change = last.changes_percent.get(outcome, nan)
    sd = last.change_sds_percent.get(outcome, nan)
    if point is None:
        return Agreement(span=span, doubt=doubt)
    tracked = point.filtered.get(outcome, nan), point.filtered_sd.get(outcome, nan)
    off, off_sd = departure((change, sd), tracked)
    z = abs(off) / off_sd
    if not math.isfinite(z):
        return Agreement(span=span, doubt=doubt)
    verdict = "agrees" if z <= AGREEING else f"{z:.1f} SD off"
    window = f"last {span_s:.0f} s: {signed(change)} ± {Z95 * sd:.1f} %, {verdict}"
    return Agreement(window, span, doubt)
