"""The course of a session: transients in, windows, fits and changes out.

`Course` keeps the aligned transients, and from them everything can
be done again on other settings: `redo` fits all windows of all epochs in one call.
While transients arrive, `newest` fits the window that the last one completed, with the
session model of the moment.

Each epoch has a session model of its own (`session_model`): nothing averages across.
That of the reference period's epoch is made from the reference period's mean, those of
other epochs from the mean of all that the epoch has.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.cold import Freedom
from monitor.analysis.estimates import estimates_of
from monitor.analysis.fitted import FittedWindow, fit_averages, mean_fid
from monitor.analysis.model import Model
from monitor.analysis.outcomes import Outcomes, outcomes_of
from monitor.analysis.quality import Quality
from monitor.analysis.reference_period import reference_of, reference_window
from monitor.analysis.response import Estimate, Reference
from monitor.analysis.session_model import SessionModel, make_session_model
from monitor.analysis.spectrum import Complex, Real
from monitor.analysis.window import (
    Average,
    Window,
    average_with,
    window_ending,
    windows_of,
)
from streams.transient import ComplexFID


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with the transients.

    Attributes
    ----------
    length, step : transients in a window and between windows
    boundaries_s : start and stop of the infusion, scanner time
    reference_s : (start, end) of the reference period, None without
    """

    length: int
    step: int
    boundaries_s: tuple[float, ...] = ()
    reference_s: tuple[float, float] | None = None


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
    _epochs: list[int] = field(default_factory=list)
    _times_s: list[float] = field(default_factory=list)

    def begin_epoch(self, epoch: int, model: Model) -> None:
        """Take the basis set on the grid of an epoch's acquisition."""
        self.grids[epoch] = model
        self.outcomes = outcomes_of(model.names, self.water)

    def append(self, fid: ComplexFID, quality: Quality, noise_sd: float) -> None:
        """Take in one transient's aligned FID."""
        self.fids.append(fid)
        self.qualities.append(quality)
        self._epochs.append(quality.epoch)
        self._times_s.append(quality.time_s)
        self.noises.append(noise_sd)

    @property
    def names(self) -> tuple[str, ...]:
        """Basis names of the amplitudes."""
        return next(iter(self.grids.values())).names if self.grids else ()

    def average_spectrum(self, fitted: FittedWindow) -> Complex:
        """Whole spectrum (points,) of a window as it was fitted, without the water."""
        session = self.session_of(fitted)
        model = session.problem.model
        fid = mean_fid(self.fids, fitted.average)
        spectrum = model.full_spectra(fid)
        if session.water is not None:
            spectrum = spectrum - session.water.whole_leak(spectrum)
        return spectrum

    @property
    def epochs(self) -> list[int]:
        """Epoch of each transient."""
        return list(self._epochs)

    @property
    def times_s(self) -> Real:
        """Scanner time of each transient."""
        return np.array(self._times_s)

    def transients_since(self, time_s: float) -> int:
        """How many transients began at a scanner time or later."""
        return len(self._times_s) - bisect_left(self._times_s, time_s)

    @property
    def interval_s(self) -> float:
        """Median time between the newest transients; 0 with fewer than two."""
        gaps_s = np.diff(self._times_s[-64:])
        return float(np.median(gaps_s)) if gaps_s.size else 0.0

    def average(self, window: Window) -> Average:
        """Weights of a window's transients."""
        part = self.qualities[window.first : window.stop]
        return average_with(window, np.array([q.weight for q in part]))

    @property
    def weights(self) -> Real:
        """Weight of each transient."""
        return np.array([q.weight for q in self.qualities])

    def newest(self, plan: Plan) -> tuple[Estimate, FittedWindow] | None:
        """Estimate and fit of the window that the last transient completed, if any."""
        epochs = self._epochs
        window = window_ending(
            epochs, self._times_s, plan.boundaries_s, plan.length, plan.step
        )
        if window is None or epochs[-1] in self.rejected:
            return None
        session = self.sessions.get(epochs[-1])
        if session is None:
            session = self._make_session(epochs[-1], window, plan.length)
        average = self.average(window)
        fitted = fit_averages(session, self.fids, [average])[0]
        self.last_fitted = fitted
        return self.estimates([fitted])[0], fitted

    def redo(self, plan: Plan, anew: bool = True) -> tuple[Estimate, ...]:
        """Do everything again: session models, reference period, all windows.

        The session models stay as they are where `anew` is False: other windows of the
        same transients, for which nothing else has changed.
        """
        if anew:
            self.sessions.clear()
        self.reference = None
        epochs, reference = self.epochs, None
        if plan.reference_s is not None:
            reference = reference_window(
                self.qualities, plan.reference_s, self.rejected
            )
        home = None if reference is None else epochs[reference.first]
        # The reference period's first: others take its macromolecules over.
        for epoch in sorted(
            set(epochs) - set(self.sessions), key=lambda e: (e != home, e)
        ):
            own = Window(epochs.index(epoch), len(epochs) - epochs[::-1].index(epoch))
            mine = reference is not None and epochs[reference.first] == epoch
            self._make_session(
                epoch, reference if mine and reference else own, plan.length
            )
        self.sessions = dict(sorted(self.sessions.items()))
        windows = windows_of(
            epochs, self.times_s, plan.boundaries_s, plan.length, plan.step
        )
        windows = [w for w in windows if epochs[w.first] not in self.rejected]
        fitted = self.fit_windows(windows)
        self.fitted, self.last_fitted = fitted, fitted[-1] if fitted else None
        if reference is not None and plan.reference_s is not None:
            self.reference = reference_of(self, reference, plan.reference_s, fitted)
        return self.estimates(fitted)

    def estimates(self, fitted: list[FittedWindow]) -> tuple[Estimate, ...]:
        """Outcomes of fitted windows and their changes, numbered from 0."""
        return estimates_of(self, fitted)

    def session_of(self, fitted: FittedWindow) -> SessionModel:
        """Session model of a window's epoch."""
        return self.sessions[self.epoch_of(fitted)]

    def epoch_of(self, fitted: FittedWindow) -> int:
        """Epoch that a window lies in."""
        return self.qualities[fitted.average.window.first].epoch

    def fit_windows(self, windows: list[Window]) -> list[FittedWindow]:
        """Fit windows of any epochs, in their order."""
        epochs = self._epochs
        fitted: dict[Window, FittedWindow] = {}
        for epoch, session in self.sessions.items():
            own = [w for w in windows if epochs[w.first] == epoch]
            fits = fit_averages(session, self.fids, [self.average(w) for w in own])
            fitted |= dict(zip(own, fits, strict=True))
        return [fitted[w] for w in windows]

    def _make_session(self, epoch: int, window: Window, length: int) -> SessionModel:
        """Session model of an epoch from the mean over a window of it."""
        average = self.average(window)
        used = np.asarray(self.noises[window.first : window.stop])
        length = min(length, window.length)
        starts = range(window.first, window.stop - length + 1, length)
        parts = [self.average(Window(i, i + length)) for i in starts]
        made = make_session_model(
            self.grids[epoch],
            mean_fid(self.fids, average),
            float(np.median(used)),
            average.noise,
            np.stack([mean_fid(self.fids, part) for part in parts]),
            float(np.sqrt(np.mean([part.noise**2 for part in parts]))),
            self.freedom,
            self._same_brain(epoch),
        )
        self.sessions[epoch] = replace(made, mean=average)
        return self.sessions[epoch]

    def _same_brain(self, epoch: int) -> SessionModel | None:
        """Another epoch's session model whose macromolecules this one can take over."""
        others = (s for e, s in self.sessions.items() if e != epoch)
        return next((s for s in others if s.fit.converged), None)
