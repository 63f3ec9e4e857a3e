"""The headline: the change of the outcome with its 95 % interval, or a dash.

A number stands here once it means something: there is a reference period, and the
newest converged window is full and shares no transient with that period.  The tracker,
where it is chosen, waits just as long.
"""

from __future__ import annotations

import math

from monitor.analysis.course.response import Z95, Estimate
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.screen import Headline
from monitor.screen.words import DASH, ago, clock, signed

FRESH_INTERVALS = 2.0  # repetition times without a transient until it looks old


def tracked(
    point: TrackerPoint | None,
    outcome: str,
    window_s: float,
    reference_s: tuple[float, float] | None,
) -> tuple[float, float] | None:
    """Change and SD of the tracker where they may stand in the headline, percent."""
    if point is None or reference_s is None:
        return None
    change = point.filtered.get(outcome, math.nan)
    sd = point.filtered_sd.get(outcome, math.nan)
    early = point.time_s < reference_s[1] + window_s
    if early or not (math.isfinite(change) and math.isfinite(sd)):
        return None
    return change, sd


def fade(age_s: float, interval_s: float) -> float:
    """0 while transients arrive, 1 from twice the allowed age on."""
    allowed = FRESH_INTERVALS * interval_s
    return min(1.0, max(0.0, age_s / allowed - 1.0))


def waiting_for(
    reference_s: tuple[float, float] | None,
    window_s: float,
    clock_s: float,
) -> str:
    """Say what the dash waits for."""
    if reference_s is None:
        return "no reference period yet: it ends when the infusion starts"
    left = reference_s[1] + window_s - clock_s
    if left > 0:
        return f"first full window after the reference period in {clock(left)}"
    return "waiting for a full, converged window"


def headline(
    estimate: Estimate | None,
    outcome: str,
    waiting: str,
    age_s: float,
    interval_s: float,
) -> Headline:
    """Headline of an estimate that is `meaningful`, or a dash and what it waits for."""
    if estimate is None:
        return Headline(_title(outcome), DASH, "", waiting, 1.0)
    span_s = estimate.time_end_s - estimate.time_start_s + interval_s
    said = f"window of {estimate.n_transients} transients, {span_s:.0f} s"
    change, sd = estimate.changes_percent[outcome], estimate.change_sds_percent[outcome]
    return _headline(outcome, change, sd, said, age_s, interval_s)


def of_tracker(
    found: tuple[float, float] | None,
    outcome: str,
    waiting: str,
    age_s: float,
    interval_s: float,
) -> Headline:
    """Headline of what `tracked` gave, or a dash and what it waits for."""
    if found is None:
        return Headline(_title(outcome), DASH, "", waiting, 1.0)
    said = "tracker, all transients so far"
    return _headline(outcome, *found, said, age_s, interval_s)


def _title(outcome: str) -> str:
    return f"{outcome}, change from before infusion"


def _headline(
    outcome: str, change: float, sd: float, said: str, age_s: float, interval_s: float
) -> Headline:
    half = Z95 * sd
    interval = f"95 %: {signed(change - half)} to {signed(change + half)}"
    faded = fade(age_s, interval_s)
    caption = f"{interval} · {said}" if not faded else f"{ago(age_s)} old · {said}"
    title, number = _title(outcome), f"{signed(change)} %"
    return Headline(title, number, f"± {half:.1f}", caption, faded)


def hidden() -> Headline:
    """Blinded protocol: the place stays, the number does not."""
    caption = "blinded protocol: quality, stream and markers stay visible"
    return Headline("Outcome", "hidden", "", caption, 1.0)
