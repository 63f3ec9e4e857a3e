"""How long still?  What the planned end of the infusion will be able to detect.

Information adds up with transients: the reference period and the infusion as they are,
with as much weight as is still to come at the rate so far, say what the SD of the mean
change will be, over the whole infusion or over its last ten minutes.  The change that
is then answered with "changed" in 80 % of sessions is the verdict's own figure
(`sequential.least_seen`).

Nothing of it depends on the outcome: amplitudes are those of the reference period, and
of what came since only weights are used.  A blinded screen may show it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.foreseen import Foreseen
from monitor.analysis.tracking.measurement import Measurement, measurement_of
from monitor.analysis.tracking.sequential import least_seen
from monitor.analysis.tracking.tracking import Tracking
from monitor.analysis.tracking.transient_view import FLOOR_SHARE

LAST_S = 600.0
MOST_S = 4 * 3600.0
"""Longer than this nobody measures: it counts as never."""
NEAR_S = 2.0


@dataclass(frozen=True, slots=True)
class Outlook:
    """Evidence so far, and how it grows in the present epoch.

    `rate` is the weight that comes per second, `series` counts joins before the present
    series.
    """

    evidence: Accumulated
    epoch: int
    measurement: Measurement
    rate: float
    outcome: str
    target_percent: float
    series: int = 0

    def sd(self, reference_s: float, infusion_s: float) -> float:
        """SD of the mean change with so much more of both; inf where there is none."""
        more = self.evidence
        for after, length_s in ((False, reference_s), (True, infusion_s)):
            if length_s > 0:
                weight = self.rate * length_s
                more = more.expecting(
                    self.epoch, self.measurement, after, weight, self.series
                )
        return more.flat_sds().get(self.outcome, math.inf)

    def whole(self, reference_s: float, infusion_s: float) -> float:
        """What the verdict over the whole infusion could then see, percent."""
        sd = self.sd(reference_s, infusion_s)
        return least_seen(sd, self.target_percent) if math.isfinite(sd) else math.inf

    def last(self, reference_s: float = 0.0) -> float:
        """What the last ten minutes of the infusion could then see, percent."""
        alone = replace(self, evidence=self.evidence.reference_alone())
        return alone.whole(reference_s, LAST_S)


def foreseen_now(
    tracking: Tracking,
    outcome: str,
    length_s: float | None,
    marks_s: Sequence[float],
) -> Foreseen | None:
    """The forecast as things stand; None where nothing can be said yet.

    `length_s` is how long the infusion is planned to take, `marks_s` its start and stop
    as far as they are known.
    """
    course = tracking.course
    outlook = _outlook(tracking, outcome)
    if outlook is None:
        return None
    interval_s, now_s = course.interval_s, course.qualities[-1].time_s
    left_s = _left_s(length_s, marks_s, now_s)
    reference_s, infusion_s = _usable_s(course, marks_s)
    target = outlook.target_percent
    last = outlook.last()
    whole = math.nan if left_s is None else outlook.whole(0.0, left_s)

    def deciding(more_s: float) -> float:
        if left_s is None:
            return outlook.last(more_s)
        return outlook.whole(more_s, left_s)

    longer_s = _until(target, deciding)
    still_s = _until(target, lambda more_s: outlook.whole(0.0, more_s))
    return Foreseen(
        outcome,
        target,
        reference_s * interval_s,
        infusion_s * interval_s,
        outlook.whole(0.0, 0.0) if infusion_s else math.nan,
        whole,
        last,
        longer_s,
        still_s,
    )


def _outlook(tracking: Tracking, outcome: str) -> Outlook | None:
    """What is known, and how fast more comes; before the infusion as if it began."""
    course = tracking.course
    if len(course.qualities) < 2 or course.interval_s <= 0 or not course.aligned:
        return None
    epoch = course.qualities[-1].epoch
    if epoch not in course.sessions or not course.weights.any():
        return None
    evidence, observer = tracking.evidence, tracking.observer
    known = None if observer is None else observer.measurements.get(epoch)
    measurement = known or measurement_of(course.sessions[epoch].subspace)
    if evidence is None:
        evidence = _as_if_now(course, epoch, measurement)
    weights = _used(course)
    rate = float(weights.mean()) / course.interval_s / tracking.excess
    series = course.joins.before(len(course.qualities) - 1)
    target = tracking.target_percent
    return Outlook(evidence, epoch, measurement, rate, outcome, target, series)


def _as_if_now(course: Course, epoch: int, measurement: Measurement) -> Accumulated:
    """All of the epoch so far as the reference period, in which it is not yet one."""
    c0 = course.sessions[epoch].subspace.amplitudes
    own = np.array([q.epoch == epoch for q in course.qualities])
    found, used = Accumulated(course.names, np.asarray(c0, float), epoch), _used(course)
    series = np.array([course.joins.before(i) for i in range(len(used))])
    for one in np.unique(series[own]).tolist():
        weight = float(used[own & (series == one)].sum())
        found = found.expecting(epoch, measurement, False, weight, one)
    return found


def _used(course: Course) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Weight of each transient as the tracker takes it, (n,)."""
    weights = course.weights
    left_out = np.array([q.epoch in course.rejected for q in course.qualities])
    return np.where((weights < FLOOR_SHARE) | left_out, 0.0, weights)


def _usable_s(course: Course, marks_s: Sequence[float]) -> tuple[float, float]:
    """Sum of weights of the reference period and of the time since the infusion."""
    weights = _used(course)
    reference = course.reference
    since = course.times_s >= marks_s[0] if marks_s else np.zeros(len(weights), bool)
    own = ~since
    if reference is not None:
        own = np.zeros(len(weights), bool)
        own[reference.first : reference.stop] = True
    return float(weights[own].sum()), float(weights[since].sum())


def _left_s(
    length_s: float | None, marks_s: Sequence[float], now_s: float
) -> float | None:
    """Time until the infusion is planned to end, s; None where nothing is planned."""
    start_s = marks_s[0] if marks_s else None
    if len(marks_s) > 1:
        end_s = marks_s[1]
    elif length_s is None:
        return None
    elif start_s is None:
        return length_s
    else:
        end_s = start_s + length_s
    return max(0.0, end_s - max(now_s, start_s or now_s))


def _until(target: float, seen: Callable[[float], float]) -> float:
    """How much longer until what is seen is as small as the target, s; inf: never."""
    if seen(0.0) <= target:
        return 0.0
    low, high = 0.0, MOST_S
    if seen(high) > target:
        return math.inf
    while high - low > max(NEAR_S, 0.02 * low):
        middle = 0.5 * (low + high) if low else high / 8
        low, high = (low, middle) if seen(middle) <= target else (middle, high)
    return high
