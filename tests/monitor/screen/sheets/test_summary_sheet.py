"""What the sheets say."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import shown

from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.difference import Agreement, Difference, Way
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.update import Update
from monitor.screen.parts.axis import marks_of
from monitor.screen.screen import Headline
from monitor.screen.sheets.summary import Line, event_lines, outcome_lines, summary_of
from monitor.screen.sheets.window import line_at
from streams.messages.marks import standing
from streams.messages.transient import Event


def test_a_window_says_whether_its_times_count_from_the_infusion(updates):
    assert line_at(shown(updates, 500.0).state, 5.0).startswith("04:")
    later = shown(updates, 1500.0)
    assert line_at(later.state, 5.0).startswith("+04:")
    assert line_at(later.state, -5.0).startswith("\N{MINUS SIGN}05:")


def test_the_line_at_the_pointer_gives_no_change_that_may_be_anything(updates):
    display = shown(updates, 1500.0)
    last = display.state.estimates[-1]
    minute = (last.time_s - display.state.zero_s) / 60
    assert "±" in line_at(display.state, minute)
    wild = replace(
        last, change_sds_percent={**last.change_sds_percent, SETTINGS.outcome: 90.0}
    )
    display.fold(Update(9000, 0, estimate=wild), 1500.0)
    words = line_at(display.state, minute)
    assert "±" not in words
    assert "FWHM" in words


def test_the_summary_leaves_out_markers_that_were_corrected():
    events = [
        Event(245.0, "infusion_start"), Event(317.0, "infusion_start"),
        Event(400.0, "note", "eyes closed"), Event(900.0, "infusion_stop"),
        Event(905.0, "infusion_stop"), Event(910.0, "blinded", "protocol trial"),
    ]  # fmt: skip
    kept = standing(events)
    assert event_lines(kept) == (
        "05:17  infusion on", "06:40  eyes closed", "15:05  infusion off",
    )  # fmt: skip
    labels = [mark.text for mark in marks_of(kept, 317.0)]
    assert labels == ["infusion on", "eyes closed", "infusion off"]


@pytest.mark.parametrize(
    ("free", "words"),
    [(7.0, "+7.0 ± 4.9 %"), (13.0, "+13.0 ± 4.9 %, more than chance")],
)
def test_the_summary_shows_the_tracker_without_its_ties_beside_the_headline(
    updates, free, words
):
    name = SETTINGS.outcome
    display = shown(updates, 1500.0)
    point = TrackerPoint(9000, 1500.0, {name: 6.0}, {name: 1.5})
    display.fold(Update(9000, 0, tracker=point), 1500.0)
    before = summary_of(display.state, 1500.5).outcome
    assert not [line for line in before if "ties" in line.name]
    both = replace(point, free={name: free}, free_sd={name: 2.5})
    display.fold(Update(9001, 0, tracker=both), 1500.0)
    said = summary_of(display.state, 1500.5).outcome
    assert said[-1] == Line("tracker without its ties", words)
    hidden = display.state.settings.with_changes(outcome_hidden=True)
    display.show(settings=hidden)
    lines = summary_of(display.state, 1500.5).outcome
    assert lines == (Line("outcome", "hidden by the protocol"),)


def test_the_summary_is_headed_by_where_the_session_comes_from(updates):
    state = shown(updates, 500.0).state
    assert state.source
    assert summary_of(state, 501.0).heading.endswith(state.source)
    assert summary_of(replace(state, source=""), 501.0).heading == "no session yet"


@pytest.mark.parametrize(("sd", "told"), [(1.0, True), (3071.0, False)])
def test_a_mean_that_may_be_anything_is_no_number(sd: float, told: bool) -> None:
    answer = Answer(8.0, sd, 8.0 - 3 * sd, 8.0 + 3 * sd, 0.0)
    lines = outcome_lines(Headline("Glu", "–", "", "", (), 1.0), answer)
    assert any(line.name.startswith("mean, 95 %") for line in lines) == told


def test_every_way_to_the_change_has_one_line_beside_the_tracker(updates):
    """The tracker without its ties has a line of its own already."""
    display = shown(updates, 1500.0)
    found = Agreement(
        SETTINGS.outcome,
        (Difference(Way.TIES, 0.5, 2.0), Difference(Way.WINDOWS, -0.5, 1.2)),
    )
    before = summary_of(display.state, 1500.5).outcome
    display.fold(Update(9000, 0, agreement=found), 1500.0)
    after = summary_of(display.state, 1500.5).outcome
    new = [line.name for line in after if line not in before]
    assert len(new) == 1
    assert "windows" in new[0]
    assert not [name for name in new if "ties" in name]
