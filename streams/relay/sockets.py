"""A relay's sockets: PUB on its port, ROUTER on the one above.

A socket of libzmq cannot hang up on one peer.  Where a key was withdrawn, somebody does
not take what is sent to him, or more connections come than there are places, all of its
connections are ended and it is bound again at once: whoever is still let in is back
within half a second, by itself, and fetches what it missed.
"""

from __future__ import annotations

import contextlib
import errno
import threading
import time
from typing import Any

import zmq
from zmq.utils.monitor import parse_monitor_message

from streams.errors import InputError
from streams.messages import wire
from streams.messages.endpoint import Endpoint
from streams.messages.frame_sizes import MAX_HEADER_BYTES
from streams.relay.gate import Gate

REQUEST_BYTES = 4 * MAX_HEADER_BYTES  # beyond it libzmq hangs up, uncounted
REQUESTS_HWM = 8  # of one client that were not looked at yet; the rest waits with it
ANSWER_HWM = 32  # messages on the way to one client
PUBLISH_HWM = 64  # a stalled subscriber loses the rest and fetches it later
PUBLISH_BYTES = 64 << 20  # held in all for those who do not take what is published
PATIENCE_S = 2.0  # with `PUBLISH_BYTES` held, before everybody is disconnected
HANDSHAKE_MS = 3000  # and who has not shown a key by then is hung up on
MOST_GUESTS = 64  # connections to one socket, with a key or without one yet
REST_S = 0.2  # the door stays shut so long after a crowd
LINGER_MS = 1000  # for the last messages to leave when the relay closes
EVENTS_A_TURN = 4 * MOST_GUESTS  # a crowd must not keep its thread here for good
_COMING, _GOING = zmq.Event.ACCEPTED, zmq.Event.DISCONNECTED


class Door:
    """A bound socket whose clients can be disconnected, used by one thread at a time.

    Attributes
    ----------
    socket : the socket
    beside : another door that this one's thread looks after, too
    """

    def __init__(self, socket: zmq.Socket[Any], address: str, gate: Gate) -> None:
        self.socket = socket
        self.beside: Door | None = None
        self._address, self._gate = address, gate
        self._withdrawals = gate.withdrawals
        self._bound, self._shut_until = False, 0.0
        self._using = threading.RLock()
        self._guests: set[int] = set()
        self._monitor = socket.get_monitor_socket(_COMING | _GOING)

    def open(self) -> None:
        """Bind it.

        Raises
        ------
        InputError : the port is in use or not ours, or no address of this machine
        """
        _bind(self.socket, self._address)
        self._bound = True

    def look_after(self) -> None:
        """Disconnect all for a withdrawn key or a crowd; to be called in each turn.

        How many files this program may open does not matter: recording and the scanner
        need some, and guests leave them.
        """
        with self._using:
            self._gate.look()
            self._count_guests()
            if self._gate.withdrawals != self._withdrawals:
                self._withdrawals = self._gate.withdrawals
                self.show_out()
            elif len(self._guests) > MOST_GUESTS:
                self._gate.crowds += 1
                self._shut_until = time.monotonic() + REST_S
                self.show_out()
            elif not self._bound:
                self._bind_again()
        if self.beside is not None:
            self.beside.look_after()

    def show_out(self) -> None:
        """End all connections; who is let in comes back."""
        if self._bound:
            self._bound = False
            where = self.socket.last_endpoint  # with `*` and names resolved
            self.socket.unbind(where if isinstance(where, bytes) else str(where))
        self._guests.clear()
        self._bind_again()

    def close(self) -> None:
        """Close the socket."""
        self.socket.disable_monitor()
        self._monitor.close(linger=0)
        self.socket.close()

    def _bind_again(self) -> None:
        """Bind; the system may need a moment to give the port back."""
        if time.monotonic() < self._shut_until:
            return
        with contextlib.suppress(zmq.ZMQError):  # else in one of the next turns
            self.socket.bind(self._address)
            self._bound = True

    def _count_guests(self) -> None:
        with contextlib.suppress(zmq.Again):
            for _ in range(EVENTS_A_TURN):
                event = parse_monitor_message(self._monitor.recv_multipart(zmq.NOBLOCK))
                if event["event"] == _COMING:
                    self._guests.add(event["value"])
                else:
                    self._guests.discard(event["value"])


class Publishing(Door):
    """The PUB socket, with a bound on what it holds for those who are slow."""

    def __init__(self, socket: zmq.Socket[Any], address: str, gate: Gate) -> None:
        super().__init__(socket, address, gate)
        self._held: list[tuple[zmq.MessageTracker, int]] = []
        self._full_since: float | None = None

    def send_multipart(self, frames: wire.Frames) -> None:
        """Publish a message; while too much is held it is left to be fetched."""
        size = sum(map(len, frames))
        with self._using:
            self.look_after()
            if self._has_room(size):
                tracker = self.socket.send_multipart(frames, copy=False, track=True)
                if tracker is not None and not tracker.done:
                    self._held.append((tracker, size))

    @property
    def held_bytes(self) -> int:
        """Bytes of messages that somebody has not taken yet."""
        self._held = [(t, size) for t, size in self._held if not t.done]
        return sum(size for _, size in self._held)

    def _has_room(self, size: int) -> bool:
        """Whether so many bytes may be sent; disconnects who stops them for long."""
        held = self.held_bytes
        if not held or held + size <= PUBLISH_BYTES:
            self._full_since = None
            return True
        now = time.monotonic()
        self._full_since = self._full_since or now
        if now - self._full_since > PATIENCE_S:
            self._full_since = None
            self.show_out()
        return False


def bind_sockets(
    context: zmq.Context[Any], endpoint: Endpoint, gate: Gate
) -> tuple[Publishing, Door]:
    """Publishing and answering socket, both bound.

    Raises
    ------
    InputError : a port is in use or not ours, or it is no address of this machine
    """
    publisher, router = context.socket(zmq.PUB), context.socket(zmq.ROUTER)
    publisher.sndhwm = PUBLISH_HWM
    router.sndhwm, router.rcvhwm = ANSWER_HWM, REQUESTS_HWM
    router.router_mandatory = True  # tells who does not take, and who has left
    for socket in (publisher, router):
        socket.maxmsgsize = REQUEST_BYTES
        socket.linger = LINGER_MS
        socket.heartbeat_ivl, socket.heartbeat_timeout = 1000, 5000
        socket.handshake_ivl = HANDSHAKE_MS
        gate.protect(socket)
    doors = (
        Publishing(publisher, endpoint.published, gate),
        Door(router, endpoint.requests, gate),
    )
    doors[1].beside = doors[0]  # the thread that answers has a turn all the time
    zmq.Frame(bytes(1 << 17), copy=False, track=True)  # what tracks needs files, too
    for door in doors:
        door.open()
    return doors


def _bind(socket: zmq.Socket[Any], address: str) -> None:
    port = address.rpartition(":")[2]
    try:
        socket.bind(address)
    except zmq.ZMQError as error:
        if error.errno == zmq.EADDRINUSE:
            raise InputError(
                f"Port {port} is in use: stop the other program, or choose another "
                f"port with --bind (the one above it is needed, too)."
            ) from None
        if error.errno == errno.EACCES:
            raise InputError(
                f"No permission to use port {port}: choose one above 1024 with --bind."
            ) from None
        raise InputError(
            f"Cannot publish at {address}: {error}; give an address of this machine."
        ) from None
