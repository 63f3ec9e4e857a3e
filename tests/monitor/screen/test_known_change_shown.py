"""A known change put into copies of a session, on F2 and F10."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fake_session import SETTINGS
from known_changes import FOUND
from screen_cases import shown

from monitor.run.known_change import NOTHING, Intervals
from monitor.run.worker_messages import Began, PutIn
from monitor.screen.rewindable import Session
from monitor.screen.sheets.checks import card_of
from monitor.screen.sheets.summary import summary_of


def said_on_summary(state) -> tuple[str, str]:
    """Figure of a known change on F10, and the line below it."""
    lines = summary_of(state, 501.0).outcome
    place = [one.name for one in lines].index("a known change put in")
    assert not lines[place + 1].name
    return lines[place].figure, lines[place + 1].figure


def test_before_one_was_put_in_nothing_is_said(updates) -> None:
    state = shown(updates, 500.0).state
    assert not [c for c in card_of(state).checks if "known change" in c.name]
    assert not [c for c in summary_of(state, 501.0).outcome if "known" in c.name]


@pytest.mark.parametrize("hidden", [False, True])
def test_it_stands_on_both_pages_under_a_lock_too(updates, hidden: bool) -> None:
    display = shown(updates, 500.0)
    display.show(settings=display.state.settings.with_changes(outcome_hidden=hidden))
    state = display.state
    state.known_change = FOUND
    (check,) = [c for c in card_of(state).checks if "known change" in c.name]
    assert check.figure == "+3.1 %: +3.0 % read"
    assert check.wanted == "80 to 125 % of it"
    assert check.good
    assert said_on_summary(state) == (
        "+3.1 %: +3.0 % read; level known to ± 10 %",
        "95 % interval (± 4 %) holds it",
    )


@pytest.mark.parametrize("read", [2.0, 4.2, float("nan")])
def test_one_that_is_not_passed_on_is_no_go(updates, read: float) -> None:
    state = shown(updates, 500.0).state
    step, rise = FOUND.recoveries
    step = replace(step, windows_read=read)
    state.known_change = replace(FOUND, recoveries=(step, rise))
    card = card_of(state)
    assert not card.checks[-4].good
    assert "a known change put in" in card.verdict


def test_chance_alone_is_no_reason_against_the_infusion(updates) -> None:
    state = shown(updates, 500.0).state
    state.known_change = replace(FOUND, windows=Intervals(2.04, (NOTHING,)))
    (check,) = [c for c in card_of(state).checks if "known change" in c.name]
    assert check.good
    _, interval = said_on_summary(state)
    assert interval == ("95 % interval (± 4 %) misses it: noise (1 of 20) or drift")


def test_a_window_takes_it_in_until_another_session_begins() -> None:
    window = Session(SETTINGS)
    window.take(PutIn(FOUND), 1.0)
    assert window.state.known_change is FOUND
    window.take(Began("another"), 2.0)
    assert window.state.known_change is None
