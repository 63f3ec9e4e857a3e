"""What the headline and the table hold for a moment, so that they can be read."""

from __future__ import annotations

from typing import NamedTuple

from monitor.analysis.course.response import Estimate
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.state import HEADLINE_S, SessionState


class Held(NamedTuple):
    """What the headline and the table hold for a moment."""

    point: TrackerPoint | None
    estimate: Estimate | None


def held_at(state: SessionState, now_s: float) -> Held:
    """The tracker's point and the window that are shown at a reading.

    The newest, once others have been shown for `HEADLINE_S`.
    """
    tracked_s, point = state.shown_track
    if now_s - tracked_s >= HEADLINE_S:
        point = state.tracks.newest or point
    shown_s, estimate = state.shown_window
    whole = state.estimates.newest_whole
    if now_s - shown_s >= HEADLINE_S:
        estimate = whole or estimate
    if estimate is not None and estimate is not whole:  # in the course as it is now
        estimate = state.estimates.same(estimate) or whole
    return Held(point, estimate)
