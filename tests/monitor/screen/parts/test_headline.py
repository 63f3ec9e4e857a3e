"""The headline: the tracked change, its verdict, and when it is not to be believed."""

import re
from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, REPLAY, shown

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.analysis.tracking.finding import (
    finding,
    least_seen_percent,
    unproven_words,
)
from monitor.analysis.update import Update
from monitor.screen.fold import settle
from monitor.screen.number_words import signed
from monitor.screen.parts.headline import NO_NUMBER, NOTHING_SINCE, UNCONVERGED
from monitor.screen.parts.windows import Windows
from monitor.screen.screen import Level
from streams.messages.transient import Event

OUTCOME = SETTINGS.outcome


def later(update, after_s):
    """The same transient, in a new epoch."""
    quality = replace(update.quality, epoch=1, time_s=update.quality.time_s + after_s)
    return Update(update.seq, 1, quality=quality, strip=update.strip)


def test_no_number_of_what_cannot_be_or_may_be_anything(updates):
    """Seen: -245 ± 6019 %; the table and the mean beside it had them, too."""
    display = shown(updates, 1700.0)
    newest = display.state.tracks.newest
    read = replace(newest, filtered={OUTCOME: -245.0}, filtered_sd={OUTCOME: 3071.0})
    display.state.shown_track = 1702.5, read
    screen = display.screen(1702.5)
    assert (screen.headline.number, screen.headline.interval) == ("–", "")
    assert (screen.headline.verdict, *screen.headline.lines) == tuple(
        NO_NUMBER.split(": ")
    )
    assert next(r for r in screen.table.rows if r.name == OUTCOME).change == "–"


def test_no_number_where_all_since_the_infusion_is_left_out(updates):
    seen = left_out(updates, 600.0, 1750.0)
    assert seen.number == "–"
    assert (seen.verdict, *seen.lines) == tuple(NOTHING_SINCE.split(": "))
    assert left_out(updates, 640.0, 1750.0).number != "–"


def test_no_number_where_no_window_converged(updates):
    display = shown(updates, 1700.0)
    stuck = [replace(one, converged=False) for one in display.state.estimates]
    display.state.estimates = Windows(stuck)
    seen = display.screen(1702.5).headline
    assert seen.number == "–"
    assert (seen.verdict, *seen.lines) == tuple(UNCONVERGED.split(": "))


def test_headline_is_a_dash_before_the_infusion(updates):
    headline = shown(updates, 590.0).screen(590.5).headline
    assert (headline.number, headline.verdict) == ("–", "no change to show yet")
    assert headline.lines == (
        "this is the reference period; F5 marks the start of the infusion",
    )


def test_a_session_that_ended_before_any_mark_can_still_be_given_one(updates):
    display = shown(updates, 590.0)
    display.fold(Update(9001, 0, ended="stopped"), 591.0)
    assert display.screen(591.5).headline.lines == (
        "F5 where the infusion began, or F4",
    )


def test_a_recording_without_events_is_told_how_it_gets_a_reference(updates):
    display = shown(updates, 590.0)
    display.hear(REPLAY, 590.0)
    assert display.screen(590.5).headline.lines == (
        "F5 where the infusion began, or F4",
    )


def test_headline_waits_for_a_window_of_its_own(updates):
    headline = shown(updates, 630.0).screen(630.5).headline
    assert headline.number == "–"
    said = r"first full window after the reference period in \d\d:\d\d"
    assert re.fullmatch(said, headline.verdict)
    assert headline.lines == ()


def test_headline_is_the_trackers_value_and_95_percent_interval(updates):
    display = shown(updates, 1700.0)
    headline = display.screen(1702.5).headline
    value = display.state.tracks.newest.filtered[OUTCOME]
    assert headline.number == f"{signed(value)} %"
    assert headline.interval == f"± {Z95 * 1.6:.1f}"
    newest = display.state.estimates[-1]
    change = signed(newest.changes_percent[OUTCOME])
    half = Z95 * newest.change_sds_percent[OUTCOME]
    assert headline.lines == (f"last 64 s: {change} ± {half:.1f} %, agrees",)


def test_an_outcome_that_is_not_tracked_has_the_newest_window(updates):
    display = shown(updates, 1700.0)
    display.show(settings=replace(SETTINGS, outcome="Gln"))
    headline = display.screen(1702.5).headline
    newest = display.state.estimates[-1]
    assert headline.number == f"{signed(newest.changes_percent['Gln'])} %"
    assert headline.lines == (
        "window of 32 transients, 64 s; this outcome is not tracked",
    )


def test_headline_stands_for_two_seconds(updates):
    display = shown(updates, 1600.0)
    settle(display.state, 1600.0)
    first = display.screen(1600.1).headline.number
    moved = replace(display.state.tracks.newest, filtered={OUTCOME: -3.0})
    display.fold(Update(10**6, 0, tracker=moved), 1600.2)
    assert display.screen(1600.3).headline.number == first
    assert display.screen(1602.1).headline.number == "−3.0 %"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0), "INCREASE, seen from +05:00"),
        (Answer(-6.0, 1.0, -9.5, -2.5, 12.0, 900.0), "DECREASE, seen from +05:00"),
        (Answer(1.0, 1.0, -2.5, 4.5, 0.1), "no change seen; 4.3 % would have been"),
        (Answer(0.9, 0.5, -1.5, 1.5, 0.1), "no change seen; 1.9 % would have been"),
        (Answer(5.0, 3.0, -2.5, 9.5, 0.1), "can only detect 8.5 % or more so far"),
        (Answer(6.0, 9.0, 2.5, 9.5, 0.1), "can only detect 11 % or more so far"),
        (Answer(1.0, 0.5, -1.5, 2.5, 0.1), "perhaps an increase, not proven yet"),
        (Answer(-1.0, 0.5, -2.5, 1.5, 0.1), "perhaps a decrease, not proven yet"),
    ],
)
def test_the_verdict_has_direction_time_or_what_would_have_been_seen(
    updates, answer, words
):
    display = shown(updates, 1500.0)
    way = -1.0 if answer.mean_percent < 0 else 1.0
    sd = 1.0 if answer.since_s else 9.0  # of the number that stands above the words
    newest = display.state.tracks.newest
    here = replace(newest, filtered={OUTCOME: way * 6.4}, filtered_sd={OUTCOME: sd})
    display.fold(Update(8999, 0, tracker=here), 1499.0)
    settle(display.state, 1499.0)
    display.fold(Update(9000, 0, answers={OUTCOME: answer}), 1500.0)
    headline = display.screen(1500.5).headline
    assert headline.verdict == words
    half = Z95 * answer.sd_percent
    mean = f"mean since start {signed(answer.mean_percent)} ± {half:.1f} %"
    # A perhaps says what would prove it, since its number may well leave 0 out.
    bound = (answer.high_percent - answer.low_percent) / 2
    proof = f", proven from {bound:.1f}" if "perhaps" in words else ""
    assert headline.lines[0] == mean + proof


CERTAIN = Answer(6.0, 1.0, 2.5, 9.5, 12.0, 900.0)
NOTHING = Answer(1.0, 1.0, -2.5, 4.5, 0.1)


@pytest.mark.parametrize(
    ("now", "sd", "answer", "words"),
    [
        (6.4, 2.2, NOTHING, "perhaps an increase, not proven yet"),
        (-6.4, 2.2, NOTHING, "perhaps a decrease, not proven yet"),
        (-6.4, 2.2, replace(NOTHING, mean_percent=3.0), "perhaps a change, not proven"),
        (4.0, 2.2, NOTHING, "no change seen; 4.3 % would have been"),
        (6.4, 2.2, CERTAIN, "INCREASE, seen from +05:00"),
        (2.0, 2.2, CERTAIN, "INCREASE on average, seen from +05:00"),
        (-6.4, 2.2, CERTAIN, "INCREASE on average, seen from +05:00"),
    ],
)
def test_the_words_do_not_contradict_the_number_above_them(
    updates, now, sd, answer, words
):
    """An interval that leaves 0 out never stands beside "no change seen"."""
    display = shown(updates, 1500.0)
    newest = display.state.tracks.newest
    here = replace(newest, filtered={OUTCOME: now}, filtered_sd={OUTCOME: sd})
    display.fold(Update(9000, 0, tracker=here, answers={OUTCOME: answer}), 1500.0)
    settle(display.state, 1500.0)
    assert display.screen(1500.5).headline.verdict.startswith(words)


@pytest.mark.parametrize(
    ("answer", "before", "after"),
    [
        (Answer(3.0, 1.0, -0.5, 6.5, 0.1), "perhaps an increase, not proven yet",
         "perhaps an increase, not proven"),
        (Answer(1.0, 1.0, -2.5, 4.5, 0.1), "no change seen; 4.3 % would have been",
         "no change seen; 4.3 % would have been"),
        (Answer(5.0, 3.0, -2.5, 9.5, 0.1), "can only detect 8.5 % or more so far",
         "no answer: only 8.5 % or more would have been seen"),
        (Answer(5.0, 30.0, -60.0, 70.0, 0.1),
         "no answer yet: too little good data (F4 sets the reference)",
         "no answer: too little good data"),
    ],
)  # fmt: skip
def test_after_the_end_nothing_more_will_be_seen(updates, answer, before, after):
    """Neither "yet" nor "so far": what the report of the session says, too."""
    display = shown(updates, 1500.0)
    newest = display.state.tracks.newest
    here = replace(newest, filtered={OUTCOME: 3.0}, filtered_sd={OUTCOME: 9.0})
    display.fold(Update(8999, 0, tracker=here), 1499.0)
    settle(display.state, 1499.0)
    display.fold(Update(9000, 0, answers={OUTCOME: answer}), 1500.0)
    assert display.screen(1500.5).headline.verdict == before
    display.fold(Update(9001, 0, ended="stopped"), 1500.0)
    assert display.screen(1501.0).headline.verdict == after
    told = finding(answer, display.state.settings.reference_target_percent)
    assert unproven_words(told, least_seen_percent(answer)) == after


def test_unconverged_window_leaves_the_tracker_alone(updates):
    display = shown(updates, 1600.0)
    before = display.screen(1602.5).headline.number
    lost = replace(display.state.estimates[-1], time_end_s=1e5, converged=False)
    display.fold(Update(10**6, 0, estimate=lost), 1602.0)
    assert display.screen(1605.0).headline.number == before


def test_headline_fades_and_counts_when_transients_stop(updates):
    display = shown(updates, 1700.0)
    assert display.screen(1701.0).headline.fade == 0
    assert display.screen(1706.0).headline.fade == pytest.approx(0.5)
    stale = display.screen(1720.0)
    assert stale.headline.fade == 1
    assert stale.headline.lines[0] == "▲ data 20 s old"
    assert stale.messages[0].level is Level.ATTENTION
    assert stale.messages[0].condition == "No transient for 20 s"
    assert "console" in stale.messages[0].action


def test_the_first_window_of_an_epoch_is_waited_for(updates):
    """The tracker finds its level again after a re-shim; so long it is grey."""
    display = shown(updates, 1500.0)
    assert display.screen(1500.5).headline.fade == 0.0
    own = [u for u in updates if u.quality and 1500.0 < u.quality.time_s < 1600.0]
    for update in own[:20]:
        display.fold(later(update, 0.0), update.quality.time_s)
    found = display.screen(1540.0).headline
    assert found.fade == 1.0
    assert found.lines[0].startswith("▲ new shim or series 00:38 ago")
    for update in own[20:]:
        display.fold(later(update, 0.0), update.quality.time_s)
    assert "new epoch" not in " ".join(display.screen(1600.0).headline.lines)


def test_a_window_that_lies_far_from_the_tracker_says_so(updates):
    display = shown(updates, 1500.0)
    last = display.state.estimates[-1]
    moved = last.changes_percent | {OUTCOME: last.changes_percent[OUTCOME] + 12.0}
    estimate = replace(last, changes_percent=moved)
    display.fold(Update(9000, 0, estimate=estimate), 1500.0)
    found = display.screen(1502.5).headline
    assert found.fade == 0.0
    assert "SD off" in found.lines[0]


def test_a_number_that_the_last_windows_contradict_is_grey(updates):
    display = shown(updates, 1500.0)
    last = Agreement(OUTCOME, (Difference(Way.LAST, 10.0, 2.0),))
    display.fold(Update(9000, 0, agreement=last), 1503.0)
    found = display.screen(1503.5).headline
    assert found.fade == 1.0
    assert found.lines[0] == "▲ the last 4 windows do not agree with it (F3)"


def test_a_number_that_the_free_tracker_contradicts_is_grey(updates):
    display = shown(updates, 1500.0)
    ties = Agreement(OUTCOME, (Difference(Way.TIES, 10.0, 2.0),))
    display.fold(Update(9000, 0, agreement=ties), 1503.0)
    found = display.screen(1503.5).headline
    assert found.fade == 1.0
    assert found.lines[0].startswith("▲ it does not agree with the tracker without")


@pytest.mark.parametrize(
    "after",
    [
        Update(9001, 0, event=Event(1501.0, "settings", '{"outcome": "Gln"}')),
        Update(9001, 0, course=()),
    ],
)
def test_what_was_compared_of_another_outcome_or_course_greys_nothing(updates, after):
    display = shown(updates, 1500.0)
    ties = Agreement(OUTCOME, (Difference(Way.TIES, 10.0, 2.0),))
    display.fold(Update(9000, 0, agreement=ties), 1500.0)
    assert display.state.agreement is ties
    display.fold(after, 1501.0)
    assert display.state.agreement is None


def test_a_number_that_lags_behind_the_stream_looks_old(updates):
    display = shown(updates, 1500.0)
    display.hear(replace(LIVE, lag=300), 1500.0)
    found = display.screen(1500.5).headline
    assert found.fade == 1.0
    assert found.lines[0].startswith("▲ catching up, ")
    display.hear(replace(LIVE, lag=2), 1501.0)
    assert display.screen(1501.0).headline.fade == 0.0


def test_an_amplitude_of_another_epoch_is_told_to_have_another_gain(updates):
    """Its change needs a gain that is not known: the dash says what to do."""

    def unknown(window):
        changes = dict.fromkeys(window.changes_percent, float("nan"))
        return replace(window, changes_percent=changes, other_gain=True)

    moved = [
        replace(
            update,
            estimate=update.estimate and unknown(update.estimate),
            course=update.course and tuple(map(unknown, update.course)),
            tracker=None,
            tracks=() if update.tracks else None,
            answers={},
        )
        for update in updates
    ]
    display = shown(moved, 1500.0, SETTINGS.with_changes(outcome="Glu"))
    found = display.screen(1500.5).headline
    assert (found.number, found.verdict) == ("–", "other gain than before")
    assert found.lines == ("choose a ratio of amplitudes (F4)",)


def left_out(updates, start_s, stop_s, now_s=1700.0):
    """The headline where a stretch of the session has no weight."""
    display = shown(updates, now_s)
    came = [u.quality for u in updates if u.quality and u.quality.time_s <= now_s]
    known = tuple(
        replace(q, weight=0.0) if start_s <= q.time_s <= stop_s else q for q in came
    )
    first, stop = (round(t / 2.0) for t in (start_s, stop_s))
    stretch = Stretch(first, stop, 0, start_s, stop_s, Cause.LIPID)
    display.fold(Update(10**6, 0, stretches=(stretch,), qualities=known), now_s)
    return display.screen(now_s + 2.5).headline


def test_a_number_that_nothing_counts_for_any_more_is_of_before(updates):
    last_s = shown(updates, 1700.0).state.time_s
    headline = left_out(updates, last_s - 100.0, last_s)
    assert headline.fade == 1.0
    why = "nothing has counted for 01:40: the number is of before (F10)"
    assert why in headline.lines[0]


def test_a_short_stretch_or_one_that_is_over_leaves_it_as_it_is(updates):
    last_s = shown(updates, 1700.0).state.time_s
    assert left_out(updates, last_s - 40.0, last_s).fade == 0.0
    assert left_out(updates, last_s - 300.0, last_s - 100.0).fade == 0.0


def test_a_dash_says_that_all_of_the_reference_period_is_left_out(updates):
    headline = left_out(updates, 0.0, 602.0, now_s=630.0)
    assert headline.number == "–"
    assert headline.verdict == "all of the reference period is left out"
    assert headline.lines == ("give another, or take it in (F4)",)
    part = left_out(updates, 0.0, 500.0, now_s=630.0)
    assert part.verdict.startswith("first full window after the reference")
