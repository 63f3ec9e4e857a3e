"""From raw coils to a transient worth averaging: the order of the steps, on one page.

    coils -> one FID (coils.py) -> eddy phase off (eddy.py) -> shift and phase against
    the template (registration.py), the step of a phase cycle taken off (cycle.py), the
    water's evidence added (navigator.py) -> measures
    (verdict.py) -> weight (weights.py)

Each step sees one transient and the past only.  The first `FIRST` transients of an
epoch are the exception that makes the rest good: they are prepared provisionally as
they arrive; with the `FIRST`-th one the coil weights are made final, the template is
made again from all of them together (so that a bad first transient does not bend it),
and `Prepared.redone` gives all of them anew, for the caller to put in their place.
What a transient is at its end depends on the order of the messages alone.

A new series may be the epoch before it gone on after a pause: it is on `trial` until
its first transients have told, and they come anew (`Prepared.redone`) if it is.

The template follows until the scanner time of `freeze`, whenever that is said.  An
epoch that begins after it freezes its own template after `REFREEZE` transients.  A
frame of shift and phase belongs to an epoch.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

import numpy as np

from monitor.analysis.preparation import eddy
from monitor.analysis.preparation import measures as quality_measures
from monitor.analysis.preparation.combination import Combination
from monitor.analysis.preparation.epoch import Epoch, Place
from monitor.analysis.preparation.first_transients import settle
from monitor.analysis.preparation.measures import Absolute, NaaLine
from monitor.analysis.preparation.one_transient import (
    check,
    place_in_frame,
    prepare,
    worth_keeping,
)
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.preparation.series_on_trial import Trial, in_place, like
from monitor.analysis.signal.acquisition import check_acquisition
from monitor.analysis.signal.axis import Axis
from monitor.analysis.signal.noise import Coils
from monitor.analysis.signal.spectrum import Complex
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

FIRST = 16
REFREEZE = 32


class Preparation:
    """Turns transients into `Prepared` ones; one owner, no clock."""

    def __init__(self, acquisition: Acquisition, settings: Settings) -> None:
        self._settings = settings
        self._freeze_s = math.inf
        self._refreeze = False
        self._trial: Trial | None = None
        self._tried = False
        self._before: tuple[Epoch, Acquisition, tuple[bool, bool]] | None = None
        self.moved: tuple[str, ...] = ()
        self.elsewhere = False  # than the epoch before, as far as is known
        self._acquisition = acquisition
        self.new_epoch(acquisition)

    def new_series(self, acquisition: Acquisition, number: int, declared: bool) -> None:
        """Begin an epoch that may be the one before, `number`, gone on.

        `declared`: it is, whatever its transients say.
        """
        if self._epoch.seen or self._before is None:
            frozen = self._frozen, self._refreeze
            self._before = self._epoch, self._acquisition, frozen
        state, was, frozen = self._before
        alike = like(acquisition, was)
        self.new_epoch(acquisition)
        if alike and state.first is None:
            self._trial = Trial.of(state, number, declared, frozen)

    def new_epoch(self, acquisition: Acquisition) -> None:
        """Forget coil weights, eddy phase and template: nothing averages across."""
        check_acquisition(acquisition)
        self._trial = None
        self.elsewhere = not in_place(acquisition, self._acquisition)
        self._acquisition = acquisition
        self._frozen = False
        self._epoch = Epoch.begun(acquisition, self._settings)

    @property
    def on_trial(self) -> bool:
        """Whether the epoch may yet be the one before it; `moved` says why not."""
        return self._trial is not None and bool(self._trial.fids)

    @property
    def axis(self) -> Axis:
        """Points, dwell time and frequency of the epoch."""
        return self._epoch.axis

    @property
    def settled(self) -> bool:
        """Whether the first transients of the epoch have made its template."""
        return self._epoch.first is None

    @property
    def absolute(self) -> Absolute:
        """Absolute shift and phase of the template."""
        return self._epoch.absolute

    @property
    def line(self) -> NaaLine:
        """The template's tNAA line."""
        return self._epoch.line

    @property
    def combination(self) -> Combination:
        """Coil weights and eddy phase of the epoch."""
        return self._epoch.combination

    def push_water(self, fid: Coils, dwell_time_s: float | None = None) -> bool:
        """Take a water reference (coils, any points) before the metabolites.

        False where the epoch's weights exist already: the reference is then not used.

        Raises
        ------
        InputError : another dwell time or number of coils, zeros
        """
        if dwell_time_s is not None:
            eddy.check_dwell(dwell_time_s, self._acquisition.dwell_time_s)
        return self._epoch.combination.push_water(fid)

    def push_noise(self, fid: Coils) -> None:
        """Take a noise transient (coils, any points)."""
        self._epoch.combination.push_noise(fid)

    def freeze(self, time_s: float) -> None:
        """End of the reference period: from there on the template stays as it is.

        Within the first `FIRST` transients of an epoch it takes effect after them.
        """
        self._freeze_s = min(self._freeze_s, time_s)

    def _freeze_before(self, time_s: float) -> None:
        """Freeze the template where the reference period ended before a transient."""
        if self._refreeze or self._frozen or time_s < self._freeze_s:
            return
        if self._epoch.seen == 0:
            self._refreeze = True
            return
        self._frozen = True
        if self._epoch.first is None:
            self._epoch.template.freeze()

    def foresee(self, fids: Sequence[Coils]) -> None:
        """Look at transients (coils, points) that are to come, all at once."""
        self._epoch.foresee(fids)

    def push(
        self,
        transient_index: int,
        seq: int,
        epoch: int,
        time_s: float,
        fid: Coils,
        step: int | None = None,
    ) -> Prepared:
        """Prepare one metabolite transient (coils, points).

        Parameters
        ----------
        fid : as it came, or (1, points) as `combined` gave it
        step : of the phase cycle; None: transients are missing nowhere

        Raises
        ------
        InputError : another number of coils or points than announced
        """
        state = self._epoch
        self.check(transient_index, fid)
        self._freeze_before(time_s)
        place = Place(
            transient_index,
            seq,
            epoch,
            time_s,
            settling=state.seen < self._settings.settling,
            saturated=quality_measures.saturated(fid),
            step=state.seen if step is None else step,
        )
        prepared = self._take(place, fid)
        self._tried = self._trial is not None
        if self._trial is not None and self._trial.push(place, np.array(fid)):
            gone_on = self.end_trial()
            prepared = replace(gone_on[-1], redone=gone_on) if gone_on else prepared
        return prepared

    def _take(self, place: Place, fid: Coils) -> Prepared:
        """Prepare the next transient of the epoch; with the `FIRST`-th those before."""
        state = self._epoch
        state.seen += 1
        prepared = self._work(place, fid)
        if state.first is not None and np.any(fid):
            state.first.append((place, np.array(fid)))
            if sum(not p.settling for p, _ in state.first) == FIRST:
                prepared = settle(state, self._settings, self._frozen)
        return prepared

    def begin_again(
        self, epoch: Sequence[tuple[Place, Complex]], apart: Collection[int]
    ) -> list[Prepared]:
        """Prepare an epoch as if some of its transients had not been there.

        Those `apart`, by their numbers in the epoch, were in another state, which the
        template must not hold: they are placed in the frame of the others and teach
        nothing.  Coil weights and eddy phase stay.  Nothing, where too few of the
        others hold a signal.

        Parameters
        ----------
        epoch : its transients so far, combined FIDs (points,) that were not moved
        """
        like = [i for i in range(len(epoch)) if i not in apart]
        if sum(bool(np.any(epoch[i][1])) for i in like) < FIRST:
            return []
        state = Epoch.begun(self._acquisition, self._settings)
        state.combination, state.begun_at = self._epoch.combination, like[0]
        self._epoch, self._frozen, self._refreeze = state, False, False
        again: dict[int, Prepared] = {}
        waiting: list[tuple[Place, Complex]] = []  # for a template
        for i, (place, fid) in enumerate(epoch):
            if i in apart:
                waiting.append((place, fid))
                continue
            self._freeze_before(place.time_s)
            one = self._take(place, fid)
            again |= {each.index: each for each in one.redone or (one,)}
            if waiting and state.first is None and not one.redone:
                again |= place_in_frame(state, self._settings, waiting)
                waiting = []
        again |= place_in_frame(state, self._settings, waiting)
        state.seen = len(epoch)
        return [again[place.index] for place, _ in epoch]

    @property
    def taught(self) -> Sequence[int]:
        """Numbers in the session of the transients that the template was made of."""
        return self._epoch.taught

    @property
    def begun_at(self) -> int:
        """Number in the epoch of the first transient that the template was made of."""
        return self._epoch.begun_at

    def end_trial(self) -> tuple[Prepared, ...]:
        """Decide on a series that is on trial.

        The transients so far anew, as those of the epoch before, if nothing has moved
        since; empty if it is an epoch of its own.
        """
        trial, self._trial, self.moved = self._trial, None, ()
        if trial is None or not trial.fids:
            return ()
        own = self._epoch, self._frozen, self._refreeze
        self._epoch, (self._frozen, self._refreeze) = trial.state, trial.frozen
        again = tuple(self._gone_on(trial))
        found = None if trial.declared else trial.difference()
        self.moved = () if found is None else found.moved(trial.state.axis)
        if found is not None and self.moved:
            self.elsewhere = found.elsewhere
            self._epoch, self._frozen, self._refreeze = own
            return ()
        return again

    def _gone_on(self, trial: Trial) -> Iterator[Prepared]:
        """Transients of a trial as those of the epoch before."""
        for place, fid in zip(trial.places, trial.fids, strict=True):
            self._freeze_before(place.time_s)
            yield self._work(replace(place, epoch=trial.number), fid)

    def _work(self, place: Place, fid: Coils) -> Prepared:
        """Prepare a transient (coils, points), or (points,), by the epoch's state."""
        template = self._epoch.template
        prepared = prepare(self._epoch, self._settings, place, fid)
        if self._refreeze and template.weight >= REFREEZE:
            template.freeze()
        return prepared

    def combined(self, fid: Coils, prepared: Prepared) -> Coils:
        """What must be kept of the transient just pushed, to push it once more."""
        return fid if self._tried else worth_keeping(self._epoch, fid, prepared)

    def check(self, index: int, fid: Coils) -> None:
        """Refuse a transient that cannot be prepared; see `one_transient.check`."""
        check(self._epoch, index, fid)
