"""Each part of the screen as the state of a session and the operator's view give it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from monitor.analysis.course.outcomes import needs_gain
from monitor.analysis.course.response import Estimate
from monitor.analysis.tracking.finding import least_seen_percent
from monitor.analysis.tracking.plasma import PLASMA
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.changes_now import ChangesNow, changes_now
from monitor.screen.graphs import Overlay, Strip, TimeAxis, Trend
from monitor.screen.held import Held, held_at
from monitor.screen.last_drawn import Identity, Kept
from monitor.screen.left_out import left_out_s, reference_left_out
from monitor.screen.number_words import DASH, catching_up_words, clock
from monitor.screen.parts import headline, strips, trend
from monitor.screen.parts.agreement import Agreement, agreement
from monitor.screen.parts.axis import time_axis
from monitor.screen.parts.measures import measures
from monitor.screen.parts.outlook import LATER, STOPPED, OutlookWords, outlook_words
from monitor.screen.parts.status import Progress, phase_words, plan_words, status
from monitor.screen.parts.stretch_words import doubt_of
from monitor.screen.parts.table import (
    Known,
    Numbers,
    by_windows,
    is_unseen,
    table,
)
from monitor.screen.parts.water import water_points
from monitor.screen.reading import Reading
from monitor.screen.recent_quality import figures_of, limits_of
from monitor.screen.screen import Headline, Measure, Status, Table
from monitor.screen.state import SessionState
from monitor.screen.view import View


def axis_of(state: SessionState) -> TimeAxis:
    """The axis that everything on it shares."""
    return time_axis(
        state.standing(),
        state.epoch_starts_s[1:],
        left_out_s(state),
        state.reference_s,
        state.infusion_s,
        state.first_s,
        state.time_s,
        state.planned_end_s(),
    )


def status_of(state: SessionState, at: Reading) -> Status:
    """The strip at the top."""
    at_s, any_yet = at.scanner_s, state.newest is not None
    phase = phase_words(state.infusion_s, at_s)
    plan = plan_words(state.infusion_s, state.settings.infusion_length_s, at_s)
    if state.nulled is not None:
        phase, plan = f"MACROMOLECULES {state.nulled.transients}", ""
    who = (state.identity.words, state.settings.name if any_yet else "")
    progress = Progress(
        phase=phase if any_yet or state.nulled else "WAITING",
        plan=plan if any_yet else "",
        clock_s=at_s,
        ended=state.ended is not None,
        starting=at.starting,
        unanswered=at.unanswered_s > 0,
        stopped=at.stopped,
        transients=state.quality.rows,
        low_weight=state.low_weight,
        age_s=at.age_s,
        window=state.settings.window,
        interval_s=state.interval_s if any_yet else None,
        room_s=at.room_s,
        catching_up=at.catching_up,
        who=" · ".join(part for part in who if part),
    )
    return status(state.stream, progress)


def headline_of(
    state: SessionState, at: Reading, held: Held, changes: ChangesNow
) -> Headline:
    """The change of the outcome and its verdict, or what it waits for."""
    if state.hidden:
        return headline.hidden()
    outcome, newest, read = state.settings.outcome, held.estimate, changes.outcome
    lost = "" if read is None else changes.lost
    now = changes.numbers.get(outcome)
    why = lost or (headline.NO_NUMBER if read else "")
    return headline.headline(
        headline.Standing(
            outcome,
            now,
            (why or _waiting(state, newest, at)) if now is None else "",
            None if lost else state.answers.get(outcome),
            state.zero_s,
            state.settings.reference_target_percent,
            _agreement(state, held.point, newest),
            at.number_age_s,
            at.wait_s,
            changes.nothing_counts_s,
            state.window_s,
            state.new_epoch_s(),
            at.catching_up,
            at.stopped,
            state.ended is not None,
        )
    )


def _waiting(state: SessionState, newest: Estimate | None, at: Reading) -> str:
    """What a dash waits for."""
    looking_back = state.stream.playback is not None or state.ended is not None
    if at.stopped:
        return headline.STOPPED
    if at.catching_up is not None:
        return catching_up_words(*at.catching_up)
    if newest and needs_gain(state.settings.outcome) and newest.other_gain:
        return headline.OTHER_GAIN
    if reference_left_out(state):
        return headline.LEFT_OUT
    if newest and is_unseen(newest, state.settings.outcome):
        return headline.UNSEEN
    return headline.waiting_for(
        state.reference_s, state.window_s, at.scanner_s, looking_back
    )


def _agreement(
    state: SessionState, point: TrackerPoint | None, last: Estimate | None
) -> Agreement:
    """What windows that lie behind the reference period say of the tracker."""
    outcome, reference_s = state.settings.outcome, state.reference_s
    if last is None or reference_s is None or last.time_start_s < reference_s[1]:
        return Agreement()
    doubt = doubt_of(state.agreement, state.zero_s)
    return agreement(outcome, last, point, state.interval_s, doubt)


def trend_of(state: SessionState, view: View, axis: TimeAxis) -> Trend:
    """The course of the outcome; before there is a reference, against its mean."""
    plasma = _plasma_on(state, view, axis) if view.plasma else None
    if state.hidden:
        return replace(trend.hidden(axis), plasma=plasma)
    outcome, windows = state.settings.outcome, state.estimates
    known = state.reference_s is not None
    own = windows.course(outcome) if known else windows.provisional(outcome)
    course = trend.OutcomeCourse(
        outcome,
        own,
        state.tracks.band(outcome, axis.zero_s, state.gaps_s) if known else None,
        state.reference_s,
        state.gaps_s,
    )
    made = trend.trend(axis, course, view.wider, "" if own.drawn else _note(state))
    return replace(made, plasma=plasma)


def _note(state: SessionState) -> str:
    """Why there is no course yet."""
    if not state.quality.rows:
        return "no transients yet"
    so_far = clock(state.time_s - state.first_s)
    return f"{so_far} so far; the first window fills"


def _plasma_on(state: SessionState, view: View, axis: TimeAxis) -> Overlay | None:
    if view.plasma not in PLASMA:
        return None
    return trend.plasma(view.plasma, axis, state.planned_infusion(), state.time_s)


def measures_of(state: SessionState) -> tuple[Measure, ...]:
    """Quality as answers."""
    f = figures_of(state, state.settings.window)
    values = {
        "drift": abs(f.drift_hz_per_min),
        "fwhm": f.fwhm_hz,
        "snr": f.snr,
        "water": f.water,
        "lipid": f.lipid,
        "rejected": f.low_weight * min(state.settings.window, state.quality.rows),
    }
    infusing = state.infusion_s[0] is not None
    limits, window = limits_of(state.settings), state.settings.window
    return measures(values, limits, window, infusing)


def strips_of(
    state: SessionState, axis: TimeAxis, measures: Sequence[Measure]
) -> tuple[Strip, ...]:
    """The quality of the transients, what is past its limit first."""
    s, zero = state.settings, axis.zero_s
    time_s, shift_hz, fwhm_hz, snr, lipid, weight, water = state.quality.get(
        *("time_s", "shift_hz", "fwhm_hz", "snr", "lipid", "weight", "water")
    )
    gaps = [((start - zero) / 60, (end - zero) / 60) for start, end in state.gaps_s]
    at = strips.Times((time_s - zero) / 60, gaps)
    shifts, widths = water_points(state.waters, zero)
    now = {m.key: m.value for m in measures if m.value != DASH}
    fwhm, snr_now, lipid_now, water_now = (
        now.get(key, "") for key in ("fwhm", "snr", "lipid", "water")
    )
    made = (
        strips.shift_strip(at, shift_hz, shifts),
        strips.width_strip(at, fwhm_hz, s.fwhm_limit_hz, fwhm, widths),
        strips.level_strip("snr", "SNR", "", at, snr, s.snr_limit, snr_now),
        strips.level_strip("lipid", "lipid", "", at, lipid, s.lipid_limit, lipid_now),
        strips.weight_strip(at, weight),
        strips.level_strip("water", "water", "", at, water, s.water_limit, water_now),
    )
    past = frozenset(m.key for m in measures if m.good is False)
    return strips.pressing(made, past, state.notices.conditions())


def table_of(
    state: SessionState,
    held: Held,
    changes: ChangesNow,
    windowed: Kept[tuple[Numbers, ...]],
) -> Table:
    """The metabolites now; what windows say of them is `windowed`, kept between."""
    settings, windows, reference_s = state.settings, state.estimates, state.reference_s
    known = Known(
        settings.outcome,
        held.estimate,
        windows,
        reference_s,
        state.window_s,
        state.hidden,
    )
    same = Identity((held.estimate, windows, settings)), windows.revision, reference_s
    rows = windowed.of(same, by_windows, known)
    tracked = () if held.point is None else held.point.filtered
    now = {name: changes.numbers.get(name) for name in tracked}
    return table(known, rows, now, state.answers)


def table_at(state: SessionState, now_s: float) -> Table:
    """The table of the page at a reading of the clock, for a file."""
    held = held_at(state, now_s)
    return table_of(state, held, changes_now(state, held), Kept())


def outlook_of(
    state: SessionState, at: Reading, changes: ChangesNow, memo: Kept[OutlookWords]
) -> OutlookWords:
    """How long still; it tells nothing of the outcome."""
    if at.stopped or at.catching_up is not None:
        return memo.same(OutlookWords("", STOPPED if at.stopped else LATER))
    start_s, stop_s = state.infusion_s
    over = stop_s is not None and state.time_s >= stop_s
    detects = _detects_percent(state)
    counts = changes.nothing_counts_s <= state.window_s
    known = state.foreseen, detects, start_s is not None, over, state.ended is not None
    return memo.of((*known, counts), outlook_words, *known, counts)


def _detects_percent(state: SessionState) -> float:
    """What the mean since the infusion began can detect by now, as the table says.

    To the two digits that are said, so that words stay while the figure hardly moves.
    Where the table hides the outcome, or there is no answer yet, what was foreseen.
    """
    answer, seen = state.answers.get(state.settings.outcome), state.foreseen
    detects = math.inf if seen is None else seen.now_percent
    if answer is not None and not state.hidden:
        detects = least_seen_percent(answer)
    return float(f"{detects:.2g}")
