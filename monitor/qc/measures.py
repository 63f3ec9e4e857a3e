"""A session's course reduced to response measures, each with its SD.

The changes d (n,) of independent windows come from one reference period, whose error
they share.  With q = 1 + d / 100, r the relative variance of the outcome in the
reference period and f the scatter beyond the bound (`analysis.response`),

    C_ij = 100^2 f^2 q_i q_j r   (i != j),      C_ii = SD_i^2.

Measures that are linear, m = a'd, have var(m) = a'C a:

    mean      over the infusion, windows weighted by their length
    area      from the start of the infusion to the end of the recording, in % min
    plateau   mean over the last third of the infusion

The peak is the largest departure, in the direction of the mean, of a smoothed course

    s = argmin (d - s)' C^-1 (d - s) + lam |D2 s|^2,    trace(hat matrix) = 4,

where a noisy course has a peak without any response.  What noise of covariance C adds
is measured by a parametric bootstrap about s and taken off (Efron & Tibshirani 1993,
chapter 10); the SDs of peak and time come from the same draws.  A session without an
infusion is measured from the end of its reference period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course import Course
from monitor.analysis.outcomes import quadratic
from monitor.analysis.response import Estimate
from monitor.analysis.spectrum import Real

FREEDOM = 4.0
DRAWS = 500
POWER_Z = 1.959964 + 0.841621
"""Of a two-sided test at 5 % with a power of 80 %."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Changes of one outcome in n independent windows.

    Attributes
    ----------
    start_s, end_s : (n,) of the windows, scanner time, the last transient's end
    percent : (n,)
    covariance : (n, n) in percent squared, the common reference in it
    """

    start_s: Real
    end_s: Real
    percent: Real
    covariance: Real

    def within(self, low_s: float, high_s: float) -> Changes:
        """Those whose middle lies in [low, high)."""
        middle = 0.5 * (self.start_s + self.end_s)
        keep = np.flatnonzero((middle >= low_s) & (middle < high_s))
        inside = np.ix_(keep, keep)
        return Changes(
            self.start_s[keep], self.end_s[keep], self.percent[keep],
            self.covariance[inside],
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.percent)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure and its 1 SD; nan where the session does not allow it."""

    name: str
    value: float
    sd: float
    unit: str


def changes_of(
    course: Course, estimates: Sequence[Estimate], outcome: str, interval_s: float
) -> Changes | None:
    """Independent windows after the reference period; None without one."""
    reference, outcomes = course.reference, course.outcomes
    if reference is None or outcomes is None or outcomes.row(outcome) is None:
        return None
    used = [
        e
        for e in estimates
        if e.independent
        and e.converged
        and e.time_start_s >= reference.end_s
        and math.isfinite(e.change_sds_percent.get(outcome, math.nan))
    ]
    percent = np.array([e.changes_percent[outcome] for e in used])
    sds = np.array([e.change_sds_percent[outcome] for e in used])
    common = reference_variance(course, outcome)
    q = 1 + percent / 100
    covariance = 1e4 * common * np.outer(q, q)
    covariance[np.diag_indices(len(used))] = sds**2
    starts = np.array([e.time_start_s for e in used])
    ends = np.array([e.time_end_s + interval_s for e in used])
    return Changes(starts, ends, percent, covariance)


def reference_variance(course: Course, outcome: str) -> float:
    """Relative variance of an outcome's mean in the reference period, scatter in it."""
    reference, outcomes = course.reference, course.outcomes
    if reference is None or outcomes is None:
        return math.nan
    one = outcomes.subset((outcome,))
    b = one.gradients(reference.amplitudes) / one.values(reference.amplitudes)[:, None]
    excess = reference.excess.get(outcome, 1.0)
    return float(quadratic(b, reference.covariance)[0]) * excess**2


def measures(changes: Changes, infusion_s: tuple[float, float]) -> tuple[Measure, ...]:
    """The response measures of one outcome; times count from the infusion's start."""
    start_s, stop_s = infusion_s
    during = changes.within(start_s, stop_s)
    late = changes.within(stop_s - (stop_s - start_s) / 3, stop_s)
    after = changes.within(start_s, math.inf)
    peak, when = _peak(after, start_s)
    return (
        Measure("mean", *_mean(during), "%"),
        Measure("area", *_area(after), "% min"),
        Measure("peak", *peak, "%"),
        Measure("peak_time", *when, "min"),
        Measure("plateau", *_mean(late), "%"),
    )


def _mean(part: Changes) -> tuple[float, float]:
    """Mean weighted by length, and its SD."""
    if not len(part):
        return math.nan, math.nan
    a = (part.end_s - part.start_s) / np.sum(part.end_s - part.start_s)
    return _linear(a, part)


def _area(part: Changes) -> tuple[float, float]:
    """Area under the course in % min, and its SD."""
    if not len(part):
        return math.nan, math.nan
    return _linear((part.end_s - part.start_s) / 60, part)


def _linear(a: Real, part: Changes) -> tuple[float, float]:
    return float(a @ part.percent), float(np.sqrt(a @ part.covariance @ a))


def _peak(
    part: Changes, zero_s: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Height of the peak and its time in min, each with its SD."""
    n = len(part)
    if n < 3:
        return (math.nan, math.nan), (math.nan, math.nan)
    hat = smoother(part.covariance)
    s = hat @ part.percent
    sign = 1.0 if part.percent.sum() >= 0 else -1.0
    at_min = (0.5 * (part.start_s + part.end_s) - zero_s) / 60
    root = _root(part.covariance)
    noise = np.random.default_rng(0).standard_normal((DRAWS, n)) @ root.T
    drawn = sign * (s + noise) @ hat.T
    top = float(np.max(sign * s))
    tops, places = drawn.max(axis=1), at_min[drawn.argmax(axis=1)]
    height = sign * (2 * top - float(tops.mean()))
    when = float(at_min[np.argmax(sign * s)])
    return (height, float(tops.std())), (when, float(places.std()))


def _root(covariance: Real) -> Real:
    """A square root, also of a covariance that is barely positive."""
    values, vectors = np.linalg.eigh(covariance)
    root: Real = vectors * np.sqrt(np.clip(values, 0, None))
    return root


def smoother(covariance: Real, freedom: float = FREEDOM) -> Real:
    """Hat matrix (n, n) of the smoothed course with so many degrees of freedom."""
    n = len(covariance)
    if n <= freedom:
        return np.eye(n)
    inverse = np.linalg.inv(covariance)
    differences = np.diff(np.eye(n), 2, axis=0)
    penalty = differences.T @ differences
    low, high = -12.0, 12.0
    scale = float(np.trace(inverse) / np.trace(penalty))
    for _ in range(60):
        middle = 0.5 * (low + high)
        hat = np.linalg.solve(inverse + 10**middle * scale * penalty, inverse)
        low, high = (middle, high) if np.trace(hat) > freedom else (low, middle)
    return np.asarray(hat, float)


def detectable_percent(changes: Changes, infusion_s: tuple[float, float]) -> float:
    """Mean change over the infusion that this session shows with a power of 80 %.

    From the precision alone: the changes are taken as zero, so that nothing of the
    outcome is in it.
    """
    during = changes.within(*infusion_s)
    if not len(during):
        return math.nan
    q = 1 + during.percent / 100
    flat = Changes(
        during.start_s, during.end_s, np.zeros(len(q)),
        during.covariance / np.outer(q, q),
    )  # fmt: skip
    return POWER_Z * _mean(flat)[1]
