"""The relay's second socket: messages fetched from the journal, events into it.

A thread of its own, so that a client who fetches an hour holds up neither recording nor
publishing.  A fetch is answered with `MAX_FETCH` messages at most; several clients are
served in turn, and what is on the way to them is bounded (`giving`).  Nothing that a
client does ends the thread.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import zmq

from streams.errors import InputError
from streams.messages.keys import Role
from streams.messages.requests import (
    EventRecorded,
    EventRequest,
    Fetch,
    Refused,
    request_from,
)
from streams.messages.scanner_counter import AUTHOR, NAMING
from streams.recording.journal import Journal
from streams.relay.bounded_sending import Giving
from streams.relay.gate import Gate
from streams.relay.rate import Rate
from streams.relay.sockets import Door

POLL_MS = 20  # longest wait for a request while nothing can be given
REQUESTS_A_TURN = 32  # and then answers go out before further requests are read
REST_S = 1.0  # for answers that are ready when the relay stops
EVENTS_PER_S, EVENTS_AT_ONCE = 10.0, 100  # a script gone wild must not fill the disk


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event that a client waits for; `answer` may be called from any thread."""

    request: EventRequest
    answer: Callable[[EventRecorded | Refused], None]


class Answering:
    """Answers requests on a bound ROUTER until stopped.

    Attributes
    ----------
    dropped : malformed requests, and events and fetches beyond their bounds, so far
    notice : what was refused last, in one sentence
    recording : set by the relay; while it is not, events are refused at once
    """

    def __init__(
        self,
        router: Door,
        journal: Journal,
        session: str,
        pass_on: Callable[[PendingEvent], None],
        gate: Gate,
    ) -> None:
        self.dropped, self.notice = 0, ""
        self.recording = True
        self._door, self._router = router, router.socket
        self._giving = Giving(router, journal, session)
        self._pass_on, self._gate = pass_on, gate
        self._answers: queue.SimpleQueue[tuple[bytes, EventRecorded | Refused]] = (
            queue.SimpleQueue()
        )
        self._events = Rate(EVENTS_PER_S, EVENTS_AT_ONCE)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="answering", daemon=True)

    def use(self, journal: Journal) -> None:
        """Answer from another recording of the same session from now on."""
        self._giving.use(journal)

    @property
    def deaf(self) -> str:
        """That nothing is answered any more, in one sentence; empty if it is not so."""
        if self._thread.is_alive() or self._stop.is_set():
            return ""
        return "Requests are not answered any more: start the relay again."

    def start(self) -> None:
        """Begin; the socket belongs to the thread from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is ready, close the socket, and wait for the thread."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        wait_ms = POLL_MS
        with contextlib.closing(self._door):
            while not self._stop.is_set():
                try:
                    wait_ms = self._turn(wait_ms)
                except Exception as error:  # the next turn may be a good one
                    self.notice = f"A request could not be answered: {error!r}."
                    self._stop.wait(POLL_MS / 1000)
            self._give_the_rest()

    def _turn(self, wait_ms: int) -> int:
        """Take requests, give answers; how long to wait in the next turn, ms."""
        self._door.look_after()
        for _ in range(REQUESTS_A_TURN):
            if not self._router.poll(wait_ms):
                break
            wait_ms = 0
            self._answer()
        if self._give():
            return 0
        return min(2 * wait_ms + 1, POLL_MS) if self._giving.waiting else POLL_MS

    def _give(self) -> bool:
        """Give what can be given now; whether that was anything."""
        while not self._answers.empty():
            self._reply(*self._answers.get())
        return self._giving.turn()

    def _give_the_rest(self) -> None:
        until = time.monotonic() + REST_S
        with contextlib.suppress(zmq.ZMQError):
            while (self._give() or self._giving.waiting) and time.monotonic() < until:
                time.sleep(0.001)

    def _answer(self) -> None:
        """Take one request."""
        client, *frames = self._router.recv_multipart(copy=False)
        identity = client.bytes
        try:
            request = request_from([frame.bytes for frame in frames])
        except InputError as error:
            self.dropped += 1
            self.notice = f"A malformed request was refused: {error}"
            self._reply(identity, Refused(str(error)))
            return
        key = _key(client)
        role = self._gate.role(key)
        if role is None:
            asked = request.id if isinstance(request, EventRequest) else ""
            self._reply(identity, Refused("This key was withdrawn.", asked))
        elif isinstance(request, Fetch):
            self._count(self._giving.fetch(identity, request))
        else:
            self._forward(identity, request, role)

    def _reply(self, identity: bytes, reply: EventRecorded | Refused) -> None:
        self._count(self._giving.reply(identity, reply))

    def _count(self, taken: bool) -> None:
        """Count a request that gets no answer."""
        if not taken:
            self.dropped += 1
            self.notice = (
                "A client asks and does not take the answers: it gets no more."
            )

    def _forward(self, identity: bytes, request: EventRequest, role: Role) -> None:
        """Pass an event on to the relay, if its sender may speak."""
        reason, again = "", False
        if role is not Role.OPERATOR:
            reason = "This key may listen, but not send events: use an operator's key."
        elif not request.kind:
            reason = "An event needs a kind, such as infusion_start."
        elif request.kind in NAMING or request.author == AUTHOR:
            reason = (
                f"NOT RECORDED: the author {AUTHOR} and the kinds "
                f"{', '.join(sorted(NAMING))} are the relay's own; use others."
            )
        elif not self.recording:
            reason = "NOT RECORDED: the relay cannot write its recording."
            again = True
        elif not self._events.allows():
            self.dropped += 1
            reason = (
                f"NOT RECORDED: more than {EVENTS_PER_S:g} events a second came; stop "
                f"what sends them and try again."
            )
            again = True
        if reason:
            self.notice = f"Event {request.kind} was refused: {reason}"
            self._reply(identity, Refused(reason, request.id, again))
            return
        self._pass_on(
            PendingEvent(request, lambda answer: self._answers.put((identity, answer)))
        )


def _key(frame: zmq.Frame) -> str:
    """Public key of the client that a frame came from, empty without CURVE."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:
        return ""
