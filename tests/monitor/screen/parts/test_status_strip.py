"""The strip at the top and the footer."""

from dataclasses import replace

import pytest
from fake_session import SETTINGS
from screen_cases import LIVE, REPLAY, shown

from monitor.analysis.update import Update
from monitor.run.identity import IDENTITY, Identity
from monitor.run.stream_state import Playback, Stream
from monitor.screen.parts.status import phase_words, plan_words, stream_words
from streams.messages.transient import Event

OVER = Playback(False, 20.0, 600.0, 600.0)
PAUSED = Stream(connected=True, playback=Playback(False, 20.0, 60.0, 600.0))


@pytest.mark.parametrize(
    ("stream", "ended", "words", "attention"),
    [
        (LIVE, False, "● REC 00:01:05", False),
        (Stream(connected=True), False, "NOT RECORDING", True),
        (Stream(), False, "NO STREAM", True),
        (LIVE, True, "ENDED 00:01:05", False),
        (REPLAY, False, "REPLAY 20×", False),
        (REPLAY, True, "REPLAY 20×", False),
        (PAUSED, False, "REPLAY paused", False),
        (replace(PAUSED, playback=OVER), False, "REPLAY ended", False),
    ],
)
def test_state_of_the_stream_in_words(stream, ended, words, attention):
    assert stream_words(stream, 65.0, ended) == (words, attention)


@pytest.mark.parametrize(
    ("infusion", "words"),
    [
        ((None, None), "BEFORE 16:40"),
        ((620.0, None), "INFUSION +06:20"),
        ((100.0, 880.0), "AFTER +02:00"),
    ],
)
def test_phase_in_words(infusion, words):
    assert phase_words(infusion, 1000.0) == words


@pytest.mark.parametrize(
    ("infusion", "words"),
    [
        ((None, None), ""),
        ((620.0, None), "33:40 left"),
        ((-1500.0, None), "01:40 over plan"),
        ((100.0, 1200.0), ""),
        ((100.0, 880.0), "since infusion off"),
    ],
)
def test_what_the_clock_of_the_phase_counts_from(infusion, words):
    assert plan_words(infusion, 2400.0, 1000.0) == words


def test_footer_names_what_a_report_must_name(updates):
    footer = shown(updates, 100.0).screen(100.0).footer
    for words in ("PRESS TE 30 ms", "TR 2000 ms", "20×20×20 mm", "1 coil", "protocol"):
        assert words in footer


def test_the_clocks_are_told_where_the_pointer_rests(updates):
    display = shown(updates, 300.0)
    display.hear(replace(LIVE, clock="clock -0.012 s, -3.1 ppm"), 300.0)
    more = display.screen(300.5).status.more
    assert "the relay's clock −0.012 s, −3.1 ppm against the scanner's" in more
    assert "window of 32 transients = 64 s" in more


def test_the_infusion_s_clock_runs_on_without_data_which_are_told_old(updates):
    settings = replace(SETTINGS, infusion_length_s=2400.0)
    display = shown(updates, 700.0, settings)
    status = display.screen(736.4).status
    assert (status.phase, status.plan) == ("INFUSION +02:16", "37:43 left")
    assert status.details[1].startswith("data 36 s old")
    before = shown(updates, 500.0, settings).screen(500.0).status
    assert before.plan == ""


def test_room_on_the_disk_is_told_as_time(updates):
    display = shown(updates, 300.0)
    display.hear(replace(LIVE, disk_free_bytes=10**7), 300.0)
    assert display.screen(300.5).status.details[1] == "data 0 s old · disk 10 h"


def test_a_replay_stands_still_between_its_transients(updates):
    display = shown(updates, 700.0)
    display.hear(REPLAY, 700.0)
    status = display.screen(760.0).status
    assert (status.phase, status.details[1]) == ("INFUSION +01:40", "at 11:40")


def test_it_is_on_the_page_and_the_newest_holds(updates):
    display = shown(updates, 700.0)
    for seq, one in enumerate((Identity("06", "1"), Identity("07", "2"))):
        event = Event(700.0, IDENTITY, one.text, "operator")
        display.fold(Update(9000 + seq, 0, event=event), 700.0)
    screen = display.screen(700.5)
    assert screen.status.details[0] == "sub-07 · visit 2 · fake"
    assert [m.text for m in screen.trend.axis.marks] == ["infusion on"]
    display.fold(Update(9002, 0, event=Event(700.0, IDENTITY, "?", "x")), 700.0)
    assert display.screen(700.5).status.details[0] == "sub-07 · visit 2 · fake"
