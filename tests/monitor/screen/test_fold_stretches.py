"""Stretches that begin, are over or are none after all, in the notices of a state."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS

from monitor.analysis.contamination.stretch import SPAN, Cause, Stretch
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.analysis.update import Update
from monitor.screen.fold_stretches import take_stretches
from monitor.screen.parts.stretch_words import lasting, over_words, taken_back
from monitor.screen.screen import Message
from monitor.screen.state import SessionState

TR_S = 2.0
FIRST, STOP = 100, 120
ONE = Stretch(FIRST, STOP, 0, FIRST * TR_S, (STOP - 1) * TR_S, Cause.LIPID)
EFFECT = Difference(Way.STRETCH, 0.8, 0.25, ONE)
LATE = STOP + 2 * SETTINGS.window + SPAN


def after(transients: int, hidden: bool = False) -> SessionState:
    """A state after so many transients."""
    settings = SETTINGS.with_changes(
        outcome_hidden=hidden, expect_repetition_time_s=TR_S
    )
    state = SessionState(settings)
    go_on(state, transients)
    return state


def go_on(state: SessionState, transients: int) -> None:
    figures = dict.fromkeys(Quality.__slots__, 1.0)
    place = {"index": transients - 1, "time_s": (transients - 1) * TR_S}
    state.newest = Quality(**(figures | place))
    state.time_s = state.newest.time_s


def told(state: SessionState) -> list[str]:
    return [message.condition for _, message in state.notices._told]


def known(*differences: Difference) -> Agreement:
    return Agreement(SETTINGS.outcome, differences)


def take(state: SessionState, *stretches: Stretch, changed: bool = True) -> None:
    found = stretches if changed else None
    take_stretches(state, Update(0, 0, stretches=found), 0.0)


def test_what_lasts_is_logged_once_and_told_when_it_is_over() -> None:
    state = after(STOP + SPAN)
    take(state, ONE)
    take(state, changed=False)
    said = lasting(ONE, 0.0)
    assert [m.condition for _, m in state.notices.log] == [said.condition]
    assert told(state) == []
    go_on(state, STOP + SPAN + 1)
    take(state, changed=False)
    assert told(state) == [over_words(ONE, 0.0, None).condition]
    take(state, changed=False)
    assert len(told(state)) == 1


def test_what_is_none_after_all_is_taken_back() -> None:
    state = after(STOP)
    take(state, ONE)
    take(state)
    assert told(state) == [taken_back(ONE, 0.0).condition]


def over(state: SessionState, transients: int) -> None:
    """The stretch was seen while it lasted, and is over now."""
    take(state, ONE)
    go_on(state, transients)
    take(state, changed=False)


@pytest.mark.parametrize("hidden", [True, False])
def test_it_waits_for_its_effect_where_one_is_compared(hidden: bool) -> None:
    state = after(STOP, hidden)
    state.agreement = known()
    over(state, STOP + SPAN + 1)
    assert bool(told(state)) is hidden
    assert state.stretches.untold == (() if hidden else (ONE,))
    if not hidden:
        state.agreement = known(EFFECT)
        take(state, changed=False)
        assert told(state) == [over_words(ONE, 0.0, state.agreement).condition]
        assert state.stretches.untold == ()


def test_it_waits_two_windows_and_no_longer() -> None:
    state = after(STOP)
    state.agreement = known()
    edge = STOP - 1 + 2 * SETTINGS.window + 1  # its end is as old as two windows
    over(state, edge)
    assert told(state) == []
    go_on(state, edge + 1)
    take(state, changed=False)
    assert len(told(state)) == 1


def test_at_the_end_nothing_waits() -> None:
    state = after(STOP)
    state.agreement, state.ended = known(), "stopped"
    take(state, ONE)
    assert len(told(state)) == 1


def test_of_several_those_that_wait_are_kept() -> None:
    other = replace(ONE, first=10, stop=30, start_s=20.0, end_s=58.0)
    state = after(STOP)
    state.agreement = known(Difference(Way.STRETCH, 0.8, 0.25, other))
    take(state, other, ONE)
    over(state, STOP + SPAN + 1)
    assert state.stretches.untold == (ONE,)
    first: Message = over_words(other, 0.0, state.agreement)
    assert told(state) == [first.condition]
