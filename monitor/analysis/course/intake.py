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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.contamination.judge import Judge
from monitor.analysis.course.beginnings import Beginnings
from monitor.analysis.course.course import Course
from monitor.analysis.course.curves import strip_of
from monitor.analysis.course.cycle_steps import CycleSteps
from monitor.analysis.course.epoch_waters import EpochWaters
from monitor.analysis.course.put_realigned import put_realigned
from monitor.analysis.course.series_sentences import SeriesSaid
from monitor.analysis.fit.curves import Curve
from monitor.analysis.fit.model import Model
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.preparation import Preparation
from monitor.analysis.preparation.prepared import Prepared
from monitor.protocol.settings import Settings
from streams.errors import InputError
from streams.messages.transient import Acquisition, Kind, Transient

NEWEST = 16


@dataclass(slots=True)
class Intake:
    """Prepares transients and puts them into a course; one owner.

    Attributes
    ----------
    course : takes them
    settings : of the protocol, as the session began
    acquisition : of the present series, None before the first
    waters : water references
    judge : finds the stretches that are unlike the rest
    joined : epochs that are another one gone on, and which
    begun_again : how often an epoch was prepared anew from its good part on
    said : what is to be said of series and epochs
    acquisitions : of each epoch
    lines_hz : how much too high in ppm the newest transients' lines lie
    """

    course: Course
    settings: Settings
    acquisition: Acquisition | None = None
    waters: EpochWaters = field(default_factory=EpochWaters)
    judge: Judge = field(default_factory=Judge)
    joined: dict[int, int] = field(default_factory=dict)
    begun_again: int = 0
    said: SeriesSaid = field(default_factory=SeriesSaid)
    acquisitions: dict[int, Acquisition] = field(default_factory=dict)
    lines_hz: deque[float] = field(default_factory=lambda: deque(maxlen=NEWEST))
    _preparation: Preparation | None = None
    _model: Model | None = None
    _newest: Prepared | None = None
    _steps: list[int] = field(default_factory=list)
    _shifts_hz: dict[int, float] = field(default_factory=dict)
    _cycle: CycleSteps = field(default_factory=CycleSteps)
    _beginnings: Beginnings = field(default_factory=Beginnings)

    def begin_series(self, acquisition: Acquisition, model: Model, epoch: int) -> None:
        """Begin a series with the basis set on its acquisition's grid."""
        self.acquisition, self._model = acquisition, model
        self.acquisitions[epoch] = acquisition
        self.judge.cycle_steps = self.cycle_steps
        self.judge.rejects = self.settings.reject
        last = self.course.qualities[-1].epoch if self.course.qualities else None
        self.course.begin_epoch(epoch, model)
        self.waters.begin_series()
        if self._preparation is None:
            self._preparation = Preparation(acquisition, self.settings)
        elif last is None or self.settings.new_series == "new":
            self._preparation.new_epoch(acquisition)
        else:
            same = self.settings.new_series == "same"
            self._preparation.new_series(acquisition, last, same)
        if self._preparation.elsewhere:
            self._lies_elsewhere(epoch)

    def begin_epoch(self, epoch: int) -> bool:
        """Begin an epoch of the same series; whether there is one."""
        if self.acquisition is None or self._model is None:
            return False
        self.acquisitions[epoch] = self.acquisition
        self.course.begin_epoch(epoch, self._model)
        self.waters.begin_epoch()
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
        self._replace(again, self._model)
        if tried:
            self._tell()
        return bool(again)

    def _lies_elsewhere(self, epoch: int) -> None:
        """Take in that an epoch lies elsewhere than the one before it."""
        self.course.offsets.places.begins.add(epoch)
        self.said.lies_elsewhere()

    def _tell(self) -> None:
        """Say what has become of a series that was on trial."""
        if self._preparation is None:
            return
        moved = self._preparation.moved
        self.said.tried(moved)
        if moved and self._preparation.elsewhere:
            self._lies_elsewhere(self.course.epochs[-1])

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
        preparation, _ = self._ready()
        if body.kind == Kind.NOISE:
            preparation.push_noise(body.fid)
        elif preparation.push_water(body.fid):
            self.waters.push(body.fid)

    def check_nulled(self, body: Transient, number: int) -> None:
        """Refuse a transient of a block that measures macromolecules, as any other.

        Raises
        ------
        InputError : its shape is not what the series announced
        """
        self._ready()[0].check(number, body.fid)

    def foresee(self, bodies: Sequence[Transient]) -> None:
        """Look at transients of a file that are to come, all at once."""
        if self._preparation is not None:
            self._preparation.foresee([body.fid for body in bodies])

    def push(self, body: Transient, seq: int, epoch: int) -> tuple[Curve, Curve]:
        """Take a metabolite transient; its strips, aligned and not aligned."""
        preparation, model = self._ready()
        series, epoch = epoch, self.joined.get(epoch, epoch)
        if series != self._cycle.series:
            self.said.begun_s = body.time_s
        tried = preparation.on_trial
        if epoch not in self.course.grids:  # what began it was lost, or never sent
            self.begin_epoch(epoch)
        step = self._cycle.of(body.count, series)
        place = len(qualities := self.course.qualities)
        prepared = preparation.push(place, seq, epoch, body.time_s, body.fid, step)
        if not qualities or qualities[-1].epoch != epoch:
            self.waters.measure(self.course, preparation.combination, model)
        self._newest = prepared
        fid = prepared.aligned.astype(np.complex64)
        self.course.append(fid, prepared.quality, prepared.noise_sd(model.axis))
        self._steps.append(step)
        if prepared.redone or epoch not in self._shifts_hz:
            self._shifts_hz[epoch] = preparation.absolute.shift_hz
        if prepared.quality.epoch == epoch:  # else it comes in its order below
            self._show(prepared, model)
        self._replace(prepared.redone, model)
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
        """Prepare an epoch anew where its template is not of its good part alone."""
        preparation, _ = self._ready()
        if preparation.on_trial:
            return
        course, aligned = self.course, self.settings.align
        begun_at = preparation.begun_at
        again = self._beginnings.prepared_anew(
            course, self.judge, preparation, epoch, self._steps, aligned
        )
        if again:
            self._shifts_hz[epoch] = preparation.absolute.shift_hz
            self._replace(again, model)
            self.begun_again += 1
            good_s = course.qualities[again[0].index + preparation.begun_at].time_s
            self.said.begun_again(good_s if preparation.begun_at > begun_at else None)

    def judge_again(self) -> bool:
        """Ask the judge anew; whether a transient before the newest changed.

        Its weight, or what the gain was with it.
        """
        moved = self.judge.put_weights(self.course.qualities)
        return self.course.take_gains(self.judge.gains) or moved

    def align_again(self, reference_s: tuple[float, float] | None) -> None:
        """Second pass, where it was asked for; a live session cannot."""
        self.judge_again()
        if self.settings.two_pass and self.settings.align:
            put_realigned(self.course, reference_s, self.cycle_steps)

    def _ready(self) -> tuple[Preparation, Model]:
        if not (self._preparation and self._model):
            raise InputError("A transient came before any start message: it is left.")
        return self._preparation, self._model

    def _show(self, prepared: Prepared, model: Model) -> None:
        """Show the judge a transient."""
        preparation, _ = self._ready()
        i, epoch = prepared.index, prepared.quality.epoch
        self.judge.put(
            prepared,
            model.axis,
            self._shifts_hz[epoch],
            preparation.line.height,
            prepared.noise_sd(model.axis),
            self._steps[i],
        )

    def _replace(self, again: Iterable[Prepared], model: Model) -> None:
        """Put transients that were prepared anew in their places."""
        for one in again:
            fid = one.aligned.astype(np.complex64)
            before, epoch = one.quality.epoch, self.course.qualities[one.index].epoch
            if epoch != before:
                self._join(epoch, before)
            self.course.put(one.index, fid, one.quality, one.noise_sd(model.axis))
            self._show(one, model)

    def _join(self, epoch: int, before: int) -> None:
        """A series is the epoch before it gone on, whose water stands for it too."""
        if epoch in self.joined:
            return
        self.joined[epoch] = before
        self.course.join_epoch(epoch, before, self.settings.new_series == "same")
        self.judge.forget(epoch)
        self.waters.join()
