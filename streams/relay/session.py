"""A session being recorded: numbers, scanner time and the journal; no socket.

Bodies become messages here and are on disk before anybody sees their frames.  A session
that was cut off goes on: its identity and its numbers stay, and the scanner time of a
source that starts from 0 again is put behind what was recorded, by the host's clock.
"""

from __future__ import annotations

import math
import os
import time
from dataclasses import dataclass, replace
from pathlib import Path

from streams.errors import InputError
from streams.messages import wire
from streams.messages.requests import EventRecorded, EventRequest
from streams.messages.transient import (
    Body,
    Event,
    Heartbeat,
    Message,
    Numberer,
    Start,
    Transient,
)
from streams.recording.files import places
from streams.recording.journal import Journal
from streams.relay.scanner_clock import ScannerClock


@dataclass(frozen=True, slots=True)
class _LastTransient:
    """Scanner time and host clock of the last transient recorded before."""

    time_s: float
    utc_ns: int


class RelaySession:
    """Records one session, from its beginning or from where it was cut off.

    Attributes
    ----------
    journal : the recording
    last_frames : the last recorded message as it is published
    start_frames : the last start among them; empty before it
    transients, events : recorded in all
    """

    def __init__(self, path: str | Path, speed: float = 1.0) -> None:
        self.last_frames: wire.Frames = []
        self.start_frames: wire.Frames = []
        self.transients, self.events = 0, 0
        self._start: Start | None = None
        self._start_seq = -1
        self._acknowledged: dict[str, EventRecorded] = {}
        self._numberer = Numberer()
        self._speed, self._clock = speed, ScannerClock(speed)
        self._last: _LastTransient | None = None
        self._offset_s, self._placing = 0.0, False
        _, part = places(path)
        if os.path.exists(part):
            self.journal = Journal.resume(path, self._remember)
            self.start_frames = self.journal.frames(self._start_seq) or []
            self._go_on()
        else:
            self.journal = Journal.create(path)

    @property
    def id(self) -> str:
        """Identity of the session."""
        return self._numberer.session

    @property
    def last_seq(self) -> int:
        """Number of the last recorded message, -1 before the first."""
        return self._numberer.next_seq - 1

    @property
    def now_s(self) -> float:
        """Scanner time now, s."""
        return self._clock.now_s()

    @property
    def drift_ppm(self) -> float | None:
        """How much faster this machine's clock runs than the scanner's, ppm."""
        return self._clock.drift_ppm

    @property
    def clock_offset_s(self) -> float | None:
        """How far this machine's clock got ahead of the scanner's, s."""
        return self._clock.ahead_s

    def place_in_session_time(self, body: Body) -> Body:
        """A body of the source, checked and in the scanner time of the session.

        Raises
        ------
        InputError : a transient before any start, or of another shape than announced
        """
        if isinstance(body, Transient):
            if self._start is None:
                raise InputError("A transient came before any start: it is left out.")
            wire.check_shape(self._start.acquisition, body)
        if not isinstance(body, Transient | Event):
            return body
        if self._placing:
            self._place(body.time_s)
        return replace(body, time_s=body.time_s + self._offset_s)

    def record(
        self, body: Body, extra: dict[str, int | str] | None = None
    ) -> EventRecorded:
        """Record a body; it is on disk when this returns.

        Its number and epoch follow the journal's, so that none is given twice whatever
        interrupted the message before.

        Raises
        ------
        NotRecordedError : disk full or gone; the same body may be tried again
        InputError : no valid message, such as a FID that is not finite
        """
        numberer = replace(
            self._numberer, next_seq=self.journal.next_seq, epoch=self.journal.epoch
        )
        message = numberer.message(body)
        frames = wire.encode(message, {**self._clocks(), **(extra or {})})
        event_id = str((extra or {}).get("event_id", ""))
        try:
            self.journal.append(frames)
        except BaseException:
            if self.journal.next_seq > message.seq:  # interrupted when it was on disk
                self._keep(numberer, message, frames, event_id)
            raise
        return self._keep(numberer, message, frames, event_id)

    def record_event(self, request: EventRequest) -> EventRecorded:
        """Record an event that somebody asks for, once.

        The same request sent again, even to a relay that was restarted in between,
        is the same event and is not recorded twice.

        Raises
        ------
        InputError : not recorded
        """
        if request.id and request.id in self._acknowledged:
            return self._acknowledged[request.id]
        time_s = request.time_s
        if time_s is None:
            time_s = self.now_s - request.ago_s
        event = Event(
            time_s, request.kind, request.text, request.author, request.replaces
        )
        return self.record(event, {"event_id": request.id})

    def heartbeat(
        self, dropped: int, recording: bool, dropped_reason: str = "", deaf: str = ""
    ) -> wire.Frames:
        """Frames that say how far the session is."""
        return wire.encode(
            self._numberer.message(
                Heartbeat(
                    last_seq=self.last_seq,
                    recorded_bytes=self.journal.size_bytes,
                    disk_free_bytes=self.journal.disk_free_bytes,
                    dropped=dropped,
                    recording=recording,
                    clock_offset_s=self.clock_offset_s,
                    clock_drift_ppm=self.drift_ppm,
                    dropped_reason=dropped_reason,
                    deaf=deaf,
                    disk=self.journal.disk,
                )
            ),
            self._clocks(),
        )

    def _clocks(self) -> dict[str, int | str]:
        return {
            "host_utc_ns": time.time_ns(),
            "host_monotonic_ns": time.monotonic_ns(),
        }

    def _keep(
        self, numberer: Numberer, message: Message, frames: wire.Frames, event_id: str
    ) -> EventRecorded:
        self._numberer, self.last_frames = numberer, frames
        return self._note(message, frames, event_id)

    def _note(
        self, message: Message, frames: wire.Frames, event_id: str
    ) -> EventRecorded:
        """Keep what later messages depend on."""
        body = message.body
        recorded = EventRecorded(event_id, message.seq, self.now_s)
        if isinstance(body, Start):
            self._start, self._start_seq, self.start_frames = body, message.seq, frames
        elif isinstance(body, Transient):
            self.transients += 1
            self._clock.note_transient(body.time_s)
        elif isinstance(body, Event):
            self.events += 1
            recorded = EventRecorded(event_id, message.seq, body.time_s)
            if event_id:
                self._acknowledged[event_id] = recorded
        return recorded

    def _remember(self, message: Message, header: dict[str, object]) -> None:
        """Take note of a message that was recorded before."""
        self._numberer = Numberer(message.session)
        self._numberer.next_seq = message.seq + 1
        self._numberer.epoch = message.epoch
        self._note(message, [], str(header.get("event_id", "")))
        utc_ns = header.get("host_utc_ns")
        if isinstance(message.body, Transient) and isinstance(utc_ns, int):
            self._last = _LastTransient(message.body.time_s, utc_ns)

    def _go_on(self) -> None:
        """Set number, epoch and clock behind what was recorded."""
        self._numberer.started = self._start is not None
        if self._last is not None:
            self._clock = ScannerClock(self._speed)  # reading went at no pace
            ago_s = max((time.time_ns() - self._last.utc_ns) / 1e9, 0.0)
            self._clock.note_transient(self._last.time_s, ago_s)
            self._placing = True

    def _place(self, time_s: float) -> None:
        """Where a resumed session goes on, from the first time its source gives."""
        self._placing = False
        if self._last is None or time_s > self._last.time_s:
            return
        step_s = 0.0
        if self._start is not None:
            step_s = self._start.acquisition.repetition_time_s or 0.0
        behind = self._last.time_s + max(step_s, 1e-3)
        now_s = self.now_s
        self._offset_s = (
            max(now_s, behind) if math.isfinite(now_s) else behind
        ) - time_s
