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

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.contamination.stretch import Stretch
from monitor.analysis.course.course import Course, Plan
from monitor.analysis.course.curves import last_curves, reference_curves, window_curves
from monitor.analysis.course.fitting import fit_newest, refit
from monitor.analysis.course.intake import NEWEST, Intake
from monitor.analysis.course.nulled_scan import NulledScan, said_of
from monitor.analysis.course.periods import Periods, range_of
from monitor.analysis.fit.curves import Curves
from monitor.analysis.fit.first_fit import Freedom, usual
from monitor.analysis.fit.fitted_windows import FittedWindow
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_for import model_for, unexpected
from monitor.analysis.fit.window import whole_cycles
from monitor.analysis.glm.spectral_change import SpectralChange
from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.note import Note, NoteKind, notes_of
from monitor.analysis.preparation.quality import median_of
from monitor.analysis.refusal import refusal
from monitor.analysis.settings_event import changed_by
from monitor.analysis.tracking.agreement import Agreement, agreement_of
from monitor.analysis.tracking.forecast import Foreseen, foreseen_now
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.tracking.tracking import Tracking
from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.span import Span
from streams.messages.transient import (
    EPOCH_EVENTS,
    MM_END,
    Acquisition,
    ComplexFID,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)

BEING_MEASURED = "Macromolecules are being measured: these transients enter no window."
APART = (
    "What is measured now lies in another epoch than the reference period: how far "
    "another shim, gain or place may put the two apart is in every interval."
)


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
        self.basis = basis
        self.nulled = NulledScan()
        self.measured_mm: BasisSet | None = None
        self.live = True
        self._freedom = freedom
        self.course = Course(Freedom(), aligned=settings.align)
        self.course.rejected = frozenset(settings.rejected_epochs)
        self.tracking = Tracking(self.course, settings.reference_target_percent)
        self.spectral = SpectralChange(self.course, settings.infusion_length_s)
        self.intake = Intake(self.course, settings)
        self.intake.judge.take_spans(settings.left_out_s, settings.taken_in_s)
        self.periods = Periods(settings.reference_s)
        self.refused = 0
        self.agreement: Agreement | None = None
        self._told: tuple[Stretch, ...] = ()
        self._apart: int | None = None  # the epoch of which it has been said

    def push(self, message: Message) -> Update:
        """Work through one message; see `_push`."""
        update = self._push(message)
        if self.intake.joined:
            update = replace(update, joined=dict(self.intake.joined))
        if self.course.qualities and (notes := self._epoch_notes()):
            update = replace(update, notes=(*update.notes, *notes))
        return update

    def _push(self, message: Message) -> Update:
        """Work through one message.

        A transient or event that cannot be used changes nothing and is named in the
        update's notes: a run must not end because of one bad message.

        Raises
        ------
        InputError : the basis set does not belong to what a start message announces
        """
        update, body = Update(message.seq, message.epoch), message.body
        if isinstance(body, Start):
            return self._start(body, update)
        try:
            match body:
                case Transient(kind=Kind.METABOLITE):
                    return self._metabolite(body, update)
                case Transient(kind=Kind.MACROMOLECULE):
                    return self._macromolecule(body, update)
                case Transient():
                    self.intake.reference_frame(body)
                case Event():
                    return self._event(body, update)
                case End():
                    self.intake.end_trial()
                    self.nulled.close()
                    update, _ = self._judged(update, ended=True)
                    self.intake.align_again(self.reference_s)
                    return self._redone(replace(update, ended=body.reason))
        except InputError as error:
            self.refused += 1
            return replace(update, notes=(refusal(str(error), body),))
        return update

    def smoothed(self) -> tuple[TrackerPoint, ...]:
        """What the whole session says of each transient; empty without a tracker."""
        return self.tracking.smoothed()

    def kept(self, message: Message) -> Message | None:
        """What to keep of the message just pushed, to push it once more; None: nothing.

        Only transients are large: of several coils their combined FID is enough.
        """
        body = message.body
        if not isinstance(body, Transient):
            return message
        kept = self.intake.kept(body)
        if kept is None:
            return None
        return message if kept is body else replace(message, body=kept)

    def window_curves(self, fitted: FittedWindow) -> Curves:
        """Spectra of a window and its fit, for drawing."""
        return window_curves(self.course, fitted)

    def _epoch_notes(self) -> tuple[Note, ...]:
        """What is to be said of series and epochs."""
        said = notes_of(NoteKind.SERIES, self.intake.take_said())
        course = self.course
        if course.home is None or course.epochs[-1] in (course.home, self._apart):
            return said
        if course.epochs[-1] in course.rejected or self.intake.on_trial:
            return said
        self._apart = course.epochs[-1]
        return (*said, *notes_of(NoteKind.EPOCHS, (APART,)))

    def _tracker_notes(self) -> tuple[Note, ...]:
        """What the tracker logs."""
        return notes_of(NoteKind.TRACKER, self.tracking.take_notes())

    @property
    def acquisition(self) -> Acquisition | None:
        """Of the present series, None before the first."""
        return self.intake.acquisition

    @property
    def waters(self) -> list[ComplexFID]:
        """Water references of the present epoch."""
        return self.intake.waters

    @property
    def infusion_s(self) -> tuple[float, ...]:
        """Start and stop of the infusion, scanner time, as far as they are known."""
        return self.periods.infusion_s

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
            self.infusion_s,
            self.reference_s,
        )

    # -- messages ----------------------------------------------------------------------

    def _start(self, body: Start, update: Update) -> Update:
        """Begin a session or a further series."""
        if self.intake.end_trial():
            update = self._redone(update)
        self.nulled.close()
        update, anew = self._judged(update)
        if anew:
            update = self._redone(update)
        acquisition = body.acquisition
        model, notes = self._model_for(acquisition)
        self._free(model, acquisition)
        self.intake.begin_series(acquisition, model, update.epoch)
        said = (
            *notes_of(NoteKind.EXPECTATION, unexpected(acquisition, self.settings)),
            *notes,
            *notes_of(NoteKind.OUTCOME, self._lacking(self.settings.outcome)),
        )
        said = (*update.notes, *said)
        return replace(update, acquisition=acquisition, source=body.source, notes=said)

    def _free(self, model: Model, acquisition: Acquisition) -> None:
        """Take the freedom of a cold fit that suits a model."""
        self.course.freedom = replace(
            self._freedom or usual(model, acquisition.echo_time_s),
            water_removal=self.settings.water_removal,
            ratio_priors=self.settings.ratio_priors,
        )

    def _lacking(self, outcome: str) -> tuple[str, ...]:
        """What is to be said where the basis set does not give an outcome."""
        outcomes = self.course.outcomes
        return outcomes.lacking(outcome) if outcomes else ()

    def _metabolite(self, body: Transient, update: Update) -> Update:
        """Prepare, take into the course, fit the window that it completes."""
        over = self.periods.over(body.time_s)
        if over is not None:
            self._set_reference(over)
        before = self._standing()
        self.nulled.close()
        strip, strip_raw = self.intake.push(body, update.seq, update.epoch)
        quality = self.course.qualities[-1]
        update = replace(update, quality=quality, strip=strip, strip_raw=strip_raw)
        if before.begun_again != self.intake.begun_again:
            update = replace(update, qualities=tuple(self.course.qualities))
        update, anew = self._judged(update)
        if over is not None or anew:
            return self._redone(update)
        other = before != self._standing()
        if other or (self.live and self.course.outgrown):
            return self._redone(update)
        if not self.live or not self._anything():
            return update
        if self.intake.judge.due() and self.intake.judge_again():
            return self._redone(update)
        update = self._newest(update)
        point = self.tracking.step()
        if update.estimate is not None and update.estimate.independent:
            update = replace(update, agreement=self._compared())
        return replace(
            update,
            quality=self.course.qualities[-1],
            stretches=self._new_stretches(),
            tracker=point,
            spectral_maps=self._maps_with(point),
            answers=self.tracking.answers,
            notes=(*update.notes, *self._tracker_notes()),
        )

    def _macromolecule(self, body: Transient, update: Update) -> Update:
        """Take a transient of a block that measures macromolecules."""
        self.intake.check_nulled(body, update.seq)
        acquisition = self.acquisition
        if acquisition is None:
            raise InputError("A transient came before any start message: it is left.")
        progress = self.nulled.push(body, acquisition, self.waters)
        said = (BEING_MEASURED,) if progress.transients == 1 else ()
        notes = (*update.notes, *notes_of(NoteKind.MACROMOLECULES, said))
        return replace(update, nulled=progress, notes=notes)

    def _judged(self, update: Update, ended: bool = False) -> tuple[Update, bool]:
        """Judge a block that has ended; whether all is to be done again with it.

        It waits until the session's lines have a place.
        """
        lines_hz, acquisition = self.intake.lines_hz, self.acquisition
        if not self.nulled.closed or not (lines_hz or ended) or acquisition is None:
            return update, False
        moved_hz = float(np.median(lines_hz)) if lines_hz else 0.0
        tr_s = acquisition.repetition_time_s
        line_hz = self._line_hz()
        measured = self.nulled.judge(self.basis, self.settings, moved_hz, line_hz, tr_s)
        if measured is None:
            return update, False
        said = notes_of(NoteKind.MACROMOLECULES, said_of(measured, self.settings))
        update = replace(update, measured_mm=measured, notes=(*update.notes, *said))
        shapes = self._wanted_shapes()
        if anew := shapes is not self.measured_mm:
            self._put_macromolecules(shapes)
        return update, anew

    def still_true(self, notes: Iterable[Note]) -> tuple[Note, ...]:
        """Notes but those that macromolecules were not measured, once they were."""
        if self.measured_mm is None:
            return tuple(notes)
        return tuple(note for note in notes if note.kind != NoteKind.UNMEASURED)

    def _line_hz(self) -> float:
        """Full width of the newest lines; 0 where there are none."""
        newest = [q.fwhm_hz for q in self.course.qualities[-NEWEST:] if q.counts]
        found = median_of(np.array(newest))
        return found if np.isfinite(found) else 0.0

    def _wanted_shapes(self) -> BasisSet | None:
        """Measured macromolecules, where they are to be used."""
        return self.nulled.shapes if self.settings.macromolecules == "auto" else None

    def _put_macromolecules(self, shapes: BasisSet | None) -> None:
        """Put all epochs on measured macromolecules, or on none."""
        self.measured_mm, acquisition = shapes, self.acquisition
        self.intake.put_models(lambda a: self._model_for(a)[0])
        if acquisition is not None:
            self._free(self._model_for(acquisition)[0], acquisition)

    def _model_for(self, acquisition: Acquisition) -> tuple[Model, tuple[Note, ...]]:
        return model_for(self.basis, acquisition, self.settings, self.measured_mm)

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
            return self._resettled(body.text, update)
        elif body.kind == MM_END:
            self.nulled.close()
            update, anew = self._judged(update)
            return self._redone(update) if anew else update
        elif body.kind not in ("infusion_start", "infusion_stop"):
            return update
        # A stop is no reason for other session models: no verdict turns with it.
        stops = body.kind == "infusion_stop" and self.course.reference is not None
        return self._redone(update, anew=not stops, marked=True)

    def _resettled(self, text: str, update: Update) -> Update:
        """Change settings, and do again what they concern: not what is only shown."""
        held = self.settings
        s = changed_by(text, held)
        lacking = self._lacking(s.outcome)
        if lacking and s.outcome != held.outcome:
            raise InputError(lacking[0])
        self.settings = s
        self.course.rejected = frozenset(s.rejected_epochs)
        self.intake.judge.take_spans(s.left_out_s, s.taken_in_s)
        out = (s.rejected_epochs, s.left_out_s, s.taken_in_s)
        left_out = out != (held.rejected_epochs, held.left_out_s, held.taken_in_s)
        if s.macromolecules != held.macromolecules:
            self._put_macromolecules(self._wanted_shapes())
            left_out = True
        if (s.window, s.step) == (held.window, held.step) and not left_out:
            compared, foreseen = self._compared(), self._foreseen()
            return replace(update, agreement=compared, foreseen=foreseen)
        # Other windows leave the session models, and so the tracker, as they are.
        return self._redone(update, left_out or self.course.reference is None)

    # -- steps -------------------------------------------------------------------------

    def _newest(self, update: Update) -> Update:
        """Fit the window that the newest transient completes."""
        found = fit_newest(self.course, self.plan)
        if found is None:
            return update
        estimate, fitted = found
        return replace(
            update,
            estimate=estimate,
            curves=self.window_curves(fitted),
            foreseen=self._foreseen(),
        )

    def _foreseen(self) -> Foreseen | None:
        """What can be detected of the protocol's outcome, now and as planned."""
        s = self.settings
        length_s = s.infusion_length_s
        if length_s is None and s.infusion_s is not None:
            length_s = s.infusion_s[1] - s.infusion_s[0]
        return foreseen_now(self.tracking, s.outcome, length_s, self.infusion_s)

    def _compared(self) -> Agreement | None:
        """Whether the ways to the change agree now."""
        outcome, stretches = self.settings.outcome, self.intake.judge.stretches
        self.agreement = agreement_of(self.tracking, self.plan, outcome, stretches)
        return self.agreement

    def _anything(self) -> bool:
        """Whether any transient of the session holds a signal."""
        return any(quality.amplitude != 0.0 for quality in self.course.qualities)

    def _redone(
        self, update: Update, anew: bool = True, marked: bool = False
    ) -> Update:
        """Do the whole course again; with session models and tracker where `anew`.

        `marked`: with the tracker, since there is another mark.
        """
        if not self.course.qualities or not (self.live or update.ended is not None):
            return update
        if not self._anything():
            text = "No transient holds a signal: check the receive coil and its plug."
            notes = (*update.notes, Note(NoteKind.SIGNAL, text))
            return replace(update, course=(), notes=notes)
        anew = self.intake.judge_again() or anew
        course = refit(self.course, self.plan, anew)
        tracks, maps = None, self.spectral.maps
        if anew or marked:
            tracks = self.tracking.redo_if_changed(self.infusion_s)
            maps = self._maps_again(tracks)
        return replace(
            update,
            stretches=self._new_stretches(),
            course=course,
            estimate=course[-1] if course else None,
            curves=last_curves(self.course) if self.live else None,
            reference_curves=reference_curves(self.course) if self.live else None,
            reference_s=self.reference_s,
            tracks=tracks,
            spectral_maps=maps,
            answers=self.tracking.answers,
            agreement=self._compared(),
            foreseen=self._foreseen(),
            notes=(*update.notes, *self._tracker_notes()),
        )

    def _new_stretches(self) -> tuple[Stretch, ...] | None:
        """The stretches that are unlike the rest; None where they are as last told."""
        told, self._told = self._told, self.intake.judge.stretches
        return None if self._told == told else self._told

    def _maps_with(self, point: TrackerPoint | None) -> tuple[SpectralMap, ...]:
        """What the spectra say of each course, where the newest completes a block."""
        return self.spectral.push(self.tracking.seen[-1], point) if point else ()

    def _maps_again(
        self, tracks: tuple[TrackerPoint, ...] | None
    ) -> tuple[SpectralMap, ...]:
        """The same of all transients; with new `tracks`, from new spectra."""
        if tracks is None:
            return self.spectral.again(self.infusion_s)
        return self.spectral.redo(self.tracking.seen, tracks, self.infusion_s)

    def _first_s(self) -> float:
        return self.course.qualities[0].time_s if self.course.qualities else 0.0

    def _set_reference(self, reference_s: Span) -> None:
        self.periods.reference_s = reference_s
        self.intake.freeze(reference_s[1])
