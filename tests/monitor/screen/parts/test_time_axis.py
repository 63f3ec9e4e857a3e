"""The time axis and what happened on it."""

import json
from dataclasses import replace

import numpy as np
import pytest
from fake_session import SETTINGS, FakePipeline, messages
from screen_cases import LIVE, shown, texts

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.analysis.update import Update
from monitor.screen.display import Display
from monitor.screen.parts.axis import grown, joined, places
from streams.messages.transient import Event


def test_trend_counts_minutes_from_the_infusion(updates):
    axis = shown(updates, 1800.0).screen(1800.5).trend.axis
    assert axis.start_min == -10
    assert axis.reference == (-10, 0)
    assert axis.infusion == (0, pytest.approx(1798 / 60 - 10, abs=0.1))
    assert axis.end_min > 20
    assert axis.label == "minutes from infusion start"


@pytest.mark.parametrize(
    ("gaps", "connect"),
    [
        ((), [1, 1, 1, 1, 1]),
        (((1.0, 2.0),), [1, 0, 1, 1, 1]),
        (((1.2, 2.5),), [1, 0, 0, 1, 1]),
        (((-5.0, -1.0), (9.0, 10.0)), [1, 1, 1, 1, 0]),
    ],
)
def test_points_are_joined_but_over_gaps(gaps, connect):
    found = joined(np.arange(5.0), gaps)
    assert found.tolist()[:4] == [bool(c) for c in connect][:4]


def test_epochs_left_out_are_marked_on_the_axis(updates):
    display = shown(updates, 900.0)
    reshim = replace(updates[500].quality, epoch=1, time_s=910.0)
    display.fold(Update(9000, 1, quality=reshim), 910.0)
    assert display.screen(911.0).trend.axis.left_out == ()
    change = Event(911.0, "settings", json.dumps({"rejected_epochs": [0]}))
    display.fold(Update(9001, 1, event=change), 911.0)
    assert display.screen(912.0).trend.axis.left_out == ((-10.0, (910 - 600) / 60),)


def test_stretches_that_are_left_out_are_marked_on_the_axis(updates):
    display = shown(updates, 900.0)
    lipid = Stretch(330, 360, 0, 660.0, 718.0, Cause.LIPID)
    display.fold(Update(9000, 0, stretches=(lipid,)), 900.0)
    assert display.screen(901.0).trend.axis.left_out == ((1.0, 2.0),)
    kept = replace(lipid, left_out=False)
    display.fold(Update(9001, 0, stretches=(kept,)), 901.0)
    assert display.screen(902.0).trend.axis.left_out == ()


def test_one_clock_is_shown():
    """Twelve seconds of water references come before the first transient."""
    display = Display(SETTINGS)
    display.hear(LIVE, 0.0)
    pipeline = FakePipeline()
    for message in messages(3.0, end=False):
        body = message.body
        if hasattr(body, "time_s"):
            body = replace(body, time_s=body.time_s + 12.0)
        display.fold(pipeline.push(replace(message, body=body)), 0.0)
    screen = display.screen(0.0)
    assert screen.status.stream.endswith("00:03:10")
    assert screen.status.phase == "BEFORE 03:10"
    assert screen.trend.axis.start_min == 0.0
    assert screen.strips[0].time_min[-1] == pytest.approx(190 / 60)
    note = Event(190.0, "note", "coughed")
    display.fold(Update(9000, 0, event=note), 0.0)
    assert "coughed: recorded at 03:10" in texts(display.screen(0.1).messages)


def test_correcting_the_start_of_the_infusion_moves_minute_zero(updates):
    display = shown(updates, 900.0)
    again = Event(660.0, "infusion_start", "", "operator")
    display.fold(Update(9000, 0, event=again), 900.0)
    assert display.screen(900.5).trend.axis.start_min == -11


def test_labels_of_events_do_not_run_into_one_another(updates):
    display = shown(updates, 900.0)
    for i in range(4):
        note = Event(700.0 + 3 * i, "note", f"remark number {i}", "operator")
        display.fold(Update(9000 + i, 0, event=note), 900.0)
    axis = display.screen(901.0).trend.axis
    at = places(axis.marks, [5.0] * len(axis.marks), axis.end_min)
    rows = [p.row for m, p in zip(axis.marks, at, strict=True) if "remark" in m.text]
    assert len(set(rows)) == len(rows) == 4


def test_label_near_the_end_stands_on_the_left(updates):
    display = shown(updates, 900.0)
    axis = display.screen(900.5).trend.axis
    late = Event(600 + 60 * (axis.end_min - 0.5), "note", "almost over", "operator")
    display.fold(Update(9000, 0, event=late), 900.0)
    axis = display.screen(901.0).trend.axis
    at = places(axis.marks, [1.0] * len(axis.marks), axis.end_min)
    assert [place.leftwards for place in at] == [False, True]


@pytest.mark.parametrize(("minutes", "end"), [(0, 5), (4, 5), (5, 10), (19, 20)])
def test_axis_grows_in_steps(minutes, end):
    assert grown(minutes) == end


def test_marks_that_were_corrected_are_not_on_the_axis(updates):
    display = shown(updates, 700.0)
    for at, kind in ((650.0, "infusion_stop"), (660.0, "infusion_start")):
        display.fold(Update(9000, 0, event=Event(at, kind)), 700.0)
    marks = display.screen(701.0).trend.axis.marks
    assert [mark.text for mark in marks] == ["infusion on"]
