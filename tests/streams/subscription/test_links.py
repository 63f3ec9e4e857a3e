"""What a socket's monitor tells of a connection, event by event."""

import sys
from collections import deque

import pytest
import zmq

from streams.subscription import links
from streams.subscription.links import RETRY_EXPECTED_S, Links

CONNECTED = zmq.Event.HANDSHAKE_SUCCEEDED
GONE = zmq.Event.DISCONNECTED
REFUSED = (
    zmq.Event.HANDSHAKE_FAILED_AUTH,
    zmq.Event.HANDSHAKE_FAILED_PROTOCOL,
    zmq.Event.HANDSHAKE_FAILED_NO_DETAIL,
)
TRYING = (zmq.Event.CONNECT_RETRIED, zmq.Event.CONNECT_DELAYED)


class Monitor:
    """A monitor socket with some events in it."""

    def __init__(self, *events: zmq.Event) -> None:
        self._events = deque(events)

    def poll(self, _: int) -> bool:
        return bool(self._events)

    def recv_multipart(self) -> list[bytes]:
        number = int(self._events.popleft())
        return [number.to_bytes(2, sys.byteorder) + bytes(4), b"tcp://127.0.0.1:1"]


class Clock:
    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(links, "time", made)
    return made


def told(*events: zmq.Event) -> Links:
    """Links whose monitor has told these."""
    one = Links.__new__(Links)
    one.connected, one.key_refused, one._disconnected_at = False, False, None
    tell(one, *events)
    return one


def tell(one: Links, *events: zmq.Event) -> None:
    one._monitor = Monitor(*events)
    one._read_monitor()


@pytest.mark.parametrize(
    ("events", "connected", "refused"),
    [
        ((), False, False),
        ((CONNECTED,), True, False),
        ((CONNECTED, GONE), False, False),
        ((CONNECTED, TRYING[0]), True, False),
        *(((CONNECTED, event), False, True) for event in REFUSED),
        ((REFUSED[0], GONE), False, True),
        ((REFUSED[0], CONNECTED), True, False),
        ((CONNECTED, zmq.Event.ACCEPTED), True, False),
    ],
)
def test_connected_is_what_was_told_last(clock, events, connected, refused) -> None:
    one = told(*events)
    assert (one.connected, one.key_refused) == (connected, refused)


@pytest.mark.parametrize("event", [GONE, *REFUSED])
def test_who_is_not_tried_again_in_time_is_broken(clock: Clock, event) -> None:
    one = told(CONNECTED, event)
    clock.now += RETRY_EXPECTED_S
    assert not one.broken
    clock.now += 0.1
    assert one.broken


@pytest.mark.parametrize("event", [CONNECTED, *TRYING])
def test_who_is_tried_again_is_not(clock: Clock, event) -> None:
    one = told(GONE, event)
    clock.now += 2 * RETRY_EXPECTED_S
    assert not one.broken
    tell(one, zmq.Event.ACCEPTED)
    assert not one.broken


@pytest.mark.parametrize("ready", range(8))
def test_it_is_said_which_sockets_have_something(clock: Clock, ready: int) -> None:
    one = told(CONNECTED)
    sockets = ("subscription", "requests", "monitor")
    one.subscription, one.requests, _ = sockets
    one._monitor = Monitor(GONE)
    some = {name for place, name in enumerate(sockets) if ready >> place & 1}

    class Poller:
        def poll(self, timeout_ms: int) -> list[tuple[object, int]]:
            assert timeout_ms == 500
            known = {"monitor": one._monitor}
            return [(known.get(name, name), 1) for name in some]

    one._poller = Poller()
    assert one.poll(0.5) == ("subscription" in some, "requests" in some)
    assert one.connected is ("monitor" not in some)
