"""One session being relayed: bodies and events in their order, journal first.

Nothing is published or acknowledged before it is on disk.  When the disk is full or
gone the relay goes on in the copy; without one it stops publishing, says so in each
heartbeat, and goes on with the very same message as soon as it can.  Whatever asks it
to stop, signals included, is obeyed between two messages.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from streams.errors import IncompleteError, InputError
from streams.messages.placeholder import LONGEST_REASON, count_refused
from streams.messages.requests import Refused
from streams.messages.scanner_counter import AUTHOR, DROPPED, REMARK
from streams.messages.transient import Body, End, Event, Heartbeat
from streams.recording.journal import NotRecordedError
from streams.recording.second_copy import Copying
from streams.relay.answers import Answering, PendingEvent
from streams.relay.gate import Gate
from streams.relay.recorder import Recorder
from streams.relay.session import RelaySession
from streams.relay.sockets import Door, Publishing
from streams.relay.source_reader import SourceEnded, SourceReader
from streams.relay.status import RelayStatus
from streams.relay.stopping import Rest

BEAT_S = 1.0  # between heartbeats (docs/wire.md); subscribers miss them after 3 s
ANNOUNCE_S = 5.0  # between repeats of the start, for subscribers that cannot fetch it
RETRY_S = 0.5  # before a message that could not be written is tried again
REST_S, REST_SILENT_S = 60.0, 2.0  # for what a stopped source still holds


class RelayLoop:
    """One session being relayed; `run` does it all, in the thread that calls it."""

    def __init__(
        self,
        session: RelaySession,
        publisher: Publishing,
        router: Door,
        gate: Gate,
        on_status: Callable[[RelayStatus], None] | None,
        endpoint: str,
        copying: Copying | None,
    ) -> None:
        self._session, self._publisher, self._copying = session, publisher, copying
        self._recorder = Recorder(session, copying, publisher.send_multipart)
        self._on_status = on_status
        self._queue: queue.SimpleQueue[Body | SourceEnded | PendingEvent] = (
            queue.SimpleQueue()
        )
        self._next_beat = self._next_announcement = time.monotonic()
        self._answering = Answering(
            router, session.journal, session.id, self._queue.put, gate
        )
        self._status = RelayStatus(session.id, session.journal.part, endpoint)
        self._gate, self._dropped, self._unrecorded = gate, 0, 0
        self._refusal = self._source_deaf = ""
        self._rest = Rest(REST_S, REST_SILENT_S)
        self._noticed = ("", "", "")

    def run(
        self, source: Iterable[Body], stop: threading.Event, linger_s: float | None
    ) -> RelayStatus:
        """Relay until the end, then close the recording."""
        given_up = threading.Event()
        reader = SourceReader(source, self._queue.put, given_up)
        self._answering.start()
        if self._copying:
            self._copying.start()
        reader.start()
        try:
            error = self._relay_source(reader, stop)
            self._serve_on(stop, 0.0 if error else linger_s)
        finally:
            stop.set()
            given_up.set()
            self._answering.stop()
            problem = self._close()
        if problem:
            sentence = f"{error} {problem}" if error else problem
            raise IncompleteError(sentence) from error
        if error is not None:
            raise error
        return self._status

    def _close(self) -> str:
        """Close the recording, and its copy, and compare the two; what is wrong."""
        path, problem = self._recorder.close()
        if self._unrecorded:
            lost = f"NOT RECORDED: {self._unrecorded} messages of the source."
            problem = f"{lost} {problem}".strip()
        if self._rest.cut_off:
            problem = (
                f"NOT RECORDED: what the source still held {REST_S:g} s after it was "
                f"stopped. {problem}"
            ).strip()
        self._report(path=path)
        return problem

    def _relay_source(
        self, reader: SourceReader, stop: threading.Event
    ) -> Exception | None:
        """Relay bodies and events until the source ends; returns what it raised."""
        ended = False
        while not stop.is_set() or self._rest.goes_on():
            item = self._take()
            if isinstance(item, SourceEnded):
                if not ended:
                    reason = "stopped" if stop.is_set() else "finished"
                    self._end("source failed" if item.error else reason, stop)
                return item.error
            if isinstance(item, PendingEvent):
                self._take_event(item)
            elif item is not None:
                reader.make_room()
                self._relay_body(item, stop)
                ended = isinstance(item, End)
                self._rest.gave()
        if not ended:
            self._end("stopped", stop)
        return None

    def _serve_on(self, stop: threading.Event, linger_s: float | None) -> None:
        """Go on answering, beating and taking events after the end."""
        self._report(ended=True)
        deadline = None if linger_s is None else time.monotonic() + linger_s
        while not stop.is_set() and (deadline is None or time.monotonic() < deadline):
            item = self._take()
            if isinstance(item, PendingEvent):
                self._take_event(item)

    def _take(self) -> Body | SourceEnded | PendingEvent | None:
        """What is next in the queue; the heartbeat if it is due."""
        self._beat()
        try:
            return self._queue.get(timeout=0.05)
        except queue.Empty:
            return None

    def _relay_body(self, body: Body, stop: threading.Event) -> None:
        """Record and publish a body of the source; leave out what is not valid."""
        if isinstance(body, Heartbeat):
            self._source_deaf = body.deaf
            return
        try:
            self._record(self._session.place_in_session_time(body), stop)
            self._note_refusals(body)
        except InputError as error:
            self._dropped, self._refusal = self._dropped + 1, str(error)
            self._report(problem=str(error))
            text = str(error)[:LONGEST_REASON]
            self._record(Event(self._session.now_s, DROPPED, text, AUTHOR), stop)

    def _note_refusals(self, body: Body) -> None:
        """Count what a source refused or remarked, and report it."""
        if not isinstance(body, Event) or body.author != AUTHOR:
            return
        if refused := count_refused(body):
            self._dropped, self._refusal = self._dropped + refused, body.text
        if refused or body.kind == REMARK:
            self._report(problem=body.text)

    def _end(self, reason: str, stop: threading.Event) -> None:
        self._record(End(self._session.transients, reason), stop)

    def _record(self, body: Body, stop: threading.Event) -> None:
        """Record and publish a body; while that cannot be, wait and try again."""
        while True:
            try:
                self._recorder.record(body)
            except NotRecordedError:
                self._show_recording()
                if stop.wait(RETRY_S):
                    self._unrecorded += not isinstance(body, End)
                    return
                self._beat()
            else:
                self._show_recording()
                return

    def _take_event(self, pending: PendingEvent) -> None:
        """Record and publish an event and tell its sender, in this order."""
        try:
            recorded = self._recorder.record_event(pending.request)
        except InputError as error:
            pending.answer(Refused(f"NOT RECORDED: {error}", pending.request.id))
        else:
            pending.answer(recorded)
        self._show_recording()

    def _show_recording(self) -> None:
        """Report that recording stops, goes on, or goes on elsewhere."""
        recorder = self._recorder
        recording, path = not recorder.problem, recorder.journal.part
        self._answering.recording = recording
        if path != self._status.path:
            self._answering.use(recorder.journal)
            self._report(recording=recording, path=path, problem="")
        elif recording != self._status.recording:
            self._report(recording=recording, problem=recorder.problem)

    def _beat(self) -> None:
        """Each second a heartbeat and a status, every few seconds the start again."""
        now = time.monotonic()
        if now < self._next_beat:
            return
        self._next_beat = now + BEAT_S
        self._recorder.check()
        self._show_recording()
        self._notice()
        self._report()
        dropped, recording = self._status.dropped, self._status.recording
        self._publisher.send_multipart(
            self._session.heartbeat(dropped, recording, self._refusal, self._deaf)
        )
        if now >= self._next_announcement and self._session.start_frames:
            self._next_announcement = now + ANNOUNCE_S
            self._publisher.send_multipart(self._session.start_frames)

    def _notice(self) -> None:
        """Report what was refused since the last time."""
        before, self._noticed = (
            self._noticed,
            (
                self._gate.notice,
                self._answering.notice,
                self._recorder.copy_problem,
            ),
        )
        for old, new in zip(before, self._noticed, strict=True):
            if new != old:
                self._report(problem=new)

    @property
    def _deaf(self) -> str:
        """Whom the relay does not hear any more; empty: nobody."""
        deaf = (self._source_deaf, self._answering.deaf, self._gate.deaf)
        return " ".join(filter(None, deaf))

    def _report(self, **changes: Any) -> None:
        session = self._session
        problem = changes.get("problem", self._status.problem)
        deaf, recorder = self._deaf, self._recorder
        changes["problem"] = recorder.problem or deaf or problem or recorder.alone
        self._status = replace(
            self._status,
            last_seq=session.last_seq,
            transients=session.transients,
            events=session.events,
            recorded_bytes=session.journal.size_bytes,
            disk_free_bytes=session.journal.disk_free_bytes,
            dropped=self._dropped + self._answering.dropped,
            unrecorded=self._unrecorded,
            refused=self._dropped,
            refusal=self._refusal,
            deaf=deaf,
            clock_offset_s=session.clock_offset_s,
            drift_ppm=session.drift_ppm,
            **changes,
        )
        if self._on_status is not None:
            self._on_status(self._status)
