"""All that a transient changes in the tracker: the filters and what they feed.

A copy is what the tracker goes on from where a transient that came long ago has another
weight now: all before the first that changed stands, to the last bit.  There is a copy
every KEPT_EVERY transients, further back one every SPARSE.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.course.response import Changes, without_gain
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.blocks import belongs, block_of, taken
from monitor.analysis.tracking.dynamics import dynamics_of
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.noise_scale import NoiseScale
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.sequential import Sequential
from monitor.analysis.tracking.tracker import TRACKED, Tracker, tracked_changes
from monitor.analysis.tracking.transient_view import Observed, Observer
from monitor.analysis.tracking.unseen_steps import UnseenSteps

KEPT_EVERY = 32
SPARSE = 256


@dataclass(slots=True)
class Following:
    """The filters after some transients; one owner.

    Attributes
    ----------
    tied, free : the filters
    scale : chooses the process noise
    evidence : what the reference period and the time since the infusion began say
    sequential : the test of whether it has changed
    places : by outcome that the basis set allows, where it stands in `TRACKED`
    doubt : covariance to add to that of now and then
    steps : what joins between now and then add
    answers : by outcome, whether it has changed since the infusion began
    point : the newest with a change, None before there is one
    count : transients so far
    """

    tied: Tracker
    free: Tracker
    scale: NoiseScale
    evidence: Accumulated
    sequential: Sequential
    places: dict[str, int]
    doubt: Real | float
    steps: UnseenSteps
    answers: dict[str, Answer] = field(default_factory=dict)
    point: TrackerPoint | None = None
    count: int = 0
    _before: Observed | None = None
    _open: tuple[Observed, ...] = ()

    def copy(self) -> Following:
        """The same as it is now, to go on from; arrays are never changed in place."""
        same = copy(self)
        same.tied, same.free = copy(self.tied), copy(self.free)
        same.scale, same.evidence = self.scale.copy(), self.evidence.copy()
        same.sequential = self.sequential.copy()
        return same

    def advance(
        self, one: Observed, weight: float, seeing: Observer
    ) -> tuple[Observed, TrackerPoint]:
        """One transient through all of it, with a weight of its own.

        As it was taken, and what can be said.
        """
        known = self.tied.amplitudes, self.tied.widths_hz
        beyond = seeing.measurements[one.epoch].beyond(*known)
        one = replace(one, o=one.o - beyond.value, weight=weight)
        rows, o = seeing.bent(one.epoch, beyond.slope), beyond.measured(one.o)
        filters = self.tied, self.free
        joint = [taken(f, one, self._before, rows, o) for f in filters]
        self._before, self.count = one, self.count + 1
        if not belongs(self._open, one):
            self._close(seeing)
        self._open = (*self._open, one)
        self._answer(one, seeing)
        return one, self._say(one, joint)

    def named(self, values: list[float]) -> dict[str, float]:
        """Values of `TRACKED` by outcome."""
        return {name: values[k] for name, k in self.places.items()}

    def _say(self, one: Observed, joint: list[tuple[Real, Real]]) -> TrackerPoint:
        """What the joint states of both filters say of the changes."""
        if self.tied.reference_weight <= 0:
            return TrackerPoint(one.index, one.time_s, {}, {})
        means = np.array([m for m, _ in joint])
        covariances = np.array([P for _, P in joint])
        more = self.doubt + self.steps.added(one.series)
        both = Changes(TRACKED, *tracked_changes(means, covariances + more))
        both = without_gain(both, np.array(self.tied.foreign or one.rescaled))
        (tied, free), (tied_sd, free_sd) = both.percents.tolist(), both.sds.tolist()
        self.point = TrackerPoint(
            one.index,
            one.time_s,
            self.named(tied),
            self.named(tied_sd),
            self.named(free),
            self.named(free_sd),
        )
        return self.point

    def _answer(self, one: Observed, seeing: Observer) -> None:
        """Ask whether it has changed since the infusion began."""
        self.evidence.push(one, seeing.measurements[one.epoch], one.infused)
        found = self.evidence.mean_changes() if one.infused else None
        if found is not None:
            known = {name: found[name] for name in self.places if name in found}
            self.answers = self.sequential.push(one.time_s, known)

    def _close(self, seeing: Observer) -> None:
        """Take a complete block: what does it say about the process noise."""
        block, self._open = block_of(self._open), ()
        if self.scale.push(block, seeing.rows[block.epoch]):
            for tracker, tied in ((self.tied, True), (self.free, False)):
                held, percent = tracker.dynamics, self.scale.percent
                tracker.dynamics = dynamics_of(held.names, held.c0, percent, tied)


@dataclass(slots=True)
class Checkpoints:
    """Copies that are kept, in order; one owner."""

    kept: list[Following] = field(default_factory=list)

    def keep(self, now: Following) -> None:
        """Keep a copy where it is time, and fewer of those far behind."""
        if now.count % KEPT_EVERY or (self.kept and self.kept[-1].count == now.count):
            return
        near = now.count - SPARSE
        self.kept = [k for k in self.kept if k.count >= near or k.count % SPARSE == 0]
        self.kept.append(now.copy())

    def last_before(self, count: int) -> Following:
        """The last that has seen so many transients at most; later ones go."""
        while self.kept[-1].count > count:
            self.kept.pop()
        return self.kept[-1].copy()
