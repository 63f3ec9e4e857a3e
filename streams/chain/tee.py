"""The stream of a scanner, sent on to a recorder or relay, which nobody waits for.

A thread of its own connects and sends what was put; what cannot be sent at once waits
in memory and then in a temporary file.  If the other side cannot be reached, or goes,
`problem` says so and the rest is let go: the chain does not depend on it.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from dataclasses import dataclass

from streams.errors import InputError
from streams.sources.mrd.parser import CLOSE_BYTES
from streams.sources.mrd.spill import SpillQueue

CONNECT_S = 5.0
RETRY_S = 0.2
STALLED_S = 60.0
TURN_S = 0.1


@dataclass(frozen=True, slots=True)
class Address:
    """HOST:PORT of somebody who takes MRD."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str, option: str) -> Address:
        """From `HOST:PORT`.

        Raises
        ------
        InputError : it is none
        """
        host, colon, port = text.strip().rpartition(":")
        if not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
            raise InputError(
                f"{option} {text!r} is no address: write HOST:PORT, such as "
                "192.168.2.5:9002."
            )
        return cls(host.strip("[]"), int(port))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class Tee:
    """A connection that is fed and never waited for.

    Attributes
    ----------
    problem : why the other side does not get it, in one sentence; empty if it does
    """

    def __init__(self, address: Address) -> None:
        self.problem = ""
        self._address = address
        self._queue: SpillQueue[bool] = SpillQueue()
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tee", daemon=True)
        self._thread.start()

    def put(self, content: bytes) -> None:
        """Send some bytes on."""
        if not self.problem and content:
            self._queue.put(True, content)

    def finish(self, timeout_s: float) -> bool:
        """Send what is left; whether the other side answered with its CLOSE."""
        self._queue.put(False)
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self.problem = self.problem or f"{self._address} does not answer."
        self._closed.set()
        return not self.problem

    def _run(self) -> None:
        try:
            with self._connect() as connection:
                connection.settimeout(STALLED_S)
                self._send_all(connection)
                self._hear_the_end(connection)
        except OSError as error:
            why = error.strerror or str(error) or "no answer"
            self.problem = f"{self._address} cannot be reached ({why})."
        finally:
            self._queue.close()

    def _connect(self) -> socket.socket:
        """A connection; tried again for some seconds."""
        deadline = time.monotonic() + CONNECT_S
        while True:
            left = max(deadline - time.monotonic(), 0.1)
            try:
                address = (self._address.host, self._address.port)
                return socket.create_connection(address, timeout=left)
            except OSError:
                if time.monotonic() >= deadline or self._closed.wait(RETRY_S):
                    raise

    def _send_all(self, connection: socket.socket) -> None:
        while not self._closed.is_set():
            taken = self._queue.get(TURN_S)
            if taken is not None and not taken[0]:
                return
            if taken is not None:
                connection.sendall(taken[1])

    def _hear_the_end(self, connection: socket.socket) -> None:
        """Say that nothing more comes, and wait for the answer."""
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
        heard = b""
        while part := connection.recv(1 << 16):
            heard = (heard + part)[-2:]
        if heard != CLOSE_BYTES:
            self.problem = f"{self._address} ended without an answer."
