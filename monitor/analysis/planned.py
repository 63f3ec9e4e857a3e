"""What is detectable, from the course so far and what the protocol has planned."""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.course import Course, Plan
from monitor.analysis.detectable import detectable_of
from monitor.analysis.response import Estimate
from monitor.analysis.update import Detectable
from monitor.settings import Settings


def detectable_now(
    course: Course, settings: Settings, plan: Plan, estimate: Estimate | None
) -> Detectable | None:
    """Detectable change of the protocol's outcome; None before there is a window."""
    outcome = settings.outcome
    if estimate is None or course.last_fitted is None or course.outcomes is None:
        return None
    row = course.outcomes.row(outcome)
    if row is None:
        return None
    fitted = course.last_fitted
    own = course.outcomes.sds(fitted.amplitudes, fitted.covariance)[row]
    level = abs(estimate.values[outcome])
    sigma = 100 * float(own) / level * math.sqrt(max(estimate.n_effective, 1.0))
    reference = course.reference
    if reference is not None:
        sigma *= reference.excess.get(outcome, 1.0)
    if not (math.isfinite(sigma) and sigma > 0):
        return None
    times_s = course.times_s
    gaps_s = np.diff(times_s[-200:])
    interval_s = float(np.median(gaps_s)) if gaps_s.size else 0.0
    return detectable_of(
        outcome, sigma, plan.length, settings.reference_target_percent, interval_s,
        _reference(course, settings, plan, interval_s),
        _infusion(course, settings, plan, interval_s),
    )  # fmt: skip


def effective(weights: np.ndarray[tuple[int], np.dtype[np.float64]]) -> float:
    """Effective transients (sum w)^2 / sum w^2 of weights."""
    squared = float(weights @ weights)
    return float(weights.sum()) ** 2 / squared if squared > 0 else 0.0


def _reference(
    course: Course, settings: Settings, plan: Plan, interval_s: float
) -> tuple[float, float]:
    """Effective transients of the reference period, so far and as planned."""
    if course.reference is not None:
        now = effective(course.reference.weights)
        return now, now
    now = effective(course.weights)
    planned_s = settings.reference_s or (
        (0.0, settings.infusion_s[0]) if settings.infusion_s else None
    )
    if planned_s is None or interval_s <= 0:
        return now, now
    return now, max(now, (planned_s[1] - planned_s[0]) / interval_s)


def _infusion(
    course: Course, settings: Settings, plan: Plan, interval_s: float
) -> tuple[float, float]:
    """Effective transients since the infusion began, now and at its planned end."""
    start_s = plan.boundaries_s[0] if plan.boundaries_s else None
    now = 0.0
    if start_s is not None:
        now = effective(course.weights[course.times_s >= start_s])
    length_s = settings.infusion_length_s
    if start_s is not None and len(plan.boundaries_s) > 1:
        length_s = plan.boundaries_s[1] - start_s
    if length_s is None or interval_s <= 0:
        return now, now
    return now, max(now, length_s / interval_s)
