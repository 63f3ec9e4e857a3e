"""One session analysed: messages in, updates out, one result at the end.

The one object that drives a pipeline: `analyse`, `qc`, a followed stream, the window's
worker and simulated trials all hold one.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.analysis.note import Note, NoteKind, may_be_told, notes_of
from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes, settings_for
from monitor.run.filled_zeros import FilledZeros
from monitor.run.filtered import MessageFilter
from monitor.run.lock import Lock
from monitor.run.water_gate import WaterGate
from streams.errors import InputError
from streams.messages.scanner_counter import AUTHOR, JUMPED, OF_FILE, ScannerCounter
from streams.messages.transient import (
    Body,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)
from streams.sources.checks.conjugation import ConjugationCheck

if TYPE_CHECKING:
    from monitor.analysis.course.response import Estimate
    from monitor.analysis.fit.curves import Curves
    from monitor.analysis.pipeline import Pipeline
    from monitor.analysis.tracking.point import TrackerPoint
    from monitor.run.result import Counts, Result

MIRRORED = (
    "The spectrum is mirrored at the water line: the samples are the complex "
    "conjugates of what NIfTI-MRS and this program store; conjugate the file and try "
    "again."
)


class SessionRun:
    """Works through the messages of one session.

    The pipeline is chosen when the session says what it is.  Messages before the first
    start have nothing to be analysed with; they give empty updates.

    Parameters
    ----------
    wishes : what was asked for
    live : fit while transients come; False: only once the session has ended, with the
        same result
    draws : windows and what is drawn of them are wanted while transients come

    Attributes
    ----------
    counter : what the scanner's counter says of missing transients
    counted : whether the counter was kept, so that gaps can be seen
    notes : everything that was noticed, once each
    ended : whether the end of the session has come
    """

    def __init__(self, wishes: Wishes, live: bool = True, draws: bool = True) -> None:
        self._wishes, self._live, self._draws = wishes, live, draws
        self._pipeline: Pipeline | None = None
        self._water_gate = WaterGate()
        self._filters: tuple[MessageFilter, ...] = (
            FilledZeros(self._begin_again),
            self._water_gate,
            Lock(wishes.changes, self._hide_outcome),
        )
        self.counter = ScannerCounter()
        self.counted = True
        self.notes: dict[Note, None] = {}
        self.ended = False
        self._estimates: tuple[Estimate, ...] = ()
        self._tracks: list[TrackerPoint] = []
        self._durations_ms: dict[str, list[float]] = {}
        self._missing_messages = self._waters = 0
        self._last: Message | None = None
        self._settings_are_news = False
        self._conjugation: ConjugationCheck | None = None

    @property
    def begun(self) -> bool:
        """Whether a start message has come."""
        return self._pipeline is not None

    @property
    def transients(self) -> int:
        """Metabolite transients so far."""
        return len(self._pipeline.course.qualities) if self._pipeline else 0

    @property
    def hidden(self) -> bool:
        """Whether the outcome is hidden."""
        return self._pipeline is not None and self._pipeline.settings.outcome_hidden

    def push(self, message: Message) -> Update:
        """Work through one message and keep what it gave.

        Raises
        ------
        InputError : no basis set or protocol fits what a start message announces
        """
        began = time.perf_counter()
        missing = self._count(message)
        waters = len(self._water_gate.course)
        passed, notes = self._filter(message, self._filters)
        update = Update(message.seq, message.epoch)
        for one in passed:
            opened = self._open(one.body) + _jumped(one.body)
            if self._pipeline is not None:
                update = self._pipeline.push(one)
            if opened:
                update = replace(update, notes=opened + update.notes)
        if notes:
            update = replace(update, notes=update.notes + notes)
        for water in self._water_gate.course[waters:]:
            update = replace(update, water=water)
        if self._settings_are_news and self._pipeline is not None:
            update = replace(update, settings=self._pipeline.settings)
            self._settings_are_news = False
        if missing or not self.counted:
            update = replace(update, missing=missing, counted=self.counted)
        if update.notes:
            notes = may_be_told(update.notes, self.hidden)
            update = replace(update, notes=notes)
        self._keep(message.body, update, 1e3 * (time.perf_counter() - began))
        return update

    def finish(self, reason: str = "no end message") -> tuple[Update | None, Result]:
        """End the session where no message did, and give what came out.

        Raises
        ------
        InputError : there was no start message
        """
        if self._pipeline is None:
            raise InputError("There is no start message: nothing can be analysed.")
        update, last = None, self._last
        if last is not None and not self.ended:
            end = End(self.transients, reason)
            update = self.push(Message(last.session, last.seq + 1, last.epoch, end))
        return update, self._result(self._pipeline)

    def curves_between(self, start_s: float, end_s: float) -> Curves | None:
        """Spectra and fit of a stretch of scanner time, s; see `window_curves`."""
        from monitor.run.window_curves import curves_between

        if self._pipeline is None:
            return None
        return curves_between(self._pipeline.course, start_s, end_s)

    def _result(self, pipeline: Pipeline) -> Result:
        from monitor.run.result import Result, infusion_of

        basis, intake = pipeline.basis, pipeline.intake
        return Result(
            settings=pipeline.settings,
            acquisition=pipeline.acquisition,
            basis_source=basis.source,
            basis_sha256=basis.sha256,
            plan=pipeline.plan,
            reference_s=pipeline.reference_s,
            marks_s=pipeline.infusion_s,
            infusion_s=infusion_of(pipeline),
            course=pipeline.course,
            tracking=pipeline.tracking,
            estimates=self._estimates,
            tracks=tuple(self._tracks),
            answers=pipeline.tracking.answers,
            eddy_corrected=pipeline.settings.eddy_current and bool(intake.waters),
            counts=self._counts(pipeline),
            came=self.counter.came,
            false_waters=self._water_gate.left_out,
            waters_found=self._water_gate.found,
            water_course=tuple(self._water_gate.course),
            notes=tuple(self.notes),
            durations_ms=self._durations_ms,
        )

    def _counts(self, pipeline: Pipeline) -> Counts:
        from monitor.run.result import Counts

        qualities, windows = pipeline.course.qualities, self._estimates
        used = pipeline.intake.waters_taken - self._water_gate.lent
        counter = self.counter
        return Counts(
            transients=len(qualities),
            excluded=sum(q.weight == 0 for q in qualities),
            down_weighted=sum(q.down_weighted for q in qualities),
            flagged=sum(bool(q.flags) for q in qualities),
            missing=counter.missing if self.counted else None,
            doubled=counter.doubled if self.counted else None,
            water_references=used,
            water_references_left_out=self._waters + self._water_gate.found - used,
            epochs=len({q.epoch for q in qualities}),
            windows=len(windows),
            independent_windows=sum(e.independent for e in windows),
            not_converged=sum(not e.converged for e in windows),
            missing_messages=self._missing_messages,
            refused_messages=pipeline.refused,
        )

    # -- steps -------------------------------------------------------------------------

    def _count(self, message: Message) -> int:
        """Transients found missing with a message, by the scanner's counter."""
        before = self.counter.missing
        self.counter.take(message.body)
        self.counted = not message.session.startswith(OF_FILE) or (
            self.counter.missing > 0
        )
        last_seq = -1 if self._last is None else self._last.seq
        self._missing_messages += max(message.seq - last_seq - 1, 0)
        self._last = message
        return self.counter.missing - before

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

    def _begin_again(self, messages: Sequence[Message]) -> None:
        """Begin the session again with messages that came already."""
        self._forget_pipeline()
        for message in messages:
            passed, _ = self._filter(message, self._filters[1:])
            for one in passed:
                self._open(one.body)
                if self._pipeline is not None:
                    self._pipeline.push(one)

    def _forget_pipeline(self) -> None:
        self._pipeline = None

    def _open(self, body: Body) -> tuple[Note, ...]:
        """Choose the pipeline with the first start; what was noticed in doing so."""
        if self._pipeline is not None or not isinstance(body, Start):
            return ()
        # scipy behind these takes a second, and the window's process never needs it
        from monitor.analysis.pipeline import Pipeline
        from monitor.basis.simulated import basis_for

        settings = settings_for(body, self._wishes)
        basis, notes = basis_for(settings.basis, body.acquisition)
        self._pipeline = Pipeline(settings, basis)
        self._pipeline.live, self._pipeline.draws = self._live, self._draws
        self._settings_are_news = True
        return notes_of(NoteKind.BASIS, notes)

    def _hide_outcome(self) -> bool:
        """Hide the outcome from now on; whether the session has begun already."""
        changes = {**self._wishes.changes, "outcome_hidden": True}
        self._wishes = replace(self._wishes, changes=changes)
        if self._pipeline is None:
            return False
        self._pipeline.settings = self._pipeline.settings.with_changes(
            outcome_hidden=True
        )
        self._settings_are_news = True
        return True

    def _keep(self, body: Body, update: Update, took_ms: float) -> None:
        """Keep what a message gave."""
        self.notes |= dict.fromkeys(update.notes)
        if update.settings is not None:  # a lock has come, perhaps
            self.notes = dict.fromkeys(may_be_told(self.notes, self.hidden))
        stage = "event"
        if isinstance(body, Transient):
            self._waters += body.kind == Kind.WATER
            stage = "course" if update.course is not None else "transient"
        self._durations_ms.setdefault(stage, []).append(took_ms)
        if update.course is not None:
            self._estimates = update.course
        if update.tracks is not None and not self._tracks:
            self._tracks = list(update.tracks)
        if update.tracker is not None:
            self._tracks.append(update.tracker)
        self.ended = self.ended or update.ended is not None
        self._check_conjugation(body)

    def _check_conjugation(self, body: Body) -> None:
        """Note a series whose spectrum is the wrong way round."""
        if isinstance(body, Start):
            self._conjugation = ConjugationCheck(body.acquisition)
        elif isinstance(body, Transient) and body.kind == Kind.METABOLITE:
            check = self._conjugation
            if check is not None and check.push(body.fid) and check.contradicted:
                self.notes[Note(NoteKind.SIGNAL, MIRRORED)] = None


def _jumped(body: Body) -> tuple[Note, ...]:
    """That times jumped, as the relay or the reader of the file says it."""
    if not isinstance(body, Event) or body.author != AUTHOR:
        return ()
    if not body.text.startswith(JUMPED):
        return ()
    return notes_of(NoteKind.SOURCE, [f"At {body.time_s:.0f} s {body.text}"])
