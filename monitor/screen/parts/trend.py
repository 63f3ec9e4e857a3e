"""The course of the outcome on the time axis.

The tracker leads: it is the line and the band.  Overlapping windows are correlated, so
only independent ones are points; beyond `MOST_POINTS` neighbours are pooled.  An
outcome that is not tracked has the sliding estimate as its line, through the centres of
whole windows and interrupted where an epoch begins and where nothing was measured.
Before there is a reference period, windows stand against their own mean so far.

The scale is -L ... 2 L percent with the smallest L that holds what is drawn: a response
of 5 to 10 % fills it, and a wider one widens it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.plasma import PLASMA, relative_plasma
from monitor.screen.graphs import Band, Line, Overlay, TimeAxis, Trend
from monitor.screen.parts.axis import Span, joined
from monitor.screen.parts.windows import Course

Rows = NDArray[np.intp]
LEAST_OWN = 0.2  # of a window's variance that is its own
MOST_DRAWN = 800  # points of the sliding line
PLASMA_POINTS = 300
LIMITS = (5.0, 10.0, 20.0, 30.0, 50.0, 100.0)  # L of the scale, percent
LEAST = 10.0  # L that the scale begins with
ABOVE = 2.0  # the upper end, over L
HELD = 0.9  # share of what is drawn that the scale holds
MOST_POINTS = 60


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


def trend(axis: TimeAxis, of: OutcomeCourse, wider: int, note: str) -> Trend:
    """Course of an outcome, off-scale values held at the edge and given an arrow.

    The scale is so many steps `wider` than the one that suits; the `note` is for a
    course without windows.
    """
    course = of.windows
    zero_s = axis.zero_s
    half = reference_half(course, of.reference_s)
    points, each = pooled(course, half / Z95 if math.isfinite(half) else 0.0)
    at = (points.middle_s - zero_s) / 60
    low, high = scale(points.change, of.band, wider)
    line = _line_of(course) if of.band is None else np.zeros(0, np.intp)
    middle_s = course.middle_s[line]
    connect = joined(middle_s, of.gaps_s)
    connect[:-1] &= np.diff(course.epoch[line]) == 0
    seen = (points.change >= low) & (points.change <= high)
    mean = f"{of.outcome} against its mean so far (%), provisional"
    provisional = of.reference_s is None
    return Trend(
        axis=axis,
        title=mean if provisional else f"Change of {of.outcome} (%)",
        low=low,
        high=high,
        points_min=at[seen],
        points=points.change[seen],
        half=Z95 * points.sd[seen],
        pooled=each,
        line_min=(middle_s - zero_s) / 60,
        line=np.clip(course.change[line], low, high),
        line_connect=connect,
        above_min=at[points.change > high],
        below_min=at[points.change < low],
        reference_half=half,
        now=_newest(course, zero_s),
        band=of.band,
        note="" if len(at) else note,
        provisional=provisional,
    )


def _newest(course: Course, zero_s: float) -> Span | None:
    """Where the newest window lies, minutes."""
    if not len(course.end_s):
        return None
    last = int(np.argmax(course.end_s))
    start, end = float(course.start_s[last]), float(course.end_s[last])
    return (start - zero_s) / 60, (end - zero_s) / 60


def pooled(course: Course, common_sd: float) -> tuple[Course, int]:
    """Independent windows, `MOST_POINTS` at most, and how many are in each.

    Neighbours of an epoch are averaged by 1 / variance.  What all changes share, the
    reference period's `common_sd`, does not become smaller.
    """
    own = _rows(course, np.flatnonzero(course.independent > 0))
    each = math.ceil(len(own.change) / MOST_POINTS)
    if each <= 1:
        return own, 1
    epochs = np.flatnonzero(np.diff(own.epoch)) + 1
    groups = [
        group
        for part in np.split(np.arange(len(own.change)), epochs)
        for group in np.split(part, range(each, len(part), each))
    ]
    return _join([_rows(own, group) for group in groups], common_sd), each


def _rows(course: Course, rows: Rows) -> Course:
    return Course(*(getattr(course, one.name)[rows] for one in fields(Course)))


def _join(groups: Sequence[Course], common_sd: float) -> Course:
    """A window for each group."""
    table = []
    for g in groups:
        weight = 1 / np.maximum(g.sd**2 - common_sd**2, LEAST_OWN * g.sd**2)
        total = float(weight.sum())
        sd = math.sqrt(1 / total + common_sd**2)
        mean = float(weight @ g.change) / total
        table.append(
            (g.start_s[0], g.end_s[-1], mean, sd, 1.0, g.epoch[0], g.transients.sum())
        )
    return Course(*np.array(table, float).T)


def scale(points: Line, band: Band | None, wider: int) -> Span:
    """Ends of the scale: the smallest that holds band and points, and so much wider."""
    drawn = [points] if band is None else [points, band.low, band.high]
    needed = max((_needed(values) for values in drawn), default=0.0)
    suits = next((i for i, limit in enumerate(LIMITS) if limit >= needed), -1)
    least = LIMITS.index(LEAST)
    place = max(suits % len(LIMITS), least) + wider
    limit = LIMITS[min(max(place, 0), len(LIMITS) - 1)]
    return -limit, ABOVE * limit


def _needed(values: Line) -> float:
    """L that holds most of the values."""
    if not len(values):
        return 0.0
    return float(np.quantile(np.maximum(-values, values / ABOVE), HELD))


def _line_of(course: Course) -> Rows:
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


def hidden(axis: TimeAxis) -> Trend:
    """Blinded protocol: axis, reference period and events, and nothing else."""
    none = np.zeros(0)
    return Trend(
        axis,
        "Outcome: hidden",
        -LEAST,
        ABOVE * LEAST,
        none,
        none,
        none,
        1,
        none,
        none,
        np.zeros(0, bool),
        none,
        none,
        math.nan,
        None,
        None,
        "outcome hidden by the protocol",
    )


def after(plasma: str) -> str:
    """The published model after this one; empty after the last: none."""
    models = ("", *PLASMA)
    place = models.index(plasma) if plasma in models else 0
    return models[(place + 1) % len(models)]
