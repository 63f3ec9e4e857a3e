"""What the operator knows of is let be, as long as it gets no worse."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS
from hypothesis import given
from hypothesis import strategies as st
from screen_cases import LIVE, shown

from monitor.analysis.update import Update
from monitor.screen.acknowledgement import ACKNOWLEDGED, message_from, text_of
from monitor.screen.display import Display
from monitor.screen.operator_requests import acknowledge, tell_refused
from monitor.screen.screen import Level, Message
from streams.messages.transient import Event


def judge(display: Display, updates: list[Update], **figures: float) -> None:
    """Three windows with such figures."""
    found = [u for u in updates if u.estimate is not None][:3]
    for update in found:
        estimate = replace(update.estimate, **figures)
        display.fold(
            replace(update, estimate=estimate, quality=None, course=None, notes=()),
            701.0,
        )


def first(display: Display, now_s: float = 702.0) -> Message:
    return display.screen(now_s).messages[0]


def of(display: Display, key: str, now_s: float = 702.0) -> Message | None:
    return next((m for m in display.screen(now_s).messages if m.key == key), None)


def test_it_stays_while_it_holds_and_returns_if_it_gets_worse(updates):
    display = shown(updates, 700.0)
    judge(display, updates, fwhm_hz=14.0)
    assert not of(display, "fwhm").acknowledged
    acknowledge(display.state, of(display, "fwhm"))
    assert of(display, "fwhm").acknowledged
    judge(display, updates, fwhm_hz=15.0)  # hardly worse
    assert of(display, "fwhm").acknowledged
    judge(display, updates, fwhm_hz=20.0)
    assert not of(display, "fwhm").acknowledged


def test_what_is_over_and_comes_again_is_news(updates):
    display = shown(updates, 700.0)
    judge(display, updates, fwhm_hz=14.0)
    acknowledge(display.state, of(display, "fwhm"))
    judge(display, updates, fwhm_hz=5.0)
    assert of(display, "fwhm") is None
    judge(display, updates, fwhm_hz=14.0)
    assert not of(display, "fwhm").acknowledged


def test_a_condition_of_more_consequence_is_not_hidden_by_a_known_one(updates):
    display = shown(updates, 700.0)
    display.hear(replace(LIVE, lost=3), 700.0)
    display.hear(replace(LIVE, lost=3, recording=False), 701.0)
    assert first(display).key == "recording"
    acknowledge(display.state, first(display))
    assert first(display).key == "lost"
    assert of(display, "recording").acknowledged
    assert not of(display, "lost").acknowledged


def test_who_and_when_are_in_the_log_and_other_windows_know(updates):
    one = shown(updates, 700.0)
    judge(one, updates, fwhm_hz=14.0)
    event = Event(700.0, ACKNOWLEDGED, text_of(of(one, "fwhm")), "operator")
    other = shown(updates, 700.0)
    judge(other, updates, fwhm_hz=14.0)
    other.fold(Update(9000, 0, event=event), 702.0)
    assert of(other, "fwhm").acknowledged
    at_s, said = other.state.messages_so_far()[-1]
    assert (at_s, said.condition) == (
        700.0, "acknowledged by operator: Line width 14.0 Hz, limit 12.8",
    )  # fmt: skip
    marks = [m.text for m in other.screen(702.0).trend.axis.marks]
    assert marks == ["infusion on"]


def test_that_it_is_in_no_recording_is_logged_and_no_trouble(updates):
    display = shown(updates, 700.0)
    tell_refused(display.state, ACKNOWLEDGED, "no answer", 700.0)
    assert "not in the recording" in display.state.messages_so_far()[-1][1].condition
    assert "event" not in {m.key for m in display.screen(700.5).messages}


def test_since_when_the_stream_is_as_it_is(updates):
    display = shown(updates, 700.0)
    display.hear(replace(LIVE, recording=False), 700.0)
    display.hear(replace(LIVE, recording=False, lost=1), 710.0)
    assert [m.age_s for m in display.screen(725.0).messages[:1]] == [25.0]


@given(st.text())
def test_any_other_text_of_such_an_event_is_nothing(text):
    assert message_from(text) is None or isinstance(message_from(text), Message)


@given(st.text(), st.text(), st.sampled_from(Level), st.floats(0.0, 1e6))
def test_the_event_gives_the_condition_back(key, condition, level, severity):
    message = Message(key, level, condition, "", 0.0, severity=severity)
    again = message_from(text_of(message))
    assert again == replace(message, severity=pytest.approx(severity, abs=1e-3))


@pytest.mark.parametrize(("kind", "said"), [("unlock", "review"), ("blinded", "")])
def test_an_unlocked_session_says_so(updates, kind, said):
    display = shown(updates, 700.0)
    display.fold(Update(9000, 0, event=Event(700.0, kind, said, "x")), 700.0)
    assert of(display, "unlocked").action == said
    assert any("Unlocked" in m.condition for _, m in display.state.messages_so_far())
    blinded = shown(updates, 700.0, replace(SETTINGS, outcome_hidden=True))
    blinded.fold(Update(9000, 0, event=Event(700.0, kind, said, "x")), 700.0)
    assert of(blinded, "unlocked") is None
