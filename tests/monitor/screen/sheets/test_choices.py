"""Changes of a run as events: only what was changed, and only what can be."""

import json
from dataclasses import replace

import pytest

from monitor.screen.sheets.choices import MOST_TRANSIENTS, Choices, events_for
from streams.errors import InputError

HELD = Choices(32, 8, "Glx/tNAA", "0:600")


def changed(**wanted):
    fields = {"window": 32, "step": 8, "outcome": "Glx/tNAA", "reference": "0:600"}
    return events_for(HELD, Choices(**(fields | wanted)))


@pytest.mark.parametrize(
    "wanted",
    [
        {"window": 1, "step": 1},
        {"window": MOST_TRANSIENTS},
        {"step": 1},
        {"step": 32},
        {"outcome": "Glu"},
        {"window": 64, "step": 64, "outcome": "Glu"},
    ],
)
def test_what_was_changed_and_nothing_else(wanted):
    ((kind, text),) = changed(**wanted)
    assert kind == "settings"
    assert json.loads(text) == wanted


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        ({"window": 0, "step": 1}, "A window has 1 to"),
        ({"window": MOST_TRANSIENTS + 1}, "A window has 1 to"),
        ({"step": 0}, "The step is at least 1"),
        ({"step": 33}, "at most the window"),
    ],
)
def test_what_cannot_be_is_one_sentence(wanted, says):
    with pytest.raises(InputError, match=says):
        changed(**wanted)


def test_nothing_changed_is_no_event():
    assert changed() == ()
    assert changed(reference="  ") == ()


def test_rejected_epochs_and_the_reference():
    settings, reference = changed(rejected="1, 2", reference="10:300")
    assert json.loads(settings[1]) == {"rejected_epochs": [1, 2]}
    assert reference == ("reference", "10:300")


def test_stretches_are_taken_out_and_in_again():
    ((kind, text),) = changed(left_out="140:200, 6m:7m", taken_in="20:40")
    assert kind == "settings"
    assert json.loads(text) == {
        "left_out_s": [[140.0, 200.0], [360.0, 420.0]],
        "taken_in_s": [[20.0, 40.0]],
    }
    with pytest.raises(InputError, match="Stretches are START:END"):
        changed(left_out="from 140 to 200")


def stretches(held: dict[str, str], **wanted: str) -> dict[str, object]:
    both = (replace(HELD, **held), replace(HELD, **(held | wanted)))
    events = events_for(*both)
    return json.loads(events[0][1]) if events else {}


def test_what_was_left_out_by_hand_is_taken_in_by_typing_it_there():
    """Seen: taken in again, told as recorded, and still left out."""
    held = {"left_out": "100:140, 300:400"}
    assert stretches(held, taken_in="100:140") == {
        "left_out_s": [[300.0, 400.0]],
        "taken_in_s": [[100.0, 140.0]],
    }
    assert stretches(held, taken_in="320:350")["left_out_s"] == [
        [100.0, 140.0], [300.0, 320.0], [350.0, 400.0]
    ]  # fmt: skip
    assert stretches(held, left_out="100:140") == {"left_out_s": [[100.0, 140.0]]}


def test_what_was_taken_in_is_left_out_again_by_typing_it_there():
    held = {"taken_in": "100:140"}
    assert stretches(held, left_out="90:200") == {
        "left_out_s": [[90.0, 200.0]],
        "taken_in_s": [],
    }
    assert stretches(held, taken_in=" 100:140 ") == {}


def test_a_stretch_is_not_left_out_and_taken_in_at_once():
    with pytest.raises(InputError, match="not both"):
        stretches({}, left_out="100:140", taken_in="120:200")
