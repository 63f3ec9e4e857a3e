"""The relay's second socket: messages again from the journal, events to the journal.

A thread of its own, so that a client who fetches an hour holds up neither recording nor
publishing.  A fetch is answered with `MAX_FETCH` messages at most; several clients are
served in turn.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import zmq

from streams.errors import InputError
from streams.messages.keys import Gate, Role
from streams.messages.requests import (
    Done,
    EventRequest,
    Fetch,
    Recorded,
    Refused,
    request_from,
    to_frames,
)
from streams.recording.journal import Journal
from streams.relay.rate import Rate

POLL_MS = 20
EVENTS_PER_S, EVENTS_AT_ONCE = 10.0, 100  # a script gone wild must not fill the disk


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event that a client waits for; `answer` may be called from any thread."""

    request: EventRequest
    answer: Callable[[Recorded | Refused], None]


class Answering:
    """Answers requests on a bound ROUTER until stopped.

    Attributes
    ----------
    dropped : malformed requests, and events beyond the bound on their rate, so far
    notice : what was refused last, in one sentence
    recording : set by the relay; while it is not, events are refused at once
    """

    def __init__(
        self,
        router: zmq.Socket[Any],
        journal: Journal,
        session: str,
        pass_on: Callable[[PendingEvent], None],
        gate: Gate,
    ) -> None:
        self.dropped, self.notice = 0, ""
        self.recording = True
        self._router, self._journal, self._session = router, journal, session
        self._pass_on, self._gate = pass_on, gate
        self._answers: queue.SimpleQueue[list[bytes]] = queue.SimpleQueue()
        self._events = Rate(EVENTS_PER_S, EVENTS_AT_ONCE)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="answering", daemon=True)

    def use(self, journal: Journal) -> None:
        """Answer from another recording of the same session from now on."""
        self._journal = journal

    @property
    def alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin; the socket belongs to the thread from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is ready, close the socket, and wait for the thread."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        with self._router:
            while not self._stop.is_set():
                if self._router.poll(POLL_MS):
                    self._answer()
                self._send_answers()
            self._send_answers()

    def _send_answers(self) -> None:
        while not self._answers.empty():
            self._router.send_multipart(self._answers.get())

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
        if isinstance(request, Fetch):
            self._give(identity, request)
        else:
            self._forward(identity, request, _key(client))

    def _reply(self, identity: bytes, reply: Done | Recorded | Refused) -> None:
        self._answers.put([identity, *to_frames(reply)])

    def _give(self, identity: bytes, fetch: Fetch) -> None:
        """Send the messages that are asked for and there."""
        journal = self._journal
        last_seq = journal.next_seq - 1
        seq, lost = fetch.first, []
        if fetch.session not in ("", self._session):
            seq = 0
        else:
            for seq in range(fetch.first, min(fetch.first + fetch.count, last_seq + 1)):
                frames = journal.frames(seq)
                if frames is None:
                    lost.append(seq)
                else:
                    self._router.send_multipart([identity, b"message", *frames])
            seq = max(fetch.first, min(fetch.first + fetch.count, last_seq + 1))
        done = Done(self._session, seq, last_seq, tuple(lost))
        self._router.send_multipart([identity, *to_frames(done)])

    def _forward(self, identity: bytes, request: EventRequest, key: str) -> None:
        """Pass an event on to the relay, if its sender may speak."""
        reason = ""
        if self._gate.role(key) is not Role.OPERATOR:
            reason = "This key may listen, but not send events: use an operator's key."
        elif not request.kind:
            reason = "An event needs a kind, such as infusion_start."
        elif not self.recording:
            reason = "NOT RECORDED: the relay cannot write its recording."
        elif not self._events.allows():
            self.dropped += 1
            reason = (
                f"NOT RECORDED: more than {EVENTS_PER_S:g} events a second came; stop "
                f"what sends them and try again."
            )
        if reason:
            self.notice = f"Event {request.kind} was refused: {reason}"
            self._reply(identity, Refused(reason, request.id))
            return
        self._pass_on(
            PendingEvent(request, lambda answer: self._reply(identity, answer))
        )


def _key(frame: zmq.Frame) -> str:
    """Public key of the client that a frame came from, empty without CURVE."""
    try:
        return str(frame.get("User-Id"))
    except zmq.ZMQError:
        return ""
