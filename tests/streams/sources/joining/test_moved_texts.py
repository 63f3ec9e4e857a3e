"""Texts of events whose spans and epochs move with the file they are joined from."""

import json

import pytest

from streams.messages.transient import Event
from streams.sources.joining.moved_text import (
    AUTHOR,
    EPOCHS,
    NAMING,
    SPANS,
    moved_settings,
    named_count,
    with_count,
)


def test_spans_lie_later_and_epochs_are_counted_on() -> None:
    span = next(iter(SPANS))
    text = json.dumps({span: [[1.0, 4.0], [6.0, 9.0]], EPOCHS: [0, 2], "window": 32})
    moved = json.loads(moved_settings(text, 3, 100.0))
    assert moved == {
        span: [[101.0, 104.0], [106.0, 109.0]],
        EPOCHS: [3, 5],
        "window": 32,
    }


@pytest.mark.parametrize(
    "text", ["no table", '{"window": 32}', json.dumps({EPOCHS: 5})]
)
def test_what_names_neither_stays_as_it_is(text: str) -> None:
    assert moved_settings(text, 3, 100.0) == text


def test_only_what_the_relay_says_of_counts_names_one() -> None:
    kind = next(iter(NAMING))
    text = "missing before transient 12"
    assert named_count(Event(0.0, kind, text, AUTHOR)) == 12
    assert named_count(Event(0.0, kind, with_count(text, 40), AUTHOR)) == 40
    assert named_count(Event(0.0, kind, text, "operator")) is None
    assert named_count(Event(0.0, "note", text, AUTHOR)) is None
    assert named_count(Event(0.0, kind, "nothing", AUTHOR)) is None
