"""Messages in, updates out: the order of the steps, on one page.

    start      -> basis set on the acquisition's grid, a new epoch
    water      -> coil weights, eddy phase, water amplitude
    metabolite -> combined, aligned, weighted (`preparation`) -> course -> window fit
    event      -> boundaries, reference period -> the whole course again
    end        -> the whole course again, for the last time

What comes out depends on the messages, their order and the settings alone: there is no
clock here, so that a live run and its replay give the same bits.
"""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np

from monitor.analysis.basis import BasisSet
from monitor.analysis.cold import Freedom, usual
from monitor.analysis.course import Course, Plan
from monitor.analysis.fit import curves
from monitor.analysis.fitted import (
    FittedWindow,
    as_fit,
    mean_fid,
    window_problem,
)
from monitor.analysis.grid import model_for, unexpected
from monitor.analysis.model import Model
from monitor.analysis.noise import noise_sd_of
from monitor.analysis.planned import detectable_now
from monitor.analysis.preparation import Preparation, Prepared
from monitor.analysis.response import Estimate
from monitor.analysis.second_pass import session_realigned
from monitor.analysis.spectrum import Complex
from monitor.analysis.tracking import Tracking
from monitor.analysis.update import Curve, Curves, Detectable, TrackerPoint, Update
from monitor.analysis.window import whole_cycles
from monitor.settings import Settings, settings_from
from streams.errors import InputError
from streams.transient import (
    EPOCH_EVENTS,
    Acquisition,
    Body,
    ComplexFID,
    End,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)

CHANGEABLE = frozenset({"window", "step", "outcome", "rejected_epochs"})
"""Settings that an operator may change during a run."""
WATER_POINTS = 24
"""Points from which the amplitude of the water reference is extrapolated to t = 0."""


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
        self.live = True
        self._freedom = freedom
        self.course = Course(Freedom(), aligned=settings.align)
        self.course.rejected = frozenset(settings.rejected_epochs)
        self.tracking = Tracking(self.course, settings.reference_target_percent)
        self.waters: list[ComplexFID] = []
        self.infusion_s: list[float] = list(settings.infusion_s or ())
        self.reference_s: tuple[float, float] | None = None
        self.acquisition: Acquisition | None = None
        self._preparation: Preparation | None = None
        self._model: Model | None = None
        self.refused = 0
        self._seen = 0
        self._cycle_from = (-1, 0)  # epoch, count of its first transient

    def push(self, message: Message) -> Update:
        """Work through one message.

        A transient or event that cannot be used changes nothing and is named in the
        update's notes: a run must not end because of one bad message.

        Raises
        ------
        InputError : the basis set does not belong to what a start message announces
        """
        update = Update(message.seq, message.epoch)
        if isinstance(message.body, Start):
            return self._start(message.body, update)
        try:
            return self._pushed(message.body, update)
        except InputError as error:
            self.refused += 1
            return replace(update, notes=(str(error),))

    def _pushed(self, body: Body, update: Update) -> Update:
        match body:
            case Transient(kind=Kind.METABOLITE):
                return self._metabolite(body, update)
            case Transient():
                return self._reference_frame(body, update)
            case Event():
                return self._event(body, update)
            case End():
                self._align_again()
                return self._redone(replace(update, ended=body.reason))
            case _:
                return update

    def smoothed(self) -> tuple[TrackerPoint, ...]:
        """What the whole session says of each transient; empty without a tracker."""
        return self.tracking.smoothed()

    def _tracker_notes(self) -> tuple[str, ...]:
        """What the tracker logs; it speaks of the outcome, so not under a lock."""
        notes = tuple(self.tracking.take_notes())
        return () if self.settings.outcome_hidden else notes

    @property
    def plan(self) -> Plan:
        """What is done with the transients at present."""
        steps = self.acquisition.phase_cycle_steps if self.acquisition else 1
        return Plan(
            whole_cycles(self.settings.window, steps),
            whole_cycles(self.settings.step, steps),
            tuple(self.infusion_s),
            self.reference_s,
        )

    # -- messages ----------------------------------------------------------------------

    def _start(self, body: Start, update: Update) -> Update:
        """Begin a session or a further series."""
        acquisition = body.acquisition
        model, notes = model_for(self.basis, acquisition, self.settings)
        self._model, self.acquisition = model, acquisition
        self.course.freedom = replace(
            self._freedom or usual(model),
            water_removal=self.settings.water_removal,
            ratio_priors=self.settings.ratio_priors,
        )
        self.course.begin_epoch(update.epoch, model)
        self._begin_preparation(acquisition)
        notes = unexpected(acquisition, self.settings) + notes + self._unknown_outcome()
        return replace(update, acquisition=acquisition, source=body.source, notes=notes)

    def _unknown_outcome(self) -> tuple[str, ...]:
        """Say so where the basis set does not give the outcome of the protocol."""
        name, outcomes = self.settings.outcome, self.course.outcomes
        if name.endswith("/water") or outcomes is None or name in outcomes.names:
            return ()
        return (
            f"The outcome {name} is none that this basis set gives, such as "
            f"{', '.join(n for n in outcomes.names if '/' in n) or outcomes.names[0]}: "
            f"check its spelling.",
        )

    def _begin_preparation(self, acquisition: Acquisition) -> None:
        self.waters = []
        if self._preparation is None:
            self._preparation = Preparation(acquisition, self.settings)
        else:
            self._preparation.new_epoch(acquisition)

    def _reference_frame(self, body: Transient, update: Update) -> Update:
        """Take a water reference or a noise transient."""
        preparation, _, _ = self._ready()
        if body.kind == Kind.NOISE:
            preparation.push_noise(body.fid)
        elif preparation.push_water(body.fid):
            self.waters.append(body.fid)
        return update

    def _metabolite(self, body: Transient, update: Update) -> Update:
        """Prepare, take into the course, fit the window that it completes."""
        preparation, model, _ = self._ready()
        prepared = preparation.push(
            self._seen,
            update.seq,
            update.epoch,
            body.time_s,
            body.fid,
            self._cycle_step(body.count, update.epoch),
        )
        if (
            self._seen == 0
            or not self.course.qualities
            or (self.course.qualities[-1].epoch != update.epoch)
        ):
            self._measure_water(preparation, model)
        self._seen += 1
        self._take(prepared)
        for earlier in prepared.redone:
            self._replace(earlier)
        update = replace(
            update,
            quality=self.course.qualities[-1],
            strip=self._strip(prepared.aligned, model, preparation),
            strip_raw=self._strip(prepared.unaligned, model, preparation),
        )
        if self._reference_is_over(body.time_s):
            return self._redone(update)
        if not self.live or not self._anything():
            return update
        update = self._newest(update)
        return replace(
            update,
            tracker=self.tracking.step(),
            answers=self.tracking.answers,
            notes=(*update.notes, *self._tracker_notes()),
        )

    def _cycle_step(self, count: int, epoch: int) -> int:
        """Step of the phase cycle by the scanner's counter, which loses none."""
        if self._cycle_from[0] != epoch:
            self._cycle_from = (epoch, count)
        return count - self._cycle_from[1]

    def _event(self, body: Event, update: Update) -> Update:
        """Note an event; some of them change what is done with the transients."""
        update = replace(update, event=body)
        if body.kind in EPOCH_EVENTS and self.acquisition and self._model:
            self.course.begin_epoch(update.epoch, self._model)
            self._begin_preparation(self.acquisition)
            return update
        if body.kind in ("infusion_start", "infusion_stop"):
            update = self._marked(body, update)
        if body.kind == "infusion_start" and self.settings.reference_s is None:
            self._set_reference((self._first_s(), body.time_s))
        elif body.kind == "reference":
            self._set_reference(_range_of(body.text))
        elif body.kind == "settings":
            return self._resettled(body.text, update)
        elif body.kind != "infusion_stop":
            return update
        return self._redone(update)

    def _marked(self, body: Event, update: Update) -> Update:
        """Take a marker of the infusion; it goes before times that were given."""
        given = self.settings.infusion_s
        if given is not None and self.infusion_s == list(given):
            self.infusion_s.clear()
            note = (
                f"The recording marks its infusion itself: the {given[0]:g} to "
                f"{given[1]:g} s that were given are left aside."
            )
            update = replace(update, notes=(*update.notes, note))
        self.infusion_s.append(body.time_s)
        return update

    def _resettled(self, text: str, update: Update) -> Update:
        """Change settings, and do again what they concern: not what is only shown."""
        held = self.settings
        self._change_settings(text)
        s = self.settings
        if (s.window, s.step, s.rejected_epochs) == (
            held.window, held.step, held.rejected_epochs,
        ):  # fmt: skip
            return replace(update, detectable=self._detectable(self._last_estimate()))
        # Other windows leave the session models, and so the tracker, as they are.
        left_out = s.rejected_epochs != held.rejected_epochs
        return self._redone(update, left_out or self.course.reference is None)

    def _last_estimate(self) -> Estimate | None:
        last = self.course.last_fitted
        return None if last is None else self.course.estimates([last])[0]

    def _change_settings(self, text: str) -> None:
        """Take over an operator's change: {"field": value, ...}."""
        try:
            table = json.loads(text)
        except ValueError:
            table = None
        if not isinstance(table, dict) or not set(table) <= CHANGEABLE:
            raise InputError(
                f"A settings event must name some of {', '.join(sorted(CHANGEABLE))}; "
                f"{text[:80]!r} does not: nothing was changed."
            )
        checked = settings_from(table, self.settings.name)
        self.settings = self.settings.changed(
            **{field: getattr(checked, field) for field in table}
        )
        self.course.rejected = frozenset(self.settings.rejected_epochs)

    # -- steps -------------------------------------------------------------------------

    def _ready(self) -> tuple[Preparation, Model, Acquisition]:
        if not (self._preparation and self._model and self.acquisition):
            raise InputError("A transient came before any start message: it is left.")
        return self._preparation, self._model, self.acquisition

    def _take(self, prepared: Prepared) -> None:
        fid = prepared.aligned.astype(np.complex64)
        self.course.append(fid, prepared.quality, self._noise(prepared))

    def _replace(self, prepared: Prepared) -> None:
        """Put one of the first transients anew in its place."""
        place = prepared.index
        self.course.fids[place] = prepared.aligned.astype(np.complex64)
        self.course.qualities[place] = prepared.quality
        self.course.noises[place] = self._noise(prepared)

    def _align_again(self) -> None:
        """Second pass, where it was asked for; a live session cannot."""
        if not (self.settings.two_pass and self.settings.align):
            return
        course = self.course
        steps = self.acquisition.phase_cycle_steps if self.acquisition else 1
        again = session_realigned(
            course.fids, course.qualities, course.grids, self.reference_s, steps
        )
        course.fids = [fid.astype(np.complex64) for fid in again.fids]
        course.qualities = again.qualities

    def _noise(self, prepared: Prepared) -> float:
        _, model, _ = self._ready()
        sd = noise_sd_of(prepared.aligned, model.dwell_time_s, model.frequency_mhz)
        # Without any noise (a simulation) the fit still needs a scale.
        return max(float(sd), 1e-9 * float(np.abs(prepared.aligned).max())) or 1.0

    def _measure_water(self, preparation: Preparation, model: Model) -> None:
        """Amplitude of the water reference, on the scale of the combined FIDs."""
        if not self.waters:
            return
        points = min(fid.shape[1] for fid in self.waters)
        mean = np.mean([fid[:, :points] for fid in self.waters], axis=0)
        combined = preparation.combination.apply(mean)
        epoch = max(self.course.grids)
        self.course.water = _amplitude_at_zero(combined)
        self.course.waters[epoch] = self.course.water
        self.course.begin_epoch(epoch, model)

    def _strip(self, fid: Complex, model: Model, preparation: Preparation) -> Curve:
        """Phased real spectrum for the waterfall, the template's NAA being 1."""
        turn = np.exp(-1j * preparation.absolute.phase_rad)
        height = preparation.line.height
        scale = 1 / height if np.isfinite(height) and height > 0 else 1.0
        return np.asarray((model.in_band(fid) * turn * scale).real, np.float32)

    def _newest(self, update: Update) -> Update:
        """Fit the window that the newest transient completes."""
        found = self.course.newest(self.plan)
        if found is None:
            return update
        estimate, fitted = found
        return replace(
            update,
            estimate=estimate,
            curves=self.window_curves(fitted),
            detectable=self._detectable(estimate),
        )

    def _detectable(self, estimate: Estimate | None) -> Detectable | None:
        """What could be seen of the protocol's outcome."""
        return detectable_now(self.course, self.settings, self.plan, estimate)

    def _anything(self) -> bool:
        """Whether any transient of the session holds a signal."""
        return any(quality.amplitude != 0.0 for quality in self.course.qualities)

    def _redone(self, update: Update, anew: bool = True) -> Update:
        """Do the whole course again; with session models and tracker where `anew`."""
        if not self.course.qualities or not (self.live or update.ended is not None):
            return update
        if not self._anything():
            note = "Every transient is zero: check the receive coil and its plug."
            return replace(update, course=(), notes=(*update.notes, note))
        course = self.course.redo(self.plan, anew)
        tracks = None
        if anew:
            tracks = self.tracking.redo(self.infusion_s)
        return replace(
            update,
            course=course,
            estimate=course[-1] if course else None,
            curves=self._last_curves(),
            reference_curves=self._reference_curves(),
            reference_s=self.reference_s,
            tracks=tracks,
            answers=self.tracking.answers,
            detectable=self._detectable(course[-1] if course else None),
            notes=(*update.notes, *self._tracker_notes()),
        )

    def _last_curves(self) -> Curves | None:
        last = self.course.last_fitted
        return None if last is None else self.window_curves(last)

    def window_curves(self, fitted: FittedWindow) -> Curves:
        """Spectra of a window and its fit, the session's baseline in the baseline."""
        window = fitted.average.window
        session = self.course.sessions[self.course.qualities[window.first].epoch]
        mean = mean_fid(self.course.fids, fitted.average)
        problem = window_problem(session, mean, fitted.average.noise)
        fit = as_fit(session, fitted)
        data, baseline, parts = curves(problem, fit)
        back = np.conj(problem.model.turn(fit.theta))
        data = data + session.offset * back
        baseline = baseline + session.baseline * back
        return _curves_of(problem.model, data, baseline, parts)

    def _reference_curves(self) -> Curves | None:
        reference = self.course.reference
        if reference is None:
            return None
        epoch = self.course.qualities[reference.first].epoch
        session = self.course.sessions[epoch]
        return _curves_of(session.problem.model, *curves(session.problem, session.fit))

    # -- reference period --------------------------------------------------------------

    def _first_s(self) -> float:
        return self.course.qualities[0].time_s if self.course.qualities else 0.0

    def _set_reference(self, reference_s: tuple[float, float]) -> None:
        self.reference_s = reference_s
        if self._preparation is not None:
            self._preparation.freeze()

    def _reference_is_over(self, time_s: float) -> bool:
        """Whether the settings' reference period ends with this transient."""
        if self.reference_s is not None:
            return False
        given, infusion = self.settings.reference_s, self.settings.infusion_s
        if given is None and infusion is not None:
            given = (self._first_s(), infusion[0])
        if given is None or time_s < given[1]:
            return False
        self._set_reference(given)
        return True


def _range_of(text: str) -> tuple[float, float]:
    """START:END in s."""
    try:
        start, end = (float(part) for part in text.split(":"))
    except ValueError:
        raise InputError(
            f"A reference event must say START:END in seconds, not {text!r}."
        ) from None
    if not start < end:
        raise InputError(f"The reference period {text!r} ends before it starts.")
    return start, end


def _amplitude_at_zero(fid: Complex) -> float:
    """Magnitude of an FID (points,) of one line, extrapolated to t = 0."""
    heights = np.abs(fid[:WATER_POINTS])
    if heights.size < 4 or not np.all(heights > 0):
        return float(np.abs(fid[0]))
    # The first points may suffer from the receiver's filter: leave three of them out.
    n = np.arange(3, heights.size)
    _, level = np.polyfit(n, np.log(heights[3:]), 1)
    return float(np.exp(level))


def _curves_of(
    model: Model, data: Complex, baseline: Complex, parts: Complex
) -> Curves:
    """Real parts for drawing."""
    total = baseline + parts.sum(axis=1)
    return Curves(
        model.ppm.astype(np.float32),
        data.real.astype(np.float32),
        total.real.astype(np.float32),
        baseline.real.astype(np.float32),
        (data - total).real.astype(np.float32),
        {
            name: parts[:, m].real.astype(np.float32)
            for m, name in enumerate(model.names)
        },
    )
