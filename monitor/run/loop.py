"""What the worker does in one turn: messages through the pipeline, commands obeyed.

A replay that is sent back delivers earlier messages again.  The pipeline has done them,
and never goes backwards: the loop only says which message came again (`Again`), and
the window folds the update that it already has.  Going forwards runs everything up to
there at once.
"""

from __future__ import annotations

import json
import math
import time
from collections import deque
from dataclasses import dataclass, field, replace

from monitor.analysis.note import Note, NoteKind
from monitor.analysis.update import Update
from monitor.protocol.blinding import KIND, lock_recorded
from monitor.protocol.settings import Settings
from monitor.run.background_injection import BackgroundInjection
from monitor.run.feed import Feed
from monitor.run.outbox import Outbox, Unsent
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_config import Run, WorkerConfig
from monitor.run.worker_messages import (
    Again,
    Began,
    ChangeSettings,
    Command,
    Computed,
    Heard,
    Inspect,
    Inspected,
    Play,
    PutIn,
    Report,
    Rewound,
    Seek,
    SendEvent,
    Sent,
    SetSpeed,
    Stop,
    Waiting,
)
from streams.errors import InputError
from streams.messages.marks import INFUSION, UNDO, VIEWER
from streams.messages.requests import EventRequest
from streams.messages.transient import (
    Body,
    Event,
    Heartbeat,
    Message,
    Start,
    Transient,
)

GATHER_S = 0.03  # of work in one turn; its reports reach the window together
ALIVE_S = 2.0  # at least this often the window hears something
AHEAD = 48  # messages of a backlog that are left when more are asked for
MOST_REPORTS = 64  # in one parcel, so that a parcel never takes the window long

LOCAL = frozenset({"settings", "reference", "acknowledged", "subject", UNDO, *INFUSION})
"""Events that a window without the right to record them keeps to itself."""


@dataclass
class Loop:
    """The worker's state; `turn` does a little and comes back."""

    config: WorkerConfig
    feed: Feed
    run: Run
    reports: list[Report] = field(default_factory=list)
    waiting: deque[Message] = field(default_factory=deque)
    session: str = ""
    done_seq: int = -1
    stopped: bool = False
    heard: Stream | None = None
    told_at: float = -math.inf  # reading of the clock when that was reported
    last: Message | None = None
    time_s: float = 0.0
    outbox: Outbox = field(default_factory=Outbox)
    told_waiting: tuple[Unsent, ...] = ()
    injections: BackgroundInjection | None = None
    looked_seq: int = -1
    reached_s: float = 0.0  # like `time_s`, but of messages that came again too

    def obey(self, command: Command) -> None:
        """Do what the window asks for."""
        match command:
            case Stop():
                self.stopped = True
            case SendEvent():
                self._send_event(command)
            case ChangeSettings(changes):
                self._send_event(SendEvent("settings", json.dumps(changes)))
            case Inspect(spans_s):
                self._inspect(spans_s)
            case Play(playing):
                self._play(playing)
            case SetSpeed(speed):
                self._set_speed(speed)
            case Seek(time_s):
                self._seek(time_s)

    def turn(self, timeout_s: float) -> None:
        """Take in what has come, and work through it for at most `GATHER_S`."""
        self._take_in(timeout_s)
        until = time.monotonic() + GATHER_S
        while self.waiting and len(self.reports) < MOST_REPORTS:
            self._work(self.waiting.popleft())
            if time.monotonic() >= until:
                break
        self._inject()

    def _inject(self) -> None:
        """Put a known change into copies where that is due; tell what came of it."""
        if self.injections is None:
            return
        new, self.looked_seq = self.looked_seq != self.done_seq, self.done_seq
        found = self.injections.turn(self.run.copies() if new else None)
        if found is not None:
            self.reports.append(PutIn(found))

    def _take_in(self, timeout_s: float) -> None:
        """Take in what has come; tell the window how much that is before the work.

        A live stream is asked again before the last of a backlog is worked through:
        else nobody would know that there is more of it.
        """
        live = self.feed.replay is None
        if self.waiting and not (live and len(self.waiting) < AHEAD):
            return
        self.waiting.extend(self.feed.poll(0.0 if self.waiting else timeout_s))
        if self.waiting:
            self.listen()

    def listen(self) -> None:
        """Report the state of the stream where it has changed, and that this runs."""
        stream = self.feed.stream(len(self.waiting))
        if stream.playback is not None:
            stream = replace(
                stream, playback=self._playback_of_analysis(stream.playback)
            )
        overdue = time.monotonic() >= self.told_at + ALIVE_S
        if stream != self.heard or stream.lag or overdue:
            self.heard, self.told_at = stream, time.monotonic()
            self.reports.append(Heard(stream))
        if stream.connected:
            self._deliver()

    def _playback_of_analysis(self, playback: Playback) -> Playback:
        """Where the analysis is, if the player is ahead of it, as it is at once."""
        ahead = playback.playing and math.isinf(playback.speed)
        if not (ahead or self.waiting):
            return playback
        position_s = min(playback.position_s, self.reached_s)
        replay = self.feed.replay
        playing = playback.playing or (replay is not None and not replay.paused)
        return replace(playback, playing=playing, position_s=position_s)

    def _work(self, message: Message) -> None:
        if isinstance(message.body, Heartbeat):
            return
        self.reached_s = _time_s(message.body, self.reached_s)
        if message.session != self.session:
            if self.session:
                self.run = self.config.open_run()
                if self.injections is not None:
                    self.injections.stop()
            self.session, self.done_seq = message.session, -1
            self.reports.append(Began(message.session))
            self._follow(message.session)
        if message.seq <= self.done_seq:
            self.reports.append(Again(message.seq))
            return
        self.done_seq, self.last = message.seq, message
        self.time_s = _time_s(message.body, self.time_s)
        update = self._push(message)
        self.reports.append(Computed(update))
        if update.settings is not None and isinstance(message.body, Start):
            self._lock(update.settings)

    def _lock(self, settings: Settings) -> None:
        """Have the recording say that the protocol hides the outcome."""
        refused = lock_recorded(self.feed.recorder, settings)
        if refused:
            self.reports.append(Sent(KIND, refused))

    def _push(self, message: Message) -> Update:
        """The pipeline's update; a message that it cannot use is skipped with a note.

        Without its start message a session cannot be analysed: that error ends it.
        """
        try:
            return self.run.push(message)
        except InputError as error:
            if isinstance(message.body, Start):
                raise
            note = Note(NoteKind.REFUSED, str(error))
            return Update(message.seq, message.epoch, notes=(note,))

    def _send_event(self, command: SendEvent) -> None:
        """Have an event recorded, or apply it here where nothing records it."""
        if self.feed.recorder is not None:
            self.outbox.add(_unsent(command, self.session))
            self._deliver()
        elif command.kind in LOCAL and self.last is not None:
            self._apply_here(command, self.last)
        else:
            refused = "a closed recording takes no events"
            self.reports.append(Sent(command.kind, refused, text=command.text))

    def _follow(self, session: str) -> None:
        """A session begins: what waits for it may be sent."""
        if self.feed.recorder is not None:
            self.outbox.follow(session)
            self._deliver()

    def _deliver(self) -> None:
        """Send what waits for the relay; tell what became of it, and what waits."""
        recorder = self.feed.recorder
        if recorder is None:
            return
        for done in self.outbox.send(recorder, self.session):
            request = done.request
            self.reports.append(Sent(request.kind, done.refused, text=request.text))
        if self.outbox.waiting != self.told_waiting:
            self.told_waiting = self.outbox.waiting
            self.reports.append(Waiting(self.told_waiting, self.outbox.folder))

    def _apply_here(self, command: SendEvent, last: Message) -> None:
        """Work through an event that is in no recording."""
        time_s = self.time_s if command.time_s is None else command.time_s
        event = Event(time_s, command.kind, command.text, VIEWER, command.replaces)
        self.reports.append(Sent(command.kind, here=True, text=command.text))
        self.reports.append(
            Computed(
                self._push(Message(last.session, last.seq, last.epoch, event)), True
            )
        )

    def _inspect(self, spans_s: tuple[tuple[float, float], ...]) -> None:
        curves = tuple(self.run.curves_between(*span) for span in spans_s)
        self.reports.append(Inspected(spans_s, curves))

    def _play(self, playing: bool) -> None:
        if self.feed.replay is not None:
            (self.feed.replay.resume if playing else self.feed.replay.pause)()
        self.listen()

    def _set_speed(self, speed: float) -> None:
        if self.feed.replay is not None:
            self.feed.replay.set_speed(speed)
        self.listen()

    def _seek(self, time_s: float) -> None:
        if self.feed.replay is None:
            return
        self.waiting.clear()
        self.feed.replay.seek(time_s)
        self.reports.append(Rewound(time_s))
        self.listen()


def _time_s(body: Body, before_s: float) -> float:
    """How far the scanner is, s; an event may be given for any time."""
    return body.time_s if isinstance(body, Transient) else before_s


def _unsent(command: SendEvent, session: str) -> Unsent:
    """An operator's event for the outbox."""
    request = EventRequest(
        command.kind,
        command.text,
        "operator",
        command.time_s,
        command.id,
        ago_s=command.ago_s,
        replaces=command.replaces,
    )
    return Unsent(request, command.asked_at, session)
