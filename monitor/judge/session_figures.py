"""The figures of a session that its criteria compare with their limits."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.drift import DRIFT_TRANSIENTS, drift_hz_per_min
from monitor.analysis.preparation.quality import Quality, median_of
from monitor.judge.followed_session import Followed, PlacedEvent
from monitor.run.result import Result
from streams.messages.marks import by_source


def median_quality(qualities: Sequence[Quality], name: str) -> float:
    """Median of a quality of the transients."""
    return median_of(np.array([getattr(q, name) for q in qualities], float))


def widest_line_hz(result: Result) -> float:
    """Widest of the independent windows, Hz."""
    return max((e.fwhm_hz for e in independent_widths(result)), default=math.nan)


def independent_widths(result: Result) -> list[Estimate]:
    """The independent windows whose line width counts."""
    return [
        e
        for e in result.estimates
        if e.independent and e.converged and math.isfinite(e.fwhm_hz)
    ]


def fastest_drift_hz_per_min(qualities: Sequence[Quality]) -> float:
    """Fastest drift over `DRIFT_TRANSIENTS` of one epoch, Hz/min."""
    fastest = math.nan
    for epoch in sorted({q.epoch for q in qualities}):
        own = [q for q in qualities if q.epoch == epoch and q.counts]
        t = np.array([q.time_s for q in own])
        y = np.array([q.shift_hz for q in own])
        last = max(1, len(own) - DRIFT_TRANSIENTS + 1)
        for first in range(0, last, DRIFT_TRANSIENTS // 4):
            part = slice(first, first + DRIFT_TRANSIENTS)
            slope = abs(drift_hz_per_min(t[part], y[part]))
            fastest = float(np.fmax(fastest, slope))
    return fastest


def effective_percent(qualities: Sequence[Quality]) -> float:
    """Transients that the weights amount to, of all that came."""
    weights = np.array([q.weight for q in qualities])
    if not np.any(weights > 0):
        return 0.0
    return float(100 * weights.sum() ** 2 / (weights @ weights) / len(weights))


def missing_percent(result: Result) -> float:
    """Share of the scanner's transients that never came.

    nan where no gap could be seen.
    """
    lost, came = result.counts.missing, result.came
    if lost is None or came <= 0:
        return math.nan
    return 100 * lost / (lost + came)


def latest_marker_s(followed: Followed) -> float:
    """Largest distance of a marker's stamp from where it came, s; nan without one.

    Of those that hold and that no operator typed, who gives a time on purpose.
    """
    held = followed.result.marks
    late = [
        lateness_s(placed)
        for placed in followed.placed
        if held.hold(placed.event) and by_source(placed.event)
    ]
    return max(late, default=math.nan)


def lateness_s(placed: PlacedEvent) -> float:
    """Distance of an event's stamp from the transients that it came between, s."""
    stamp = placed.event.time_s
    early = stamp - placed.after_s if placed.after_s is not None else 0.0
    late = placed.before_s - stamp if placed.before_s is not None else 0.0
    return max(0.0, early, late)
