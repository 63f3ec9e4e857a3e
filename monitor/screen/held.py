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
    """The tracker's point and the window that are shown at a reading."""
    return Held(track_at(state, now_s), estimate_at(state, now_s))


def estimate_at(state: SessionState, now_s: float) -> Estimate | None:
    """The estimate for headline and table, held for `HEADLINE_S`."""
    shown_s, estimate = state.shown_window
    if now_s - shown_s >= HEADLINE_S and state.estimates:
        estimate = state.estimates.newest_whole()
    return _as_done_again(state, estimate)


def track_at(state: SessionState, now_s: float) -> TrackerPoint | None:
    """The tracker's point for the headline, held for `HEADLINE_S`."""
    shown_s, point = state.shown_track
    if now_s - shown_s >= HEADLINE_S and state.tracks:
        return state.tracks.newest
    return point


def _as_done_again(state: SessionState, estimate: Estimate | None) -> Estimate | None:
    """The same window in the course as it stands now."""
    whole = state.estimates.newest_whole()
    if estimate is None or estimate is whole:
        return estimate
    return state.estimates.same(estimate) or whole
