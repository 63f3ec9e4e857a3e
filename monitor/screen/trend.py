"""The time axis and the course of the outcome on it.

Minutes count from the start of the infusion, before it from the first transient.  The
whole run is always visible; the axis grows in steps so that it does not creep.
Overlapping windows are correlated, so only independent ones are drawn as points with
their 95 % interval (1.96 SD); the sliding estimate is a line through window centres,
interrupted where an epoch begins.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.response import Estimate
from monitor.analysis.update import TrackerPoint
from monitor.screen.columns import Columns
from monitor.screen.parts import Z95, Band, Line, Mark, TimeAxis, Trend
from streams.transient import EPOCH_EVENTS, Event

MARK_WORDS = {
    "infusion_start": "infusion on",
    "infusion_stop": "infusion off",
    "re-shim": "re-shim",
    "re-centre": "re-centre",
}
UNSEEN = frozenset({"settings", "reference"})
MOST_DRAWN = 800  # points of the sliding line, and of the tracker
MARK_ROWS = 4  # labels that may stand above one another
MARK_CHARACTERS = 22
CHARACTER_SHARE = 0.0145  # of the axis, in the smallest window


@dataclass(frozen=True, slots=True)
class Course:
    """Estimates of one outcome as columns; times in s, changes in percent, all (n,)."""

    start_s: Line
    end_s: Line
    change: Line
    sd: Line
    independent: Line
    epoch: Line

    @property
    def middle_s(self) -> Line:
        """Centre of each window, s."""
        return 0.5 * (self.start_s + self.end_s)


COURSE = ("start_s", "end_s", "change", "sd", "independent", "epoch")


class CourseColumns:
    """Columns of a growing course; each estimate is looked at once.

    `again` says that earlier ones were replaced.
    """

    def __init__(self) -> None:
        self._outcome = ""
        self._done = 0
        self._columns = Columns(COURSE)

    def again(self) -> None:
        """Begin anew with the next call of `course`."""
        self._done, self._columns = 0, Columns(COURSE)

    def course(self, estimates: Sequence[Estimate], outcome: str) -> Course:
        """Converged estimates with a finite change of the outcome."""
        if outcome != self._outcome:
            self._outcome = outcome
            self.again()
        for estimate in estimates[self._done :]:
            self._append(estimate)
        self._done = len(estimates)
        return Course(*(self._columns[name] for name in COURSE))

    def _append(self, e: Estimate) -> None:
        change = e.changes_percent.get(self._outcome, math.nan)
        sd = e.change_sds_percent.get(self._outcome, math.nan)
        if e.converged and math.isfinite(change) and math.isfinite(sd):
            self._columns.append(
                e.time_start_s, e.time_end_s, change, sd, e.independent, e.epoch
            )


TRACK = ("time_s", "value", "sd")


class TrackColumns:
    """Columns of the tracker's points, likewise."""

    def __init__(self) -> None:
        self._outcome = ""
        self._done = 0
        self._columns = Columns(TRACK)

    def again(self) -> None:
        """Begin anew with the next call of `band`."""
        self._done, self._columns = 0, Columns(TRACK)

    def band(
        self, tracks: Sequence[TrackerPoint], outcome: str, zero_s: float
    ) -> Band | None:
        """Estimate with its 95 % band, thinned; None where there is none."""
        if outcome != self._outcome:
            self._outcome = outcome
            self.again()
        for t in tracks[self._done :]:
            value, sd = t.filtered.get(outcome), t.filtered_sd.get(outcome, math.nan)
            if value is not None and math.isfinite(value) and math.isfinite(sd):
                self._columns.append(t.time_s, value, sd)
        self._done = len(tracks)
        n = len(self._columns)
        if not n:
            return None
        at = np.unique(np.append(np.arange(0, n, math.ceil(n / MOST_DRAWN)), n - 1))
        time_s, value, sd = (self._columns[name][at] for name in TRACK)
        return Band((time_s - zero_s) / 60, value, value - Z95 * sd, value + Z95 * sd)


def grown(minutes: float) -> float:
    """End of the axis: the next of 5, 10, 15, 20, 30 ... that leaves a little room."""
    wanted = minutes * 1.02 + 0.2
    step = 5.0 if wanted <= 20 else 10.0
    return max(5.0, step * math.ceil(wanted / step))


def label_of(event: Event) -> str:
    """Words at an event's vertical, shortened."""
    words = MARK_WORDS.get(event.kind) or event.text or event.kind
    if len(words) > MARK_CHARACTERS:
        return words[: MARK_CHARACTERS - 1] + "…"
    return words


def marks_of(
    events: Sequence[Event], zero_s: float, start_min: float, end_min: float
) -> tuple[Mark, ...]:
    """Labelled verticals whose labels do not run into one another or off the axis."""
    named = [
        ((event.time_s - zero_s) / 60, label_of(event))
        for event in sorted(events, key=lambda e: e.time_s)
        if event.kind not in UNSEEN
    ]
    return laid_out(named, start_min, end_min, CHARACTER_SHARE)


def laid_out(
    named: Sequence[tuple[float, str]], start_min: float, end_min: float, share: float
) -> tuple[Mark, ...]:
    """Labels in rows; a letter takes this `share` of the axis."""
    span = end_min - start_min
    taken: list[list[tuple[float, float]]] = [[] for _ in range(MARK_ROWS)]
    marks = []
    for at, text in named:
        width = share * span * (len(text) + 1)
        leftwards = at + width > end_min
        place = (at - width, at) if leftwards else (at, at + width)
        row = next((r for r in range(MARK_ROWS) if _free(taken[r], place)), 0)
        taken[row].append(place)
        marks.append(Mark(at, text, row, leftwards))
    return tuple(marks)


def _free(taken: list[tuple[float, float]], place: tuple[float, float]) -> bool:
    return all(place[1] <= start or place[0] >= end for start, end in taken)


def infusion_of(events: Sequence[Event]) -> tuple[float | None, float | None]:
    """Start and stop of the infusion, s; a later event corrects an earlier one."""
    start: float | None = None
    stop: float | None = None
    for event in events:
        if event.kind == "infusion_start":
            start, stop = event.time_s, None
        elif event.kind == "infusion_stop":
            stop = event.time_s
    return start, stop


def time_axis(
    events: Sequence[Event],
    epoch_starts_s: Sequence[float],
    reference_s: tuple[float, float] | None,
    infusion_s: tuple[float | None, float | None],
    first_s: float,
    last_s: float,
) -> TimeAxis:
    """Axis over the whole run with reference period, infusion, events and epochs."""
    start, stop = infusion_s
    zero = first_s if start is None else start
    low = (first_s - zero) / 60
    high = low + grown((last_s - first_s) / 60)

    def minutes(span: tuple[float, float] | None) -> tuple[float, float] | None:
        return None if span is None else ((span[0] - zero) / 60, (span[1] - zero) / 60)

    infusion = None if start is None else (start, last_s if stop is None else stop)
    since = "start of the recording" if start is None else "infusion start"
    marked = {e.time_s for e in events if e.kind in EPOCH_EVENTS}
    return TimeAxis(
        start_min=low,
        end_min=high,
        label=f"minutes from {since}",
        reference=minutes(reference_s),
        infusion=minutes(infusion),
        marks=marks_of(events, zero, low, high),
        epochs=tuple((t - zero) / 60 for t in epoch_starts_s if t not in marked),
    )


def together(one: TimeAxis, other: TimeAxis) -> tuple[TimeAxis, TimeAxis]:
    """Two axes over the same minutes, each with what happened on its own."""
    start = min(one.start_min, other.start_min)
    end = max(one.end_min, other.end_min)
    return _stretched(one, start, end), _stretched(other, start, end)


def _stretched(axis: TimeAxis, start: float, end: float) -> TimeAxis:
    """An axis over more minutes, in a plot of half the width."""
    named = [(mark.time_min, mark.text) for mark in axis.marks]
    marks = laid_out(named, start, end, 2 * CHARACTER_SHARE)
    return replace(axis, start_min=start, end_min=end, marks=marks)


def zero_of(axis: TimeAxis, first_s: float) -> float:
    """Scanner time of minute 0 of an axis, s."""
    return first_s - 60 * axis.start_min


def reference_half(course: Course, reference_s: tuple[float, float] | None) -> float:
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


def trend(
    axis: TimeAxis,
    course: Course,
    band: Band | None,
    outcome: str,
    limit: float,
    zero_s: float,
    reference_s: tuple[float, float] | None,
    note: str,
) -> Trend:
    """Course of an outcome, off-scale values held at the edge and given an arrow."""
    at = (course.middle_s - zero_s) / 60
    own = course.independent > 0
    points = course.change[own]
    newest = None
    if len(at):
        newest = (
            (float(course.start_s[-1]) - zero_s) / 60,
            (float(course.end_s[-1]) - zero_s) / 60,
        )
    drawn = np.arange(0, len(at), max(1, math.ceil(len(at) / MOST_DRAWN)))
    connect = np.ones(len(drawn), bool)
    connect[:-1] = np.diff(course.epoch[drawn]) == 0
    seen = np.abs(points) <= limit
    return Trend(
        axis=axis,
        title=f"Change of {outcome} (%)",
        limit_percent=limit,
        points_min=at[own][seen],
        points=points[seen],
        half=Z95 * course.sd[own][seen],
        line_min=at[drawn],
        line=np.clip(course.change[drawn], -limit, limit),
        line_connect=connect,
        above_min=at[own][points > limit],
        below_min=at[own][points < -limit],
        reference_half=reference_half(course, reference_s),
        now=newest,
        band=band,
        note="" if len(at) else note,
    )


def hidden(axis: TimeAxis, limit: float) -> Trend:
    """Blinded protocol: axis, reference period and events, and nothing else."""
    none = np.zeros(0)
    return Trend(
        axis, "Outcome: hidden", limit, none, none, none, none, none,
        np.zeros(0, bool), none, none, math.nan, None, None,
        "outcome hidden by the protocol",
    )  # fmt: skip
