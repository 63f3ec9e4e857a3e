"""The course of a session: its transients, session models and fitted windows, kept.

What is done with them, while they arrive or all again, is in `fitting`.

Each epoch has a session model of its own (`epoch_model`): nothing averages across.
That of the reference period's epoch is made from the reference period's mean, those of
other epochs from the mean of all that the epoch has.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.contamination.gain_steps import Gain
from monitor.analysis.course.gains import Gains
from monitor.analysis.course.joins import Joins
from monitor.analysis.course.offsets import Offsets
from monitor.analysis.course.outcomes import Outcomes, outcomes_of
from monitor.analysis.course.plan import Plan
from monitor.analysis.course.projections import Projections
from monitor.analysis.course.response import Reference
from monitor.analysis.course.session_models import MeansOfEpoch, SessionModels, donor
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fitted_windows import (
    FittedWindow,
    FullFits,
    fit_means,
    mean_fid,
    means_of,
)
from monitor.analysis.fit.freedom import Freedom
from monitor.analysis.fit.kept_by_window import KeptByWindow
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.projected import Projected
from monitor.analysis.fit.window import (
    Average,
    Window,
    average_with,
    parts_of,
    window_ending,
    windows_of,
)
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.signal.spectrum import Real
from streams.messages.transient import ComplexFID


@dataclass(slots=True)
class Course:
    """Transients of a session and what has been made of them.

    Attributes
    ----------
    freedom : what a cold fit may move
    water : amplitude of the water reference, None without
    waters : the same by epoch: gain and coil weights are an epoch's own
    aligned : whether the transients' shift and phase were undone
    fids : (points,) complex64 of the transients, aligned
    qualities : of each
    noises : SD of one real component of each one's spectrum
    grids : basis set on the grid of each epoch's acquisition
    sessions : session model by epoch
    reference : None until there is a reference period
    outcomes : what the basis set allows
    fitted : windows of the last time that everything was done
    rejected : epochs that no window or reference period uses
    offsets : how far epochs may be apart, and which of them lie elsewhere
    joins : where a further series went on with its epoch, and nobody declared it
    gains : where the gain has stepped; FIDs are as at their epoch's first
    bending : the baseline was seen to bend beyond what the reference period foresaw
    bending_held : whether that was told from elsewhere: it is asked no more
    bends : of each independent window that was asked, whether it says so
    last_fitted : the newest window's fit
    """

    freedom: Freedom
    aligned: bool = True
    water: float | None = None
    waters: dict[int, float] = field(default_factory=dict)
    fids: list[ComplexFID] = field(default_factory=list)
    qualities: list[Quality] = field(default_factory=list)
    noises: list[float] = field(default_factory=list)
    grids: dict[int, Model] = field(default_factory=dict)
    sessions: dict[int, SessionModel] = field(default_factory=dict)
    reference: Reference | None = None
    outcomes: Outcomes | None = None
    fitted: list[FittedWindow] = field(default_factory=list)
    last_fitted: FittedWindow | None = None
    rejected: frozenset[int] = frozenset()
    offsets: Offsets = field(default_factory=Offsets)
    joins: Joins = field(default_factory=Joins)
    gains: Gains = field(default_factory=Gains)
    bending: bool = False
    bending_held: bool = False
    bends: KeptByWindow[bool] = field(default_factory=KeptByWindow)
    _epochs: list[int] = field(default_factory=list)
    _times_s: list[float] = field(default_factory=list)
    _projections: Projections = field(default_factory=Projections)
    _full: FullFits = field(default_factory=KeptByWindow)
    _models: SessionModels = field(default_factory=SessionModels)

    def begin_epoch(self, epoch: int, model: Model) -> None:
        """Take the basis set on the grid of an epoch's acquisition."""
        self.grids[epoch] = model
        self.outcomes = outcomes_of(model.names, self.water)

    def append(self, fid: ComplexFID, quality: Quality, noise_sd: float) -> None:
        """Take in one transient's aligned FID."""
        fid, noise_sd = self.gains.scaled(len(self.fids), quality.epoch, fid, noise_sd)
        self.fids.append(fid)
        self.qualities.append(quality)
        self._epochs.append(quality.epoch)
        self._times_s.append(quality.time_s)
        self.noises.append(noise_sd)

    def join_epoch(self, epoch: int, before: int, declared: bool) -> None:
        """An epoch is the one before it gone on: nothing was made of it."""
        if not declared:
            self.joins.add(self.transients_of(epoch).start)
        self.grids.pop(epoch, None)
        self.sessions.pop(epoch, None)
        self.waters.pop(epoch, None)
        self.water = self.waters.get(before)
        self._epochs = [before if e == epoch else e for e in self._epochs]
        self.outcomes = outcomes_of(self.grids[before].names, self.water)

    def put(
        self, place: int, fid: ComplexFID, quality: Quality, noise_sd: float
    ) -> None:
        """Put a transient that was prepared anew in its place."""
        came = self.gains.scaled(place, quality.epoch, fid, noise_sd)
        self.fids[place], self.noises[place] = came
        self.qualities[place] = quality
        self._forget()

    def take_gains(self, steps: Sequence[Gain]) -> bool:
        """Know where the gain has stepped; whether that is news."""
        changed = self.gains.take(steps, self.fids, self.noises, self._epochs)
        if changed:
            self._forget()
        return changed

    def put_all(self, fids: list[ComplexFID], qualities: list[Quality]) -> None:
        """Put all transients, prepared anew, in their places."""
        self.fids, self.qualities = fids, qualities
        self._forget()

    def _forget(self) -> None:
        """What was made of FIDs that are no more."""
        self._projections.forget()
        self._full.forget()
        self.bends.forget()

    def transients_of(self, epoch: int) -> range:
        """Transients of an epoch; epochs rise."""
        ends = bisect_left(self._epochs, epoch), bisect_right(self._epochs, epoch)
        return range(*ends)

    def projected(self, epoch: int, stop: int) -> tuple[int, Projected]:
        """First transient of an epoch, and projections of it up to `stop`."""
        first, session = self.transients_of(epoch).start, self.sessions[epoch]
        return first, self._projections.of(session, epoch, first, self.fids, stop)

    @property
    def names(self) -> tuple[str, ...]:
        """Basis names of the amplitudes."""
        return next(iter(self.grids.values())).names if self.grids else ()

    @property
    def epochs(self) -> list[int]:
        """Epoch of each transient."""
        return list(self._epochs)

    @property
    def times_s(self) -> Real:
        """Scanner time of each transient."""
        return np.array(self._times_s)

    def first_from(self, time_s: float) -> int:
        """The first transient from a scanner time on; times rise."""
        return bisect_left(self._times_s, time_s)

    @property
    def interval_s(self) -> float:
        """Median time between the newest transients; 0 with fewer than two."""
        gaps_s = np.diff(self._times_s[-64:])
        return float(np.median(gaps_s)) if gaps_s.size else 0.0

    def window_completed(self, plan: Plan) -> Window | None:
        """The window that the newest transient completes, if any."""
        if self._epochs[-1] in self.rejected:
            return None
        return window_ending(
            self._epochs, self._times_s, plan.boundaries_s, plan.length, plan.step
        )

    def independent_windows(self, plan: Plan) -> list[Window]:
        """All windows so far that share no transients, in order of time."""
        marks_s, length = plan.boundaries_s, plan.length
        tiles = windows_of(self.epochs, self.times_s, marks_s, length, length)
        return [window for window in tiles if window.independent]

    def average(self, window: Window) -> Average:
        """Weights of a window's transients."""
        used = np.array([q.weight for q in self.qualities[window.first : window.stop]])
        worths = self.gains.worths(window, self._epochs[window.first])
        return average_with(window, used, worths)

    @property
    def weights(self) -> Real:
        """Weight of each transient."""
        return np.array([q.weight for q in self.qualities])

    def session_of(self, fitted: FittedWindow) -> SessionModel:
        """Session model of a window's epoch."""
        return self.sessions[self.epoch_of(fitted)]

    def epoch_of(self, fitted: FittedWindow) -> int:
        """Epoch that a window lies in."""
        return self.qualities[fitted.average.window.first].epoch

    def fit_windows(self, windows: list[Window]) -> list[FittedWindow]:
        """Fit windows of any epochs, in their order."""
        fitted: dict[Window, FittedWindow] = {}
        for epoch, session in self.sessions.items():
            if not (own := [w for w in windows if self._epochs[w.first] == epoch]):
                continue
            first, z = self.projected(epoch, max(w.stop for w in own))
            averages = [self.average(w) for w in own]
            means = means_of(z, first, averages)
            fits = fit_means(session, self.fids, averages, means, self._full)
            fitted |= dict(zip(own, fits, strict=True))
        return [fitted[w] for w in windows]

    def make_session(self, epoch: int, window: Window, length: int) -> SessionModel:
        """Session model of an epoch from the mean over a window of it."""
        average = self.average(window)
        tiles = [self.average(part) for part in parts_of(window, length)]
        # What is left out would otherwise say how far baselines depart from the mean's.
        parts = [p for p in tiles if 2 * p.n_effective >= p.window.length] or [average]
        noises = np.array(self.noises[window.first : window.stop])
        worths = self.gains.worths(window, epoch)
        noises *= 1.0 if worths is None else np.sqrt(worths)
        means = MeansOfEpoch(
            self.grids[epoch],
            average,
            mean_fid(self.fids, average),
            float(np.median(noises[average.weights > 0])),
            np.stack([mean_fid(self.fids, part) for part in parts]),
            float(np.sqrt(np.mean([part.noise**2 for part in parts]))),
            self.freedom,
            donor(self.sessions, epoch, self.home, self.rejected),
            self.bending,
        )
        self.sessions[epoch] = self._models.made(epoch, means)
        return self.sessions[epoch]

    @property
    def home(self) -> int | None:
        """Epoch of the reference period; None without one."""
        reference = self.reference
        return None if reference is None else self.qualities[reference.first].epoch

    @property
    def unfitted(self) -> frozenset[int]:
        """Epochs that count and whose own mean has no fit: they measure nothing."""
        made = self.sessions.items()
        return frozenset(e for e, m in made if not m.found) - self.rejected

    def offset_covariance(self, epoch: int) -> Real | None:
        """V (M, M) of an epoch against the reference period's; None in that itself."""
        if self.home is None:
            return None
        return self.offsets.covariance(self.home, epoch, self.sessions)

    @property
    def outgrown(self) -> bool:
        """Whether the newest epoch has twice what its session model was made from.

        Not in the reference period's, whose mean stays what it is.
        """
        epoch = self._epochs[-1]
        made = self.sessions.get(epoch)
        if self.home in (None, epoch) or made is None or made.mean is None:
            return False
        return len(self.transients_of(epoch)) >= 2 * made.mean.window.length

    def offsets_between(self, epochs: Sequence[int]) -> Real | None:
        """Covariances (n, n, M, M) of the offsets of n windows' epochs.

        None where all of them are of the reference period's epoch.
        """
        home = self.home
        if home is None or set(epochs) <= {home}:
            return None
        return self.offsets.between(home, epochs, self.sessions)
