"""A subscriber's sockets to one endpoint, and what ZeroMQ tells about them.

libzmq reconnects by itself, with two exceptions that are seen to here: after a frame
larger than ZMQ_MAXMSGSIZE it disconnects for good, and a half-open connection is only
noticed by heartbeats.  Whoever uses this calls `renew` when `broken`, or when nothing
has been heard for too long.
"""

from __future__ import annotations

import sys
import time
from typing import Any

import zmq

from streams.messages.endpoint import Endpoint
from streams.messages.keys import ClientKeys
from streams.subscription.client_socket import configure

ANSWERS_HWM = 256  # answers that came and were not read
UNBOUNDED = 0
"""Published messages that came and were not read.  With a bound, libzmq reads no
further once that is reached, not even heartbeats: both sides give the connection up,
and the program ends with "Assertion failed: _input_stopped" as soon as the socket is
read again (libzmq issue 3937).  What waits is what comes while nobody reads.
"""
RETRY_EXPECTED_S = 2.0
"""libzmq announces its next try within this time of a disconnection."""

_CONNECTED = zmq.Event.HANDSHAKE_SUCCEEDED
_TRYING = (zmq.Event.CONNECT_RETRIED, zmq.Event.CONNECT_DELAYED)
_KEY_REFUSED = (
    zmq.Event.HANDSHAKE_FAILED_AUTH,
    zmq.Event.HANDSHAKE_FAILED_PROTOCOL,
    zmq.Event.HANDSHAKE_FAILED_NO_DETAIL,
)


class Links:
    """The subscription (SUB) and the requests (DEALER) of one subscriber.

    Attributes
    ----------
    connected : whether the subscription is connected and its keys were taken
    key_refused : whether the last connection failed in its handshake
    """

    def __init__(self, endpoint: Endpoint, keys: ClientKeys | None) -> None:
        self.connected, self.key_refused = False, False
        self._endpoint, self._keys = endpoint, keys
        self._context: zmq.Context[Any] = zmq.Context()
        self._disconnected_at: float | None = None
        self._open()

    def _open(self) -> None:
        self.subscription = self._socket(zmq.SUB, UNBOUNDED)
        # with it, what came and was not read is thrown away when the publisher leaves
        self.subscription.immediate = False
        self.subscription.subscribe(b"")
        self.requests = self._socket(zmq.DEALER, ANSWERS_HWM)
        self._monitor: zmq.Socket[Any] = self.subscription.get_monitor_socket()
        self._poller = zmq.Poller()
        for socket in (self.subscription, self.requests, self._monitor):
            self._poller.register(socket, zmq.POLLIN)
        self.subscription.connect(self._endpoint.published)
        self.requests.connect(self._endpoint.requests)
        self.connected, self._disconnected_at = False, None

    def _socket(self, kind: int, high_water: int) -> zmq.Socket[Any]:
        socket = self._context.socket(kind)
        socket.rcvhwm = high_water
        return configure(socket, self._keys)

    @property
    def broken(self) -> bool:
        """Whether libzmq was disconnected and does not try again."""
        at = self._disconnected_at
        return at is not None and time.monotonic() - at > RETRY_EXPECTED_S

    def poll(self, timeout_s: float) -> tuple[bool, bool]:
        """Wait for something; whether the subscription and the requests have some."""
        ready = dict(self._poller.poll(int(timeout_s * 1000)))
        if self._monitor in ready:
            self._read_monitor()
        return self.subscription in ready, self.requests in ready

    def renew(self) -> None:
        """Make all sockets again."""
        self._close()
        self._open()

    def close(self) -> None:
        """Close everything at once."""
        self._close()
        self._context.destroy(linger=0)

    def _close(self) -> None:
        self.subscription.disable_monitor()
        for socket in (self.subscription, self.requests, self._monitor):
            socket.close(linger=0)

    def _read_monitor(self) -> None:
        while self._monitor.poll(0):
            event = _event_of(self._monitor.recv_multipart())
            if event == _CONNECTED:
                self.connected, self.key_refused = True, False
            elif event in _KEY_REFUSED:
                self.connected, self.key_refused = False, True
            elif event == zmq.Event.DISCONNECTED:
                self.connected = False
            if event in (*_KEY_REFUSED, zmq.Event.DISCONNECTED):
                self._disconnected_at = time.monotonic()
            elif event in (_CONNECTED, *_TRYING):
                self._disconnected_at = None


def _event_of(frames: list[bytes]) -> zmq.Event:
    """What a message of a socket's monitor tells: its first 16 bits.

    `zmq.utils.monitor` reads it as well, and imports asyncio for it: a third of the
    time that `event` takes.
    """
    return zmq.Event(int.from_bytes(frames[0][:2], sys.byteorder))
