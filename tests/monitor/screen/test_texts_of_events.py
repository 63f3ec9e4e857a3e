"""The text of an event is anybody's: whoever reads one outlasts all of them."""

import pytest

from monitor.analysis.settings_event import changed_by
from monitor.protocol.settings import Settings
from monitor.run.identity import IDENTITY, identity_from
from monitor.screen import notices
from monitor.screen.acknowledgement import message_from
from monitor.screen.fold_event import take_event
from monitor.screen.state import SessionState
from streams.errors import InputError
from streams.export.shared_fields import without_typed
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
    assert notices.change_of(event) == "settings"
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
