"""What the figures of a session's report are drawn from: plain arrays.

Minutes count from the start of the infusion, without one from the first transient.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.curves import window_curves
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.curves import Curve, Curves
from monitor.analysis.fit.fitted_windows import FittedWindow
from monitor.analysis.fit.window import Window, average_of
from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.tracking.comparison import Compared
from monitor.judge.followed_session import Followed
from monitor.judge.session_figures import independent_widths
from monitor.protocol.settings import Settings
from monitor.screen.parts.axis import UNSEEN
from monitor.screen.parts.spectrum import telling
from monitor.screen.parts.windows import Course, Windows
from streams.messages.marks import standing

Line = NDArray[np.float64]
Image = NDArray[np.float32]

MOST_ROWS = 200
MOST_COLUMNS = 240
"""Transients and points of the waterfall; more are averaged."""


def course_of(estimates: Sequence[Estimate], outcome: str) -> Course:
    """Columns of the converged windows that have a change of the outcome."""
    return Windows(estimates).course(outcome)


@dataclass(frozen=True, slots=True)
class Times:
    """Periods of a session in s of scanner time; None where there is none."""

    zero_s: float
    reference_s: tuple[float, float] | None
    infusion_s: tuple[float, float] | None
    marks: tuple[tuple[float, str], ...]

    def minutes(self, time_s: Line) -> Line:
        """Minutes from zero."""
        return np.asarray((time_s - self.zero_s) / 60, float)


@dataclass(frozen=True, slots=True)
class Drawn:
    """Everything that the figures show.

    Attributes
    ----------
    settings : whose limits are drawn
    columns : of each transient: time_s, shift_hz, phase_deg, fwhm_hz, snr, weight
    widths : (n, 2) minutes and FWHM in Hz of the independent windows, as fitted
    course : windows of the headline's outcome; None: hidden or no reference
    band : (n, 3) minutes, smoothed change and its SD in percent; None likewise
    models : response models, the likeliest first; none likewise
    spectral_maps : what the spectra themselves say of each course; none likewise
    before, during : mean spectra with their fits
    ppm, aligned, raw : waterfalls (rows, K), ppm ascending, rows evenly over the run
    """

    settings: Settings
    times: Times
    columns: dict[str, Line]
    widths: Line
    course: Course | None
    band: Line | None
    models: tuple[Compared, ...]
    spectral_maps: tuple[SpectralMap, ...]
    before: Curves | None
    during: Curves | None
    ppm: Curve
    aligned: Image
    raw: Image


def times_of(followed: Followed) -> Times:
    """Periods and marks of a session."""
    result = followed.result
    first_s, last_s = result.qualities[0].time_s, result.qualities[-1].time_s
    held = result.marks
    period: tuple[float, float] | None = None
    if held.start_s is not None:
        stop_s = last_s if held.stop_s is None else held.stop_s
        period = (held.start_s, stop_s)
    marks = [
        (event.time_s, event.kind)
        for event in standing((p.event for p in followed.placed), held)
        if event.kind not in (*UNSEEN, "note")
    ]
    zero = period[0] if period else first_s
    return Times(zero, result.reference_s, period, tuple(marks))


def measured_period(times: Times, last_s: float) -> tuple[float, float]:
    """Where a response is looked for: the infusion, else after the reference, s."""
    if times.infusion_s is not None:
        return times.infusion_s
    if times.reference_s is not None:
        return times.reference_s[1], last_s
    return math.inf, math.inf


def period_fit(
    followed: Followed, period_s: tuple[float, float]
) -> FittedWindow | None:
    """Fit of the mean of a period, within its best-filled epoch; None if empty."""
    course = followed.result.course
    inside = [
        (q.epoch, i)
        for i, q in enumerate(course.qualities)
        if period_s[0] <= q.time_s < period_s[1] and q.epoch in course.sessions
    ]
    if not inside:
        return None
    epochs = [epoch for epoch, _ in inside]
    best = max(set(epochs), key=lambda epoch: (epochs.count(epoch), -epoch))
    own = [i for epoch, i in inside if epoch == best]
    window = Window(own[0], own[-1] + 1)
    if average_of(window, course.weights).n_effective == 0:
        return None
    return course.fit_windows([window])[0]


def drawn_of(
    followed: Followed,
    during: FittedWindow | None,
    hidden: bool,
    models: tuple[Compared, ...] = (),
) -> Drawn:
    """Arrays for the figures; nothing of the outcome where it is hidden."""
    result, times = followed.result, times_of(followed)
    course, settings = result.course, result.settings
    before = None
    if times.reference_s is not None:
        before = period_fit(followed, times.reference_s)
    elif during is None:
        before = period_fit(followed, (-math.inf, math.inf))
    windows = course_of(result.estimates, settings.outcome)
    shown = not hidden and len(windows.change) > 0
    lines = settings.outcome if hidden else None
    model = next(iter(course.grids.values()))
    curves = window_curves(course, before) if before else None
    ppm = model.ppm.astype(np.float32)
    return Drawn(
        settings,
        times,
        _columns(followed),
        _widths(followed, times),
        windows if shown else None,
        _band(followed, times) if shown else None,
        models if shown else (),
        () if hidden else result.spectral_maps,
        _without(curves, lines) if lines and curves else curves,
        window_curves(course, during) if during and not hidden else None,
        ppm,
        _thin_out(followed.along.aligned, ppm, lines),
        _thin_out(followed.along.raw, ppm, lines),
    )


def _without(curves: Curves, outcome: str) -> Curves:
    """The curves with gaps where lines of the outcome would be seen."""
    gaps = telling(curves.ppm, outcome)

    def cut(curve: Curve) -> Curve:
        return np.where(gaps, np.float32(np.nan), curve)

    return Curves(
        curves.ppm,
        cut(curves.data),
        cut(curves.model),
        cut(curves.baseline),
        cut(curves.residual),
        {},
    )


def _columns(followed: Followed) -> dict[str, Line]:
    """Quality of each transient as columns."""
    names = ("time_s", "shift_hz", "phase_rad", "fwhm_hz", "snr", "weight", "epoch")
    columns = {
        name: np.array([getattr(q, name) for q in followed.result.qualities], float)
        for name in names
    }
    columns["phase_deg"] = np.degrees(columns.pop("phase_rad"))
    return columns


def _widths(followed: Followed, times: Times) -> Line:
    """Fitted line width of the independent windows, as the criterion takes it."""
    used = independent_widths(followed.result)
    middles = times.minutes(np.array([e.time_s for e in used], float))
    return np.column_stack([middles, [e.fwhm_hz for e in used]]).reshape(-1, 2)


def _band(followed: Followed, times: Times) -> Line | None:
    """Smoothed change of the outcome, where the tracker follows it."""
    name = followed.result.settings.outcome
    points = followed.result.smoothed
    rows = [
        ((p.time_s - times.zero_s) / 60, p.filtered[name], p.filtered_sd[name])
        for p in points
        if name in p.filtered
    ]
    return np.array(rows, float) if rows else None


def _thin_out(strips: list[Curve], ppm: Curve, hidden: str | None) -> Image:
    """Means of neighbouring transients and points, at most `MOST_ROWS` rows.

    The lines of an outcome that is `hidden` are blank.
    """
    length = min((len(strip) for strip in strips), default=0)
    if not length:
        return np.zeros((0, 0), np.float32)
    image = np.stack([strip[:length] for strip in strips])
    rows = np.array_split(image, min(MOST_ROWS, len(image)))
    image = np.stack([part.mean(0) for part in rows])
    step = max(1, math.ceil(length / MOST_COLUMNS))
    whole = length // step * step
    image = image[:, :whole].reshape(len(image), -1, step).mean(2)
    if hidden is not None:
        middles = ppm[:whole].reshape(-1, step).mean(1)
        image[:, telling(middles, hidden)] = np.median(image)
    return np.asarray(image, np.float32)
