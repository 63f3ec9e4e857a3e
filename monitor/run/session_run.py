"""One session analysed: messages in, updates out, one result at the end.

The one object that drives a pipeline: `analyse`, `qc`, a followed stream, the window's
worker and simulated trials all hold one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.analysis.note import Note
from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes
from monitor.run.doubled_check import DoubledCheck
from monitor.run.filled_zeros import FilledZeros
from monitor.run.filtered_message import Taken
from monitor.run.identity import Identity, identity_from
from monitor.run.lock import Lock
from monitor.run.mark_places import MarkPlaces
from monitor.run.message_counts import MessageCounts
from monitor.run.message_filter import MessageFilter
from monitor.run.mirror_watch import MirrorWatch
from monitor.run.nulled_gate import NulledGate
from monitor.run.number_check import NumberCheck
from monitor.run.session_analysis import SessionAnalysis
from monitor.run.water_gate import WaterGate
from streams.errors import InputError
from streams.messages.transient import (
    End,
    Event,
    Kind,
    Message,
    Transient,
)

if TYPE_CHECKING:
    from monitor.analysis.choices import Choices
    from monitor.analysis.fit.curves import Curves
    from monitor.analysis.pipeline import Pipeline
    from monitor.run.known_change import Copies
    from monitor.run.result import Counts, Result


class SessionRun:
    """Works through the messages of one session.

    The pipeline is chosen when the session says what it is.  Messages before the first
    start have nothing to be analysed with; they give empty updates.

    Parameters
    ----------
    wishes : what was asked for
    live : fit while transients come; False: only once the session has ended, with the
        same result
    held : what another session's data decided, and this one's are not to

    Attributes
    ----------
    counts : what came so far
    """

    def __init__(
        self, wishes: Wishes, live: bool = True, held: Choices | None = None
    ) -> None:
        self._wishes = wishes
        self.counts = MessageCounts()
        self._numbers = NumberCheck()
        self._doubled = DoubledCheck()
        self._marks = MarkPlaces()
        self._nulled_gate = NulledGate()
        self._water_gate = WaterGate()
        self._analysis = SessionAnalysis(
            wishes, live, self._marks, self._nulled_gate.renamed, held
        )
        # Those behind the zeros see once more what is cut after it has come.
        self._behind_zeros: tuple[MessageFilter, ...] = (
            self._nulled_gate,
            self._water_gate,
            Lock(wishes.changes, lambda: self._analysis.hide_outcome()),
        )
        zeros = FilledZeros(self._begin_again)
        self._filters = (
            self._numbers, self._doubled, self._marks, zeros, *self._behind_zeros
        )  # fmt: skip
        self._mirror_watch = MirrorWatch()
        self._identity = Identity()

    @property
    def begun(self) -> bool:
        """Whether a start message has come."""
        return self._analysis.pipeline is not None

    @property
    def transients(self) -> int:
        """Metabolite transients so far."""
        pipeline = self._analysis.pipeline
        return len(pipeline.course.qualities) if pipeline else 0

    @property
    def hidden(self) -> bool:
        """Whether the outcome is hidden."""
        return self._analysis.hidden

    @property
    def notes(self) -> dict[Note, None]:
        """Everything that was noticed, once each."""
        return self._analysis.notes

    @property
    def ended(self) -> bool:
        """Whether the end of the session has come."""
        return self._analysis.ended

    def foresee(self, messages: Sequence[Message]) -> None:
        """Look at messages of a file that are to come at once: same bits, faster."""
        bodies = (message.body for message in messages)
        all_kinds = (body for body in bodies if isinstance(body, Transient))
        coming = [one for one in all_kinds if one.kind == Kind.METABOLITE]
        self._water_gate.foresee(coming)
        if self._analysis.pipeline is not None:
            self._analysis.pipeline.intake.foresee(coming)

    def push(self, message: Message) -> Update:
        """Work through one message and keep what it gave.

        Raises
        ------
        InputError : no basis set or protocol fits what a start message announces
        """
        began = time.perf_counter()
        missing = self.counts.push(message)
        passed, notes = self._filter(message, self._filters)
        taken = self._taken(message, missing, passed, notes)
        again = self._work_again() if self._says_late() else ()
        update = self._analysis.work(taken)
        if again:
            update = replace(update, again=again)
        took_ms = 1e3 * (time.perf_counter() - began)
        self.counts.note_time(message, took_ms, update.course is not None)
        return update

    def finish(self, reason: str = "no end message") -> tuple[Update | None, Result]:
        """End the session where no message did, and give what came out.

        Raises
        ------
        InputError : there was no start message
        """
        if self._analysis.pipeline is None:
            raise InputError("There is no start message: nothing can be analysed.")
        update, last = None, self.counts.newest
        if last is not None and not self.ended:
            end = End(self.transients, reason)
            update = self.push(Message(last.session, last.seq + 1, last.epoch, end))
        return update, self._result(self._analysis.pipeline)

    @property
    def kept(self) -> tuple[Message, ...]:
        """What came through the filters, to work it through once more.

        Transients of several coils are combined, once that is settled.
        """
        return tuple(one for taken in self._analysis.kept for one in taken.passed)

    def copies(self) -> Copies | None:
        """What a known change can be put into by now; None: too little."""
        from monitor.run.known_change import Copies, halves_before

        pipeline, start_s = self._analysis.pipeline, self._marks.held.start_s
        if pipeline is None:
            return None
        qualities, reference_s = pipeline.course.qualities, pipeline.reference_s
        halves = halves_before(qualities, reference_s, start_s)
        if halves is None:
            return None
        return Copies(halves, start_s is not None, self._wishes, lambda: self.kept)

    def curves_between(self, start_s: float, end_s: float) -> Curves | None:
        """Spectra and fit of a stretch of scanner time, s; see `window_curves`."""
        from monitor.run.window_curves import curves_between

        if self._analysis.pipeline is None:
            return None
        return curves_between(self._analysis.pipeline.course, start_s, end_s)

    def _result(self, pipeline: Pipeline) -> Result:
        from monitor.run.result import Result, infusion_of

        basis, intake, ways = pipeline.basis, pipeline.intake, pipeline.ways
        return Result(
            settings=pipeline.settings,
            identity=self._identity,
            acquisition=pipeline.acquisition,
            basis_source=basis.read.source,
            basis_sha256=basis.read.sha256,
            plan=pipeline.plan,
            reference_s=pipeline.reference_s,
            marks=self._marks.held,
            infusion_s=infusion_of(self._marks.held, pipeline),
            course=pipeline.course,
            tracking=ways.tracking,
            estimates=self._analysis.estimates,
            tracks=tuple(self._analysis.tracks),
            answers=ways.tracking.answers,
            spectral=ways.spectral,
            eddy_corrected=pipeline.settings.eddy_current and bool(intake.waters.fids),
            counts=self._counts(pipeline),
            came=self.counts.counter.came,
            false_waters=self._water_gate.left_out,
            waters_found=self._water_gate.found,
            water_course=tuple(self._water_gate.course),
            notes=pipeline.epoch_notes.still_true(basis.still_true(self.notes)),
            stretches=intake.judge.stretches,
            agreement=ways.agreement,
            measured_mm=basis.nulled.measured,
            measured_mm_used=basis.measured_mm is not None,
            durations_ms=self.counts.durations_ms,
            combination=intake.combination,
        )

    def _counts(self, pipeline: Pipeline) -> Counts:
        from monitor.run.result import Counts

        qualities, windows = pipeline.course.qualities, self._analysis.estimates
        used = pipeline.intake.waters.taken - self._water_gate.lent
        counter, counted = self.counts.counter, self.counts.counted
        found = self._water_gate.found
        return Counts(
            transients=len(qualities),
            excluded=sum(q.weight == 0 for q in qualities),
            down_weighted=sum(q.down_weighted for q in qualities),
            flagged=sum(bool(q.flags) for q in qualities),
            missing=counter.missing if counted else None,
            doubled=counter.doubled if counted else None,
            water_references=used,
            water_references_left_out=self.counts.waters + found - used,
            epochs=len({q.epoch for q in qualities}),
            windows=len(windows),
            independent_windows=sum(e.independent for e in windows),
            not_converged=sum(not e.converged for e in windows),
            missing_messages=self.counts.missing_messages,
            unusable=counter.dropped,
            refused_messages=self._numbers.refused + pipeline.refused,
        )

    def _taken(
        self,
        message: Message,
        missing: int,
        passed: Sequence[Message],
        notes: tuple[Note, ...],
    ) -> Taken:
        """A message behind the filters, with what is noticed once."""
        renamed = self._nulled_gate.renamed(message)
        event = message.body if isinstance(message.body, Event) else None
        if event is not None:
            self._identity = identity_from(event) or self._identity
        return Taken(
            message.seq,
            message.epoch,
            event,
            tuple(passed),
            notes,
            self._water_gate.newest if passed else None,
            missing,
            self.counts.counted,
            bool(passed) and self._mirror_watch.push(renamed.body),
        )

    def _filter(
        self, message: Message, filters: Sequence[MessageFilter]
    ) -> tuple[Sequence[Message], tuple[Note, ...]]:
        """What goes on in a message's place behind some filters; what they say."""
        notes: tuple[Note, ...] = ()
        passed = [message]
        for one in filters:
            filtered = [one.filter(each) for each in passed]
            passed = [each for some in filtered for each in some.messages]
            notes += tuple(note for some in filtered for note in some.notes)
        return passed, notes

    def _says_late(self) -> bool:
        """Whether the newest message says what changes those before it."""
        return self.begun and (self._marks.late or self._nulled_gate.late)

    def _work_again(self) -> tuple[Update, ...]:
        """Work through all that came once more; what each message causes now."""
        kept, self._analysis = self._analysis.kept, self._analysis.anew()
        return tuple(self._analysis.work(taken) for taken in kept)

    def _begin_again(self, messages: Sequence[Message]) -> None:
        """Begin the session again with messages that came already."""
        self._analysis = self._analysis.anew()
        for message in messages:
            passed, _ = self._filter(message, self._behind_zeros)
            self._analysis.work(Taken(message.seq, message.epoch, None, tuple(passed)))
