"""Transients as the tracker sees them: reduced spectra, weights, places in time.

A place counts transients from the first, those that never came included: it is what
the dynamics move by.  A part of the session ends with each mark, a start or stop of the
infusion.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Container, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_offset import offset_directions
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.dynamics import Dynamics
from monitor.analysis.tracking.measurement import Measurement, measurement_of

FLOOR_SHARE = 0.05
"""A transient with less weight than this says nothing to the tracker."""
BLOCK = 128
"""Transients that are reduced at once."""


@dataclass(frozen=True, slots=True)
class Observed:
    """One transient as the tracker sees it.

    Attributes
    ----------
    index, epoch, time_s : which transient
    place : its place in transients from the first, those that never came included
    o : (q,) reduced spectrum
    weight : 0 ... 1
    reference : whether it lies in the reference period
    part : how many marks, starts and stops of the infusion, lie before it
    since : its place counted from the first transient of its part
    foreign : whether its epoch is another than the reference period's
    series : how many joins, series that went on with their epoch, lie before it
    gain : what all was larger by than at the epoch's first gain, and is no more
    rescaled : whether that is not the reference period's
    """

    index: int
    epoch: int
    time_s: float
    place: int
    o: Real
    weight: float
    reference: bool
    part: int = 0
    since: int = 0
    foreign: bool = False
    series: int = 0
    gain: float = 1.0
    rescaled: bool = False

    @property
    def infused(self) -> bool:
        """Whether the infusion had begun."""
        return self.part > 0

    @property
    def begins(self) -> int:
        """Its place; a block begins with that of its first transient."""
        return self.place


@dataclass(slots=True)
class Observer:
    """Sees a course's transients through its session models; one owner.

    Attributes
    ----------
    still : dynamics about the reference amplitudes, for how epochs measure the state
    marks_s : starts and stops of the infusion, in order of time
    interval_s : between transients
    measurements, rows : by epoch, how its transients measure amplitudes and state
    offsets : U (M, M) by epoch; None in the reference period's
    """

    course: Course
    still: Dynamics
    marks_s: tuple[float, ...]
    interval_s: float
    measurements: dict[int, Measurement] = field(default_factory=dict)
    rows: dict[int, Real] = field(default_factory=dict)
    offsets: dict[int, Real | None] = field(default_factory=dict)
    _sessions: dict[int, SessionModel] = field(default_factory=dict)

    @classmethod
    def of(
        cls, course: Course, still: Dynamics, marks_s: tuple[float, ...]
    ) -> Observer:
        """Begin with the epochs that have a session model with a fit."""
        times_s = course.times_s
        interval_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
        observer = cls(course, still, marks_s, interval_s)
        for epoch in observer._measuring:
            observer.begin(epoch)
        return observer

    def begin(self, epoch: int) -> None:
        """Take an epoch's session model."""
        session = self._sessions[epoch] = self.course.sessions[epoch]
        measurement = measurement_of(session.subspace)
        self.measurements[epoch] = measurement
        between = self.course.offset_covariance(epoch)
        offsets = None if between is None else offset_directions(between)
        self.offsets[epoch] = offsets
        self.rows[epoch] = self.still.observed(measurement.rows, offsets)

    def bent(self, epoch: int, slope: Real) -> Real:
        """Rows of the state with the slope (q, M + 2) of what is beyond them."""
        more = self.still.observed(slope, self.offsets[epoch])
        return np.asarray(self.rows[epoch] + more)

    def newest(self, before: Observed | None) -> Observed | None:
        """The newest transient; None where its epoch has no model that fits yet."""
        i = len(self.course.fids) - 1
        epoch = self.course.qualities[i].epoch
        if epoch not in self.rows:
            if epoch not in self._measuring:
                return None
            self.begin(epoch)
        _, z = self.course.projected(epoch, i + 1)
        return self._one(i, self.measurements[epoch].reduced(z[-1:])[0], before)

    def all(self) -> list[Observed]:
        """All transients so far, but of epochs whose mean has no fit."""
        seen: list[Observed] = []
        for epoch in self._measuring:
            own = self.course.transients_of(epoch)
            if not own:
                continue
            _, z = self.course.projected(epoch, own.stop)
            reduced = self.measurements[epoch].reduced
            blocks = (reduced(z[k : k + BLOCK]) for k in range(0, len(z), BLOCK))
            for i, o in zip(own, chain.from_iterable(blocks), strict=True):
                seen.append(self._one(i, o, seen[-1] if seen else None))
        return seen

    @property
    def _measuring(self) -> list[int]:
        """Epochs that measure anything, in order."""
        return sorted(self.course.sessions.keys() - self.course.unfitted)

    def begins_as(self, before: Observer) -> bool:
        """Whether another observer sees by the same reference period's model."""
        reference, home = self.course.reference, self.course.home
        if reference is None or home in self.changed(before):
            return False
        return np.array_equal(reference.amplitudes, self.still.c0)

    def changed(self, before: Observer) -> set[int]:
        """Epochs that another observer saw by another model or offset, or not."""
        known = before._sessions
        return {
            epoch
            for epoch, now in self._sessions.items()
            if known.get(epoch) is not now
            or not _same(self.offsets[epoch], before.offsets[epoch])
        }

    def _one(self, i: int, o: Real, before: Observed | None) -> Observed:
        """One transient, its place counted from the last."""
        quality, reference = self.course.qualities[i], self.course.reference
        part = bisect_right(self.marks_s, quality.time_s)
        place, since = self._place(quality.time_s, part, before)
        inside = reference is not None and reference.first <= i < reference.stop
        used = quality.epoch not in self.course.rejected
        weight = quality.weight if used and quality.weight >= FLOOR_SHARE else 0.0
        gains, step = self.course.gains, self.course.gains.before(i, quality.epoch)
        if step is not None:
            weight *= step.worth
        if not np.isfinite(o).all():  # it would stay in the state for ever
            o, weight = np.zeros_like(o), 0.0
        return Observed(
            i,
            quality.epoch,
            quality.time_s,
            place,
            o,
            weight,
            inside,
            part,
            since,
            quality.epoch != self.course.home,
            self.course.joins.before(i),
            1.0 if step is None else step.gain,
            gains.rescaled(reference, i, quality.epoch),
        )

    def _place(
        self, time_s: float, part: int, before: Observed | None
    ) -> tuple[int, int]:
        """Place of a transient, from the first and from the first of its part."""
        if before is None:
            return 0, 0
        since_s = time_s - before.time_s
        steps = since_s / self.interval_s if self.interval_s > 0 else 1.0
        place = before.place + max(1, round(steps))
        same = before.part == part
        return place, before.since + place - before.place if same else 0


def unchanged(
    before: Sequence[Observed], now: Sequence[Observed], changed: Container[int]
) -> int:
    """How many transients from the first are what they were, but in `changed` epochs.

    To the last bit.
    """
    pairs = zip(before, now, strict=False)
    shorter = min(len(before), len(now))
    others = (
        i for i, (a, b) in enumerate(pairs) if b.epoch in changed or not _alike(a, b)
    )
    return next(others, shorter)


def _same(one: Real | None, other: Real | None) -> bool:
    """Whether two offsets are the same."""
    return one is other or (
        one is not None and other is not None and np.array_equal(one, other)
    )


def _alike(one: Observed, other: Observed) -> bool:
    """Whether nothing about two transients differs."""
    return _traits(one) == _traits(other) and np.array_equal(one.o, other.o)


def _traits(one: Observed) -> tuple[float, ...]:
    """All of a transient but its spectrum."""
    return (
        one.index,
        one.epoch,
        one.time_s,
        one.place,
        one.weight,
        one.reference,
        one.part,
        one.since,
        one.foreign,
        one.series,
        one.gain,
        one.rescaled,
    )
