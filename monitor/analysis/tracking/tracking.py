"""The tracker of a session: fed from the course, done again whenever the course is.

Two filters see every transient: the tied one, which is the tracker, and a free one that
differs in nothing but the walk of the other amplitudes (`dynamics`).  Blocks of
transients feed the choice of the process noise and the smoother.  A transient costs the
same whether it is the tenth or the thousandth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.course.course import Course
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.blocks import Block, belongs, block_of, blocks_of, taken
from monitor.analysis.tracking.dynamics import Dynamics, dynamics_of
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.joint import ResponseFit, joint_fits
from monitor.analysis.tracking.noise_scale import NoiseScale
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.sequential import Sequential
from monitor.analysis.tracking.smoothing import between, smooth
from monitor.analysis.tracking.tracker import (
    TRACKED,
    Tracker,
    shared_doubt,
    tracked_changes,
)
from monitor.analysis.tracking.transient_view import Observed, Observer


@dataclass(slots=True)
class Tracking:
    """Keeps the tracker in step with a course; nothing before a reference period.

    Attributes
    ----------
    target_percent : change that the protocol wants to be able to see
    observer : sees the course's transients, None while there is no reference period
    tied, free : the filters, None while there is nothing to track against
    scale : chooses the process noise
    seen : every transient that the filters saw
    evidence : what the reference period and the time since the infusion began say
    answers : by outcome, whether it has changed since the infusion began
    notes : what changed since they were last taken
    point : the newest, None before there is one
    """

    course: Course
    target_percent: float = 5.0
    observer: Observer | None = None
    tied: Tracker | None = None
    free: Tracker | None = None
    scale: NoiseScale | None = None
    seen: list[Observed] = field(default_factory=list)
    evidence: Accumulated | None = None
    sequential: Sequential | None = None
    answers: dict[str, Answer] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    point: TrackerPoint | None = None
    _blocks: list[Block] = field(default_factory=list)
    _open: list[Observed] = field(default_factory=list)
    _excess: float = 1.0
    _doubt: Real | float = 0.0
    _places: dict[str, int] = field(default_factory=dict)

    def redo(self, marks_s: Sequence[float] = ()) -> tuple[TrackerPoint, ...]:
        """Begin anew with the course's session models; points of all transients."""
        self._forget()
        if self.course.reference is None or not self.course.aligned:
            return ()
        still = self._dynamics(1.0, tied=True)
        self.observer = Observer.of(self.course, still, tuple(sorted(marks_s)))
        scale, seen = self._new_scale(), self.observer.all()
        for block in blocks_of([one for one in seen if one.reference]):
            scale.push(block, self.observer.rows[block.epoch])
        self._excess = scale.excess
        self._start(self._new_scale(), scale.percent)
        points = [self._advance(self._scaled(one)) for one in seen]
        self._note()
        return tuple(points)

    def redo_if_changed(
        self, marks_s: Sequence[float] = ()
    ) -> tuple[TrackerPoint, ...] | None:
        """Begin anew; None where all that was seen so far looks as it did.

        That is so where session models, reference period and weights are what they
        were, and a new mark lies behind what was seen.
        """
        if self.observer is None or self.tied is None:
            return self.redo(marks_s)
        now = Observer.of(self.course, self.observer.still, tuple(sorted(marks_s)))
        if not now.sees_as(self.observer, self.seen, self._excess):
            return self.redo(marks_s)
        self.observer = now
        return None

    def step(self) -> TrackerPoint | None:
        """The newest transient; None while there is nothing to track against."""
        if self.tied is None or self.observer is None:
            return None
        one = self.observer.newest(self.seen[-1] if self.seen else None)
        return None if one is None else self._advance(self._scaled(one))

    def smoothed(self) -> tuple[TrackerPoint, ...]:
        """What the whole session so far says of each transient."""
        if self.tied is None or not self.seen:
            return ()
        blocks, rows_of, _ = self.blocks
        percent = self.scale.likeliest if self.scale else self.target_percent
        found = smooth(self._dynamics(percent, tied=True), blocks, rows_of)
        values, sds = tracked_changes(found.joint, found.covariance + self._doubt)
        wanted = np.array([float(one.place) for one in self.seen])
        table = np.column_stack([values, sds])
        rows = between(found.places, table, wanted).tolist()
        n = len(TRACKED)
        return tuple(
            self._point(one, row[:n], row[n:])
            for one, row in zip(self.seen, rows, strict=True)
        )

    def take_notes(self) -> tuple[str, ...]:
        """What changed since the last call."""
        taken, self.notes = tuple(self.notes), []
        return taken

    def joint_fits(self, stop_s: float | None = None) -> tuple[ResponseFit, ...]:
        """Response models fitted to the whole course, best first; empty without one.

        `stop_s` is when the infusion stopped; None: it is still running.
        """
        if self.tied is None or not self.seen:
            return ()
        blocks, rows, _ = self.blocks
        times_s = np.array([one.time_s for one in self.seen])
        places = np.array([float(one.place) for one in self.seen])
        middles = np.interp([block.place for block in blocks], places, times_s)
        infusion_s = None
        marks_s = self.observer.marks_s if self.observer else ()
        if marks_s and marks_s[0] < times_s[-1]:
            infusion_s = (marks_s[0], stop_s or float(times_s[-1]))
        still = self._dynamics(0.0, tied=True)
        return joint_fits(blocks, middles, rows, still, infusion_s)

    @property
    def blocks(self) -> tuple[list[Block], dict[int, Real], Tracker | None]:
        """Blocks so far, how their epochs measure, and the tied filter."""
        closing = [block_of(self._open)] if self._open else []
        rows = self.observer.rows if self.observer else {}
        return [*self._blocks, *closing], rows, self.tied

    @property
    def excess(self) -> float:
        """By how much transients count less than their noise says."""
        return self._excess

    # -- steps -------------------------------------------------------------------------

    def _forget(self) -> None:
        self.observer = self.evidence = None
        self.tied = self.free = self.scale = None
        self.answers, self.sequential = {}, Sequential(self.target_percent)
        self._excess, self._doubt, self.point = 1.0, 0.0, None
        self.seen, self._blocks, self._open = [], [], []

    def _dynamics(self, percent: float, tied: bool) -> Dynamics:
        reference = self.course.reference
        c0 = np.zeros(0) if reference is None else reference.amplitudes
        return dynamics_of(self.course.names, c0, percent, tied)

    def _new_scale(self) -> NoiseScale:
        c0 = self._dynamics(1.0, tied=True).c0
        return NoiseScale.about(self.course.names, c0, self.target_percent)

    def _start(self, scale: NoiseScale, percent: float) -> None:
        """Fresh filters with the process noise that the reference period asks for."""
        scale.percent, self.scale = percent, scale
        self.tied = Tracker.fresh(self._dynamics(percent, tied=True))
        self.free = Tracker.fresh(self._dynamics(percent, tied=False))
        known = {naming.canonical(n) for n in outcomes_of(self.course.names).names}
        self._places = {n: k for k, n in enumerate(TRACKED) if n in known}
        reference = self.course.reference
        if reference is not None and self.observer is not None:
            epoch = self.course.qualities[reference.first].epoch
            session = self.course.sessions[epoch]
            self._doubt = shared_doubt(session.doubt, self.course.names)
            self.evidence = Accumulated(
                self.course.names,
                reference.amplitudes,
                epoch,
                offsets=self.observer.offsets,
            )

    def _advance(self, one: Observed) -> TrackerPoint:
        """One transient through both filters, the blocks and the evidence."""
        tied, free, scale, seeing = self.tied, self.free, self.scale, self.observer
        if tied is None or free is None or scale is None or seeing is None:
            raise RuntimeError("the tracker was not started")
        before = self.seen[-1] if self.seen else None
        rows = seeing.rows[one.epoch]
        known = tied.amplitudes, tied.width_hz
        beyond = seeing.measurements[one.epoch].beyond(*known)
        one = replace(one, o=one.o - beyond)
        joint = [taken(f, one, before, rows) for f in (tied, free)]
        self.seen.append(one)
        if not belongs(self._open, one):
            self._close(scale, seeing)
        self._open.append(one)
        self._answer(one, seeing)
        means = np.stack([m for m, _ in joint])
        covariances = np.stack([P for _, P in joint])
        if tied.reference_weight <= 0:
            return TrackerPoint(one.index, one.time_s, {}, {})
        both, both_sd = tracked_changes(means, covariances + self._doubt)
        values, sds = both.tolist(), both_sd.tolist()
        point = self._point(one, values[0], sds[0])
        untied, untied_sd = self._named(values[1]), self._named(sds[1])
        self.point = replace(point, free=untied, free_sd=untied_sd)
        return self.point

    def _answer(self, one: Observed, seeing: Observer) -> None:
        """Ask whether it has changed since the infusion began."""
        if self.evidence is None or self.sequential is None:
            return
        self.evidence.push(one, seeing.measurements[one.epoch], one.infused)
        found = self.evidence.mean_changes() if one.infused else None
        if found is not None:
            known = {name: found[name] for name in self._places if name in found}
            self.answers = self.sequential.push(one.time_s, known)

    def _close(self, scale: NoiseScale, seeing: Observer) -> None:
        """Take a complete block: what does it say about the process noise."""
        block = block_of(self._open)
        self._blocks.append(block)
        self._open = []
        if scale.push(block, seeing.rows[block.epoch]):
            for tracker, tied in ((self.tied, True), (self.free, False)):
                if tracker is not None:
                    tracker.dynamics = self._dynamics(scale.percent, tied)
            self._note()

    def _note(self) -> None:
        if self.scale is not None:
            self.notes.append(
                f"Tracker: the slope's noise is {self.scale.percent:g} % per transient "
                f"from now on (floor {self.scale.floor:g} %)."
            )

    def _point(
        self, one: Observed, values: list[float], sds: list[float]
    ) -> TrackerPoint:
        return TrackerPoint(
            one.index, one.time_s, self._named(values), self._named(sds)
        )

    def _named(self, values: list[float]) -> dict[str, float]:
        return {name: values[k] for name, k in self._places.items()}

    def _scaled(self, one: Observed) -> Observed:
        return replace(one, weight=one.weight / self._excess)
