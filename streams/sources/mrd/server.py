"""The TCP side of an MRD server: takes everything at once, so nobody waits for us.

One thread (`Receiver.run`) owns all sockets.  It only cuts the stream into frames and
puts them into a queue that never makes it wait; all that takes time is done by whoever
reads the queue.  The subject's part of a header is cut out here, before anything is
queued, and texts, configurations and images are counted and dropped.

One scanner at a time: a connection is the scanner once it has sent a header.  While it
is heard, others are refused; silent for a while, it gives way to a new connection of
the same address (a scanner that was restarted while its old connection hangs).  A
connection without a header within `HELLO_S` is closed, and gives up its place sooner
to one that comes (`connections`).  The format has no encryption: only addresses
that were named may connect, and without names only this machine.

Nothing that one connection does ends the thread: it ends that connection.

The answer to CLOSE is CLOSE, at once; the same is said to whoever is refused.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import socket
import threading
import time

from streams.errors import InputError
from streams.sources.mrd.address import Listening
from streams.sources.mrd.connections import (
    MOST_CONNECTIONS,
    MOST_UNFINISHED_BYTES,
    QUIET_S,
    Connection,
    hungriest,
    least_heard,
    new_connection,
    scanner_among,
)
from streams.sources.mrd.header import Header
from streams.sources.mrd.messages import MrdError, text_of
from streams.sources.mrd.parser import CLOSE_BYTES, Frame, Id, Parser, unclosed
from streams.sources.mrd.queue_entry import Entry
from streams.sources.mrd.queue_writer import QueueWriter
from streams.sources.mrd.rules import MrdRules
from streams.sources.mrd.spill import SpillQueue

RECEIVE_BYTES = 1 << 20
TURN_S = 0.1
HELLO_S = 10.0
QUIET_TRS = 3.0
LEAVE_S = 2.0
NO_MORE_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)
DEAF = "NOT LISTENING to the scanner any more: start the relay again."


class Receiver:
    """Accepts connections and queues what the scanner sends.

    Parameters
    ----------
    listening : where to listen, and who may connect; bound when this returns
    rules : for the idle time
    queue : receives the entries

    Raises
    ------
    InputError : the port is in use, or it is no address of this machine
    """

    def __init__(
        self, listening: Listening, rules: MrdRules, queue: SpillQueue[Entry]
    ) -> None:
        self._listening, self._rules = listening, rules
        self._queue = QueueWriter(queue)
        self._server = listening.bound()
        self._received = memoryview(bytearray(RECEIVE_BYTES))
        self._connections: list[Connection] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="mrd", daemon=True)

    @property
    def port(self) -> int:
        """Port that is listened on."""
        return int(self._server.getsockname()[1])

    def start(self) -> None:
        """Begin to accept."""
        self._thread.start()

    def stop(self) -> None:
        """Close all connections; returns when the thread has ended."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        else:
            self._server.close()

    @property
    def problem(self) -> str:
        """Why no scanner is listened to; empty if nothing is wrong."""
        if self._thread.ident is None or self._thread.is_alive():
            return ""
        return "" if self._stopped.is_set() else DEAF

    def _run(self) -> None:
        with selectors.DefaultSelector() as selector, self._server:
            selector.register(self._server, selectors.EVENT_READ)
            while not self._stopped.is_set():
                try:
                    self._turn(selector)
                except Exception as error:  # the next turn may be a good one
                    self._queue.note("note", f"Listening for the scanner: {error!r}.")
                    self._stopped.wait(TURN_S)
            for connection in list(self._connections):
                self._leave(connection, "the relay was stopped")
                self._close(selector, connection)

    def _turn(self, selector: selectors.BaseSelector) -> None:
        """Take what has come, from everybody once."""
        for key, _ in selector.select(TURN_S):
            if key.data is None:
                self._accept(selector)
            elif key.data in self._connections:  # not closed in this very turn
                self._read_safely(selector, key.data)
        self._bound_memory()
        self._look_after(selector)

    def _accept(self, selector: selectors.BaseSelector) -> None:
        try:
            connected, (address, *_) = self._server.accept()
        except OSError as error:  # it was gone before we came, or files are used up
            if error.errno in NO_MORE_FILES and not self._make_room(selector):
                self._stopped.wait(TURN_S)
            return
        refusal = self._refusal(str(address))
        if refusal:
            self._queue.note("refused", f"{address} was refused: {refusal}.")
        if not self._listening.allows(str(address)):
            connected.close()
            return
        if len(self._connections) >= MOST_CONNECTIONS:
            self._make_room(selector)
        connection = new_connection(connected, str(address))
        self._connections.append(connection)
        selector.register(connected, selectors.EVENT_READ, connection)
        if refusal:
            self._leave(connection, refusal)
        else:
            self._read_safely(selector, connection)  # its header may be here already

    def _make_room(self, selector: selectors.BaseSelector) -> bool:
        """Close the connection that may go first; whether there was one."""
        least = least_heard(self._connections)
        if least is None:
            return False
        if least.leaving_s is None:
            text = "more connections came than there are places: who is silent goes"
            self._queue.note("refused", f"{least.address} was refused: {text}.")
            self._leave(least, "no place")
        self._close(selector, least)
        return True

    def _bound_memory(self) -> None:
        """Refuse who holds most, while those who are no scanner hold too much."""
        while (most := hungriest(self._connections)) is not None:
            text = (
                f"{most.address} was refused: connections without a header held more "
                f"than {MOST_UNFINISHED_BYTES >> 20} MB of unfinished messages."
            )
            self._queue.note("refused", text)
            self._leave(most, "refused")

    def _refusal(self, address: str) -> str:
        """Why an address may not connect now; empty if it may."""
        if not self._listening.allows(address):
            return "it is not among the allowed addresses (--allow)"
        active = scanner_among(self._connections)
        if active is not None and not active.gives_way_to(address):
            return f"the scanner at {active.address} is connected, and only one may be"
        return ""

    def _read_safely(
        self, selector: selectors.BaseSelector, connection: Connection
    ) -> None:
        """Read; what goes wrong ends this connection and no other."""
        try:
            self._read(selector, connection)
        except Exception as error:
            text = f"{connection.address} sent what cannot be understood: {error!r}."
            self._queue.note("protocol_error", text)
            self._leave(connection, "protocol error")

    def _read(self, selector: selectors.BaseSelector, connection: Connection) -> None:
        try:
            received = connection.socket.recv_into(self._received)
        except BlockingIOError:
            return
        except OSError as error:
            self._leave(connection, f"connection lost ({error.strerror or error})")
            self._close(selector, connection)
            return
        if not received:
            self._gone(selector, connection)
        elif connection.leaving_s is None:
            connection.heard_s, connection.spoke = time.monotonic(), True
            connection.parser.feed(self._received[:received])
            self._frames(connection)

    def _gone(self, selector: selectors.BaseSelector, connection: Connection) -> None:
        """The other side closed."""
        if connection.leaving_s is None:
            self._leave(connection, unclosed(connection.parser))
        self._close(selector, connection)

    def _frames(self, connection: Connection) -> None:
        try:
            while connection.leaving_s is None:
                frame = connection.parser.next_frame()
                if frame is None:
                    return
                self._take(connection, frame)
        except MrdError as error:
            text = f"{connection.address}: {error}"
            self._queue.note("protocol_error", text)
            self._leave(connection, "protocol error")

    def _take(self, connection: Connection, frame: Frame) -> None:
        if frame.id is Id.CLOSE:
            self._leave(connection, "closed by the scanner")
        elif frame.id is Id.HEADER:
            self._header(connection, text_of(frame.content))
        else:
            self._queue.take(connection, frame)

    def _header(self, connection: Connection, xml: bytes) -> None:
        """A header: the connection is the scanner, if there is no other."""
        active = scanner_among(self._connections)
        if active is not None and active is not connection:
            if not active.gives_way_to(connection.address):
                text = f"{connection.address} was refused: {active.address} sends."
                self._queue.note("refused", text)
                self._leave(connection, "refused")
                return
            self._leave(active, "silent, and replaced by a new connection")
        name = f"MRD stream from {connection.address}"
        try:
            header = Header(name, xml)
            repetition_time_s = header.repetition_time_s
        except InputError as error:
            self._queue.note("series_refused", str(error))
            self._leave(connection, "header not understood")
            return
        if connection.active:
            self._queue.end(connection, "a new header came")
        connection.active = True
        connection.idle_s = self._rules.idle_s(repetition_time_s)
        connection.quiet_s = max(QUIET_S, QUIET_TRS * (repetition_time_s or 0.0))
        self._queue.begin(connection, header)

    def _leave(self, connection: Connection, reason: str) -> None:
        """Answer CLOSE; what still comes is not read any more."""
        if connection.leaving_s is not None:
            return
        connection.leaving_s = time.monotonic()
        with contextlib.suppress(OSError):
            connection.socket.send(CLOSE_BYTES)
            connection.socket.shutdown(socket.SHUT_WR)
        if connection.active:
            self._queue.end(connection, reason)
        connection.active = False
        connection.parser = Parser()  # and its memory with it

    def _close(self, selector: selectors.BaseSelector, connection: Connection) -> None:
        selector.unregister(connection.socket)
        connection.socket.close()
        self._connections.remove(connection)

    def _look_after(self, selector: selectors.BaseSelector) -> None:
        """Time-outs, and what there was too much of to note at once."""
        now = time.monotonic()
        for connection in list(self._connections):
            if connection.leaving_s is not None:
                if now - connection.leaving_s > LEAVE_S:
                    self._close(selector, connection)
            elif connection.active and now - connection.heard_s > connection.idle_s:
                self._leave(connection, f"nothing came for {connection.idle_s:g} s")
            elif not connection.active and now - connection.opened_s > HELLO_S:
                text = f"{connection.address} sent no header within {HELLO_S:g} s."
                self._queue.note("refused", text)
                self._leave(connection, "no header")
        self._queue.note_what_was_held(now)
