"""The text of an event is anybody's: whoever reads one outlasts all of them."""

import pytest

from monitor.analysis.settings_event import changed_by
from monitor.protocol.settings import Settings
from monitor.run.identity import IDENTITY, identity_from
from monitor.screen.acknowledgement import message_from
from monitor.screen.event_words import change_of
from monitor.screen.fold_event import take_event
from monitor.screen.state import SessionState
from streams.errors import InputError
from streams.export.shared_fields import without_typed
from streams.messages.marks import UNDO
from streams.messages.transient import Event
from streams.sources.joining.moved_text import moved_settings

NAMES = ("left_out_s", "window", "rejected_epochs", "severity", "subject")


def nested(depth):
    value = depth * "[" + depth * "]"
    return "{" + ", ".join(f'"{name}": {value}' for name in NAMES) + "}"


WRONG = ["", "[]", "5", "[" * 8000, *map(nested, (4, 100, 450, 700, 900, 1500))]


@pytest.mark.parametrize("text", WRONG)
def test_nothing_is_taken_from_a_text_that_is_no_flat_object(text):
    with pytest.raises(InputError, match="must name some of"):
        changed_by(text, Settings())
    assert message_from(text) is None
    assert identity_from(Event(0.0, IDENTITY, text, "operator")) is None
    event = Event(0.0, "settings", text)
    assert change_of(event) == "settings"
    assert without_typed(event).text == ""
    assert moved_settings(text, 1, 60.0) == text
    state = SessionState(Settings())
    take_event(state, event, 0.0)
    assert state.settings == Settings()


def test_a_number_beyond_all_others_is_none():
    table = '{"key": "a", "condition": "b", "level": "note", "severity": 1%s}'
    assert message_from(table % (400 * "0")) is None
    spans = '{"left_out_s": [[0, 1%s]]}' % (400 * "0")
    assert moved_settings(spans, 1, 60.5) == spans


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"left_out_s": [[100.0, 140.0]]}', "left out: 01:40 to 02:20"),
        ('{"left_out_s": []}', "left out: none"),
        (
            '{"taken_in_s": [[0, 60], [3600, 3660.5]]}',
            "taken in again: 00:00 to 01:00, 01:00:00 to 01:01:00",
        ),
        ('{"left_out_s": [5, ["a", 1], [1]]}', "left out: 5, ['a', 1], [1]"),
        ('{"window": 64, "outcome": "Glu"}', "window 64, outcome Glu"),
        ('{"left_out_s": [[0, 1%s]]}' % (400 * "0"), None),
    ],
)
def test_what_a_change_says_is_read_by_people(text, words):
    """Seen: "left out s [100.0, 140.0]: recorded at 05:12"."""
    said = change_of(Event(0.0, "settings", text))
    assert said == words if words else said.startswith("left out")


def test_a_mark_that_was_taken_back_is_named():
    """Seen: "undo: recorded at 02:41"."""
    undo = Event(5.0, UNDO, "infusion_start")
    assert change_of(undo) == "infusion on taken back"
