"""Transients on their way into the course: prepared, then kept; water and noise too.

Each epoch begins with water references of its own, from which the amplitude of the
water is measured when the first metabolite transient of the epoch has come: on the
scale of the coil combination that it is combined with.

A new series is an epoch of its own until its transients say that nothing has moved
since the one before (`preparation.trial`): then it is that epoch, and its number stands
for nothing more.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.contamination.judge import Judge
from monitor.analysis.course.beginnings import Beginnings, as_it_came
from monitor.analysis.course.course import Course
from monitor.analysis.course.curves import strip_of
from monitor.analysis.course.water_reference import water_amplitude
from monitor.analysis.fit.curves import Curve
from monitor.analysis.fit.model import Model
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.second_pass import session_realigned
from monitor.analysis.signal.noise import at_least_the_floor, noise_sd_of
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, ComplexFID, Kind, Transient

NEWEST = 16
LARGEST = 1e12
"""Sums of squares of larger numbers leave single precision."""


def check_size(fid: ComplexFID) -> None:
    """Refuse numbers that cannot be calculated with; said in the same words each time.

    Raises
    ------
    InputError : one of them is larger than `LARGEST`
    """
    parts = np.abs(fid.real), np.abs(fid.imag)  # the magnitude itself may overflow
    if max(float(part.max(initial=0.0)) for part in parts) > LARGEST:
        raise InputError(
            f"Transients with numbers above {LARGEST:.0e}, which cannot be right, are "
            "left out: scale them at their source."
        )


@dataclass(slots=True)
class Intake:
    """Prepares transients and puts them into a course; one owner.

    Attributes
    ----------
    course : takes them
    settings : of the protocol, as the session began
    acquisition : of the present series, None before the first
    waters : water references of the present epoch
    waters_taken : water references of all epochs that are used
    judge : finds the stretches that are unlike the rest
    joined : epochs that are another one gone on, and which
    begun_again : how often an epoch was prepared anew from its good part on
    said : of series, since it was last taken
    acquisitions : of each epoch
    lines_hz : how much too high in ppm the newest transients' lines lie
    """

    course: Course
    settings: Settings
    acquisition: Acquisition | None = None
    waters: list[ComplexFID] = field(default_factory=list)
    waters_taken: int = 0
    judge: Judge = field(default_factory=Judge)
    joined: dict[int, int] = field(default_factory=dict)
    begun_again: int = 0
    said: list[str] = field(default_factory=list)
    acquisitions: dict[int, Acquisition] = field(default_factory=dict)
    lines_hz: deque[float] = field(default_factory=lambda: deque(maxlen=NEWEST))
    _earlier_waters: list[ComplexFID] = field(default_factory=list)
    _preparation: Preparation | None = None
    _model: Model | None = None
    _newest: Prepared | None = None
    _steps: list[int] = field(default_factory=list)
    _shifts_hz: dict[int, float] = field(default_factory=dict)
    _series_s: float = 0.0
    _cycle_from: tuple[int, int] = (-1, 0)  # series, count of its first transient
    _beginnings: Beginnings = field(default_factory=Beginnings)

    def begin_series(self, acquisition: Acquisition, model: Model, epoch: int) -> None:
        """Begin a series with the basis set on its acquisition's grid."""
        self.acquisition, self._model = acquisition, model
        self.acquisitions[epoch] = acquisition
        self.judge.cycle_steps = self.cycle_steps
        self.judge.rejects = self.settings.reject
        last = self.course.qualities[-1].epoch if self.course.qualities else None
        self.course.begin_epoch(epoch, model)
        self._earlier_waters, self.waters = self.waters, []
        if self._preparation is None:
            self._preparation = Preparation(acquisition, self.settings)
        elif last is None or self.settings.new_series == "new":
            self._preparation.new_epoch(acquisition)
        else:
            declared = self.settings.new_series == "same"
            self._preparation.new_series(acquisition, last, declared)
        if self._preparation.elsewhere:
            self._lies_elsewhere(epoch)

    def begin_epoch(self, epoch: int) -> bool:
        """Begin an epoch of the same series; whether there is one."""
        if self.acquisition is None or self._model is None:
            return False
        self.acquisitions[epoch] = self.acquisition
        self.course.begin_epoch(epoch, self._model)
        self.waters = []
        if self._preparation is not None:
            self._preparation.new_epoch(self.acquisition)
        return True

    def put_models(self, model_of: Callable[[Acquisition], Model]) -> None:
        """Put every epoch on another basis set."""
        models = {a: model_of(a) for a in set(self.acquisitions.values())}
        for epoch in self.course.grids:
            self.course.begin_epoch(epoch, models[self.acquisitions[epoch]])
        if self.acquisition is not None:
            self._model = models[self.acquisition]

    def end_trial(self) -> bool:
        """Decide on a series that ends before it was; whether it was another one."""
        if self._preparation is None or self._model is None:
            return False
        tried = self._preparation.on_trial
        again = self._preparation.end_trial()
        for prepared in again:
            self._replace(prepared, self._model)
            self._show(prepared, self._model)
        if tried:
            self._tell()
        return bool(again)

    def _lies_elsewhere(self, epoch: int) -> None:
        """Take in that an epoch lies elsewhere than the one before it."""
        self.course.offsets.places.begins.add(epoch)
        self.said.append(
            "The voxel lies elsewhere than before: how far another tissue may put the "
            "two apart is in every interval across them."
        )

    def _tell(self) -> None:
        """Say what has become of a series that was on trial."""
        if self._preparation is None:
            return
        what = f"The series that began at {self._series_s:.0f} s "
        if moved := self._preparation.moved:
            self.said.append(what + f"is an epoch of its own: {'; '.join(moved)}.")
            if self._preparation.elsewhere:
                self._lies_elsewhere(self.course.epochs[-1])
        else:
            self.said.append(
                what + "goes on with the epoch before it: nothing has moved since."
            )

    def take_said(self) -> tuple[str, ...]:
        """What is to be said since the last call."""
        taken, self.said = tuple(self.said), []
        return taken

    @property
    def on_trial(self) -> bool:
        """Whether the newest epoch may yet be the one before it."""
        return self._preparation is not None and self._preparation.on_trial

    @property
    def combination(self) -> Combination | None:
        """Coil weights and eddy phase of the newest epoch; None before the first."""
        return None if self._preparation is None else self._preparation.combination

    @property
    def cycle_steps(self) -> int:
        """Transients in a phase cycle; 1 before the first series."""
        return self.acquisition.phase_cycle_steps if self.acquisition else 1

    def freeze(self, time_s: float) -> None:
        """The reference period ends at `time_s`: from there the template stays."""
        if self._preparation is not None:
            self._preparation.freeze(time_s)

    def kept(self, body: Transient) -> Transient | None:
        """What to keep of the transient just pushed; None: it left no trace."""
        preparation, _ = self._ready()
        if body.kind == Kind.MACROMOLECULE:
            return body
        if body.kind != Kind.METABOLITE:
            return None if preparation.combination.settled else body
        if self._newest is None:
            return body
        fid = preparation.combined(body.fid, self._newest)
        return body if fid is body.fid else replace(body, fid=fid)

    def reference_frame(self, body: Transient) -> None:
        """Take a water reference or a noise transient."""
        check_size(body.fid)
        preparation, _ = self._ready()
        if body.kind == Kind.NOISE:
            preparation.push_noise(body.fid)
        elif preparation.push_water(body.fid):
            self.waters.append(body.fid)
            self.waters_taken += 1

    def check_nulled(self, body: Transient, number: int) -> None:
        """Refuse a transient of a block that measures macromolecules, as any other.

        Raises
        ------
        InputError : its shape or its numbers are not what the series announced
        """
        check_size(body.fid)
        self._ready()[0].check(number, body.fid)

    def foresee(self, bodies: Sequence[Transient]) -> None:
        """Look at transients of a file that are to come, all at once."""
        if self._preparation is not None:
            self._preparation.foresee([body.fid for body in bodies])

    def push(self, body: Transient, seq: int, epoch: int) -> tuple[Curve, Curve]:
        """Take a metabolite transient; its strips, aligned and not aligned."""
        check_size(body.fid)
        preparation, model = self._ready()
        series, epoch = epoch, self.joined.get(epoch, epoch)
        if series != self._cycle_from[0]:
            self._series_s = body.time_s
        tried = preparation.on_trial
        if epoch not in self.course.grids:  # what began it was lost, or never sent
            self.begin_epoch(epoch)
        step = self._cycle_step(body.count, series)
        qualities = self.course.qualities
        place = len(qualities)
        prepared = preparation.push(place, seq, epoch, body.time_s, body.fid, step)
        if not qualities or qualities[-1].epoch != epoch:
            self._measure_water(preparation, model)
        self._newest = prepared
        self._take(prepared, model)
        self._steps.append(step)
        if prepared.redone or epoch not in self._shifts_hz:
            self._shifts_hz[epoch] = preparation.absolute.shift_hz
        if prepared.quality.epoch == epoch:  # else it comes in its order below
            self._show(prepared, model)
        for earlier in prepared.redone:
            self._replace(earlier, model)
            self._show(earlier, model)
        self._place_lines(preparation, prepared)
        if tried and not preparation.on_trial:
            self._tell()
        self._look_back(prepared.quality.epoch, model)
        return (
            strip_of(prepared.spectrum, model, preparation),
            strip_of(prepared.came, model, preparation),
        )

    def _place_lines(self, preparation: Preparation, prepared: Prepared) -> None:
        """Note where the lines are, once the epoch's own template says so."""
        if preparation.settled:
            place_hz = preparation.absolute.shift_hz
            newest = [one.quality for one in prepared.redone] or [prepared.quality]
            self.lines_hz.extend(place_hz + q.shift_hz for q in newest if q.counts)

    def _look_back(self, epoch: int, model: Model) -> None:
        """Prepare an epoch anew where it began in another state than its good part."""
        preparation, _ = self._ready()
        if preparation.on_trial:
            return
        course, begun_at = self.course, preparation.begun_at
        good = self._beginnings.good_from(course, self.judge, epoch, begun_at)
        if good is None:
            return
        aligned, own = self.settings.align, course.transients_of(epoch)
        came = [as_it_came(course, i, self._steps[i], aligned) for i in own]
        again = preparation.begin_again(came, good)
        if not again:
            return
        self._shifts_hz[epoch] = preparation.absolute.shift_hz
        for prepared in again:
            self._replace(prepared, model)
            self._show(prepared, model)
        self.begun_again += 1
        at_s = course.qualities[own.start + good].time_s
        self.said.append(
            f"What came before {at_s:.0f} s is unlike the rest: all was aligned anew, "
            "to what came after it."
        )

    def judge_again(self) -> bool:
        """Ask the judge anew; whether a transient before the newest changed weight."""
        qualities, moved = self.course.qualities, False
        for i, judged in enumerate(self.judge.qualities()):
            held = qualities[i]
            if (held.weight, held.flags) != (judged.weight, judged.flags):
                qualities[i] = replace(held, weight=judged.weight, flags=judged.flags)
                moved |= held.weight != judged.weight and i < len(qualities) - 1
        return moved

    def align_again(self, reference_s: tuple[float, float] | None) -> None:
        """Second pass, where it was asked for; a live session cannot."""
        self.judge_again()
        if not (self.settings.two_pass and self.settings.align):
            return
        course = self.course
        again = session_realigned(
            course.fids,
            course.qualities,
            {epoch: model.axis for epoch, model in course.grids.items()},
            reference_s,
            self.cycle_steps,
        )
        fids = [fid.astype(np.complex64) for fid in again.fids]
        course.put_all(fids, again.qualities)

    def _ready(self) -> tuple[Preparation, Model]:
        if not (self._preparation and self._model):
            raise InputError("A transient came before any start message: it is left.")
        return self._preparation, self._model

    def _cycle_step(self, count: int, series: int) -> int:
        """Step of the phase cycle by the scanner's counter, which loses none."""
        if self._cycle_from[0] != series:
            self._cycle_from = (series, count)
        return count - self._cycle_from[1]

    def _take(self, prepared: Prepared, model: Model) -> None:
        fid = prepared.aligned.astype(np.complex64)
        self.course.append(fid, prepared.quality, _noise_sd(prepared, model))

    def _show(self, prepared: Prepared, model: Model) -> None:
        """Show the judge a transient."""
        preparation, _ = self._ready()
        i, epoch = prepared.index, prepared.quality.epoch
        self.judge.put(
            prepared,
            model.axis,
            self._shifts_hz[epoch],
            preparation.line.height,
            self._steps[i],
        )

    def _replace(self, prepared: Prepared, model: Model) -> None:
        """Put one of the first transients anew in its place."""
        fid, noise_sd = (
            prepared.aligned.astype(np.complex64),
            _noise_sd(prepared, model),
        )
        before = prepared.quality.epoch
        epoch = self.course.qualities[prepared.index].epoch
        if epoch != before:
            self._join(epoch, before)
        self.course.put(prepared.index, fid, prepared.quality, noise_sd)

    def _join(self, epoch: int, before: int) -> None:
        """A series is the epoch before it gone on, whose water stands for it too."""
        if epoch in self.joined:
            return
        self.joined[epoch] = before
        self.course.join_epoch(epoch, before)
        self.judge.forget(epoch)
        self.waters_taken -= len(self.waters)
        self.waters = self._earlier_waters

    def _measure_water(self, preparation: Preparation, model: Model) -> None:
        """Amplitude of the water reference, on the scale of the combined FIDs."""
        water = water_amplitude(self.waters, preparation.combination)
        if water is None:
            return
        epoch = max(self.course.grids)
        self.course.water = self.course.waters[epoch] = water
        self.course.begin_epoch(epoch, model)


def _noise_sd(prepared: Prepared, model: Model) -> float:
    """SD of one real component of a transient's noise."""
    sd = noise_sd_of(prepared.spectrum, model.dwell_time_s, model.frequency_mhz)
    # Without any noise (a simulation) the fit still needs a scale.
    return at_least_the_floor(float(sd), prepared.aligned) or 1.0
