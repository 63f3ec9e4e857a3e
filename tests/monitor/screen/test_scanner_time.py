"""What time it is: a window that was opened late tells none until it has caught up."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_session import SETTINGS, TR_S
from hypothesis import given, settings
from hypothesis import strategies as st
from screen_cases import LIVE, shown

from monitor.screen.display import Display
from monitor.screen.number_words import clock
from monitor.screen.scanner_time import UNDER_WAY, ScannerTime
from monitor.screen.sheets.mark_question import question_of
from streams.messages.marks import START

OPENED_S = 1200.0
PER_S = 40  # messages that are worked through in a second


def caught_up(updates, seconds):
    """A window opened at `OPENED_S`: (seconds since, display), as it catches up."""
    display, done = Display(SETTINGS), 0
    for tick in range(4 * seconds):
        now = tick / 4
        known = next(
            i
            for i, u in enumerate(updates)
            if u.quality and u.quality.time_s > OPENED_S + now
        )
        display.hear(replace(LIVE, lag=known - done), now)
        for update in updates[done : min(known, done + PER_S // 4)]:
            display.fold(update, now)
            done += 1
        yield now, display


def test_no_clock_is_wrong_while_a_window_catches_up(updates):
    late = 0
    for now, display in caught_up(updates, 30):
        screen = display.screen(now + 0.1)
        status, truth_s = screen.status, OPENED_S + now
        if display.state.catching_up() is None:
            right = [truth_s - 600.0 + off for off in range(-5, 3)]
            assert status.phase in [f"INFUSION +{clock(s)}" for s in right]
            assert float(status.details[1].split()[1]) <= (UNDER_WAY + 1) * TR_S
            assert "catching" not in " ".join(
                (screen.headline.verdict, *status.details)
            )
            continue
        late += 1
        of = f"{display.state.scanner.done} of {display.state.scanner.known}"
        assert (status.phase, status.plan) == ("CATCHING UP", of)
        assert status.stream == "● REC"
        assert status.details[1].startswith(f"catching up, {of}")
        said = (screen.headline.verdict, *screen.headline.lines)
        assert screen.headline.fade == 1.0
        assert any(f"catching up, {of}" in line for line in said)
        assert screen.messages[0].condition == f"Catching up: {of} messages"
    assert 20 < late < 100
    assert display.state.catching_up() is None


def test_what_is_old_is_told_no_news(updates):
    """A note of ten minutes ago is in the log, not among what has just happened."""
    for now, display in caught_up(updates, 30):
        said = [m.condition for m in display.screen(now).messages]
        assert not any("infusion on" in condition for condition in said)
    assert any("infusion on" in m.condition for _, m in display.state.notices.log)


def test_the_clock_runs_on_right_where_the_analysis_stalls(updates):
    display = shown(updates, 700.0)
    display.hear(replace(LIVE, lag=10), 720.0)
    status = display.screen(720.4).status
    assert status.phase == "INFUSION +02:00"
    assert status.details[1].startswith("data 20 s old")


def test_a_mark_may_be_given_while_nobody_knows_the_time(updates):
    display = shown(updates, 700.0)
    display.hear(replace(LIVE, lag=400), 700.5)
    question = question_of(display.state, START, 700.6)
    assert question is not None
    assert question.now_words == "&Now"
    assert question.at("20:00").time_s == 1200.0
    assert question.at("2 min ago").ago_s == 120.0


@settings(max_examples=200)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 60)), max_size=40))
def test_a_time_is_told_exactly_where_nothing_is_behind(steps):
    """Whatever order the messages and counts come in: no time while it is unknown."""
    found, seq, now = ScannerTime(), -1, 0.0
    for heard, amount in steps:
        now += 0.25
        if heard:
            found.hear(amount, now, 2.0 * seq if seq >= 0 else None)
        else:
            for _ in range(amount):
                seq += 1
                found.take(seq)
                found.take_transient(2.0 * seq, now)
        at = found.at(now)
        assert (at is None) >= (found.catching_up is not None)
        if at is None and seq >= 0:
            assert found.catching_up is not None


@pytest.mark.parametrize("behind", range(UNDER_WAY + 1))
def test_messages_under_way_are_counted_into_the_time(behind):
    found = ScannerTime(interval_s=2.0)
    found.hear(10 + behind, 0.0, None)
    for seq in range(10):
        found.take(seq)
    found.take_transient(18.0, 5.0)
    assert found.at(6.0) == 18.0 + 2.0 * behind + 1.0


def heard(found: ScannerTime, per_s: float, until_s: float, behind) -> None:
    """Messages come at a pace; `behind(now_s)` of them are not shown yet."""
    shown_to = found.done
    for tick in range(1, int(until_s * 4) + 1):
        now = tick / 4
        known = int(per_s * now)
        while shown_to < known - behind(now):
            found.take(shown_to)
            found.take_transient(2.0 * shown_to, now)
            shown_to += 1
        found.hear(known - found.done, now, 2.0 * (found.done - 1))


def test_a_scanner_forty_times_as_quick_leaves_nothing_to_catch_up_with():
    """The demo: after two seconds of stalling the window goes on half a second late."""
    found = ScannerTime(interval_s=2.0)
    heard(found, 20.0, 12.0, lambda now: 40 if 6 < now < 8 else 10)
    assert found.catching_up is None
    assert found.behind_s == 0.0
    assert not found.is_late


def test_what_a_scanner_sends_at_its_own_pace_is_behind_as_before():
    found = ScannerTime(interval_s=2.0)
    heard(found, 0.5, 60.0, lambda now: 0)
    found.hear(10, 60.25, 58.0)
    assert found.under_way == UNDER_WAY
    assert found.behind_s == 2.0 * (10 - UNDER_WAY)


def test_a_backlog_that_is_heard_of_at_once_is_no_pace():
    found = ScannerTime(interval_s=2.0)
    for tick in range(40):
        found.hear(700 if tick > 4 else 0, tick / 4, None)
        assert found.under_way == UNDER_WAY
    assert found.catching_up == (0, 700)
