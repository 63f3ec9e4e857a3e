"""What the operator is told now, of conditions in the test's hand."""

from types import SimpleNamespace

import pytest

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.analysis.note import NoteKind
from monitor.run.stream_state import Stream
from monitor.screen import current_messages, stream_messages
from monitor.screen.current_messages import (
    LOW_WEIGHT,
    OF_CAUSE,
    _but_what_follows,
    _instead,
    _of_notices,
    _unlike,
    messages_of,
)
from monitor.screen.fold_nulled import take_nulled
from monitor.screen.screen import Level, Message
from monitor.screen.stream_messages import (
    CLOCK_OFF_S,
    DISK_FULL_BYTES,
    DISK_LOW_BYTES,
    DISK_LOW_S,
    LAG_DELAY_S,
    SILENT_INTERVALS,
    behind,
    clock_off,
    disk_low,
    no_stream,
    not_recording,
    of_stream,
)


def said(key: str, level: Level = Level.NOTE, outcome: bool = False) -> Message:
    return Message(key, level, key, "", 0.0, tells_outcome=outcome)


def state(**changes: object) -> SimpleNamespace:
    asked: list = []

    def shown(*about: object) -> list[Message]:
        asked.append(about)
        return [said("stream"), said("silent"), said("lag"), said("lipid")]

    given = {
        "stream": Stream(connected=True), "arrived_s": 10.0, "heard_s": 4.0,
        "ended": None, "infusion_s": (None, None), "asked": asked,
        "notices": SimpleNamespace(shown=shown, with_known=lambda shown: shown),
        "stretches": SimpleNamespace(lasting=[], known=()), "hidden": False,
        "quality": SimpleNamespace(rows=400),
        "zero_s": 0.0, "window_s": 64.0,
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


def reading(**changes: object) -> SimpleNamespace:
    given = {
        "now_s": 20.0, "scanner_s": 90.0, "wait_s": 2.0, "catching_up": None,
        "starting": False, "unanswered_s": 0.0, "room_s": None,
        "stopped": False,
    }  # fmt: skip
    return SimpleNamespace(**{**given, **changes})


NOTHING = SimpleNamespace(shown=lambda *_: [], with_known=lambda shown: shown)


@pytest.fixture(autouse=True)
def plain(monkeypatch) -> None:
    monkeypatch.setattr(current_messages, "of_unsent", lambda state: [])
    monkeypatch.setattr(current_messages.messages, "ordered", tuple)


@pytest.mark.parametrize(
    ("arrived_s", "heard_s", "age_s"),
    [(10.0, 4.0, 5), (None, 4.0, 11), (None, None, 0.0)],
)
def test_silence_counts_from_what_came_or_was_heard_last(
    arrived_s, heard_s, age_s
) -> None:
    one = state(arrived_s=arrived_s, heard_s=heard_s)
    _of_notices(one, reading(now_s=15.9))
    assert one.asked[0][1] == age_s


def test_one_of_a_kind_is_told_at_a_time() -> None:
    def keys(**changes: object) -> list[tuple[str, str]]:
        return [(m.key, m.condition) for m in _of_notices(state(), reading(**changes))]

    usual = [("stream", "stream"), ("silent", "silent"), ("lag", "lag"),
             ("lipid", "lipid")]  # fmt: skip
    assert keys() == usual
    starts = keys(starting=True)
    assert starts == [("stream", "Starting"), *usual[1:]]
    catching = keys(catching_up=(3, 9))
    assert catching[0] == ("lag", "Catching up: 3 of 9 messages")
    assert [key for key, _ in catching] == ["lag", "stream", "silent", "lipid"]
    silent = keys(unanswered_s=30.0)
    assert silent[0][0] == "silent"
    assert silent[0][1].startswith("The analysis has not answered")
    assert _instead([], said("x")) == [said("x")]


def test_what_only_follows_from_a_stretch_is_not_told_twice() -> None:
    told = [said("lipid"), said("water"), said(LOW_WEIGHT),
            said("lipid", Level.ATTENTION)]  # fmt: skip
    assert _but_what_follows(state(), told) == told
    lipid = SimpleNamespace(cause=Cause.LIPID)
    one = state(stretches=SimpleNamespace(lasting=[lipid]))
    assert _but_what_follows(one, told) == [told[1], told[3]]
    motion = SimpleNamespace(cause=Cause.MOTION)
    assert Cause.MOTION not in OF_CAUSE
    other = state(stretches=SimpleNamespace(lasting=[motion]))
    assert _but_what_follows(other, told) == [told[0], told[1], told[3]]


@pytest.mark.parametrize(
    ("cause", "told"),
    [(Cause.LIPID, False), (Cause.FAT_MOVED, False), (Cause.MOTION, True)],
)
def test_a_width_that_lipid_has_made_is_not_told_beside_it(cause, told) -> None:
    """Seen: "re-shim if it stays", of windows that a lipid's line has made broad."""
    one = state(stretches=SimpleNamespace(lasting=[SimpleNamespace(cause=cause)]))
    assert _but_what_follows(one, [said("fwhm")]) == ([said("fwhm")] if told else [])


def test_how_long_a_stretch_has_lasted() -> None:
    """And that it wants attention once it has for a window, of 64 s here."""
    stretches = [Stretch(50, 60, 0, s, 99.0, Cause.LIPID) for s in (25.0, 30.0, 95.0)]
    one = state(stretches=SimpleNamespace(lasting=stretches))
    found = [(m.age_s, m.level) for m in _unlike(one, reading())]
    assert found == [
        (65.0, Level.ATTENTION), (60.0, Level.NOTE), (0.0, Level.NOTE)
    ]  # fmt: skip


@pytest.mark.parametrize(("stop", "told"), [(250, False), (251, True), (399, True)])
def test_that_most_of_a_session_is_left_out_is_told(stop, told) -> None:
    out = Stretch(50, stop, 0, 0.0, 9.0, Cause.LIPID)
    mine = Stretch(stop, 400, 0, 0.0, 9.0, Cause.OPERATOR)
    taken_in = Stretch(0, 50, 0, 0.0, 9.0, Cause.LIPID, left_out=False)
    known = SimpleNamespace(lasting=[], known=(taken_in, out, mine))
    found = messages_of(state(stretches=known, notices=NOTHING), reading())
    words = f"Most is left out: {stop - 50} of 400 transients"
    assert [m.condition for m in found] == [words] * told
    assert all(m.level is Level.ATTENTION and "F4" in m.action for m in found)


def test_what_tells_the_outcome_is_not_told_under_the_lock() -> None:
    def shown(*_: object) -> list[Message]:
        return [said("a"), said("b", outcome=True)]

    notices = SimpleNamespace(shown=shown, with_known=lambda shown: shown)
    keys = [m.key for m in messages_of(state(notices=notices), reading())]
    hidden = [
        m.key for m in messages_of(state(notices=notices, hidden=True), reading())
    ]
    assert (keys, hidden) == (["a", "b"], ["a"])


# -- the stream ------------------------------------------------------------------------

GOOD = Stream(connected=True, recording=True)


def keys_of(stream: Stream, age_s: float = 0.0, **others: object) -> list[str]:
    given = {"interval_s": 2.0, "ended": None, **others}
    return [message.key for message in of_stream(stream, age_s, **given)]


def with_(stream: Stream = GOOD, **changes: object) -> Stream:
    return Stream(**{
        name: changes.get(name, getattr(stream, name))
        for name in Stream.__dataclass_fields__
    })  # fmt: skip


def test_a_stream_that_is_well_says_nothing_until_it_is_silent() -> None:
    usual = SILENT_INTERVALS * 2.0
    assert keys_of(GOOD) == keys_of(GOOD, usual) == []
    assert keys_of(GOOD, 1.01 * usual) == ["silent"]
    assert keys_of(with_(connected=False), 99.0) == ["stream"]
    assert keys_of(with_(recording=False), 99.0) == ["recording"]
    assert keys_of(GOOD, 99.0, ended="over") == ["ended"]


def test_who_is_missing_is_named() -> None:
    assert (
        no_stream(with_(gone=True)).condition == "No relay here: perhaps no recording"
    )
    away = no_stream(with_(connected=False, said="look"))
    assert (away.condition, away.action) == ("No stream, perhaps no recording", "look")
    full = not_recording(with_(disk="/data", disk_free_bytes=DISK_FULL_BYTES - 1))
    assert full.condition == "Not recording: disk /data is full"
    for free in (None, DISK_FULL_BYTES):
        assert not_recording(with_(disk_free_bytes=free)).condition == "Not recording"


@pytest.mark.parametrize(
    ("free", "room_s", "recording", "told"),
    [
        (None, None, True, ""), (DISK_LOW_BYTES, None, True, ""),
        (DISK_LOW_BYTES - 1, None, True, "Disk /d: 1000 MB left"),
        (1, DISK_LOW_S, True, ""), (10**12, 0.5 * DISK_LOW_S, True, "Disk /d full in"),
        (DISK_FULL_BYTES - 1, None, False, ""),
        (DISK_FULL_BYTES, None, False, "Disk /d: 2 MB left"),
    ],
)  # fmt: skip
def test_a_disk_that_will_be_full(free, room_s, recording, told) -> None:
    one = with_(disk="/d", disk_free_bytes=free, recording=recording)
    found = disk_low(one, room_s)
    assert (found is not None) == bool(told)
    if found is not None:
        assert found.condition.startswith(told)
        severity = 1.0 if room_s is None else (DISK_LOW_S / room_s) ** (1 / 3)
        assert found.severity == pytest.approx(severity)


@pytest.mark.parametrize(
    ("off_s", "way"),
    [
        (None, ""), (0.99 * CLOCK_OFF_S, ""), (-0.99 * CLOCK_OFF_S, ""),
        (CLOCK_OFF_S, "ahead of"), (-CLOCK_OFF_S, "behind"),
    ],
)  # fmt: skip
def test_clocks_that_are_minutes_apart(off_s, way) -> None:
    found = clock_off(with_(clock_offset_s=off_s))
    assert (found is not None) == bool(way)
    if found is not None:
        assert f" {way} the scanner's" in found.condition


def test_troubles_beside_the_stream() -> None:
    assert keys_of(with_(deaf="x", lost=2, refused=3)) == ["deaf", "lost", "refused"]


def test_being_behind_has_its_delay() -> None:
    assert behind(9, 0.99 * LAG_DELAY_S) == []
    assert behind(9, LAG_DELAY_S)[0].condition == "9 messages behind"
    assert stream_messages.begun(with_(idle=True)).condition == "Nothing is open"
    assert stream_messages.begun(GOOD).condition == "Starting"


# -- macromolecules that are measured --------------------------------------------------


def test_a_block_is_over_with_the_next_metabolites_or_its_result() -> None:
    withdrawn: list = []
    times: list = []
    one = SimpleNamespace(
        nulled=None, arrived_s=None, measured_mm=None,
        scanner=SimpleNamespace(take_transient=lambda *said: times.append(said)),
        settings=SimpleNamespace(macromolecules="auto"),
        notices=SimpleNamespace(withdraw=withdrawn.append),
    )  # fmt: skip

    def take(nulled=None, quality=None, measured=None) -> None:
        update = SimpleNamespace(nulled=nulled, quality=quality, measured_mm=measured)
        take_nulled(one, update, 7.0)

    block = SimpleNamespace(time_s=30.0)
    take(block)
    assert (one.nulled, one.arrived_s, times) == (block, 7.0, [(30.0, 7.0)])
    take()
    assert one.nulled is block
    take(quality="good")
    assert (one.nulled, withdrawn) == (None, [])
    take(block)
    refused = SimpleNamespace(refused=True)
    take(measured=refused)
    assert (one.nulled, one.measured_mm, withdrawn) == (None, refused, [])
    good = SimpleNamespace(refused=False)
    take(measured=good)
    assert withdrawn == [NoteKind.UNMEASURED]
    take()
    assert one.measured_mm is good
    one.settings.macromolecules = "five"
    take(measured=good)
    assert len(withdrawn) == 1
