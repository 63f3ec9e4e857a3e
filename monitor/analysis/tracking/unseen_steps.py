"""What steps at joins, which no transient told, add to a change (`course.joins`).

A step stays in all that follows it and cannot be told from a change of the brain: more
transients take nothing of it off.  So it is no state of the tracker, but is added to
what the tracker says.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_offset import join_covariance
from monitor.analysis.fit.window import Window
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.dynamics import REMEMBERED, SUMS, sums_of
from monitor.analysis.tracking.joint import ResponseFit
from monitor.analysis.tracking.tracker import TRACKED, tracked_changes


def step_covariance(names: tuple[str, ...], c0: Real) -> Real:
    """What a step of variance J adds to `Tracker.joint`'s covariance (10, 10)."""
    added, now, sums = (
        np.zeros((2 * REMEMBERED,) * 2),
        slice(0, len(SUMS)),
        sums_of(names),
    )
    added[now, now] = sums @ join_covariance(names, c0) @ sums.T
    return added


@dataclass(frozen=True, slots=True)
class UnseenSteps:
    """Steps between a transient and the reference period.

    Attributes
    ----------
    behind : (joins,) share of the reference period behind each join
    one : (10, 10) covariance that a step between now and then adds
    level : (10,) `Tracker.joint` where nothing has changed
    """

    behind: Real
    one: Real
    level: Real

    @classmethod
    def of(cls, course: Course) -> UnseenSteps:
        """As a course has them; none without a reference period."""
        reference = course.reference
        size = 2 * REMEMBERED
        if reference is None or not course.joins.places:
            return cls(np.zeros(0), np.zeros((size, size)), np.ones(size))
        home, c0 = Window(reference.first, reference.stop), reference.amplitudes
        behind = course.joins.behind([home], course.weights)[0]
        level = np.tile(np.append(sums_of(course.names) @ c0, 1.0), 2)
        return cls(behind, step_covariance(course.names, c0), level)

    def between(self, series: int) -> float:
        """Steps, squares of their shares, behind so many joins."""
        passed = np.arange(len(self.behind)) < series
        return float(np.sum((passed - self.behind) ** 2))

    def added(self, series: int) -> Real | float:
        """Covariance to add to that of now and then."""
        return self.between(series) * self.one if len(self.behind) else 0.0

    def widened(self, sds: Real, percents: Real, series: Sequence[int]) -> Real:
        """SDs (n, 4) with the steps behind so many joins each (n,), in it."""
        if not len(self.behind):
            return sds
        steps = np.array([self.between(one) for one in series])
        return np.asarray(np.sqrt(sds**2 + steps[:, np.newaxis] * percents**2))

    def in_fit(self, fit: ResponseFit, series: Sequence[int]) -> ResponseFit:
        """A response model with the steps behind so many joins (K,) in its SDs."""
        if not len(self.behind) or not any(sd.any() for sd in fit.sds.values()):
            return fit
        names = [name for name in TRACKED if name in fit.sds]
        sds = np.column_stack([fit.sds[name] for name in names])
        percents = self.percents(self.level)[[TRACKED.index(name) for name in names]]
        wider = self.widened(sds, percents, series)
        return replace(fit, sds=dict(zip(names, wider.T, strict=True)))

    def percents(self, joint: Real) -> Real:
        """SDs (..., 4) of `TRACKED` that one step adds to states (..., 10), percent."""
        return tracked_changes(
            joint, np.broadcast_to(self.one, (*joint.shape, len(self.one)))
        )[1]
