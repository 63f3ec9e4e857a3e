import math
import threading
import time
from dataclasses import replace

import pytest
from stream_cases import all_parts, bodies, messages

from streams.errors import InputError
from streams.messages import wire
from streams.messages.transient import Event, Transient
from streams.recording.journal import Journal
from streams.recording.reading import read_messages
from streams.sources import recording
from streams.sources.recording import Player

FAST = 200.0  # scanner seconds per second: a transient each 10 ms


@pytest.fixture
def place(tmp_path):
    with Journal.create(tmp_path / "visit.mcap") as journal:
        for message in messages():
            journal.append(wire.encode(message))
    return tmp_path / "visit.mcap"


def play(player, timeout_s=5.0):
    taken = []
    while not player.finished:
        taken += player.poll(timeout_s)
    return taken


@pytest.mark.parametrize("speed", [FAST, math.inf])
def test_a_replay_gives_the_very_messages(place, speed):
    assert all_parts(play(Player(lambda: read_messages(place), speed))) == all_parts(
        messages()
    )


def test_scanner_time_drives_the_pace(place):
    began = time.monotonic()
    play(Player(lambda: read_messages(place), FAST))
    assert time.monotonic() - began >= 10.0 / FAST


def test_at_once_does_not_wait():
    player = Player(lambda: iter(messages(300)), math.inf)
    began = time.monotonic()
    assert len(play(player)) == 304
    assert time.monotonic() - began < 5.0


def test_a_poll_gives_up_in_time():
    player = Player(lambda: iter(messages()), 1e-3)
    assert [m.seq for m in player.poll(1.0)] == [0, 1]
    began = time.monotonic()
    assert player.poll(0.05) == []
    assert 0.04 < time.monotonic() - began < 5.0
    assert not player.finished


def test_pause_and_resume():
    player = Player(lambda: iter(messages()), FAST)
    player.poll(1.0)
    player.pause()
    assert player.paused
    position = player.position_s
    assert player.poll(0.05) == []
    assert player.position_s == position
    player.resume()
    assert play(player)[-1].seq == messages()[-1].seq


def test_a_control_wakes_a_waiting_poll():
    player = Player(lambda: iter(messages()), 1e-3)
    player.poll(1.0)
    timer = threading.Timer(0.05, player.set_speed, [math.inf])
    timer.start()
    began = time.monotonic()
    assert player.poll(30.0)
    assert time.monotonic() - began < 10.0
    timer.join()


def test_seek_forward_gives_what_lies_between_at_once():
    player = Player(lambda: iter(messages()), 1e-3)
    player.poll(1.0)
    player.seek(6.0)
    taken = player.poll(1.0)
    assert [m.seq for m in taken] == [2, 3, 4, 5]
    assert player.position_s == pytest.approx(6.0, abs=0.1)


def test_seek_back_begins_anew():
    player = Player(lambda: iter(messages()), math.inf)
    play(player)
    player.pause()
    player.seek(4.0)
    taken = player.poll(1.0)
    assert all_parts(taken) == all_parts(messages()[: len(taken)])
    assert taken[-1].body.time_s == 4.0
    assert not player.finished


@pytest.mark.parametrize("time_s", [-1e15, 1e15])
@pytest.mark.parametrize("place", [0, 1, 5, -1])
def test_an_event_of_any_time_holds_nothing_up(time_s, place):
    given = messages()
    given.insert(place, replace(given[0], body=Event(time_s, "infusion_start")))
    player = Player(lambda: iter(given), FAST)
    taken, until = [], time.monotonic() + 10.0
    while not player.finished and time.monotonic() < until:
        taken += player.poll(0.1)
    assert all_parts(taken) == all_parts(given)
    paced = recording.paced((m.body for m in given), FAST, threading.Event())
    assert [type(b) for b in paced] == [type(m.body) for m in given]


def test_what_comes_before_damage_is_given():
    given = [*bodies(end=False), Event(11.0, "note")]

    def damaged():
        yield from given
        raise InputError("damaged")

    source = recording.paced(damaged(), math.inf, threading.Event())
    assert [type(next(source)) for _ in given] == [type(body) for body in given]
    with pytest.raises(InputError, match="damaged"):
        next(source)


def test_close_ends_it():
    player = Player(lambda: iter(messages()), 1e-3)
    player.poll(1.0)
    player.close()
    assert player.poll(1.0) == []


@pytest.mark.parametrize("speed", [0, -1, math.nan])
def test_a_speed_is_above_zero(speed):
    with pytest.raises(InputError, match="above zero"):
        Player(lambda: iter(messages()), speed)


def test_paced_bodies_stop_at_once():
    stop = threading.Event()
    source = recording.paced(bodies(), 1e-3, stop)
    assert len([next(source), next(source)]) == 2
    threading.Timer(0.05, stop.set).start()
    began = time.monotonic()
    assert list(source) == []
    assert time.monotonic() - began < 10.0


def test_bodies_of_a_recording(place):
    again = list(recording.bodies(place))
    assert [type(body) for body in again] == [type(body) for body in bodies()]


class Waits:
    """A stop that is never set, and how long was waited for it each time, s."""

    def __init__(self) -> None:
        self.asked_s = []

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.asked_s.append(seconds)
        return False


def test_the_first_body_comes_at_once_whatever_the_scanner_clock_says():
    late = [
        replace(body, time_s=3600.0 + body.time_s)
        for body in bodies()
        if isinstance(body, Transient)
    ]
    stop = Waits()
    assert len(list(recording.paced(late, 2.0, stop))) == len(late)
    steps_s = [body.time_s - late[0].time_s for body in late]
    assert stop.asked_s == pytest.approx([s / 2.0 for s in steps_s], abs=1.0)
