"""What the sheets say."""

from screen_cases import shown

from monitor.screen.parts.axis import marks_of
from monitor.screen.sheets.summary import event_lines
from monitor.screen.sheets.window import line_at
from streams.messages.transient import Event


def test_a_window_says_whether_its_times_count_from_the_infusion(updates):
    assert line_at(shown(updates, 500.0).state, 5.0).startswith("04:")
    later = shown(updates, 1500.0)
    assert line_at(later.state, 5.0).startswith("+04:")
    assert line_at(later.state, -5.0).startswith("\N{MINUS SIGN}05:")


def test_the_summary_leaves_out_markers_that_were_corrected():
    events = [
        Event(245.0, "infusion_start"), Event(317.0, "infusion_start"),
        Event(400.0, "note", "eyes closed"), Event(900.0, "infusion_stop"),
        Event(905.0, "infusion_stop"), Event(910.0, "blinded", "protocol trial"),
    ]  # fmt: skip
    assert event_lines(events) == (
        "05:17  infusion on", "06:40  eyes closed", "15:05  infusion off",
    )  # fmt: skip
    labels = [mark.text for mark in marks_of(events, 317.0)]
    assert labels == ["", "infusion on", "eyes closed", "", "infusion off"]
