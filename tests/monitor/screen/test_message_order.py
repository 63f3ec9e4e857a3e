"""In which order messages stand, and which the operator knows already."""

from dataclasses import replace

import pytest

from monitor.screen.messages import (
    JUST_S,
    KEPT_S,
    acknowledged,
    ordered,
    recent,
    said_at,
)
from monitor.screen.screen import Level, Message

NOTE, ATTENTION = Level.NOTE, Level.ATTENTION


def message(key: str, level: Level = ATTENTION, age_s: float = 60.0) -> Message:
    return Message(key, level, key, "", age_s)


def keys(*messages: Message) -> list[str]:
    """Keys in the order in which they are shown, whatever the order they came in."""
    shown = [m.key for m in ordered(list(messages))]
    assert shown == [m.key for m in ordered(list(messages[::-1]))]
    return shown


def test_what_loses_the_session_comes_first():
    drift, stream, other = message("drift"), message("stream"), message("unknown")
    assert keys(drift, other, stream) == ["stream", "drift", "unknown"]
    assert keys(message("recording", NOTE), drift) == ["drift", "recording"]
    known = replace(stream, acknowledged=True)
    assert keys(known, message("ended", NOTE)) == ["ended", "stream"]


def test_of_a_kind_the_oldest_that_lasts_and_the_newest_that_passes():
    old, new = message("unknown 1", age_s=90.0), message("unknown 2", age_s=9.0)
    assert keys(new, old) == ["unknown 1", "unknown 2"]
    told = [replace(message("gap"), age_s=age) for age in (9.0, 20.0)]
    assert [m.age_s for m in ordered(told[::-1])] == [9.0, 20.0]


def test_what_is_only_told_stands_before_mild_ones_while_it_is_fresh():
    lasting = message("lag", NOTE)
    fresh, stale = (message("gap", NOTE, age) for age in (JUST_S - 1, JUST_S))
    assert keys(fresh, lasting) == ["gap", "lag"]
    assert keys(stale, lasting) == ["lag", "gap"]
    assert keys(message("gap", ATTENTION, 1.0), message("drift")) == ["drift", "gap"]


def test_what_the_operator_did_is_confirmed_within_three_lines():
    four = [message(k) for k in ("recording", "stream", "disk", "silent")]
    event = message("event", NOTE, JUST_S - 0.5)
    shown = keys(*four, event)
    assert shown == ["recording", "stream", "event", "disk", "silent"]
    assert keys(*four, replace(event, age_s=JUST_S))[-1] == "event"
    assert [m.age_s for m in ordered([event])] == [5.0]


@pytest.mark.parametrize(
    ("level", "severity", "now", "worse", "known"),
    [
        (NOTE, 2.0, NOTE, 2.5, True),
        (NOTE, 2.0, NOTE, 2.6, False),
        (NOTE, 2.0, ATTENTION, 2.0, False),
        (ATTENTION, 2.0, ATTENTION, 1.0, True),
        (ATTENTION, 2.0, NOTE, 2.0, True),
    ],
)
def test_a_condition_is_known_until_it_is_worse(level, severity, now, worse, known):
    before = {"drift": replace(message("drift", level), severity=severity)}
    later = replace(message("drift", now), severity=worse)
    assert acknowledged(later, before) is known
    assert not acknowledged(later, {})


def test_the_newest_of_each_condition_of_the_last_while():
    timed = [(0.0, message("gap")), (10.0, message("gap")), (1.0, message("event"))]
    assert [(m.key, m.age_s) for m in recent(timed, 31.0)] == [("gap", 21.0)]
    assert len(recent(timed, KEPT_S + 0.9)) == 2
    notes = [(0.0, replace(message("note"), condition=c)) for c in "ab"]
    assert len(recent(notes, 1.0)) == 2


def test_the_line_of_a_log():
    one = Message("gap", NOTE, "3 missing", "wait", 0.0)
    assert said_at(61.0, one) == ("01:01", "3 missing · wait")
    assert said_at(61.0, replace(one, action="")) == ("01:01", "3 missing")
