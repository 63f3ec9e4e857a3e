"""The course of the outcome on the time axis.

Overlapping windows are correlated, so only independent ones are drawn as points with
their 95 % interval (1.96 SD); the sliding estimate is a line through the centres of
whole windows, interrupted where an epoch begins and where nothing was measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.plasma import PLASMA, relative_plasma
from monitor.screen.parts.axis import Span, joined
from monitor.screen.parts.windows import Course
from monitor.screen.screen import Band, Overlay, TimeAxis, Trend

MOST_DRAWN = 800  # points of the sliding line
PLASMA_POINTS = 300
LIMITS = (10.0, 20.0, 30.0, 50.0, 100.0)  # of the scale, percent


def reference_half(course: Course, reference_s: Span | None) -> float:
    """95 % half width of the reference mean from its independent windows, percent."""
    if reference_s is None:
        return math.nan
    inside = (
        (course.independent > 0)
        & (course.start_s >= reference_s[0] - 1e-6)
        & (course.end_s <= reference_s[1] + 1e-6)
    )
    sds = course.sd[inside]
    return Z95 * float(np.sqrt(np.sum(sds**2))) / len(sds) if len(sds) else math.nan


@dataclass(frozen=True, slots=True)
class OutcomeCourse:
    """What is drawn of an outcome.

    Attributes
    ----------
    outcome : its name
    windows : its course by windows
    band : that of the tracker; None where there is none
    reference_s : start and end of the reference period, s; None where there is none
    gaps_s : between neighbouring transients, where nothing was measured, s
    """

    outcome: str
    windows: Course
    band: Band | None
    reference_s: Span | None
    gaps_s: Sequence[Span]


def trend(axis: TimeAxis, of: OutcomeCourse, limit: float, note: str) -> Trend:
    """Course of an outcome, off-scale values held at the edge and given an arrow.

    `limit` is that of the scale, percent; the `note` is for a course without windows.
    """
    course = of.windows
    zero_s = axis.zero_s
    at = (course.middle_s - zero_s) / 60
    own = course.independent > 0
    points = course.change[own]
    newest = None
    if len(at):
        last = int(np.argmax(course.end_s))
        start, end = float(course.start_s[last]), float(course.end_s[last])
        newest = (start - zero_s) / 60, (end - zero_s) / 60
    line = _line_of(course)
    connect = joined(course.middle_s[line], of.gaps_s)
    connect[:-1] &= np.diff(course.epoch[line]) == 0
    seen = np.abs(points) <= limit
    return Trend(
        axis=axis,
        title=f"Change of {of.outcome} (%)",
        limit_percent=limit,
        points_min=at[own][seen],
        points=points[seen],
        half=Z95 * course.sd[own][seen],
        line_min=at[line],
        line=np.clip(course.change[line], -limit, limit),
        line_connect=connect,
        above_min=at[own][points > limit],
        below_min=at[own][points < -limit],
        reference_half=reference_half(course, of.reference_s),
        now=newest,
        band=of.band,
        note="" if len(at) else note,
    )


def _line_of(course: Course) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """Which windows the sliding line runs through, in order of time.

    A window that was cut short by a boundary lies nearer to it than whole ones that
    begin earlier: it is a point of its own and none of the line.
    """
    most = np.max(course.transients, initial=0)
    whole = np.flatnonzero(course.transients >= most)
    whole = whole[np.argsort(course.middle_s[whole], kind="stable")]
    return whole[:: max(1, math.ceil(len(whole) / MOST_DRAWN))]


def plasma(
    name: str, axis: TimeAxis, infusion_s: Span | None, last_s: float
) -> Overlay | None:
    """Published plasma level under this infusion up to a time, s; None before it."""
    if infusion_s is None:
        return None
    time_s = np.linspace(infusion_s[0], max(last_s, infusion_s[1]), PLASMA_POINTS)
    relative = relative_plasma(name, time_s, infusion_s)
    return Overlay((time_s - axis.zero_s) / 60, relative, name)


def hidden(axis: TimeAxis, limit: float) -> Trend:
    """Blinded protocol: axis, reference period and events, and nothing else."""
    none = np.zeros(0)
    return Trend(
        axis, "Outcome: hidden", limit, none, none, none, none, none,
        np.zeros(0, bool), none, none, math.nan, None, None,
        "outcome hidden by the protocol",
    )  # fmt: skip


def after(plasma: str) -> str:
    """The published model after this one; empty after the last: none."""
    models = ("", *PLASMA)
    place = models.index(plasma) if plasma in models else 0
    return models[(place + 1) % len(models)]


def wider(limit: float, steps: int, limits: Sequence[float] = LIMITS) -> float:
    """The scale of the trend so many steps wider (narrower where negative)."""
    nearest = min(range(len(limits)), key=lambda i: abs(limits[i] - limit))
    return limits[min(len(limits) - 1, max(0, nearest + steps))]
