"""One page at the stop: what was recorded, how good it was, what came out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.difference import Way
from monitor.analysis.tracking.free_against_tied import tie_departure, tie_is_doubtful
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.changes_now import changes_now
from monitor.screen.held import held_at
from monitor.screen.number_words import clock, plain, signed
from monitor.screen.parts.axis import UNSEEN, label_of
from monitor.screen.parts.footer import footer
from monitor.screen.parts.headline import mean_is_known
from monitor.screen.parts.known_change import held, level, short
from monitor.screen.parts.stretch_words import compared_words, listed, stretch_words
from monitor.screen.reading import read_clocks
from monitor.screen.recent_quality import Figures, figures_of
from monitor.screen.screen import Headline
from monitor.screen.session_parts import headline_of
from monitor.screen.state import SessionState
from streams.messages.transient import Event

NOT_SEEN = "not seen in such a file"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the summary."""

    name: str
    figure: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The page: heading, lines in two groups, events, and the operator's notes."""

    heading: str
    session: tuple[Line, ...]
    quality: tuple[Line, ...]
    outcome: tuple[Line, ...]
    events: tuple[str, ...]
    footer: str


def summary_of(state: SessionState, now_s: float, made: str = "") -> Summary:
    """The page as things stand; `made` is date and time of day."""
    who = state.identity.words
    return Summary(
        " · ".join(part for part in (who, state.source or "no session yet") if part),
        (Line("page made", made), *session_lines(state)),
        (*quality_lines(figures_of(state)), *_stretch_lines(state)),
        (*_outcome(state, now_s), *_known_change_lines(state)),
        event_lines(state.standing()),
        footer(state.acquisition, state.source, state.settings),
    )


def session_lines(state: SessionState) -> tuple[Line, ...]:
    """What was recorded."""
    start, stop = state.infusion_s
    span = "not marked" if start is None else f"from {clock(start)}"
    span += "" if stop is None else f" to {clock(stop)}"
    reference = "none"
    if state.reference_s is not None:
        reference = f"{clock(state.reference_s[0])} to {clock(state.reference_s[1])}"
    known = state.counted or state.missing
    transients = f"{state.quality.rows}, of low weight {state.low_weight}"
    return (
        Line("subject, visit", state.identity.words or "not typed"),
        Line("protocol", state.settings.name),
        Line("source", state.source),
        Line("length", clock(state.time_s)),
        Line("transients", transients),
        Line("missing transients", f"{state.missing}" if known else NOT_SEEN),
        Line("epochs", f"{len(state.epoch_starts_s)}"),
        Line("reference period", reference),
        Line("infusion", span),
    )


def _outcome(state: SessionState, now_s: float) -> tuple[Line, ...]:
    if state.hidden:
        return (Line("outcome", "hidden by the protocol"),)
    settings, held = state.settings, held_at(state, now_s)
    said = headline_of(state, read_clocks(state, now_s), held, changes_now(state, held))
    return (
        *outcome_lines(said, state.answers.get(settings.outcome)),
        *tracker_lines(state.tracks.newest, settings.outcome),
        *_way_lines(state),
    )


def quality_lines(f: Figures) -> tuple[Line, ...]:
    """How good it was: medians over the session."""
    return (
        Line("field drift", f"{signed(f.drift_hz_per_min, 2)} Hz/min"),
        Line("line width", f"{plain(f.fwhm_hz)} Hz"),
        Line("SNR of one transient", plain(f.snr)),
        Line("residual water / NAA", plain(f.water)),
        Line("lipid / NAA", plain(f.lipid)),
        Line("transients of low weight", f"{100 * f.low_weight:.1f} %"),
    )


def _way_lines(state: SessionState) -> tuple[Line, ...]:
    """Windows, and the change with and without stretches, beside the tracker."""
    zero_s, differences = state.zero_s, listed(state.agreement)
    return tuple(
        Line(*compared_words(one, zero_s)) for one in differences if one.way != Way.TIES
    )


def _known_change_lines(state: SessionState) -> tuple[Line, ...]:
    """A known change put into copies, and how well the level is known."""
    found = state.known_change
    if found is None:
        return ()
    figure = f"{short(found)}; level known to {level(found)}"
    return Line("a known change put in", figure), Line("", held(found))


def _stretch_lines(state: SessionState) -> tuple[Line, ...]:
    """Stretches that are unlike the rest."""
    zero_s = state.zero_s
    return tuple(
        Line("unlike the rest", stretch_words(one, zero_s))
        for one in state.stretches.known
    )


def outcome_lines(
    headline: Headline,
    answer: Answer | None,
) -> tuple[Line, ...]:
    """What came out: the headline in its own words, and the mean at all looks."""
    value = f"{headline.number} {headline.interval}".strip()
    lines = [Line(headline.title, value)]
    if headline.verdict:  # a small page has no line to spare
        lines.append(Line("has it changed?", headline.verdict))
    lines += [Line("", part) for one in headline.lines for part in one.split(" · ")]
    if answer is not None and mean_is_known(answer):
        low, high = signed(answer.low_percent), signed(answer.high_percent)
        interval = f"{low} to {high} %"
        lines.append(Line("mean, 95 % however often one looks", interval))
    return tuple(lines)


def tracker_lines(point: TrackerPoint | None, outcome: str) -> tuple[Line, ...]:
    """The tracker without its ties, so that a wrong tie shows beside the headline.

    Nothing before both know the outcome, which takes a while of the reference period.
    """
    if point is None or not math.isfinite(tie_departure(point, outcome)):
        return ()
    free = _interval(point.free[outcome], point.free_sd[outcome])
    apart = ", more than chance" if tie_is_doubtful(point, outcome) else ""
    return (Line("tracker without its ties", free + apart),)


def _interval(change: float, sd: float) -> str:
    return f"{signed(change)} ± {Z95 * sd:.1f} %"


def event_lines(events: Sequence[Event]) -> tuple[str, ...]:
    """Events with their times, which they are in the order of."""
    return tuple(
        f"{clock(event.time_s)}  {label_of(event)}"
        for event in events
        if event.kind not in UNSEEN
    )
