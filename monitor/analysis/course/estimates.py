"""Estimates of fitted windows: outcomes, their changes, and what the window is like.

Amplitudes over water are in units of their own epoch's water reference; changes of
amplitudes across epochs or steps of gain have no common gain and are left out
(`response`), the amplitudes themselves are as they came.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_offset import join_covariance
from monitor.analysis.course.outcomes import RATIOS, Outcomes, needs_gain
from monitor.analysis.course.response import (
    Changes,
    Estimate,
    Reference,
    changes,
    without_gain,
    without_lost,
)
from monitor.analysis.fit.fitted_windows import FittedWindow, repeated
from monitor.analysis.signal.spectrum import Real

Mask = NDArray[np.bool_]
BLOCK = 512
"""Windows that are worked out together."""


def estimates_of(course: Course, fitted: list[FittedWindow]) -> tuple[Estimate, ...]:
    """Outcomes of fitted windows and their changes, numbered from 0.

    In blocks: a long session has thousands of windows, each with its covariances.
    """
    outcomes = course.outcomes
    if outcomes is None:
        return ()
    return tuple(
        estimate
        for first in range(0, len(fitted), BLOCK)
        for estimate in _block(course, outcomes, first, fitted[first : first + BLOCK])
    )


def _block(
    course: Course, outcomes: Outcomes, number: int, fitted: list[FittedWindow]
) -> tuple[Estimate, ...]:
    """Estimates of some windows, the first of which has this number."""
    c = np.stack([f.amplitudes for f in fitted])
    own = np.stack([f.covariance for f in fitted])
    common = np.stack([course.session_of(f).shared_covariance for f in fitted])
    gains = _gains(course, outcomes, fitted)
    values = outcomes.values(c) * gains
    sds = outcomes.sds(c, own + common) * gains
    scattered = np.stack([repeated(f, course.session_of(f)) for f in fitted])
    elsewhere = _elsewhere(course, fitted)
    found = _changes(course, outcomes, fitted, c, scattered, elsewhere)
    names = outcomes.names
    return tuple(
        _estimate(
            course,
            number + i,
            f,
            dict(zip(names, values[i].tolist(), strict=True)),
            dict(zip(names, sds[i].tolist(), strict=True)),
            _row(found, i, "percents"),
            _row(found, i, "sds"),
            bool(elsewhere[i]),
        )
        for i, f in enumerate(fitted)
    )


def _estimate(
    course: Course,
    number: int,
    fitted: FittedWindow,
    values: dict[str, float],
    sds: dict[str, float],
    percents: dict[str, float],
    change_sds: dict[str, float],
    other_gain: bool,
) -> Estimate:
    """One window's estimate."""
    window, session = fitted.average.window, course.session_of(fitted)
    first = course.qualities[window.first]
    last = course.qualities[window.stop - 1]
    shift_hz, phase_rad = _shift_and_phase(course, fitted)
    fwhm_hz = session.naa_fwhm_hz + session.wider_hz(fitted.width_hz, fitted.gauss_hz)
    return Estimate(
        number,
        first.time_s,
        last.time_s,
        window.length,
        fitted.average.n_effective,
        window.independent,
        first.epoch,
        values,
        sds,
        percents,
        change_sds,
        shift_hz,
        phase_rad,
        fwhm_hz,
        _snr(course, fitted, fwhm_hz),
        fitted.converged,
        _doubts(course, fitted),
        other_gain,
    )


def _doubts(course: Course, fitted: FittedWindow) -> dict[str, float]:
    """SDs of ratios that unmeasured macromolecules alone would leave."""
    doubt, outcomes = course.session_of(fitted).doubt, course.outcomes
    if outcomes is None or not doubt.any():
        return {}
    ratios = outcomes.subset(RATIOS)
    sds = ratios.sds(fitted.amplitudes, doubt)
    return dict(zip(ratios.names, sds.tolist(), strict=True))


def _changes(
    course: Course,
    outcomes: Outcomes,
    fitted: list[FittedWindow],
    c: Real,
    own: Real,
    elsewhere: Mask,
) -> Changes | None:
    """Changes from the reference period; None without one, and where it has no fit."""
    reference = course.reference
    if reference is None or course.home in course.unfitted:
        return None
    windows = [f.average.window for f in fitted]
    shares = np.array([reference.share(w.first, w.stop) for w in windows])
    home = course.qualities[reference.first].epoch
    doubt = course.sessions[home].scaling_doubt
    found = changes(
        outcomes,
        c,
        own,
        reference,
        shares,
        doubt if doubt.any() else None,
        _offsets(course, fitted, reference),
    )
    lost = np.array([_says_nothing(course, f) for f in fitted])
    return without_lost(without_gain(found, elsewhere), lost)


def _elsewhere(course: Course, fitted: list[FittedWindow]) -> Mask:
    """Which windows (n,) have another gain than the reference period."""
    reference = course.reference
    if reference is None:
        return np.zeros(len(fitted), bool)
    epochs = [course.epoch_of(f) for f in fitted]
    windows = [f.average.window for f in fitted]
    other = np.array([epoch != course.home for epoch in epochs], bool)
    return np.asarray(other | course.gains.across(reference, windows, epochs))


def _says_nothing(course: Course, fitted: FittedWindow) -> bool:
    """Whether all of a window is left out, or its epoch's mean has no fit."""
    return fitted.average.n_effective == 0 or course.epoch_of(fitted) in course.unfitted


def _offsets(
    course: Course, fitted: list[FittedWindow], reference: Reference
) -> Real | None:
    """Covariances (windows, M, M) of what lies between them and the reference period.

    None: all are at home, and no series went on.
    """
    between, joins = _of_epochs(course, fitted), course.joins
    if not joins.places:
        return between
    windows = [f.average.window for f in fitted]
    departures = joins.departures(windows, reference, course.weights)
    J = join_covariance(course.names, reference.amplitudes)
    added = np.sum(departures**2, axis=1)[:, None, None] * J
    return np.asarray(added if between is None else between + added)


def _of_epochs(course: Course, fitted: list[FittedWindow]) -> Real | None:
    """Covariances (windows, M, M) of their epochs' offsets; None: all are at home."""
    epochs = [course.epoch_of(f) for f in fitted]
    if set(epochs) == {course.home}:
        return None
    none = np.zeros((len(course.names),) * 2)
    found = {epoch: course.offset_covariance(epoch) for epoch in set(epochs)}
    between = {epoch: none if V is None else V for epoch, V in found.items()}
    return np.stack([between[epoch] for epoch in epochs])


def _gains(course: Course, outcomes: Outcomes, fitted: list[FittedWindow]) -> Real:
    """Factors (windows, outcomes): amplitudes as they came, or in their epoch's water.

    That of the first gain; nan where the epoch has no water reference of its own.
    """
    in_water = np.array([name.endswith("/water") for name in outcomes.names], bool)
    own = [course.waters.get(course.epoch_of(f), np.nan) for f in fitted]
    factors = (course.water or np.nan) / np.array(own)
    came = np.array([course.gains.mean(f.average, course.epoch_of(f)) for f in fitted])
    alone = np.array([needs_gain(name) for name in outcomes.names], bool)
    found = np.where(in_water, factors[:, np.newaxis], 1.0)
    return np.where(alone, came[:, np.newaxis], found)


def _shift_and_phase(course: Course, fitted: FittedWindow) -> tuple[float, float]:
    """Shift and phase of the window against the template."""
    if not course.aligned:
        return fitted.shift_hz, fitted.phase_rad
    window = fitted.average.window
    part = course.qualities[window.first : window.stop]
    shifts = np.array([q.shift_hz for q in part])
    phases = np.array([q.phase_rad for q in part])
    weights = fitted.average.weights
    return (
        fitted.shift_hz + float(weights @ shifts),
        fitted.phase_rad + float(np.angle(weights @ np.exp(1j * phases))),
    )


def _snr(course: Course, fitted: FittedWindow, fwhm_hz: float) -> float:
    """Height of the fitted tNAA line over the noise of the window's spectrum."""
    session, outcomes = course.session_of(fitted), course.outcomes
    row = outcomes.row("tNAA") if outcomes else None
    if outcomes is None or row is None:
        return float("nan")
    # At constant area the height falls as the width rises.
    held = float(outcomes.values(session.fit.amplitudes)[row])
    now = float(outcomes.values(fitted.amplitudes)[row])
    scale = now / held * session.naa_fwhm_hz / fwhm_hz
    noise = session.subspace.problem.noise_sd * fitted.average.noise
    return float(session.naa_height * scale / noise)


def _row(found: Changes | None, number: int, what: str) -> dict[str, float]:
    """One window's changes (or their SDs) by name."""
    if found is None:
        return {}
    row = found.percents[number] if what == "percents" else found.sds[number]
    return dict(zip(found.names, row.tolist(), strict=True))
