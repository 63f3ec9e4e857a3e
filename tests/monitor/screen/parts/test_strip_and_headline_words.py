"""Words of the strip and the headline, on both sides of what they depend on."""

import math
from dataclasses import replace

import pytest

from monitor.run.stream_state import Playback, Stream
from monitor.screen.parts.agreement import Agreement
from monitor.screen.parts.headline import Standing, doubt, fade, headline, waiting_for
from monitor.screen.parts.status import (
    Progress,
    phase_words,
    plan_words,
    speed_words,
    status,
    stream_words,
)
from monitor.screen.screen import Level
from monitor.screen.stream_messages import (
    CLOCK_OFF_S,
    DISK_FULL_BYTES,
    DISK_LOW_BYTES,
    DISK_LOW_S,
    LAG_DELAY_S,
    behind,
    clock_off,
    disk_low,
    not_recording,
    of_stream,
)

LIVE = Stream(connected=True, recording=True)


def replayed(playing: bool, position_s: float, length_s: float = 60.0) -> Stream:
    return Stream(playback=Playback(playing, 1.0, position_s, length_s))


@pytest.mark.parametrize(
    ("stream", "said"),
    [
        (replayed(True, 60.0), "REPLAY 1×"),  # its last transient is being shown
        (replayed(False, 59.0), "REPLAY paused"),
        (replayed(False, 60.0), "REPLAY ended"),
        (replayed(False, 0.0, 0.0), "REPLAY paused"),  # nothing is loaded yet
        (replace(LIVE, idle=True), "NO SESSION"),
        (replace(LIVE, connected=False), "NO STREAM"),
        (replace(LIVE, recording=False), "NOT RECORDING"),
        (LIVE, "\N{BLACK CIRCLE} REC 00:10:12"),
    ],
)
def test_the_state_of_a_stream(stream, said):
    words, attention = stream_words(stream, 612.0, ended=False)
    assert words == said
    assert attention == (said in ("NO STREAM", "NOT RECORDING"))


def test_no_time_is_said_where_none_can_be_told():
    assert stream_words(LIVE, None, ended=False)[0] == "\N{BLACK CIRCLE} REC"
    assert stream_words(LIVE, None, ended=True)[0] == "ENDED"
    away = replace(LIVE, connected=False)
    assert stream_words(away, None, False, starting=True) == ("STARTING", False)


def test_speeds():
    assert speed_words(2.5, True) == "2.5×"
    assert speed_words(math.inf, True) == "at once"
    assert speed_words(2.5, False) == "paused"


@pytest.mark.parametrize(
    ("at_s", "said"),
    [
        (599.0, "BEFORE 09:59"), (600.0, "INFUSION +00:00"), (661.0, "INFUSION +01:01"),
        (2999.0, "INFUSION +39:59"), (3000.0, "AFTER +00:00"), (3061.0, "AFTER +01:01"),
    ],
)  # fmt: skip
def test_the_phase_at_both_marks(at_s, said):
    assert phase_words((600.0, 3000.0), at_s) == said
    assert phase_words((None, None), at_s).startswith("BEFORE")


def test_a_plan_is_said_while_the_infusion_runs():
    assert plan_words((600.0, None), 2400.0, 650.0) == "39:10 left"
    assert plan_words((600.0, 700.0), 2400.0, 650.0) == ""
    assert plan_words((None, None), 2400.0, 650.0) == ""
    assert plan_words((600.0, None), None, 650.0) == ""


AT = Progress(
    phase="INFUSION +01:00", plan="39:00 left", clock_s=660.0, ended=False,
    starting=False, unanswered=False, stopped=False, transients=330, low_weight=2,
    age_s=1.0, window=32, interval_s=2.0,
    room_s=7200.0, catching_up=None, who="07",
)  # fmt: skip


def test_age_and_disk_are_of_a_live_stream():
    assert status(LIVE, AT).details[1] == "data 1 s old · disk 2 h"
    assert status(LIVE, replace(AT, age_s=None)).details[1].startswith("no data yet")
    assert status(LIVE, replace(AT, room_s=None)).details[1] == "data 1 s old"
    for stream, at in (
        (LIVE, replace(AT, ended=True)),
        (replayed(True, 9.0), AT),
    ):
        assert status(stream, at).details[1] == "at 11:00"
    away = replace(LIVE, connected=False)
    assert status(away, AT).details[1] == "data 1 s old"


def test_while_catching_up_no_phase_and_no_time_is_told():
    shown = status(LIVE, replace(AT, catching_up=(40, 900)))
    assert (shown.phase, shown.plan) == ("CATCHING UP", "40 of 900")
    assert shown.stream == "\N{BLACK CIRCLE} REC"


def keys(stream: Stream, age_s: float = 0.0, ended: str | None = None) -> list[str]:
    return [m.key for m in of_stream(stream, age_s, 2.0, ended)]


def test_silence_is_of_a_stream_that_is_there():
    assert keys(LIVE, 6.0) == []
    assert keys(LIVE, 6.1) == ["silent"]
    assert keys(replace(LIVE, recording=False), 6.1) == ["recording"]
    assert keys(Stream(), 6.1) == ["stream"]
    assert keys(replayed(True, 9.0), 99.0) == []
    assert keys(Stream(), 99.0, ended="complete") == ["ended"]


def test_troubles_of_a_stream_are_named_each():
    ill = replace(LIVE, deaf="Open the port.", lost=2, refused=3, refusal="no count")
    assert keys(ill) == ["deaf", "lost", "refused"]


@pytest.mark.parametrize(
    ("free", "room_s", "low"),
    [
        (None, None, False),
        (DISK_LOW_BYTES, None, False),
        (DISK_LOW_BYTES - 1, None, True),
        (DISK_LOW_BYTES - 1, DISK_LOW_S, False),  # it fills slowly
        (DISK_LOW_BYTES + 1, DISK_LOW_S - 1, True),
    ],
)
def test_a_disk_is_low_by_its_time_where_that_is_known(free, room_s, low):
    message = disk_low(replace(LIVE, disk_free_bytes=free, disk="D:"), room_s)
    assert (message is not None) is low
    if message is not None:
        assert message.condition.startswith("Disk D:" + ("" if room_s else ":"))
        assert message.condition.endswith(" left" if room_s is None else " min")


def test_a_disk_gets_more_urgent_as_it_fills():
    stream = replace(LIVE, disk_free_bytes=10**8)
    late, soon = (disk_low(stream, room_s) for room_s in (3000.0, 300.0))
    assert soon.severity > late.severity > 1.0


def test_a_full_disk_is_why_nothing_is_recorded_and_said_once():
    full = replace(
        LIVE, recording=False, disk_free_bytes=DISK_FULL_BYTES - 1, disk="D:"
    )
    assert disk_low(full, 1.0) is None
    assert not_recording(full).condition == "Not recording: disk D: is full"
    roomy = replace(full, disk_free_bytes=DISK_FULL_BYTES)
    assert not_recording(roomy).condition == "Not recording"
    assert disk_low(roomy, 1.0) is not None
    assert (
        not_recording(replace(full, disk_free_bytes=None)).condition == "Not recording"
    )


@pytest.mark.parametrize(("off_s", "way"), [(130.0, "ahead of"), (-130.0, "behind")])
def test_clocks_that_are_minutes_apart_are_a_note_with_their_way(off_s, way):
    message = clock_off(replace(LIVE, clock_offset_s=off_s))
    assert way in message.condition
    assert (message.level, message.severity) == (Level.NOTE, 130.0)
    near = replace(LIVE, clock_offset_s=math.copysign(CLOCK_OFF_S - 1, off_s))
    assert clock_off(near) is None
    assert clock_off(LIVE) is None


def test_being_behind_is_told_after_a_while():
    assert behind(40, LAG_DELAY_S - 0.1) == []
    assert behind(40, LAG_DELAY_S)[0].condition == "40 messages behind"


STANDING = Standing(
    outcome="Glu", now=None, waiting="", answer=None, zero_s=600.0, target_percent=5.0,
    agreement=Agreement(), age_s=0.0, interval_s=2.0, nothing_counts_s=0.0,
    window_s=64.0, new_epoch_s=None, catching_up=None, stopped=False, over=False,
)  # fmt: skip


@pytest.mark.parametrize(
    ("age_s", "grey"), [(0.0, 0.0), (4.0, 0.0), (6.0, 0.5), (8.0, 1.0), (99.0, 1.0)]
)
def test_a_number_fades_between_two_and_four_repetitions(age_s, grey):
    assert fade(age_s, 2.0) == grey


@pytest.mark.parametrize(
    ("changes", "grey", "why"),
    [
        ({}, 0.0, ""),
        ({"age_s": 6.0}, 0.5, "data 6 s old"),
        ({"stopped": True}, 1.0, "the analysis has stopped: the number is of before"),
        ({"new_epoch_s": 20.0}, 1.0, "new shim or series 00:20 ago"),
        ({"nothing_counts_s": 64.0}, 0.0, ""),
        ({"nothing_counts_s": 65.0}, 1.0, "nothing has counted for 01:05"),
        (
            {"nothing_counts_s": 65.0, "over": True},
            1.0,
            "nothing has counted for the last 01:05",
        ),
        ({"agreement": Agreement(doubt="They differ.")}, 1.0, "They differ."),
    ],
)
def test_a_number_is_doubted_for_the_first_of_its_reasons(changes, grey, why):
    faded, said = doubt(replace(STANDING, **changes))
    assert faded == grey
    assert said.startswith(why)
    assert bool(said) == bool(why)


@pytest.mark.parametrize(
    ("reference_s", "clock_s", "replay", "said"),
    [
        (None, 9.0, False, "F5 marks the start of the infusion"),
        (None, 9.0, True, "F5 where the infusion began"),
        (
            (0.0, 600.0),
            603.0,
            False,
            "first full window after the reference period in 01:01",
        ),
        ((0.0, 600.0), 664.0, False, "waits for 64 s of data that can be used"),
    ],
)
def test_what_the_dash_waits_for(reference_s, clock_s, replay, said):
    assert said in waiting_for(reference_s, 64.0, clock_s, replay)


def test_what_is_said_below_a_dash():
    waits = replace(STANDING, waiting="no reference period yet: F5")
    shown = headline(waits)
    assert (shown.verdict, shown.lines) == ("no reference period yet", ("F5",))
    assert headline(replace(STANDING, waiting="later")).lines == ()
