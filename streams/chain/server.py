"""The scanner's side of the chain: takes everything at once, sends back what is given.

Two threads for each connection: one reads, cuts frames and hands them to the session,
which never waits; one writes what the session gives, from a queue that goes on in a
temporary file.  So a scanner that sends everything before it reads anything is not
stopped, and one that reads slowly stops nobody.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable
from typing import Protocol

from streams.sources.mrd.address import Listening
from streams.sources.mrd.messages import MrdError
from streams.sources.mrd.parser import CLOSE_BYTES, Frame, Id, Parser, unclosed
from streams.sources.mrd.spill import SpillQueue
from streams.sources.mrd.writer import text_bytes

RECEIVE_BYTES = 1 << 20
TURN_S = 0.25
IDLE_S = 600.0
STALLED_S = 60.0  # a scanner that takes nothing for so long is gone
DRAIN_S = 30.0
LEAVE_S = 5.0
MOST_REST = 256  # pieces that are still read once the program is stopped
MOST_CONNECTIONS = 4
MOST_TEXT = 300
CLOSED, STOPPED = "closed by the scanner", "the program was stopped"
"""The two ends that were meant; any other reason is a fault."""


class ChainSession(Protocol):
    """What becomes of one connection; nothing of it may wait, but for `finish`."""

    def take(self, frame: Frame) -> None:
        """A message of the scanner."""
        ...

    def finish(self, reason: str) -> None:
        """Nothing more comes; what is still to be sent back is sent now."""
        ...


Send = Callable[[bytes], None]
OpenSession = Callable[[str, Send], ChainSession]


class ChainServer:
    """Accepts scanners until stopped; each connection is a session of its own.

    Parameters
    ----------
    listening : where to listen and who may connect; bound when this returns
    open_session : makes a session from the other side's address and a way to send
    say : is told what happens, in sentences

    Raises
    ------
    InputError : the port is in use, or it is no address of this machine
    """

    def __init__(
        self,
        listening: Listening,
        open_session: OpenSession,
        say: Callable[[str], None],
    ) -> None:
        self._listening, self._open, self._say = listening, open_session, say
        self._server = listening.bound()
        self._stopped = threading.Event()
        self._connections: set[_Connection] = set()
        self._thread = threading.Thread(target=self._run, name="chain", daemon=True)

    @property
    def port(self) -> int:
        """Port that is listened on."""
        return int(self._server.getsockname()[1])

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """End all sessions in an orderly way; returns when they have ended."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()
        self._server.close()
        for connection in list(self._connections):
            connection.join()

    def _run(self) -> None:
        self._server.settimeout(TURN_S)
        while not self._stopped.is_set():
            try:
                connected, (address, *_) = self._server.accept()
            except OSError:  # nobody came, or was gone before we came
                continue
            self._accept(connected, str(address))

    def _accept(self, connected: socket.socket, address: str) -> None:
        self._connections = {c for c in self._connections if c.alive}
        refusal = ""
        if not self._listening.allows(address):
            refusal = "it is not among the allowed addresses (--allow)"
        elif len(self._connections) >= MOST_CONNECTIONS:
            refusal = f"{MOST_CONNECTIONS} connections are open already"
        if refusal:
            self._say(f"{address} was refused: {refusal}.")
            with contextlib.suppress(OSError):
                connected.sendall(CLOSE_BYTES)
            connected.close()
            return
        connection = _Connection(
            connected, address, self._open, self._say, self._stopped
        )
        self._connections.add(connection)
        connection.start()


class _Connection:
    """One scanner: its two threads and its session."""

    def __init__(
        self,
        connected: socket.socket,
        address: str,
        open_session: OpenSession,
        say: Callable[[str], None],
        stopped: threading.Event,
    ) -> None:
        self._socket, self._address, self._open = connected, address, open_session
        self._say = say
        self._stopped = stopped
        self._out: SpillQueue[bool] = SpillQueue()
        self._parser = Parser()
        self._lost = threading.Event()
        self._reader = threading.Thread(target=self._read, name="reader", daemon=True)
        self._writer = threading.Thread(target=self._write, name="writer", daemon=True)

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet."""
        return self._reader.is_alive()

    def start(self) -> None:
        """Begin to read and to write."""
        self._socket.settimeout(TURN_S)
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._writer.start()
        self._reader.start()

    def join(self) -> None:
        """Wait until it has ended."""
        self._reader.join()

    def send(self, content: bytes) -> None:
        """Send something back; never waits."""
        if not self._lost.is_set():
            self._out.put(True, content)

    def _read(self) -> None:
        try:
            self._serve()
        except Exception as error:  # the scanner gets its CLOSE, whatever happens here
            self._say(f"{self._address}: the session broke: {error!r}")
        self.send(CLOSE_BYTES)
        self._out.put(False)
        self._writer.join(DRAIN_S + STALLED_S)
        self._leave()

    def _serve(self) -> None:
        """One session from its beginning to its end."""
        session = self._open(self._address, self.send)
        try:
            reason = self._frames(session)
        except MrdError as error:
            reason = str(error)
            self.send(text_bytes(f"ERR mrs-monitor: {reason}"[:MOST_TEXT]))
        session.finish(reason)

    def _frames(self, session: ChainSession) -> str:
        """Hand frames on to the end; why it ended."""
        received = memoryview(bytearray(RECEIVE_BYTES))
        heard = time.monotonic()
        rest = 0
        while rest < MOST_REST:
            stopping = self._stopped.is_set()
            rest += stopping
            try:
                count = self._socket.recv_into(received)
            except TimeoutError:
                if stopping:
                    break
                if time.monotonic() - heard > IDLE_S:
                    return f"nothing came for {IDLE_S:g} s"
                continue
            except OSError as error:
                self._lost.set()
                return f"connection lost ({error.strerror or error})"
            if not count:
                return unclosed(self._parser)
            heard = time.monotonic()
            self._parser.feed(received[:count])
            while (frame := self._parser.next_frame()) is not None:
                if frame.id is Id.CLOSE:
                    return CLOSED
                session.take(frame)
        return STOPPED

    def _write(self) -> None:
        """Send what is in the queue, until its end or until nobody takes it."""
        while True:
            taken = self._out.get(TURN_S)
            if taken is None:
                continue
            if not taken[0] or not self._is_sent(taken[1]):
                break
        self._lost.set()
        self._out.close()

    def _is_sent(self, content: bytes) -> bool:
        """Send all of it; the socket's time-out is the reader's, so go on after it."""
        rest = memoryview(content)
        moved = time.monotonic()
        while rest:
            try:
                count = self._socket.send(rest)
            except TimeoutError:
                if time.monotonic() - moved > STALLED_S:
                    return False
                continue
            except OSError:
                return False
            rest, moved = rest[count:], time.monotonic()
        return True

    def _leave(self) -> None:
        """Let the other side read to the end before the connection is gone."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)
            deadline = time.monotonic() + LEAVE_S
            while time.monotonic() < deadline and not self._is_gone():
                pass
        self._socket.close()

    def _is_gone(self) -> bool:
        try:
            return not self._socket.recv(RECEIVE_BYTES)
        except TimeoutError:
            return False
