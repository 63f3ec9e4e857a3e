"""What is due in a run, what is late, and where its stream is, by hand."""

import math
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.protocol.settings import Settings
from monitor.run import (
    background_injection,
)
from monitor.run.background_injection import LEAST_LIVE, BackgroundInjection
from monitor.run.feed import playback_of, stream_of
from monitor.run.mark_places import MarkPlaces
from monitor.run.nulled_gate import NulledGate, next_event, spans_of
from streams.messages.marks import GIVEN, START, STOP, VIEWER
from streams.messages.transient import (
    MM_BEGIN,
    MM_END,
    Event,
    Kind,
    Message,
    Transient,
)
from streams.subscription.health import StreamHealth


def test_when_a_known_change_is_put_in() -> None:
    def due(count: int, seen: int, infused: bool) -> bool:
        one = BackgroundInjection()
        one._seen = seen
        halves = SimpleNamespace(transients=count)
        return one._is_due(SimpleNamespace(halves=halves, infused=infused))

    assert not due(LEAST_LIVE - 1, 0, False)
    assert due(LEAST_LIVE, 0, False)
    assert not due(2 * LEAST_LIVE - 1, LEAST_LIVE, False)
    assert due(2 * LEAST_LIVE, LEAST_LIVE, False)
    assert due(LEAST_LIVE + 1, LEAST_LIVE, True)
    assert not due(LEAST_LIVE, LEAST_LIVE, True)
    assert BackgroundInjection(0.25)._rest == 3.0


def test_one_known_change_at_a_time_is_put_in_and_told_once(monkeypatch) -> None:
    one = BackgroundInjection()
    begun: list = []
    monkeypatch.setattr(one, "_begin", begun.append)
    copies = SimpleNamespace(
        halves=SimpleNamespace(transients=LEAST_LIVE), infused=False
    )
    assert one.turn(None) is None
    assert one.turn(copies) is None
    assert begun == [copies]
    one.turn(copies)
    assert begun == [copies]  # no more have come
    one._done.put("found")
    one._thread = SimpleNamespace(is_alive=lambda: True)
    assert one.turn(copies) is None
    one._thread = SimpleNamespace(is_alive=lambda: False)
    assert one.turn(None) == "found"
    assert one.turn(None) is None
    one._done.put("of another session")
    one.stop()
    assert one.turn(None) is None
    assert one._seen == 0


def test_a_thread_rests_for_what_it_has_worked(monkeypatch) -> None:
    worked, waited = iter([1.0, 1.5, 4.0]), []
    stop = SimpleNamespace(wait=lambda s: waited.append(s))
    monkeypatch.setattr(background_injection.time, "thread_time", lambda: next(worked))
    pauses = background_injection._Pauses(9.0, stop)
    for _ in range(3):
        pauses.after_work()
    assert waited == [9.0, 4.5, 22.5]


def nulled(*marks: tuple[float, str]) -> tuple:
    return spans_of(Event(time_s, kind) for time_s, kind in marks)


def test_blocks_by_their_events() -> None:
    assert nulled() == ()
    assert nulled((1.0, MM_END), (2.0, MM_BEGIN)) == ((2.0, math.inf),)
    twice = ((1.0, MM_BEGIN), (2.0, MM_BEGIN), (3.0, MM_END), (4.0, MM_END))
    assert nulled(*twice) == ((1.0, 3.0),)
    assert nulled((5.0, MM_END), (1.0, MM_BEGIN)) == ((1.0, 5.0),)
    assert nulled((1.0, MM_END), (1.0, MM_BEGIN), (1.0, MM_END)) == ((1.0, 1.0),)
    assert next_event([]) == MM_BEGIN
    assert next_event([Event(1.0, MM_BEGIN)]) == MM_END
    assert next_event([Event(1.0, MM_BEGIN), Event(2.0, MM_END)]) == MM_BEGIN


def test_an_event_is_late_where_transients_before_it_change() -> None:
    gate, number = NulledGate(), iter(range(99))
    fid = np.zeros((1, 4), np.complex64)

    def push(body) -> bool:
        gate.filter(Message("one", next(number), 0, body))
        return gate.late

    def acquired(time_s: float) -> Transient:
        return Transient(0, time_s, Kind.METABOLITE, fid)

    assert not push(acquired(10.0))
    assert not push(Event(10.1, MM_BEGIN))
    assert not push(acquired(12.0))
    assert not push(Event(13.0, MM_END))
    assert not push(Event(5.0, "note"))
    assert push(Event(12.0, MM_END))  # that one was within
    kinds = [
        gate.renamed(Message("one", 90, 0, acquired(t))).body.kind
        for t in (10.0, 10.1, 11.9, 12.0)
    ]
    nulled_, plain = Kind.MACROMOLECULE, Kind.METABOLITE
    assert kinds == [plain, nulled_, nulled_, plain]
    water = Transient(0, 11.0, Kind.WATER, fid)
    assert gate.renamed(Message("one", 91, 0, water)).body.kind == Kind.WATER


def test_a_mark_is_late_only_behind_the_newest_transient() -> None:
    places = MarkPlaces()
    assert not places.take(Event(5.0, START))  # nothing has begun
    places.begin(Settings())
    assert not places.take(Event(5.0, START))
    assert places.due(4.9) == ()
    assert [mark.kind for mark in places.due(5.0)] == [START]
    assert places.due(6.0) == ()
    assert not places.take(Event(9.0, STOP))
    assert places.take(Event(6.0, STOP, "", "", True))
    assert [mark.kind for mark in places.rest()] == [STOP]


def test_an_infusion_that_was_given_and_begins_behind_the_end_is_of_another() -> None:
    places = MarkPlaces()
    places.begin(Settings(infusion_s=(50.0, 90.0)))
    assert places.held.start.author == GIVEN
    places.due(40.0)
    assert places.rest() == ()
    places.again()
    places.due(50.0)
    assert [mark.kind for mark in places.rest()] == [STOP]
    typed = MarkPlaces()
    typed.begin(Settings())
    typed.take(Event(50.0, START, "", "operator"))
    typed.due(40.0)
    assert [mark.kind for mark in typed.rest()] == [START]


@pytest.mark.parametrize(
    ("kind", "author", "override", "passes"),
    [
        ("reference", "pump", True, False),
        ("reference", VIEWER, True, True),
        ("reference", "pump", False, True),
        ("note", "pump", True, True),
        (START, "pump", False, False),
    ],
)
def test_what_goes_on_beside_periods_that_were_given(
    kind, author, override, passes
) -> None:
    places = MarkPlaces()
    places.begin(Settings(reference_s=(0.0, 9.0), override=override))
    event = Event(5.0, kind, "1:4", author)
    message = Message("one", 3, 0, event)
    assert (message in places.placed(message)) == passes


# -- streams ---------------------------------------------------------------------------


def test_a_stream_counts_what_waits_here_and_there() -> None:
    def stream(**changes: object):
        return stream_of(StreamHealth("tcp://127.0.0.1:5555", **changes), 2)

    assert stream(lag=-1).lag == 2
    assert stream(lag=3).lag == 5
    assert stream(connected=False).gone
    assert not stream(connected=True).gone
    elsewhere = StreamHealth("tcp://10.0.0.1:5555", connected=False)
    assert not stream_of(elsewhere, 0).gone
    assert not stream(connected=True, recording=True).connected  # nothing was heard
    heard = {"connected": True, "heard_s": 0.1}
    assert stream(**heard, recording=True).connected
    assert not stream(**heard).connected
    known = stream(**heard, refetch=False)
    assert (known.connected, known.recording) == (True, False)
    assert stream(**heard, refetch=True).recording
    told = stream(**heard, refetch=True, recording=False)
    assert (told.connected, told.recording) == (True, False)


@pytest.mark.parametrize(
    ("paused", "finished", "playing"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_where_a_player_is(paused: bool, finished: bool, playing: bool) -> None:
    player = SimpleNamespace(
        paused=paused, finished=finished, speed=2.0, position_s=5.0, duration_s=None
    )
    found = playback_of(player)
    assert (found.playing, found.position_s, found.length_s) == (playing, 5.0, 5.0)
    player.position_s, player.duration_s = None, 9.0
    found = playback_of(player)
    assert (found.position_s, found.length_s) == (0.0, 9.0)
