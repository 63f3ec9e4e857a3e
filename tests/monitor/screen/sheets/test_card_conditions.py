"""Each condition of the card before the infusion, on both sides of its limit."""

import math
from types import SimpleNamespace

import pytest

from monitor.run.stream_state import Playback, Stream
from monitor.screen.sheets import checks
from monitor.screen.sheets.checks import (
    MARKERS,
    PASSED_ON,
    above,
    below,
    disk,
    known_change,
    macromolecules,
    markers,
    recording,
    reference,
)
from monitor.screen.stream_messages import DISK_LOW_BYTES, DISK_LOW_S
from streams.messages.marks import START
from streams.messages.transient import Event

REPLAY = Stream(connected=True, playback=Playback(True, 1.0, 5.0, 9.0))


def test_a_figure_keeps_its_limit_and_none_has_none() -> None:
    assert [below("x", v, 5.0, "Hz").good for v in (4.9, 5.0, 5.1)] == [
        True, True, False,
    ]  # fmt: skip
    assert [above("x", v, 5.0).good for v in (4.9, 5.0, 5.1)] == [False, True, True]
    assert below("x", 4.0, 5.0, "Hz").wanted == "≤ 5.00 Hz"
    assert above("x", 4.0, 5.0).wanted == "≥ 5.00"
    for made in (below("x", math.nan, 5.0, "Hz"), above("x", math.nan, 5.0)):
        assert made.good is None
        assert made.figure == checks.DASH
    free = below("x", 99.0, math.inf, "Hz")
    assert (free.good, free.wanted) == (True, "no limit")


def seen(percent: float, longer_s: float) -> SimpleNamespace:
    return SimpleNamespace(
        deciding_percent=percent, longer_reference_s=longer_s, target_percent=5.0
    )


@pytest.mark.parametrize(
    ("percent", "longer_s", "good", "figure", "wanted"),
    [
        (5.0, 60.0, True, "10:00: 5.0 %", "detects 5.0 %"),
        (5.1, 60.0, False, "10:00: 5.1 %, 01:00 more", "detects 5.0 %"),
        (5.1, math.inf, False, "10:00: 5.1 %", "detects 5.0 %: run longer"),
        (4.0, math.inf, True, "10:00: 4.0 %", "detects 5.0 %"),
    ],
)
def test_a_reference_period_sees_its_target_or_lacks_some_time(
    percent, longer_s, good, figure, wanted
) -> None:
    found = reference(600.0, seen(percent, longer_s))
    assert (found.good, found.figure, found.wanted) == (good, figure, wanted)
    assert reference(600.0, None).good is None


def test_macromolecules_that_are_measured() -> None:
    def asked(nulled=None, measured=None):
        return macromolecules(SimpleNamespace(nulled=nulled, measured_mm=measured))

    measured = SimpleNamespace(
        noise_percent=3.0, used=16, beyond_usual=False, good=True
    )
    assert asked() == ()
    (waits,) = asked(SimpleNamespace(transients=7), measured)
    assert (waits.figure, waits.good) == ("being measured: 7", None)
    (done,) = asked(None, measured)
    assert done.good
    assert done.figure.endswith("% in 16")
    measured.beyond_usual, measured.good = True, False
    (odd,) = asked(None, measured)
    assert odd.figure.endswith(", unlike a brain's")
    assert not odd.good


@pytest.mark.parametrize(
    ("share", "good"),
    [
        (0.99 * PASSED_ON[0], False), (PASSED_ON[0], True), (PASSED_ON[1], True),
        (1.01 * PASSED_ON[1], False), (math.nan, False),
    ],
)  # fmt: skip
def test_a_known_change_is_passed_on(monkeypatch, share, good) -> None:
    monkeypatch.setattr(checks, "short", lambda found: "")
    found = SimpleNamespace(recoveries=[SimpleNamespace(windows_share=share)])
    (check,) = known_change(SimpleNamespace(known_change=found))
    assert check.good is good
    assert known_change(SimpleNamespace(known_change=None)) == ()


def test_who_writes_it_to_disk() -> None:
    assert recording(REPLAY).good is None
    on, off = recording(Stream(recording=True)), recording(Stream())
    assert (on.figure, on.good, off.figure, off.good) == ("on", True, "OFF", False)


@pytest.mark.parametrize(
    ("free", "room_s", "good"),
    [
        (1, DISK_LOW_S, True), (10**15, 0.99 * DISK_LOW_S, False),
        (None, 10 * DISK_LOW_S, None), (DISK_LOW_BYTES, None, True),
        (DISK_LOW_BYTES - 1, None, False), (None, None, None),
    ],
)  # fmt: skip
def test_room_on_the_disk(free, room_s, good) -> None:
    assert disk(Stream(disk_free_bytes=free), room_s).good is good


def test_whether_the_start_can_still_be_marked() -> None:
    begun = markers(Stream(connected=True), [Event(60.0, START)])
    assert (begun.name, begun.good) == (MARKERS, False)
    assert begun.figure.startswith("infusion on at")
    assert markers(REPLAY, ()).figure == "F5, in this window alone"
    away = markers(Stream(), ())
    assert away.figure == "F5 is kept until the relay is back"
    ready = markers(Stream(connected=True), ())
    assert (ready.figure, ready.good) == ("F5 ready", True)
    assert [one.good for one in (away, markers(REPLAY, ()))] == [None, None]
