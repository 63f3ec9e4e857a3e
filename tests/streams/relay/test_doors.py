"""Who is let in, and when all are disconnected, without a socket."""

import errno
import time
from types import SimpleNamespace

import pytest
import zmq
from relay_parts import Clock, Socket

from streams.errors import InputError
from streams.messages.keys import Role
from streams.relay import gate, sockets
from streams.relay.gate import READ_AGAIN_S, Gate
from streams.relay.sockets import MOST_GUESTS, PATIENCE_S, PUBLISH_BYTES, Door
from streams.relay.sockets import REST_S as SHUT_S


@pytest.fixture
def clock(monkeypatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(time, "monotonic", one)
    return one


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
