"""Messages in, updates out: the order of the steps, on one page.

    start      -> basis set on the acquisition's grid, a new epoch
    water      -> coil weights, eddy phase, water amplitude
    nulled     -> a block apart -> macromolecules of the basis set (`nulled_scan`)
    metabolite -> combined, aligned, weighted (`preparation`) -> course -> window fit
    event      -> boundaries, reference period -> the whole course again
    end        -> the whole course again, for the last time

What comes out depends on the messages, their order and the settings alone: there is no
clock here, so that a live run and its replay give the same bits.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_notes import EpochNotes
from monitor.analysis.course.intake import Intake
from monitor.analysis.course.nulled_scan import said_of
from monitor.analysis.course.periods import Periods, range_of
from monitor.analysis.course.plan import Plan
from monitor.analysis.course.session_basis import SessionBasis
from monitor.analysis.course_fits import CourseFits
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.model_for import unexpected
from monitor.analysis.fit.window import whole_cycles
from monitor.analysis.note import NoteKind, notes_of
from monitor.analysis.refusal import refusal
from monitor.analysis.settings_event import changed_by, concerned_by
from monitor.analysis.tracking.free_baseline import bends_now
from monitor.analysis.update import Update
from monitor.analysis.ways_to_change import WaysToChange
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.span import Span
from streams.messages.transient import (
    EPOCH_EVENTS,
    MM_END,
    Acquisition,
    Body,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)

BEING_MEASURED = "Macromolecules are being measured: these transients enter no window."


class Standing(NamedTuple):
    """How often what came before a transient has changed with one, and by what."""

    joined: int
    begun_again: int
    lies_elsewhere: int


class Pipeline:
    """Turns messages into updates; the one owner of a session's numerics.

    Parameters
    ----------
    settings : of the protocol
    basis : as read from its file
    freedom : what a cold fit may move; None: what suits the basis set

    `live` may be set to False for a recording that is only wanted whole: nothing is
    fitted before the end message then, and what comes out at the end is the same.
    """

    def __init__(
        self, settings: Settings, basis: BasisSet, freedom: Freedom | None = None
    ) -> None:
        self.settings = settings
        self.live = True
        self.course = Course(Freedom(), aligned=settings.align)
        self.course.rejected = frozenset(settings.rejected_epochs)
        self.intake = Intake(self.course, settings)
        self.intake.judge.take_spans(settings.left_out_s, settings.taken_in_s)
        self.basis = SessionBasis(basis, self.intake, freedom)
        self.ways = WaysToChange(self.course, self.intake.judge, settings)
        self.periods = Periods(settings.reference_s)
        self._fits = CourseFits(self.course, self.intake, self.ways)
        self.refused = 0
        self._refused: Body | None = None  # the newest message, where it was refused
        self.epoch_notes = EpochNotes(self.intake, self.periods)

    def push(self, message: Message) -> Update:
        """Work through one message.

        A transient or event that cannot be used changes nothing and is named in the
        update's notes: a run must not end because of one bad message.

        Raises
        ------
        InputError : the basis set does not belong to what a start message announces
        """
        update, body = Update(message.seq, message.epoch), message.body
        self._refused = None
        try:
            match body:
                case Start():
                    update = self._start(body, update)
                case Transient(kind=Kind.METABOLITE):
                    update = self._metabolite(body, update)
                case Transient(kind=Kind.MACROMOLECULE):
                    update = self._macromolecule(body, update)
                case Transient():
                    self.intake.reference_frame(body)
                case Event():
                    update = self._event(body, update)
                case End():
                    update = self._end(body, update)
        except InputError as error:
            if isinstance(body, Start):
                raise
            self.refused, self._refused = self.refused + 1, body
            update = replace(update, notes=(refusal(str(error), body),))
        if self.intake.joined:
            update = replace(update, joined=dict(self.intake.joined))
        if notes := self.epoch_notes.take():
            update = replace(update, notes=(*update.notes, *notes))
        return update

    def kept(self, message: Message) -> Message | None:
        """What to keep of the message just pushed, to push it once more; None: nothing.

        Only transients are large: of several coils their combined FID is enough.
        """
        body = message.body
        if not isinstance(body, Transient) or body is self._refused:
            return message
        kept = self.intake.kept(body)
        if kept is None:
            return None
        return message if kept is body else replace(message, body=kept)

    @property
    def acquisition(self) -> Acquisition | None:
        """Of the present series, None before the first."""
        return self.intake.acquisition

    @property
    def reference_s(self) -> Span | None:
        """Start and end of the reference period; None before it is known."""
        return self.periods.reference_s

    @property
    def plan(self) -> Plan:
        """What is done with the transients at present."""
        steps = self.intake.cycle_steps
        return Plan(
            whole_cycles(self.settings.window, steps),
            whole_cycles(self.settings.step, steps),
            self.periods.infusion_s,
            self.reference_s,
        )

    def _start(self, body: Start, update: Update) -> Update:
        """Begin a session or a further series."""
        if self.intake.end_trial():
            update = self._redone(update)
        self.basis.nulled.close()
        update, anew = self._judge_block(update)
        if anew:
            update = self._redone(update)
        acquisition = body.acquisition
        notes = self.basis.begin_series(acquisition, self.settings, update.epoch)
        said = (
            *notes_of(NoteKind.EXPECTATION, unexpected(acquisition, self.settings)),
            *notes,
            *notes_of(NoteKind.OUTCOME, self.basis.lacking(self.settings.outcome)),
        )
        said = (*update.notes, *said)
        return replace(update, acquisition=acquisition, source=body.source, notes=said)

    def _end(self, body: End, update: Update) -> Update:
        """Do the whole course again, for the last time."""
        self.intake.end_trial()
        self.basis.nulled.close()
        update, _ = self._judge_block(update, ended=True)
        self.intake.align_again(self.reference_s)
        return self._fits.with_weights(self._redone(replace(update, ended=body.reason)))

    def _metabolite(self, body: Transient, update: Update) -> Update:
        """Prepare, take into the course, fit the window that it completes."""
        over = self.periods.over(body.time_s)
        if over is not None:
            self._set_reference(over)
        before = self._standing()
        self.basis.nulled.close()
        strip, strip_raw = self.intake.push(body, update.seq, update.epoch)
        quality = self.course.qualities[-1]
        update = replace(update, quality=quality, strip=strip, strip_raw=strip_raw)
        if before.begun_again != self.intake.begun_again:
            update = self._fits.with_weights(update)
        update, anew = self._judge_block(update)
        if over is not None or anew:
            return self._redone(update)
        other = before != self._standing()
        if other or (self.live and self.course.outgrown):
            return self._redone(update)
        if not self.live or not self._fits.anything:
            return update
        if self.intake.judge.due() and self.intake.judge_again():
            return self._redone(self._fits.with_weights(update))
        newest = self._fits.newest(update, self.plan, self.settings)
        if newest.estimate is not None and bends_now(self.course, self.plan):
            return self._redone(update)
        update = self.ways.step(newest, self.plan, self.settings.outcome)
        return replace(update, quality=self.course.qualities[-1])

    def _macromolecule(self, body: Transient, update: Update) -> Update:
        """Take a transient of a block that measures macromolecules."""
        progress = self.basis.take_nulled(body, update.seq)
        said = (BEING_MEASURED,) if progress.transients == 1 else ()
        notes = (*update.notes, *notes_of(NoteKind.MACROMOLECULES, said))
        return replace(update, nulled=progress, notes=notes)

    def _judge_block(self, update: Update, ended: bool = False) -> tuple[Update, bool]:
        """Judge a block that has ended; whether all is to be done again with it."""
        measured = self.basis.judge_block(self.settings, ended)
        if measured is None:
            return update, False
        said = notes_of(NoteKind.MACROMOLECULES, said_of(measured, self.settings))
        update = replace(update, measured_mm=measured, notes=(*update.notes, *said))
        if anew := self.basis.is_outdated(self.settings):
            self.basis.put_models(self.settings)
        return update, anew

    def _standing(self) -> Standing:
        """What of transients that came before a new one may change."""
        places, intake = self.course.offsets.places, self.intake
        return Standing(len(intake.joined), intake.begun_again, len(places.begins))

    def _event(self, body: Event, update: Update) -> Update:
        """Note an event; some of them change what is done with the transients."""
        update = replace(update, event=body)
        if body.kind in EPOCH_EVENTS:
            joined = self.intake.end_trial()
            if self.intake.begin_epoch(update.epoch):
                return self._redone(update) if joined else update
        if body.kind in ("infusion_start", "infusion_stop"):
            self.periods.mark(body.time_s, body.kind == "infusion_start")
        if body.kind == "infusion_start" and self.settings.reference_s is None:
            self._set_reference((self._first_s(), body.time_s))
        elif body.kind == "reference":
            self._set_reference(range_of(body.text))
        elif body.kind == "settings":
            return self._change_settings(body.text, update)
        elif body.kind == MM_END:
            self.basis.nulled.close()
            update, anew = self._judge_block(update)
            return self._redone(update) if anew else update
        elif body.kind not in ("infusion_start", "infusion_stop"):
            return update
        # A stop is no reason for other session models: no verdict turns with it.
        stops = body.kind == "infusion_stop" and self.course.reference is not None
        return self._redone(update, anew=not stops, marked=True)

    def _change_settings(self, text: str, update: Update) -> Update:
        """Change settings, and do again what they concern: not what is only shown."""
        held = self.settings
        s = changed_by(text, held)
        lacking = self.basis.lacking(s.outcome)
        if lacking and s.outcome != held.outcome:
            raise InputError(lacking[0])
        self.settings = s
        self.course.rejected = frozenset(s.rejected_epochs)
        self.intake.judge.take_spans(s.left_out_s, s.taken_in_s)
        concerned = concerned_by(held, s)
        if concerned.macromolecules:
            self.basis.put_models(s)
        if not (concerned.windows or concerned.models):
            return self.ways.look_ahead(update, self.plan, s)
        # Other windows leave the session models, and so the tracker, as they are.
        return self._redone(update, concerned.models or self.course.reference is None)

    def _redone(
        self, update: Update, anew: bool = True, marked: bool = False
    ) -> Update:
        """Do the whole course again, where there is one and somebody wants it now."""
        if not self.course.qualities or not (self.live or update.ended is not None):
            return update
        return self._fits.whole(
            update, self.plan, self.settings, anew, marked, live=self.live
        )

    def _first_s(self) -> float:
        return self.course.qualities[0].time_s if self.course.qualities else 0.0

    def _set_reference(self, reference_s: Span) -> None:
        self.periods.reference_s = reference_s
        self.intake.freeze(reference_s[1])
