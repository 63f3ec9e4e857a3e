"""What is told of the stream."""

import math
from dataclasses import replace

import pytest
from fake_session import SETTINGS, TR_S
from screen_cases import LIVE, REPLAY, shown

from monitor.analysis.update import Update
from monitor.run.stream_state import Playback, Stream
from monitor.screen.display import Display
from monitor.screen.fold import settle
from monitor.screen.operator_requests import await_event
from monitor.screen.screen import Level
from monitor.screen.sheets.summary import Line, summary_of
from streams.messages.transient import CONJUGATION_CONTRADICTED, Event

PAUSED = Stream(connected=True, playback=Playback(False, 20.0, 60.0, 600.0))


@pytest.mark.parametrize(
    ("stream", "condition"),
    [
        (Stream(), "No stream, perhaps no recording"),
        (Stream(gone=True), "No relay here: perhaps no recording"),
        (Stream(connected=True), "Not recording"),
        (replace(LIVE, disk_free_bytes=900_000, disk="D:"), "Disk D: full in 56 min"),
        (
            replace(LIVE, disk_free_bytes=10**5, disk="/data"),
            "Disk /data full in 6 min",
        ),
        (
            replace(LIVE, disk_free_bytes=9, disk="D:", recording=False),
            "Not recording: disk D: is full",
        ),
        (
            replace(LIVE, clock_offset_s=-200.0),
            "The relay's clock is 3 min behind the scanner's",
        ),
        (replace(LIVE, lost=3), "3 messages lost"),
        (replace(LIVE, refused=3, refusal="x lacks y"), "3 messages refused"),
        (replace(LIVE, deaf="start the relay again"), "The relay is deaf"),
    ],
)
def test_conditions_of_the_stream_are_named_with_an_action(updates, stream, condition):
    display = shown(updates, 300.0)
    display.hear(stream, 300.0)
    message = display.screen(300.5).messages[0]
    assert message.condition == condition
    assert message.level is (Level.NOTE if "clock" in condition else Level.ATTENTION)
    assert message.action


def test_a_disk_with_room_for_the_session_is_no_message(updates):
    display = shown(updates, 300.0)
    display.hear(replace(LIVE, disk_free_bytes=10**7), 300.0)
    assert "disk" not in {m.key for m in display.screen(300.5).messages}


def test_being_behind_is_told_when_it_lasts(updates):
    display = shown(updates, 300.0)
    for lag, at, told in (
        (9, 300, False),
        (7, 304, False),
        (8, 305.5, True),
        (1, 306, False),
    ):
        display.hear(replace(LIVE, lag=lag), at)
        conditions = [m.condition for m in display.screen(at).messages]
        assert (f"{lag} messages behind" in conditions) == told


def test_a_feed_can_say_what_is_wrong():
    display = Display(SETTINGS)
    display.hear(Stream(said="nobody listens on tcp://x:1, still trying"), 0.0)
    screen = display.screen(1.0)
    assert "nobody listens" in screen.messages[0].action
    assert screen.status.phase == "WAITING"
    assert screen.trend.note == "no transients yet"


def test_a_stream_may_take_its_time_to_begin():
    """No amber in the first seconds of a normal start; at once where it was there."""
    display = Display(SETTINGS)
    assert display.screen(50.0).status.stream == "STARTING"
    display.hear(Stream(said="Nobody listens on tcp://x"), 100.0)
    early = display.screen(105.0)
    assert (early.status.stream, early.status.stream_attention) == ("STARTING", False)
    assert [m.level for m in early.messages] == [Level.NOTE]
    late = display.screen(106.5)
    assert (late.status.stream, late.status.stream_attention) == ("NO STREAM", True)
    display.hear(LIVE, 107.0)
    display.hear(Stream(), 108.0)
    assert display.screen(108.1).status.stream == "NO STREAM"


def test_silence_is_told_of_a_live_stream_that_nothing_keeps_waiting(updates):
    def told(now_s):
        return "silent" in {m.key for m in display.screen(now_s).messages}

    display = shown(updates, 900.0)
    assert told(920.0)
    await_event(display.state, "settings", 921.0)  # the worker is fitting
    assert not told(922.0)
    display.fold(Update(9000, 0, event=Event(900.0, "settings", "{}", "")), 925.0)
    assert told(926.0)
    faded = display.screen(926.0).headline.fade
    for speed, old in ((20.0, True), (math.inf, False)):
        display.hear(replace(REPLAY, playback=Playback(True, speed, 900, 999)), 927.0)
        assert not told(927.0)  # nobody can look after the export of a recording
        assert (display.screen(927.0).headline.fade > 0) is old
    assert faded > 0


def test_paused_replay_is_not_a_silent_stream(updates):
    display = shown(updates, 1700.0)
    display.hear(PAUSED, 1700.0)
    screen = display.screen(1800.0)
    assert not screen.messages
    assert screen.headline.fade == 0
    assert not screen.running


def test_missing_transients_are_counted_by_the_scanner_s_counter(updates):
    display = shown(updates, 110.0)
    last = display.state.newest
    later = replace(last, index=last.index + 1, seq=9001, time_s=last.time_s + 4 * TR_S)
    display.fold(Update(9001, 0, quality=later, missing=3), 111.0)
    assert display.screen(111.5).messages[0].condition == "3 transients missing"
    display.fold(Update(9002, 0, missing=-1), 112.0)  # one came late
    assert display.state.missing == 2
    assert Line("missing transients", "2") in summary_of(display.state, 112.0).session


def test_a_file_without_a_counter_shows_no_missing_transients(updates):
    display = shown(updates, 100.0)
    display.fold(Update(9001, 0, counted=False), 101.0)
    line = Line("missing transients", "not seen in such a file")
    assert line in summary_of(display.state, 101.0).session


def test_a_pause_is_no_missing_transient(updates):
    display = shown(updates, 100.0)
    last = display.state.newest
    later = replace(last, index=last.index + 1, seq=9001, time_s=last.time_s + 9 * TR_S)
    display.fold(Update(9001, 0, quality=later), 118.0)
    assert not any("missing" in m.condition for m in display.screen(118.1).messages)
    assert display.state.gaps_s[-1] == (last.time_s, later.time_s)


def test_an_event_that_names_a_missing_transient_says_so_alone(updates):
    display = shown(updates, 100.0)
    why = "Transient 60 (message 9) holds values that are not finite."
    refused = Event(100.0, "dropped", why, "relay")
    display.fold(Update(9000, 0, event=refused, missing=1), 101.0)
    assert display.state.missing == 1
    said = [m for m in display.screen(101.1).messages if m.key in ("gap", "dropped")]
    assert [(m.condition, m.action) for m in said] == [
        ("Left out of the recording", why)
    ]


@pytest.mark.parametrize("kind", ["gap", "series_refused", "protocol_error", "dropped"])
def test_trouble_that_the_source_noted_is_shown_in_its_words(updates, kind):
    display = shown(updates, 100.0)
    event = Event(99.0, kind, "40 acquisitions of 2 coils, 4 were announced", "scanner")
    display.fold(Update(9001, 0, event=event), 100.0)
    first, *_ = display.screen(101.0).messages
    assert (first.key, first.level) == (kind, Level.ATTENTION)
    assert first.action == event.text
    assert display.state.notices.log[-1][1].action == event.text


def test_contradicted_conjugation_stays_on_the_screen(updates):
    display = shown(updates, 100.0)
    text = "CONJUGATION CONTRADICTED by the spectrum: lines above water; change it."
    display.fold(
        Update(9001, 0, event=Event(99.0, CONJUGATION_CONTRADICTED, text, "scanner")),
        100.0,
    )
    settle(display.state, 101.0)
    for later in (102.0, 1000.0):
        display.hear(LIVE, later)
        said = [m for m in display.screen(later).messages if m.key == "conjugation"]
        assert [m.level for m in said] == [Level.ATTENTION]
        assert said[0].condition.startswith("CONJUGATION CONTRADICTED")
        assert said[0].action == "change it."


def test_an_empty_window_is_no_trouble():
    display = Display(SETTINGS)
    display.hear(Stream(idle=True), 0.0)
    screen = display.screen(100.0)
    assert (screen.status.stream, screen.status.stream_attention) == (
        "NO SESSION", False,
    )  # fmt: skip
    assert "Ctrl+N" in screen.messages[0].action
