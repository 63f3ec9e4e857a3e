"""Do the ways to the change agree?  Compared all the time, with their joint covariance.

Where one of two estimates uses all that the other does and more, and both are right,
the variance of their difference is the difference of their variances (Hausman,
Econometrica 1978).  Five pairs are such:

    ties       the tracker without its ties, and the tracker, both now
    windows    the mean of the independent windows since the infusion began, in which
               all amplitudes are free, and the mean of the smoothed tracker over them
    last       the last TOGETHER independent windows, of any epoch, and the smoothed
               tracker over each (`window_departure`)
    baseline   the last transients with a baseline that may bend, and with one as stiff
               as the reference period asks (`free_baseline`)
    stretch    the mean change since the infusion began without a stretch that is unlike
               the rest, and with it

SURELY SD apart is more than chance.  A stretch that is left out is told with what it
would have changed and is no disagreement: it is known, and mended.  One that is not
left out is.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

import numpy as np

from monitor.analysis.contamination.stretch import Stretch
from monitor.analysis.course.course import Course
from monitor.analysis.course.estimates import estimates_of
from monitor.analysis.course.plan import Plan
from monitor.analysis.course.response import Estimate, Reference
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fitted_windows import FittedWindow
from monitor.analysis.fit.window import Window
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.free_against_tied import tie_departure
from monitor.analysis.tracking.free_baseline import free_baseline_departures
from monitor.analysis.tracking.smoothed_course import SmoothedCourse
from monitor.analysis.tracking.tracking import Tracking
from monitor.analysis.tracking.transient_view import Observed
from monitor.analysis.tracking.window_departure import (
    TOGETHER,
    Value,
    departures_together,
)

LEAST_SHARE = 0.1
"""Of the wider variance that a difference has at least: neither is quite efficient.
Windows fit line width and baseline anew: theirs is at least their own scatter's."""
MOST_STRETCHES = 8


def agreement_of(
    tracking: Tracking, plan: Plan, outcome: str, stretches: Sequence[Stretch]
) -> Agreement | None:
    """Compare; None before there is a tracker of the outcome."""
    point = tracking.point
    if point is None or outcome not in point.filtered:
        return None
    smoothed = SmoothedCourse.of(tracking, outcome)
    found = [
        _ties(tracking, outcome),
        _windows(tracking, plan, smoothed),
        _last(tracking, plan, smoothed),
        _baseline(tracking, plan, outcome),
    ]
    largest = sorted(stretches, key=lambda one: -one.transients)[:MOST_STRETCHES]
    found += [_without(tracking, outcome, one) for one in largest]
    return Agreement(outcome, tuple(d for d in found if d is not None))


def _difference(
    way: Way,
    wide: Value,
    narrow: Value,
    stretch: Stretch | None = None,
    least: float = 0.0,
) -> Difference | None:
    """The wider estimate less the narrower; None where one of them is no number.

    `least` is the smallest variance that may be meant.
    """
    least = max(least, LEAST_SHARE * wide[1] ** 2)
    variance = max(wide[1] ** 2 - narrow[1] ** 2, least)
    apart = wide[0] - narrow[0]
    if not (math.isfinite(apart) and math.isfinite(variance) and variance > 0):
        return None
    return Difference(way, apart, math.sqrt(variance), stretch)


def _ties(tracking: Tracking, outcome: str) -> Difference | None:
    """The tracker without its ties."""
    point = tracking.point
    if point is None or not math.isfinite(tie_departure(point, outcome)):
        return None
    free = point.free[outcome], point.free_sd[outcome]
    tied = point.filtered[outcome], point.filtered_sd[outcome]
    return _difference(Way.TIES, free, tied)


def _windows(
    tracking: Tracking, plan: Plan, smoothed: SmoothedCourse
) -> Difference | None:
    """The windows since the infusion began."""
    outcome = smoothed.outcome
    course, mean = tracking.course, _mean(tracking.evidence, outcome)
    reference = course.reference
    if not plan.boundaries_s or reference is None or mean is None:
        return None
    estimates = _independent(tracking, plan, reference)
    given = [
        (e.changes_percent[outcome], e.change_sds_percent[outcome], e)
        for e in estimates
        if math.isfinite(e.changes_percent.get(outcome, math.nan))
    ]
    if not given:
        return None
    common = _reference_variance(course, reference, outcome)
    own = np.array([max(sd**2 - common, LEAST_SHARE * sd**2) for _, sd, _ in given])
    shares = (1 / own) / np.sum(1 / own)
    windows = shares @ np.array([change for change, _, _ in given])
    tracked = shares @ np.array([smoothed.over(e)[0] for _, _, e in given])
    scatter = float(shares**2 @ own)
    wide = float(windows), math.sqrt(common + scatter)
    return _difference(Way.WINDOWS, wide, (float(tracked), mean[1]), least=scatter)


def _last(
    tracking: Tracking, plan: Plan, smoothed: SmoothedCourse
) -> Difference | None:
    """The last windows of the newest epoch, behind the reference period."""
    course = tracking.course
    if plan.reference_s is None:
        return None
    epochs, times_s = course.epochs, course.times_s
    own = [
        w
        for w in course.independent_windows(plan)
        if epochs[w.first] == epochs[-1] and times_s[w.first] >= plan.reference_s[1]
    ]
    fitted, name = _fit_windows(tracking, own[-TOGETHER:]), smoothed.outcome
    pairs = [
        ((e.changes_percent[name], e.change_sds_percent[name]), smoothed.over(e))
        for e in (estimates_of(course, fitted) if fitted else ())
        if e.converged
    ]
    together = departures_together(pairs)
    return None if together is None else Difference(Way.LAST, *together)


def _baseline(tracking: Tracking, plan: Plan, outcome: str) -> Difference | None:
    """The last transients behind the reference period, their baseline free."""
    if plan.reference_s is None:
        return None
    course, since_s = tracking.course, plan.reference_s[1]
    found = free_baseline_departures(course, (outcome,), since_s, len(course.qualities))
    return Difference(Way.BASELINE, *found[outcome]) if outcome in found else None


def _independent(
    tracking: Tracking, plan: Plan, reference: Reference
) -> list[Estimate]:
    """Independent windows since the infusion began, in the reference period's epoch."""
    course = tracking.course
    epochs, times_s = course.epochs, course.times_s
    home, start_s = epochs[reference.first], plan.boundaries_s[0]
    own = [
        w
        for w in course.independent_windows(plan)
        if epochs[w.first] == home and times_s[w.first] >= start_s
    ]
    return list(estimates_of(course, _fit_windows(tracking, own)))


def _fit_windows(tracking: Tracking, windows: Sequence[Window]) -> list[FittedWindow]:
    """Fits of windows, each made once while session model and weights are the same."""
    course, kept = tracking.course, tracking.compared
    new = [w for w in windows if not kept.has(_session(course, w), course.average(w))]
    for fit in course.fit_windows(new) if new else ():
        kept.put(course.session_of(fit), fit.average, fit)
    return [kept.last(window) for window in windows]


def _session(course: Course, window: Window) -> SessionModel:
    """Session model of a window's epoch."""
    return course.sessions[course.qualities[window.first].epoch]


def _reference_variance(course: Course, reference: Reference, outcome: str) -> float:
    """Variance that the reference period gives all changes, percent squared."""
    outcomes = course.outcomes
    if outcomes is None:
        return 0.0
    one = outcomes.subset((outcome,))
    sd = one.sds(reference.amplitudes, reference.covariance)[0]
    value = one.values(reference.amplitudes)[0]
    excess = reference.excess.get(outcome, 1.0)
    return float((100 * excess * sd / value) ** 2)


def _mean(evidence: Accumulated | None, outcome: str) -> Value | None:
    """Mean change since the infusion began; None while there is none."""
    found = evidence.mean_changes() if evidence is not None else None
    return None if found is None else found.get(outcome)


def _without(tracking: Tracking, outcome: str, stretch: Stretch) -> Difference | None:
    """What leaving a stretch out changes in the mean since the infusion began."""
    evidence, seen = tracking.evidence, tracking.seen
    if evidence is None:
        return None
    ends = stretch.first, stretch.stop
    first, stop = (bisect_left(seen, end, key=attrgetter("index")) for end in ends)
    inside = seen[first:stop]
    if any(one.weight > 0 for one in inside):
        sums = evidence.blank()
        _add(tracking, [*seen[:first], *seen[stop:]], sums)
    else:  # they are in no sum as it is
        sums = evidence.copy()
    if stretch.left_out:
        inside = [_at_full(tracking, one) for one in inside]
    without = _mean(sums, outcome)
    _add(tracking, inside, sums)
    whole = _mean(sums, outcome)
    if without is None or whole is None or not inside:
        return None
    return _difference(Way.STRETCH, without, whole, stretch)


def _at_full(tracking: Tracking, one: Observed) -> Observed:
    """A transient that was left out, as if it were not."""
    reference = tracking.course.reference
    held = reference is not None and reference.start_s <= one.time_s < reference.end_s
    return replace(one, weight=1 / tracking.excess, reference=held)


def _add(tracking: Tracking, seen: Sequence[Observed], sums: Accumulated) -> None:
    """Add transients to the sums that say the mean change."""
    observer = tracking.observer
    if observer is not None:
        for one in seen:
            sums.push(one, observer.measurements[one.epoch], one.infused)
