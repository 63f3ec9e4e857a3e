"""The time axis that trend, strips and waterfall share, and what happened on it.

Minutes count from the start of the infusion, before it from the start of the recording
(the clock of the strip at the top).  The whole run is always visible; the axis grows in
steps so that it does not creep.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from monitor.screen.graphs import Line, Mark, TimeAxis
from streams.messages.marks import INFUSION, UNDO, VIEWER
from streams.messages.transient import EPOCH_EVENTS, MM_BEGIN, MM_END, Event

MARK_WORDS = {
    "infusion_start": "infusion on",
    "infusion_stop": "infusion off",
    "re-shim": "re-shim",
    "re-centre": "re-centre",
    MM_BEGIN: "macromolecules",
    MM_END: "macromolecules end",
}
UNSEEN = frozenset(
    {"settings", "reference", "blinded", "acknowledged", "subject", UNDO}
)
MARK_ROWS = 4  # labels that may stand above one another
MARK_CHARACTERS = 22
TICK_STEPS_MIN = (1, 2, 5, 10, 20, 30, 60, 120)
MOST_TICKS = 13
NEW_EPOCH, PLANNED_END = "new epoch", "planned end"
PLAN_SHARE = 0.03  # of the axis, beyond the planned end
LATE_S = 60.0  # a first transient no later than this leaves the axis at the start

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a label stands: how far down, and whether on the left of its line."""

    row: int
    leftwards: bool


def grown(minutes: float) -> float:
    """End of the axis: the next of 5, 10, 15, 20, 30 ... that leaves a little room."""
    wanted = minutes * 1.02 + 0.2
    step = 5.0 if wanted <= 20 else 10.0
    return max(5.0, step * math.ceil(wanted / step))


def whole_minutes(axis: TimeAxis, most: float = MOST_TICKS) -> range:
    """Whole minutes to be marked, at most so many however long the axis is."""
    span, most = axis.end_min - axis.start_min, max(most, 1.0)
    step = next((s for s in TICK_STEPS_MIN if span / s <= most), 0)
    if not step:
        step = TICK_STEPS_MIN[-1] * 2 ** math.ceil(
            math.log2(span / most / TICK_STEPS_MIN[-1])
        )
    first = math.ceil(axis.start_min / step) * step
    return range(first, math.floor(axis.end_min) + 1, step)


@lru_cache(maxsize=256)
def label_of(event: Event) -> str:
    """Words at an event's vertical, shortened."""
    words = MARK_WORDS.get(event.kind) or event.text or event.kind
    if event.author == VIEWER and event.kind in INFUSION:
        words += " (here)"
    if len(words) > MARK_CHARACTERS:
        return words[: MARK_CHARACTERS - 1] + "…"
    return words


def marks_of(events: Sequence[Event], zero_s: float) -> tuple[Mark, ...]:
    """Labelled verticals in order of time."""
    seen = [
        Mark((event.time_s - zero_s) / 60, label_of(event))
        for event in events
        if event.kind not in UNSEEN
    ]
    return tuple(sorted(seen, key=attrgetter("time_min")))


def places(
    marks: Sequence[Mark], widths_min: Sequence[float], end_min: float
) -> tuple[Place, ...]:
    """Rows in which labels of these widths do not run into one another or off."""
    taken: list[list[Span]] = [[] for _ in range(MARK_ROWS)]
    found = []
    for mark, width in zip(marks, widths_min, strict=True):
        at = mark.time_min
        leftwards = at + width > end_min
        span = (at - width, at) if leftwards else (at, at + width)
        row = next((r for r in range(MARK_ROWS) if _free(taken[r], span)), 0)
        taken[row].append(span)
        found.append(Place(row, leftwards))
    return tuple(found)


def _free(taken: list[Span], span: Span) -> bool:
    return all(span[1] <= start or span[0] >= end for start, end in taken)


def time_axis(
    events: Sequence[Event],
    epoch_starts_s: Sequence[float],
    left_out_s: Sequence[Span],
    reference_s: Span | None,
    infusion_s: tuple[float | None, float | None],
    first_s: float,
    last_s: float,
    planned_end_s: float | None = None,
) -> TimeAxis:
    """Axis over the whole run with reference period, infusion, events and epochs.

    `left_out_s` are the spans of epochs that the operator leaves out, `planned_end_s`
    is that of an infusion which still runs: the axis leads there.
    """
    start, stop = infusion_s
    zero = 0.0 if start is None else start
    begin = first_s if first_s > LATE_S else min(0.0, first_s)

    def minutes(span: Span) -> Span:
        return (span[0] - zero) / 60, (span[1] - zero) / 60

    infusion = None if start is None else (start, last_s if stop is None else stop)
    since = "start of the recording" if start is None else "infusion start"
    low = (begin - zero) / 60
    high = low + grown((last_s - begin) / 60)
    ahead = [] if planned_end_s is None else [Event(planned_end_s, PLANNED_END)]
    for end in ahead:
        planned = (end.time_s - zero) / 60
        high = max(high, planned + PLAN_SHARE * (planned - low))
    return TimeAxis(
        zero_s=zero,
        start_min=low,
        end_min=high,
        label=f"minutes from {since}",
        reference=None if reference_s is None else minutes(reference_s),
        infusion=None if infusion is None else minutes(infusion),
        marks=marks_of([*events, *ahead, *unmarked(events, epoch_starts_s)], zero),
        breaks=tuple((t - zero) / 60 for t in epoch_starts_s),
        left_out=tuple(minutes(span) for span in left_out_s),
    )


def unmarked(events: Sequence[Event], epoch_starts_s: Sequence[float]) -> list[Event]:
    """Epochs that no event begins, as events; an event comes before its transients."""
    begun = sorted(e.time_s for e in events if e.kind in EPOCH_EVENTS)
    found, before = [], -math.inf
    for start_s in epoch_starts_s:
        if not any(before < t <= start_s for t in begun):
            found.append(Event(start_s, NEW_EPOCH))
        before = start_s
    return found


def together(one: TimeAxis, other: TimeAxis) -> tuple[TimeAxis, TimeAxis]:
    """Two axes over the same minutes, each with what happened on its own."""
    start = min(one.start_min, other.start_min)
    end = max(one.end_min, other.end_min)
    return (
        replace(one, start_min=start, end_min=end),
        replace(other, start_min=start, end_min=end),
    )


def joined(times: Line, gaps: Sequence[Span]) -> NDArray[np.bool_]:
    """Whether each of the times (n,) is joined to the next: not over a gap.

    Gaps are (last before, first after), between which nothing was measured.
    """
    connect = np.ones(len(times), bool)
    for start, end in gaps:
        first = int(np.searchsorted(times, start, "right")) - 1
        last = int(np.searchsorted(times, end, "left"))
        connect[max(0, first) : last] = False
    return connect
