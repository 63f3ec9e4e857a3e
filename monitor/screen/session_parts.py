"""Each part of the screen as the state of a session and the operator's view give it."""

from __future__ import annotations

import math
from dataclasses import replace

from monitor.analysis.course.response import meaningful
from monitor.analysis.fit.curves import Curves
from monitor.analysis.preparation.drift import drift_now_hz_per_min
from monitor.analysis.tracking.plasma import PLASMA
from monitor.screen import disk, messages, stream_messages
from monitor.screen.parts import headline, spectrum, strips, trend
from monitor.screen.parts.answer import answered
from monitor.screen.parts.axis import time_axis
from monitor.screen.parts.status import Progress, phase_words, status
from monitor.screen.parts.table import table, tells_outcome
from monitor.screen.parts.water import water_points
from monitor.screen.screen import (
    Headline,
    Message,
    Overlay,
    Row,
    SpectrumView,
    Status,
    Strip,
    TimeAxis,
    Trend,
    Waterfall,
)
from monitor.screen.state import SessionState
from monitor.screen.view import View
from monitor.screen.words import clock

BLINDED = "lines of the outcome left out"


def axis_of(state: SessionState) -> TimeAxis:
    """The axis that everything on it shares."""
    first_s = state.first_s()
    return time_axis(
        state.events,
        state.epoch_starts_s[1:],
        state.left_out_s(),
        state.reference_s,
        state.infusion(),
        first_s,
        state.time_s() if len(state.quality) else first_s,
    )


def status_of(state: SessionState, now_s: float) -> Status:
    """The strip at the top."""
    at_s, any_yet = state.clock_s(now_s), len(state.quality) > 0
    phase = phase_words(state.infusion(), at_s)
    progress = Progress(
        phase=phase if any_yet else "WAITING",
        clock_s=at_s,
        ended=state.ended is not None,
        starting=state.starting(now_s),
        transients=len(state.quality),
        low_weight=state.low_weight,
        age_s=state.age_s(now_s),
        window=state.settings.window,
        interval_s=state.interval_s if any_yet else None,
    )
    return status(state.stream, progress)


def headline_of(state: SessionState, view: View, now_s: float) -> Headline:
    """The change of the outcome, or what it waits for."""
    if state.hidden:
        return headline.hidden()
    outcome, window = state.settings.outcome, state.settings.window
    span_s = window * state.interval_s
    waiting = headline.waiting_for(state.reference_s, span_s, state.clock_s(now_s))
    playback = state.stream.playback
    by_clock = playback is None or (playback.playing and playback.speed < math.inf)
    resting = state.ended is not None or not by_clock
    age_s = 0.0 if resting else state.age_s(now_s) or 0.0
    if view.by_tracker:
        point = state.track_at(now_s)
        found = headline.tracked(point, outcome, span_s, state.reference_s)
        return headline.of_tracker(found, outcome, waiting, age_s, state.wait_s())
    estimate = state.estimate_at(now_s)
    full = min(window, state.estimates.most_transients or 1)
    if not meaningful(estimate, outcome, full, state.reference_s):
        estimate = None
    age_s = age_s if resting else max(age_s, state.overdue_s())
    return headline.headline(estimate, outcome, waiting, age_s, state.wait_s())


def trend_of(state: SessionState, view: View, axis: TimeAxis) -> Trend:
    """The course of the outcome with the answer in its title."""
    plasma = _plasma_on(state, view, axis)
    if state.hidden:
        return replace(trend.hidden(axis, view.limit_percent), plasma=plasma)
    outcome = state.settings.outcome
    course = trend.OutcomeCourse(
        outcome,
        state.estimates.course(outcome),
        state.tracks.band(outcome, axis.zero_s, state.gaps_s),
        state.reference_s,
        state.gaps_s,
    )
    made = trend.trend(axis, course, view.limit_percent, _note(state))
    made = replace(made, plasma=plasma)
    answer = state.answers.get(outcome)
    if answer is None:
        return made
    begun_s, target = state.infusion()[0], state.settings.reference_target_percent
    said = answered(answer, begun_s or 0.0, target)
    return replace(made, title=f"{made.title}: {said}")


def _note(state: SessionState) -> str:
    """Why there is no course yet."""
    if not len(state.quality):
        return "no transients yet"
    so_far = clock(state.clock_s(0.0) - state.first_s())
    return f"reference period so far {so_far}; it ends when the infusion starts"


def _plasma_on(state: SessionState, view: View, axis: TimeAxis) -> Overlay | None:
    if view.plasma not in PLASMA:
        return None
    return trend.plasma(view.plasma, axis, state.planned_infusion(), state.time_s())


def strips_of(state: SessionState, axis: TimeAxis) -> tuple[Strip, ...]:
    """The quality of the transients."""
    q, s = state.quality, state.settings
    zero = axis.zero_s
    at = (q["time_s"] - zero) / 60
    gaps = [((start - zero) / 60, (end - zero) / 60) for start, end in state.gaps_s]
    drift = drift_now_hz_per_min(q["time_s"], q["shift_hz"])
    shift, width = water_points(state.waters, zero)
    made = (
        strips.shift_strip(at, q["shift_hz"], drift, s.drift_limit_hz_per_min, shift),
        strips.width_strip(at, q["fwhm_hz"], s.fwhm_limit_hz, width),
        strips.lower_strip("SNR", "", at, q["snr"], s.snr_limit),
        strips.weight_strip(at, q["weight"]),
        strips.upper_strip("water", "", at, q["water"], s.water_limit),
        strips.upper_strip("lipid", "", at, q["lipid"], s.lipid_limit),
    )
    return tuple(strips.broken(strip, gaps) for strip in made)


def spectrum_of(state: SessionState, curves: Curves | None) -> SpectrumView | None:
    """A window's curves as they may be seen."""
    if curves is None:
        return None
    outcome = state.settings.outcome
    hidden = frozenset(n for n in spectrum.GROUPS if tells_outcome(n, outcome))
    seen = state.mean_curves is not None and not state.hidden
    return spectrum.spectrum_view(
        curves,
        state.mean_curves,
        state.height or 1.0,
        "grey: before infusion" if seen else (BLINDED if state.hidden else ""),
        hidden if state.hidden else frozenset(),
        outcome,
    )


def waterfall_of(state: SessionState, axis: TimeAxis) -> Waterfall | None:
    """The transients' spectra against time."""
    if state.stack is None:
        return None
    hidden = state.settings.outcome if state.hidden else None
    return state.stack.view(axis.zero_s, hidden)


def table_of(state: SessionState, now_s: float) -> tuple[Row, ...]:
    """The metabolites of the newest window."""
    return table(state.estimate_at(now_s), state.settings.outcome, state.hidden)


def messages_of(state: SessionState, now_s: float) -> tuple[Message, ...]:
    """What the operator is told, the most urgent first."""
    heard_s = state.arrived_s if state.arrived_s is not None else state.heard_s
    age_s = 0.0 if heard_s is None else math.floor(now_s - heard_s)
    infusing = state.infusion()[0] is not None
    shown = state.notices.shown(
        state.stream, age_s, state.wait_s(), state.ended, now_s, infusing,
        disk.room_s(state),
    )  # fmt: skip
    if state.starting(now_s):
        begun = stream_messages.begun(state.stream)
        shown = [begun, *(m for m in shown if m.key != "stream")]
    if state.detectable is not None and not infusing and state.ended is None:
        s = state.settings
        target = s.reference_target_percent
        shown.append(
            messages.of_reference(state.detectable, s.window, target, state.hidden)
        )
    if state.hidden:
        shown = [m for m in shown if not m.tells_outcome]
    return messages.ordered(state.notices.with_known(shown))
