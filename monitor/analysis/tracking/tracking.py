"""The tracker of a session: fed from the course, done again whenever the course is.

Two filters see every transient: the tied one, which is the tracker, and a free one that
differs in nothing but the walk of the other amplitudes (`dynamics`).  Blocks of
transients feed the choice of the process noise and the smoother.  A transient costs the
same whether it is the tenth or the thousandth; where one that came before has changed,
it is done again from there on (`following`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.course.course import Course
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.course.response import Changes, without_gain
from monitor.analysis.fit.fitted_windows import FittedWindow
from monitor.analysis.fit.kept_by_window import KeptByWindow
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.blocks import Block, GrowingBlocks, blocks_of
from monitor.analysis.tracking.dynamics import Dynamics, dynamics_of
from monitor.analysis.tracking.evidence import Accumulated
from monitor.analysis.tracking.joint import ResponseFit, joint_fits
from monitor.analysis.tracking.noise_scale import NoiseScale, Switches
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.sequential import Sequential
from monitor.analysis.tracking.smoothing import between, smooth
from monitor.analysis.tracking.tracker import (
    TRACKED,
    Tracker,
    shared_doubt,
    tracked_changes,
)
from monitor.analysis.tracking.tracker_update import Checkpoints, Following
from monitor.analysis.tracking.transient_view import Observed, Observer, unchanged
from monitor.analysis.tracking.unseen_steps import UnseenSteps


@dataclass(slots=True)
class Tracking:
    """Keeps the tracker in step with a course; nothing before a reference period.

    Attributes
    ----------
    target_percent : change that the protocol wants to be able to see
    observer : sees the course's transients, None while there is no reference period
    following : the filters, None while there is nothing to track against
    seen : every transient that the filters saw, as they took it
    excess : by how much transients count less than their noise says
    goes_back : what it needs to go on from the first transient that changed is kept;
        a file is tracked once, at its end
    notes : what changed since they were last taken
    compared : fits of the windows that it was compared with
    held : when the process noise of another session switched, and this one's is to
    """

    course: Course
    target_percent: float = 5.0
    observer: Observer | None = None
    following: Following | None = None
    seen: list[Observed] = field(default_factory=list)
    excess: float = 1.0
    goes_back: bool = True
    notes: list[str] = field(default_factory=list)
    compared: KeptByWindow[FittedWindow] = field(default_factory=KeptByWindow)
    held: Switches | None = None
    _observed: list[Observed] = field(default_factory=list)
    _points: list[TrackerPoint] = field(default_factory=list)
    _checkpoints: Checkpoints = field(default_factory=Checkpoints)
    _blocks: GrowingBlocks = field(default_factory=GrowingBlocks)

    @property
    def evidence(self) -> Accumulated | None:
        """What the reference period and the time since the infusion began say."""
        return self.following.evidence if self.following else None

    @property
    def answers(self) -> dict[str, Answer]:
        """By outcome, whether it has changed since the infusion began."""
        return self.following.answers if self.following else {}

    @property
    def point(self) -> TrackerPoint | None:
        """The newest, None before there is one."""
        return self.following.point if self.following else None

    def redo(self, marks_s: Sequence[float] = ()) -> tuple[TrackerPoint, ...]:
        """Begin anew with the course's session models; points of all transients."""
        self.observer = self.following = None
        self.seen, self._observed, self._points = [], [], []
        self.excess, self._checkpoints = 1.0, Checkpoints()
        self._blocks, self.compared = GrowingBlocks(), KeptByWindow()
        if self.course.reference is None or not self.course.aligned:
            return ()
        if self.course.home in self.course.unfitted:
            return ()
        still = self._dynamics(1.0, tied=True)
        self.observer = Observer.of(self.course, still, tuple(sorted(marks_s)))
        scale, observed = self._new_scale(), self.observer.all()
        for block in blocks_of([one for one in observed if one.reference]):
            scale.push(block, self.observer.rows[block.epoch])
        self.excess = scale.excess
        self.following = self._begin(self.observer, scale.percent)
        return self._go_on(observed)

    def redo_if_changed(
        self, marks_s: Sequence[float] = ()
    ) -> tuple[TrackerPoint, ...] | None:
        """What `redo` gives, done again only from the first transient that changed.

        None where all that was seen so far looks as it did: session models, reference
        period and weights are what they were, and a new mark lies behind.
        """
        before = self.observer
        if before is None or not self.goes_back:
            return self.redo(marks_s)
        now = Observer.of(self.course, before.still, tuple(sorted(marks_s)))
        if not now.begins_as(before):
            return self.redo(marks_s)
        observed = now.all()
        same = unchanged(self._observed, observed, now.changed(before))
        others = (*self._observed[same:], *observed[same:])
        if any(one.reference for one in others):
            return self.redo(marks_s)
        self.observer = now
        if not others:
            return None
        self._go_back(same)
        return self._go_on(observed)

    def step(self) -> TrackerPoint | None:
        """The newest transient; None while there is nothing to track against."""
        if self.observer is None:
            return None
        one = self.observer.newest(self.seen[-1] if self.seen else None)
        return None if one is None else self._advance(one)

    def smoothed(self) -> tuple[TrackerPoint, ...]:
        """What the whole session so far says of each transient."""
        following = self.following
        if following is None:
            return ()
        named, known = following.named, self.smoothed_changes()
        return tuple(
            TrackerPoint(one.index, one.time_s, named(values), named(sds))
            for one, values, sds in zip(
                self.seen, known.percents.tolist(), known.sds.tolist(), strict=True
            )
        )

    def smoothed_changes(self) -> Changes:
        """The same as numbers, of all `TRACKED`."""
        following = self.following
        if following is None:
            raise RuntimeError("the tracker was not started")
        blocks, rows_of = self.blocks
        still = self._dynamics(following.scale.likeliest, tied=True)
        found = smooth(still, blocks, rows_of)
        values, sds = tracked_changes(found.joint, found.covariance + following.doubt)
        wanted = np.array([float(one.place) for one in self.seen])
        n = len(TRACKED)
        steps, series = following.steps, [one.series for one in self.seen]
        columns = np.column_stack([values, sds, steps.percents(found.joint)])
        table = between(found.places, columns, wanted)
        table[:, n : 2 * n] = steps.widened(
            table[:, n : 2 * n], table[:, 2 * n :], series
        )
        home = self.course.home
        elsewhere = np.array([o.epoch != home or o.rescaled for o in self.seen])
        known = Changes(TRACKED, table[:, :n], table[:, n : 2 * n])
        return without_gain(known, elsewhere)

    def take_notes(self) -> tuple[str, ...]:
        """What changed since the last call."""
        taken, self.notes = tuple(self.notes), []
        return taken

    def joint_fits(self, stop_s: float | None = None) -> tuple[ResponseFit, ...]:
        """Response models fitted to the whole course, best first; empty without one.

        `stop_s` is when the infusion stopped; None: it is still running.
        """
        if self.following is None or not self.seen:
            return ()
        blocks, rows = self.blocks
        times_s = np.array([one.time_s for one in self.seen])
        places = np.array([float(one.place) for one in self.seen])
        middles = np.interp([block.place for block in blocks], places, times_s)
        infusion_s = None
        marks_s = self.observer.marks_s if self.observer else ()
        if marks_s and marks_s[0] < times_s[-1]:
            infusion_s = (marks_s[0], stop_s or float(times_s[-1]))
        still = self._dynamics(0.0, tied=True)
        fits = joint_fits(blocks, middles, rows, still, infusion_s)
        at = np.searchsorted(places, [block.place for block in blocks]).tolist()
        series = [self.seen[min(i, len(self.seen) - 1)].series for i in at]
        return tuple(self.following.steps.in_fit(fit, series) for fit in fits)

    @property
    def blocks(self) -> tuple[list[Block], dict[int, Real]]:
        """Blocks so far, and how their epochs measure."""
        rows = self.observer.rows if self.observer else {}
        return self._blocks.of(self.seen), rows

    # -- steps -------------------------------------------------------------------------

    def _dynamics(self, percent: float, tied: bool) -> Dynamics:
        reference = self.course.reference
        c0 = np.zeros(0) if reference is None else reference.amplitudes
        return dynamics_of(self.course.names, c0, percent, tied)

    def _new_scale(self) -> NoiseScale:
        c0 = self._dynamics(1.0, tied=True).c0
        return NoiseScale.about(self.course.names, c0, self.target_percent)

    def _begin(self, seeing: Observer, percent: float) -> Following:
        """Fresh filters with the process noise that the reference period asks for."""
        scale, names, home = self._new_scale(), self.course.names, self.course.home
        reference = self.course.reference
        if home is None or reference is None:
            raise RuntimeError("a tracker without a reference period")
        scale.percent, scale.held = percent, self.held
        if self.held:
            scale.percent = self.held[0][1]
        scale.switches = ((0, scale.percent),)
        percent = scale.percent
        told = (n for n in outcomes_of(names).names if n not in reference.unseen)
        known = {naming.canonical(n) for n in told}
        tied, free = self._dynamics(percent, tied=True), self._dynamics(percent, False)
        return Following(
            Tracker.fresh(tied),
            Tracker.fresh(free),
            scale,
            Accumulated(names, tied.c0, home, offsets=seeing.offsets),
            Sequential(self.target_percent),
            {n: k for k, n in enumerate(TRACKED) if n in known},
            shared_doubt(self.course.sessions[home].scaling_doubt, names),
            UnseenSteps.of(self.course),
        )

    def _go_back(self, count: int) -> None:
        """Be as it was before the first transient that changed, or some way before."""
        following = self._checkpoints.last_before(count)
        following.steps = UnseenSteps.of(self.course)
        if self.observer is not None:
            following.evidence.offsets = self.observer.offsets
        self.following = following
        for kept in (self.seen, self._observed, self._points):
            del kept[following.count :]
        self._blocks, self.compared = GrowingBlocks(), KeptByWindow()

    def _go_on(self, observed: Sequence[Observed]) -> tuple[TrackerPoint, ...]:
        """Take what follows those that were taken; points of all of them."""
        for one in observed[len(self.seen) :]:
            self._advance(one)
        self._note()
        return tuple(self._points)

    def _advance(self, one: Observed) -> TrackerPoint:
        """Take the next transient."""
        following, seeing = self.following, self.observer
        if following is None or seeing is None:
            raise RuntimeError("the tracker was not started")
        if self.goes_back:
            self._checkpoints.keep(following)
            self._observed.append(one)
        percent = following.scale.percent
        weight = one.weight / self.excess
        taken, point = following.advance(one, weight, seeing)
        self.seen.append(taken)
        self._points.append(point)
        if following.scale.percent != percent:
            self._note()
        return point

    def _note(self) -> None:
        if self.following is not None:
            scale = self.following.scale
            self.notes.append(
                "Tracker: from now on the course may bend by "
                f"{scale.percent:g} % a transient (at least by {scale.floor:g} %)."
            )
