"""Whether the last windows agree with the tracker now.

Whether all since the infusion began do, and the tracker that ties nothing, is the
analysis' to say (`monitor.analysis.tracking.agreement`).  A window is part of what the
tracker knows, so that the SD of their difference is the root of the difference of their
variances (Hausman, Econometrica 1978), held from below because the tracker is not
exactly efficient.  One window is told to agree within 99 %; the number loses its colour
only where the last windows together are apart by more than `DOUBTFUL` SD, which an hour
of looking rarely reaches by chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.analysis.course.response import Z95, Estimate
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.number_words import signed

AGREEING, DOUBTFUL = 2.58, 3.3
TOGETHER = 4  # windows
LEAST_SHARE = 0.25  # of the window's variance in that of the difference


@dataclass(frozen=True, slots=True)
class Agreement:
    """What is said of the last window, its length in words, and what is in doubt."""

    window: str = ""
    span: str = ""
    doubt: str = ""


Tracked = tuple[float, float]
"""Change and SD of the tracker at a time, percent."""


def departure(window: Estimate, tracked: Tracked, outcome: str) -> float:
    """By how many SD a window and the tracker at its time differ; nan: not known."""
    change = window.changes_percent.get(outcome, math.nan)
    sd = window.change_sds_percent.get(outcome, math.nan)
    variance = max(sd**2 - tracked[1] ** 2, LEAST_SHARE * sd**2)
    return (change - tracked[0]) / math.sqrt(variance) if variance > 0 else math.nan


def agreement(
    outcome: str,
    last: Estimate | None,
    point: TrackerPoint | None,
    recent: Sequence[tuple[Estimate, Tracked]],
    interval_s: float,
) -> Agreement:
    """The last window beside the tracker now, and `recent` ones beside theirs."""
    if last is None:
        return Agreement()
    span_s = last.time_end_s - last.time_start_s + interval_s
    span = f"window of {last.n_transients} transients, {span_s:.0f} s"
    if point is None:
        return Agreement(span=span)
    change = last.changes_percent.get(outcome, math.nan)
    half = Z95 * last.change_sds_percent.get(outcome, math.nan)
    nan = math.nan
    tracked = point.filtered.get(outcome, nan), point.filtered_sd.get(outcome, nan)
    off = departure(last, tracked, outcome)
    if not math.isfinite(off):
        return Agreement(span=span)
    verdict = "agrees" if abs(off) <= AGREEING else f"{abs(off):.1f} SD off"
    window = f"last {span_s:.0f} s: {signed(change)} ± {half:.1f} %, {verdict}"
    return Agreement(window, span, _doubt(outcome, recent))


def _doubt(outcome: str, recent: Sequence[tuple[Estimate, Tracked]]) -> str:
    found = [departure(window, then, outcome) for window, then in recent]
    off = [one for one in found if math.isfinite(one)]
    together = sum(off) / math.sqrt(len(off)) if len(off) == TOGETHER else 0.0
    if abs(together) > DOUBTFUL:
        return f"the last {TOGETHER} windows do not agree with it (F3)"
    return ""
