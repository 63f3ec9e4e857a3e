"""What is detectable, from the course so far and what the protocol has planned."""

from __future__ import annotations

import math

from monitor.analysis.course.course import Course, Plan
from monitor.analysis.course.detectable import Detectable, detectable_of
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.fitted import repeated
from monitor.protocol.settings import Settings


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
    epoch = course.qualities[fitted.average.window.first].epoch
    scattered = repeated(fitted, course.sessions[epoch])
    own = course.outcomes.sds(fitted.amplitudes, scattered)[row]
    level = abs(estimate.values[outcome])
    sigma = 100 * float(own) / level * math.sqrt(max(estimate.n_effective, 1.0))
    reference = course.reference
    if reference is not None:
        sigma *= reference.excess.get(outcome, 1.0)
    if not (math.isfinite(sigma) and sigma > 0):
        return None
    interval_s = course.interval_s
    share = estimate.n_effective / max(estimate.n_transients, 1)
    return detectable_of(
        outcome, sigma, plan.length, settings.reference_target_percent, interval_s,
        _reference(course, settings, share), _infusion(course, settings, plan, share),
    )  # fmt: skip


def _reference(course: Course, settings: Settings, share: float) -> tuple[float, float]:
    """Effective transients of the reference period, so far and as planned."""
    if course.reference is not None:
        weights = course.reference.weights
        now = float(weights.sum()) ** 2 / float(weights @ weights)
        return now, now
    now = share * len(course.qualities)
    planned_s = settings.reference_s or (
        (0.0, settings.infusion_s[0]) if settings.infusion_s else None
    )
    if planned_s is None or course.interval_s <= 0:
        return now, now
    return now, max(now, share * (planned_s[1] - planned_s[0]) / course.interval_s)


def _infusion(course: Course, settings: Settings, plan: Plan, share: float) -> float:
    """Effective transients of the infusion, up to its planned end."""
    if not plan.boundaries_s:
        return 0.0
    start_s = plan.boundaries_s[0]
    now = share * course.transients_since(start_s)
    length_s = settings.infusion_length_s
    if len(plan.boundaries_s) > 1:
        length_s = plan.boundaries_s[1] - start_s
    if length_s is None or course.interval_s <= 0:
        return now
    return max(now, share * length_s / course.interval_s)
