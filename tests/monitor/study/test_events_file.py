"""The infusion that an events file of BIDS names."""

import pytest

from monitor.study.sessions import infusion_of
from streams.errors import InputError

START, STOP = "300.5\t0\tinfusion_start", "900\t0\tinfusion_stop"


@pytest.mark.parametrize(
    ("rows", "infusion_s"),
    [
        ([START, STOP], (300.5, 900.0)),
        ([STOP, "5\t0\tnote", START], (300.5, 900.0)),
        ([START], None),
        ([STOP], None),
        ([], None),
    ],
)
def test_start_and_stop_or_nothing(tmp_path, rows, infusion_s):
    events = tmp_path / "events.tsv"
    events.write_text("\n".join(["onset\tduration\ttrial_type", *rows]))
    assert infusion_of(events) == infusion_s


@pytest.mark.parametrize("text", ["onset\ttrial_type\nx\tinfusion_start", "a\tb\n1\t2"])
def test_what_is_no_events_file_is_said_in_a_sentence(tmp_path, text):
    events = tmp_path / "events.tsv"
    events.write_text(text)
    with pytest.raises(InputError, match="onset and trial_type"):
        infusion_of(events)
