"""A session's course reduced to response measures, each with its SD.

The changes d (n,) of independent windows come from one reference period, whose error
they share.  With q = 1 + d / 100, r the relative variance of the outcome in the
reference period and f the scatter beyond the bound (`analysis.response`),

    C_ij = 100^2 f^2 q_i q_j r   (i != j),      C_ii = SD_i^2.

Where windows lie in other epochs than the reference period, what the offsets of their
epochs have in common is added to C_ij (`analysis.course.epoch_offset`).

Measures that are linear, m = a'd, have var(m) = a'C a:

    mean      over the infusion, windows weighted by how long they lie in it
    area      from the start of the infusion to the end of the recording, in % min
    plateau   likewise over the last third of the infusion

Their 95 % intervals are Gaussian; peak and its time are those of `monitor.judge.peak`.
A session without an infusion is measured from the end of its reference period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.detectable import FACTOR
from monitor.analysis.course.epoch_offset import join_covariance
from monitor.analysis.course.outcomes import quadratic
from monitor.analysis.course.response import Z95, Estimate, Reference
from monitor.analysis.fit.window import Window
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.finding import is_no_number
from monitor.judge.peak import UNKNOWN, Estimated, peak_of

OUTCOMES = ("Glx/tNAA", "Glx", "Glu", "Glu/tCr")


REPEATED = ("Glx/tNAA", "Glu/tCr", "Glx/tCr", "tNAA/tCr", "Glu/water", "Gln/water")
"""Outcomes that can be compared between sessions: no receiver gain is in them."""


UNITS = {
    "mean": "%",
    "area": "% min",
    "peak": "%",
    "peak_time": "min",
    "plateau": "%",
}
"""Of the response measures, in their order."""


@dataclass(frozen=True, slots=True)
class OutcomeChanges:
    """Changes of one outcome in n independent windows.

    Attributes
    ----------
    start_s, end_s : (n,) of the windows, scanner time, the last transient's end
    percent : (n,)
    covariance : (n, n) in percent squared, the common reference in it
    effective : (n,) effective transients of each
    reference_sd : percent, of the common reference period
    """

    start_s: Real
    end_s: Real
    percent: Real
    covariance: Real
    effective: Real
    reference_sd: float

    def within(self, low_s: float, high_s: float) -> OutcomeChanges:
        """Those whose middle lies in [low, high)."""
        middle = 0.5 * (self.start_s + self.end_s)
        keep = np.flatnonzero((middle >= low_s) & (middle < high_s))
        return OutcomeChanges(
            self.start_s[keep],
            self.end_s[keep],
            self.percent[keep],
            self.covariance[np.ix_(keep, keep)],
            self.effective[keep],
            self.reference_sd,
        )

    @property
    def flat(self) -> OutcomeChanges:
        """The precision without any change, if SDs grow with the values.

        They do in part: with the same noise a session of +20 % comes out 5 % more
        precise than one without a change, one of +60 % 10 % more.
        """
        q = 1 + self.percent / 100
        covariance = self.covariance / np.outer(q, q)
        return replace(self, percent=np.zeros(len(q)), covariance=covariance)

    def inside_s(self, low_s: float, high_s: float) -> Real:
        """How long each window lies in a period, s (n,)."""
        ends = np.minimum(self.end_s, high_s) - np.maximum(self.start_s, low_s)
        return np.asarray(np.clip(ends, 0.0, None), float)

    def __len__(self) -> int:
        return len(self.percent)


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, its 1 SD and 95 % interval; nan where the session allows none."""

    name: str
    value: float
    sd: float
    low: float
    high: float
    unit: str


def changes_of(
    course: Course, estimates: Sequence[Estimate], outcome: str, interval_s: float
) -> OutcomeChanges | None:
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
    offsets = _offsets(course, outcome, used, reference)
    if offsets is not None:
        covariance = covariance + 1e4 * offsets * np.outer(q, q)
    covariance[np.diag_indices(len(used))] = sds**2
    starts = np.array([e.time_start_s for e in used])
    ends = np.array([e.time_end_s + interval_s for e in used])
    effective = np.array([e.n_effective for e in used])
    return OutcomeChanges(
        starts, ends, percent, covariance, effective, 100 * math.sqrt(common)
    )


def _offsets(
    course: Course, outcome: str, used: Sequence[Estimate], reference: Reference
) -> Real | None:
    """Relative covariance (n, n) of an outcome that offsets and joins bring."""
    between = course.offsets_between([e.epoch for e in used])
    joined = _across_joins(course, used, reference)
    known = [C for C in (between, joined) if C is not None]
    if not known or course.outcomes is None:
        return None
    one = course.outcomes.subset((outcome,))
    b = one.gradients(reference.amplitudes)[0] / one.values(reference.amplitudes)[0]
    return np.asarray(np.einsum("i,abij,j->ab", b, sum(known), b), float)


def _across_joins(
    course: Course, used: Sequence[Estimate], reference: Reference
) -> Real | None:
    """Covariances (n, n, M, M) of the steps between windows; None without joins."""
    if not course.joins.places or not used:
        return None
    first = np.searchsorted(course.times_s, [e.time_start_s for e in used]).tolist()
    windows = [Window(i, i + e.n_transients) for i, e in zip(first, used, strict=True)]
    past = course.joins.departures(windows, reference, course.weights)
    J = join_covariance(course.names, reference.amplitudes)
    return np.asarray(np.einsum("ak,bk,ij->abij", past, past, J), float)


def reference_variance(course: Course, outcome: str) -> float:
    """Relative variance of an outcome's mean in the reference period, scatter in it."""
    reference, outcomes = course.reference, course.outcomes
    if reference is None or outcomes is None:
        return math.nan
    one = outcomes.subset((outcome,))
    b = one.gradients(reference.amplitudes) / one.values(reference.amplitudes)[:, None]
    excess = reference.excess.get(outcome, 1.0)
    return float(quadratic(b, reference.covariance)[0]) * excess**2


def measures(
    changes: OutcomeChanges, infusion_s: tuple[float, float]
) -> tuple[Measure, ...]:
    """The response measures of one outcome; times count from the infusion's start.

    None is a number where the mean cannot be a change, or may be any.
    """
    start_s, stop_s = infusion_s
    after = changes.within(start_s, math.inf)
    mean = _mean(changes, start_s, stop_s)
    if is_no_number((mean.value, mean.sd)):
        return tuple(_measure(name, UNKNOWN, unit) for name, unit in UNITS.items())
    plateau = _mean(changes, stop_s - (stop_s - start_s) / 3, stop_s)
    starts, ends = ((at_s - start_s) / 60 for at_s in (after.start_s, after.end_s))
    peak, when = peak_of(starts, ends, after.percent, after.covariance, mean, plateau)
    found = mean, _area(after), peak, when, plateau
    return tuple(
        _measure(name, one, unit)
        for (name, unit), one in zip(UNITS.items(), found, strict=True)
    )


def _measure(name: str, of: Estimated, unit: str) -> Measure:
    return Measure(name, of.value, of.sd, of.low, of.high, unit)


def _mean(part: OutcomeChanges, low_s: float, high_s: float) -> Estimated:
    """Mean over a period, each window weighted by how long it lies in it."""
    inside = part.inside_s(low_s, high_s)
    total = float(inside.sum())
    return _linear(inside / total, part) if total > 0 else UNKNOWN


def _area(part: OutcomeChanges) -> Estimated:
    """Area under the course in % min."""
    if not len(part):
        return UNKNOWN
    return _linear((part.end_s - part.start_s) / 60, part)


def _linear(a: Real, part: OutcomeChanges) -> Estimated:
    value, sd = float(a @ part.percent), float(np.sqrt(a @ part.covariance @ a))
    return Estimated(value, sd, value - Z95 * sd, value + Z95 * sd)


def detectable_percent(
    changes: OutcomeChanges, infusion_s: tuple[float, float]
) -> float:
    """Mean change over the infusion that this session shows with a power of 80 %.

    From the precision alone: the changes are taken as zero (`OutcomeChanges.flat`).
    """
    return FACTOR * _mean(changes.flat, *infusion_s).sd


@dataclass(frozen=True, slots=True)
class Achieved:
    """What windows of other lengths would show against this reference period.

    Attributes
    ----------
    sigma_percent : SD of one transient, from the SDs of the infusion's windows less
        what the reference period adds to them
    windows : by transients in a window, the change in percent shown with a power of
        80 %
    """

    sigma_percent: float
    windows: dict[int, float]


def detectable_by_window(
    changes: OutcomeChanges, infusion_s: tuple[float, float], lengths: Sequence[int]
) -> Achieved | None:
    """Detectable change by length of the window; None without a window."""
    inside = changes.inside_s(*infusion_s)
    if not inside.any():
        return None
    common = changes.reference_sd**2
    own = np.clip(np.diag(changes.flat.covariance) - common, 0, None)
    variance = float(np.average(own * changes.effective, weights=inside))
    return Achieved(
        math.sqrt(variance),
        {n: FACTOR * math.sqrt(variance / n + common) for n in sorted(set(lengths))},
    )
