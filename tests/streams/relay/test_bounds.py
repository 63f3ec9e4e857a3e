"""What a relay gives, to whom, and for how long: its bounds, without a socket."""

import time
from collections import deque
from types import SimpleNamespace

import pytest
import zmq
from relay_parts import Clock, Socket, Tracker

from streams.messages.keys import Role
from streams.messages.requests import (
    EventRequest,
    Fetch,
    Refused,
    Reply,
    reply_from,
)
from streams.messages.scanner_counter import AUTHOR, NAMING
from streams.relay import bounded_sending
from streams.relay.answers import EVENTS_AT_ONCE, EVENTS_PER_S, Answering
from streams.relay.bounded_sending import (
    CLIENT_BYTES,
    MOST_WAITING,
    STALL_S,
    TOTAL_BYTES,
    TURN_MESSAGES,
    Giving,
)
from streams.relay.rate import Rate
from streams.relay.sockets import Door
from streams.relay.stopping import Rest


@pytest.fixture
def clock(monkeypatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(time, "monotonic", one)
    return one


def journal(count: int = 40, size: int = 10, lost: tuple[int, ...] = ()):
    """Of messages of one size, some of which cannot be read."""

    def frames(seq: int) -> list[bytes] | None:
        return None if seq in lost else [bytes([seq % 256]) * size]

    return SimpleNamespace(next_seq=count, frames=frames)


def giving(one=None):
    shown_out: list[bool] = []
    door = SimpleNamespace(socket=Socket(), show_out=lambda: shown_out.append(True))
    return Giving(door, one or journal(), "here"), door.socket, shown_out


def answers(sent: list[list[bytes]]) -> list[Reply]:
    return [reply_from(frames[1:]) for frames in sent if frames[1] != b"message"]


# -- what is given ---------------------------------------------------------------------


def test_a_fetch_gives_its_messages_and_what_is_lost_and_says_where_it_ended() -> None:
    one, socket, _ = giving(journal(12, lost=(5,)))
    assert one.fetch(b"a", Fetch("here", 3, 100))
    assert one.waiting
    while one.turn():
        pass
    assert not one.waiting
    given = [frames[2][0] for frames in socket.sent if frames[1] == b"message"]
    assert given == [3, 4, 6, 7, 8, 9, 10, 11]
    (done,) = answers(socket.sent)
    assert (done.next, done.last_seq, done.unreadable) == (12, 11, (5,))


@pytest.mark.parametrize(
    ("fetch", "given", "next_seq"),
    [
        (Fetch("here", 3, 2), 2, 5),
        (Fetch("", 3, 2), 2, 5),
        (Fetch("here", 39, 5), 1, 40),
        (Fetch("here", 90, 5), 0, 90),
        (Fetch("elsewhere", 3, 2), 0, 0),
    ],
)
def test_a_fetch_ends_with_its_count_or_what_there_is(fetch, given, next_seq) -> None:
    one, socket, _ = giving()
    one.fetch(b"a", fetch)
    while one.turn():
        pass
    assert sum(frames[1] == b"message" for frames in socket.sent) == given
    (done,) = answers(socket.sent)
    assert (done.next, done.last_seq) == (next_seq, 39)


def test_clients_are_served_in_turn() -> None:
    one, socket, _ = giving()
    for name in (b"a", b"b"):
        one.fetch(name, Fetch("here", 0, 30))
    assert one.turn()
    assert [frames[0] for frames in socket.sent] == [
        *[b"a"] * TURN_MESSAGES,
        *[b"b"] * TURN_MESSAGES,
    ]


def test_a_client_that_asks_too_much_is_not_heard() -> None:
    one, _, _ = giving()
    taken = [one.fetch(b"a", Fetch("here", 0, 1)) for _ in range(MOST_WAITING + 2)]
    assert taken == [True] * MOST_WAITING + [False] * 2
    assert one.fetch(b"b", Fetch("here", 0, 1))


def test_what_is_on_the_way_to_one_is_bounded() -> None:
    size = CLIENT_BYTES // 2
    one, socket, _ = giving(journal(size=size))
    one.fetch(b"a", Fetch("here", 0, 30))
    one.turn()
    held = len(socket.sent)
    assert not one.turn()
    assert one.held_bytes == held * (size + len(b"message"))
    socket.trackers[0].done = True
    assert one.turn()
    assert len(socket.sent) == held + 1


def test_who_has_left_is_forgotten_and_who_takes_nothing_now_is_not() -> None:
    one, socket, _ = giving()
    one.fetch(b"a", Fetch("here", 0, 2))
    socket.error = zmq.EAGAIN
    assert not one.turn()
    assert one.waiting
    socket.error = zmq.EHOSTUNREACH
    assert not one.turn()
    assert not one.waiting
    one.turn()
    assert one._clients == {}


def test_all_are_shown_out_when_those_who_take_nothing_leave_no_room(clock) -> None:
    one, _, shown_out = giving()
    for n in range(TOTAL_BYTES // CLIENT_BYTES + 1):
        client = bounded_sending._Client(deque([b"x"]), [(Tracker(), CLIENT_BYTES)])
        client.waiting = deque([bounded_sending._Giving(0, 5)])
        client.held.append((Tracker(), 1))
        one._clients[bytes([n])] = client
    assert not one.turn()
    clock.now += STALL_S
    one.turn()
    assert shown_out == []
    clock.now += 0.1
    one.turn()
    assert shown_out == [True]
    one.turn()
    clock.now += STALL_S
    one.turn()
    assert shown_out == [True]  # it begins anew
    clock.now += 0.1
    for client in one._clients.values():
        client.held.clear()
    assert one.turn()
    assert shown_out == [True]


def test_what_is_taken_at_once_is_not_on_the_way(clock) -> None:
    one, socket, shown_out = giving()
    socket.takes_at_once = True
    one.fetch(b"a", Fetch("here", 0, 30))
    one.turn()
    one.turn()
    assert one.held_bytes == 0
    socket.error = zmq.EAGAIN
    for _ in range(3):
        assert not one.turn()
        clock.now += 2 * STALL_S
    assert shown_out == []  # there is room for all the others


# -- events ----------------------------------------------------------------------------


def answering(recording: bool = True):
    gate_ = SimpleNamespace(withdrawals=0, role=lambda key: Role.OPERATOR)
    passed: list = []
    one = Answering(Door(Socket(), "x", gate_), journal(), "here", passed.append, gate_)
    one.recording = recording
    return one, passed


def refusal(one: Answering) -> Refused:
    (waiting,) = one._giving._clients[b"a"].waiting
    return reply_from(waiting)


@pytest.mark.parametrize(
    ("request_", "role", "recording", "words", "again"),
    [
        (EventRequest("note", "x"), Role.VIEWER, True, "may listen", False),
        (EventRequest("", "x"), Role.OPERATOR, True, "needs a kind", False),
        (EventRequest(min(NAMING), "x"), Role.OPERATOR, True, "own; use others", False),
        (EventRequest("note", "x", AUTHOR), Role.OPERATOR, True, "own; use", False),
        (EventRequest("note", "x"), Role.OPERATOR, False, "cannot write", True),
    ],
)
def test_an_event_that_is_refused(request_, role, recording, words, again) -> None:
    one, passed = answering(recording)
    one._forward(b"a", request_, role)
    assert passed == []
    found = refusal(one)
    assert words in found.reason
    assert found.again is again
    assert words in one.notice


def test_events_are_passed_on_at_a_bounded_rate(clock) -> None:
    one, passed = answering()
    one._events = Rate(EVENTS_PER_S, EVENTS_AT_ONCE, clock)
    for _ in range(EVENTS_AT_ONCE):
        one._forward(b"a", EventRequest("note", "x"), Role.OPERATOR)
    assert (len(passed), one.dropped) == (EVENTS_AT_ONCE, 0)
    one._forward(b"a", EventRequest("note", "x"), Role.OPERATOR)
    assert (len(passed), one.dropped) == (EVENTS_AT_ONCE, 1)
    assert refusal(one).again
    clock.now += 2 / EVENTS_PER_S
    one._forward(b"a", EventRequest("note", "x"), Role.OPERATOR)
    assert len(passed) == EVENTS_AT_ONCE + 1
    passed[0].answer(Refused("no"))
    assert one._answers.get() == (b"a", Refused("no"))


def test_a_thread_that_has_ended_hears_nobody() -> None:
    one, _ = answering()
    assert one.deaf == "Requests are not answered any more: start the relay again."
    one._stop.set()
    assert one.deaf == ""


# -- the end ---------------------------------------------------------------------------


def test_a_stopped_source_is_heard_until_it_is_silent(clock) -> None:
    rest = Rest(60.0, 2.0)
    assert rest.goes_on()
    clock.now += 1.9
    assert rest.goes_on()
    rest.gave()
    clock.now += 1.9
    assert rest.goes_on()
    clock.now += 0.1
    assert not rest.goes_on()
    assert not rest.cut_off


def test_a_stopped_source_that_goes_on_for_too_long_is_cut_off(clock) -> None:
    rest = Rest(60.0, 2.0)
    goes_on = []
    for _ in range(61):
        goes_on.append(rest.goes_on())
        rest.gave()
        clock.now += 1.0
    assert goes_on == [True] * 60 + [False]
    assert rest.cut_off
