"""Changes of a run as events: only what was changed, and only what can be."""

import json

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
