"""Changes of one outcome in the independent windows after the reference period.

The changes d (n,) come from one reference period, whose error they share.  With
q = 1 + d / 100, r the relative variance of the outcome in the reference period and f
the scatter beyond the bound (`response`),

    C_ij = 100^2 f^2 q_i q_j r   (i != j),      C_ii = SD_i^2.

Where windows lie in other epochs than the reference period, what the offsets of their
epochs have in common is added to C_ij (`epoch_offset`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_offset import join_covariance
from monitor.analysis.course.outcomes import quadratic
from monitor.analysis.course.response import Estimate, Reference
from monitor.analysis.fit.window import Window
from monitor.analysis.signal.spectrum import Real


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

    def mean(self, low_s: float, high_s: float) -> tuple[float, float]:
        """Mean over a period and its SD, windows weighted by how long they lie in it.

        nan where none does.
        """
        inside = self.inside_s(low_s, high_s)
        total = float(inside.sum())
        return self.sum(inside / total) if total > 0 else (math.nan, math.nan)

    def sum(self, a: Real) -> tuple[float, float]:
        """Sum a'd with weights a (n,), and its SD."""
        return float(a @ self.percent), float(np.sqrt(a @ self.covariance @ a))

    def __len__(self) -> int:
        return len(self.percent)


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
