"""What a relay gives, to whom, and for how long: its bounds, without a socket."""

import errno
import time
from collections import deque
from types import SimpleNamespace

import pytest
import zmq

from streams.errors import InputError
from streams.messages.keys import Role
from streams.messages.requests import (
    EventRequest,
    Fetch,
    Refused,
    Reply,
    reply_from,
)
from streams.messages.scanner_counter import AUTHOR, NAMING
from streams.relay import bounded_sending, gate, sockets
from streams.relay.answers import EVENTS_AT_ONCE, EVENTS_PER_S, Answering
from streams.relay.bounded_sending import (
    CLIENT_BYTES,
    MOST_WAITING,
    STALL_S,
    TOTAL_BYTES,
    TURN_MESSAGES,
    Giving,
)
from streams.relay.gate import READ_AGAIN_S, Gate
from streams.relay.rate import Rate
from streams.relay.sockets import MOST_GUESTS, PATIENCE_S, PUBLISH_BYTES, Door
from streams.relay.sockets import REST_S as SHUT_S
from streams.relay.stopping import Rest


class Clock:
    """Moved by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(time, "monotonic", one)
    return one


class Tracker:
    """Of a message that libzmq has until it is done."""

    def __init__(self) -> None:
        self.done = False


class Socket:
    """Keeps what it is sent, and whether it is bound."""

    def __init__(self) -> None:
        self.sent: list[list[bytes]] = []
        self.trackers: list[Tracker] = []
        self.bound: list[str] = []
        self.last_endpoint = b"tcp://127.0.0.1:5555"  # with its port
        self.error: int | None = None
        self.takes_at_once = False

    def get_monitor_socket(self, events: int) -> SimpleNamespace:
        return SimpleNamespace(recv_multipart=self._nothing)

    def _nothing(self, flags: int) -> list[bytes]:
        raise zmq.Again

    def send_multipart(self, frames, *_: object, **__: object) -> Tracker:
        if self.error is not None:
            raise zmq.ZMQError(self.error)
        self.sent.append(list(frames))
        self.trackers.append(Tracker())
        self.trackers[-1].done = self.takes_at_once
        return self.trackers[-1]

    def bind(self, address: str) -> None:
        self.bound.append(address)

    def unbind(self, address: bytes) -> None:
        self.bound.append(f"not {address.decode()}")


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


def test_tokens_come_back_with_time(clock) -> None:
    rate = Rate(2.0, 3, clock)
    assert [rate.allows() for _ in range(4)] == [True, True, True, False]
    clock.now += 0.49
    assert not rate.allows()
    clock.now += 0.01
    assert [rate.allows(), rate.allows()] == [True, False]
    clock.now += 60.0
    assert [rate.allows() for _ in range(4)] == [True, True, True, False]


# -- who is let in ---------------------------------------------------------------------


@pytest.fixture
def guarded(tmp_path, monkeypatch) -> Gate:
    """A gate with keys but without its thread."""
    monkeypatch.setattr(gate, "ThreadAuthenticator", Authenticator)
    return Gate(None, SimpleNamespace(clients=tmp_path, public=b"p", secret=b"s"))


class Authenticator:
    alive = True

    def __init__(self, context: object) -> None:
        self.stopped = False
        self.pipe = SimpleNamespace(close=lambda linger: None)

    def start(self) -> None: ...

    def configure_curve_callback(self, domain: str, callback: object) -> None: ...

    def is_alive(self) -> bool:
        return self.alive

    def stop(self) -> None:
        self.stopped = True


def put_key(folder, name: str, key: str) -> None:
    text = f'metadata\ncurve\n    public-key = "{key}"\n'
    (folder / name).write_text(text)


def test_a_key_is_let_in_until_it_is_withdrawn(guarded, tmp_path, clock) -> None:
    put_key(tmp_path, "anna.operator.key", "A" * 40)
    put_key(tmp_path, "bert.viewer.key", "B" * 40)
    put_key(tmp_path, "notes.txt", "C" * 40)
    assert guarded.callback("", b"A" * 40)
    assert guarded.refused == 0
    assert not guarded.callback("", b"C" * 40)
    assert guarded.refused == 1
    assert "unknown key was refused (1 connections" in guarded.notice
    assert guarded.role("A" * 40) is Role.OPERATOR
    assert guarded.role("B" * 40) is Role.VIEWER
    assert guarded.role("C" * 40) is None
    (tmp_path / "anna.operator.key").unlink()
    (tmp_path / "bert.viewer.key").unlink()
    clock.now += 0.9 * READ_AGAIN_S
    assert guarded.role("A" * 40) is Role.OPERATOR  # not read again yet
    clock.now += 0.2 * READ_AGAIN_S
    guarded.look()
    assert guarded.withdrawals == 1
    assert guarded.role("A" * 40) is None
    assert guarded.withdrawals == 1  # nobody had come by the other one
    clock.now += 2 * READ_AGAIN_S
    guarded.look()
    assert guarded.withdrawals == 1


def test_keys_that_cannot_be_read_stay_known(
    guarded, tmp_path, clock, monkeypatch
) -> None:
    put_key(tmp_path, "anna.operator.key", "A" * 40)
    assert guarded.callback("", b"A" * 40)

    def refuse(folder: object) -> list[str]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(gate.os, "listdir", refuse)
    clock.now += 2 * READ_AGAIN_S
    assert guarded.role("A" * 40) is Role.OPERATOR
    assert "(Too many open files): those known before stay known" in guarded.notice
    assert guarded.withdrawals == 0


def test_a_crowd_is_told_and_a_dead_thread_lets_nobody_in(guarded) -> None:
    assert (guarded.notice, guarded.deaf) == ("", "")
    guarded.crowds = 2
    assert "(2 times so far)" in guarded.notice
    guarded.refused = 1
    assert "(2 times so far)" in guarded.notice
    guarded._authenticator.alive = False
    assert guarded.deaf == "Nobody can be let in any more: start the relay again."
    pipe = guarded._authenticator.pipe
    guarded.close()
    assert guarded._authenticator.stopped
    assert guarded._authenticator.pipe is not pipe


def test_without_keys_everybody_is_an_operator() -> None:
    one = Gate(None, None)
    assert one.role("anybody") is Role.OPERATOR
    assert (one.deaf, one.notice) == ("", "")
    one.look()
    one.close()
    socket = SimpleNamespace()
    one.protect(socket)
    assert vars(socket) == {}


# -- sockets ---------------------------------------------------------------------------


def door(kind=Door):
    socket, gate_ = Socket(), SimpleNamespace(withdrawals=0, crowds=0, look=bool)
    one = kind(socket, "tcp://127.0.0.1:*", gate_)
    one.open()
    return one, socket, gate_


AGAIN = ["not tcp://127.0.0.1:5555", "tcp://127.0.0.1:*"]


def test_all_are_disconnected_for_a_withdrawn_key(clock) -> None:
    one, socket, gate_ = door()
    one.look_after()
    assert socket.bound == ["tcp://127.0.0.1:*"]
    gate_.withdrawals = 1
    one.look_after()
    one.look_after()
    assert socket.bound[1:] == AGAIN


def test_a_crowd_is_shut_out_for_a_moment(clock) -> None:
    one, socket, gate_ = door()
    one._guests = set(range(MOST_GUESTS))
    one.look_after()
    assert (gate_.crowds, len(socket.bound)) == (0, 1)
    one._guests = set(range(MOST_GUESTS + 1))
    one.look_after()
    assert (gate_.crowds, one._guests) == (1, set())
    assert socket.bound[1:] == AGAIN[:1]
    clock.now += 0.9 * SHUT_S
    one.look_after()
    assert socket.bound[1:] == AGAIN[:1]
    clock.now += 0.2 * SHUT_S
    one.look_after()
    assert socket.bound[1:] == AGAIN
    one.look_after()
    assert socket.bound[1:] == AGAIN


def test_guests_come_and_go(monkeypatch) -> None:
    one, _, _ = door()
    events = [(sockets._COMING, 5), (sockets._COMING, 6), (sockets._GOING, 5)]

    def next_event(flags: int) -> tuple[int, int]:
        if not events:
            raise zmq.Again
        return events.pop(0)

    def parsed(event: tuple[int, int]) -> dict[str, int]:
        return {"event": event[0], "value": event[1]}

    one._monitor = SimpleNamespace(recv_multipart=next_event)
    monkeypatch.setattr(sockets, "parse_monitor_message", parsed)
    one._count_guests()
    assert one._guests == {6}


def test_what_is_published_is_held_back_for_those_who_do_not_take_it(clock) -> None:
    one, socket, _ = door(sockets.Publishing)
    large = [bytes(PUBLISH_BYTES // 2)]
    for _ in range(3):
        one.send_multipart(large)
    assert len(socket.sent) == 2
    assert one.held_bytes == 2 * (PUBLISH_BYTES // 2)
    clock.now += PATIENCE_S
    one.send_multipart(large)
    assert len(socket.bound) == 1
    clock.now += 0.1
    one.send_multipart(large)
    assert socket.bound[1:] == AGAIN
    assert len(socket.sent) == 2
    socket.trackers[0].done = True
    one.send_multipart(large)
    assert len(socket.sent) == 3


def test_what_is_taken_at_once_is_not_held(clock) -> None:
    one, socket, _ = door(sockets.Publishing)
    socket.takes_at_once = True
    one.send_multipart([bytes(10)])
    assert one._held == []


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (zmq.EADDRINUSE, "Port 5555 is in use"),
        (errno.EACCES, "No permission to use port 5555"),
        (errno.ENODEV, "Cannot publish at tcp://10.0.0.1:5555"),
    ],
)
def test_why_a_port_cannot_be_used(number: int, words: str) -> None:
    def refuse(address: str) -> None:
        raise zmq.ZMQError(number)

    with pytest.raises(InputError, match=words):
        sockets._bind(SimpleNamespace(bind=refuse), "tcp://10.0.0.1:5555")


def test_one_message_goes_out_however_large(clock) -> None:
    one, socket, _ = door(sockets.Publishing)
    one.send_multipart([bytes(PUBLISH_BYTES + 1)])
    assert len(socket.sent) == 1


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
