"""When what lies in a recording is due, and where a player has got to."""

import math
import threading
import time

import numpy as np
import pytest

from streams.errors import InputError
from streams.messages.transient import (
    Acquisition,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)
from streams.sources.recording import Player, due_times, paced

AT_ONCE = math.inf
START = Start(Acquisition(123.25, "1H", 5e-4, 4, 1, 0.03, 2.0), "x")
FID = np.ones((1, 4), np.complex64)


def transient(time_s: float) -> Transient:
    return Transient(0, time_s, Kind.METABOLITE, FID)


def due(*bodies) -> list[float | None]:
    return [time_s for _, time_s in due_times(bodies, lambda body: body)]


def test_what_has_no_time_is_due_with_what_came_before_it():
    assert due(START, transient(4.0), START, transient(6.0), START) == [
        *(None, 4.0, None, 6.0, None)
    ]


def test_an_event_is_due_at_its_time_and_no_later_than_what_follows():
    """Before the first transient there is no time yet; behind the last none left."""
    early, later, past = (Event(t, "note") for t in (5.0, 99.0, 1.0))
    assert due(early, transient(4.0)) == [None, 4.0]
    assert due(transient(4.0), early, transient(6.0)) == [4.0, 5.0, 6.0]
    assert due(transient(4.0), later, transient(6.0)) == [4.0, 6.0, 6.0]
    assert due(transient(4.0), past, transient(6.0)) == [4.0, 1.0, 6.0]
    assert due(transient(4.0), early) == [4.0, None]


def test_what_came_before_damage_is_given():
    def broken():
        yield transient(4.0)
        yield Event(5.0, "note")
        raise InputError("damaged")

    given = due_times(broken(), lambda body: body)
    assert [next(given)[1], next(given)[1]] == [4.0, None]
    with pytest.raises(InputError, match="damaged"):
        next(given)


def test_a_pace_ends_when_it_is_stopped():
    stop = threading.Event()
    given = paced([transient(0.0), transient(1e6)], 1.0, stop)
    assert next(given).time_s == 0.0
    stop.set()
    assert list(given) == []
    assert list(paced([transient(0.0)], AT_ONCE, stop)) == []


def test_twice_as_fast_takes_half_the_time():
    began = time.monotonic()
    given = paced([transient(10.0), transient(10.4)], 2.0, threading.Event())
    assert [body.time_s for body in given] == [10.0, 10.4]
    assert 0.2 <= time.monotonic() - began < 5.0


@pytest.fixture
def clock(monkeypatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def player(*times_s: float, speed: float = 1.0, **given: float) -> Player:
    messages = [Message("s", n, 0, transient(t)) for n, t in enumerate(times_s)]
    return Player(lambda: iter(messages), speed, **given)


def times(given: list[Message]) -> list[float]:
    return [message.body.time_s for message in given]


def test_transients_are_given_as_their_time_comes(clock):
    playing = player(10.0, 12.0, 14.0, speed=2.0)
    assert playing.position_s is None
    assert times(playing.poll(0.0)) == [10.0]
    clock[0] += 0.9
    assert playing.poll(0.0) == []
    clock[0] += 0.1
    assert times(playing.poll(0.0)) == [12.0]
    assert playing.position_s == 12.0
    clock[0] += 5.0
    assert times(playing.poll(0.0)) == [14.0]
    assert not playing.poll(0.0)
    assert playing.finished
    assert playing.position_s == 22.0


def test_a_pause_stands_still_and_goes_on_from_there(clock):
    playing = player(10.0, 12.0)
    playing.poll(0.0)
    clock[0] += 1.0
    playing.pause()
    clock[0] += 60.0
    assert playing.paused
    assert (playing.poll(0.0), playing.position_s) == ([], 11.0)
    playing.resume()
    clock[0] += 1.0
    assert times(playing.poll(0.0)) == [12.0]


def test_a_speed_holds_from_where_it_was_changed(clock):
    playing = player(10.0, 12.0, 20.0)
    playing.poll(0.0)
    clock[0] += 1.0
    playing.set_speed(4.0)
    clock[0] += 0.25
    assert playing.position_s == 12.0
    playing.set_speed(AT_ONCE)
    assert times(playing.poll(0.0)) == [12.0, 20.0]
    playing.set_speed(1.0)  # at once has no position: it goes on from the last
    assert playing.position_s == 20.0
    for speed in (0.0, -1.0, math.nan):
        with pytest.raises(InputError, match="above zero"):
            playing.set_speed(speed)


def test_a_seek_gives_what_lies_before_it_at_once(clock):
    playing = player(10.0, 12.0, 14.0, 30.0)
    playing.poll(0.0)
    playing.seek(14.0)
    assert times(playing.poll(0.0)) == [12.0, 14.0]
    playing.seek(12.0)  # back: from the first again
    assert times(playing.poll(0.0)) == [10.0, 12.0]
    playing.seek(12.0)  # where it stands already
    assert playing.poll(0.0) == []


def test_no_position_lies_behind_the_end(clock):
    playing = player(10.0, 12.0, duration_s=12.0)
    playing.poll(0.0)
    clock[0] += 60.0
    assert playing.position_s == 12.0


def test_after_it_was_closed_nothing_comes(clock):
    playing = player(10.0, 12.0, speed=AT_ONCE)
    playing.close()
    assert playing.poll(0.0) == []
