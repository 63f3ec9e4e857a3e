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
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from monitor.analysis.update import Update
from monitor.blinding import KIND, lock_recorded
from monitor.exchange import (
    Again,
    Began,
    ChangeSettings,
    Command,
    Computed,
    Heard,
    Inspect,
    Inspected,
    Play,
    Report,
    Rewound,
    Seek,
    SendEvent,
    Sent,
    SetSpeed,
    Stop,
)
from monitor.screen.parts import Playback, Stream
from monitor.screen.seen import VIEWER
from monitor.settings import Settings
from streams.errors import InputError
from streams.health import StreamHealth
from streams.transient import Event, Heartbeat, Message, Start

GATHER_S = 0.03
MOST_REPORTS = 64  # in one parcel, so that a parcel never takes the window long

LOCAL = frozenset({"settings", "reference"})
"""Events that a window without the right to record them keeps to itself."""


class Feed(Protocol):
    """Where messages come from; see `streams.subscriber`, `streams.sources`.

    A feed may also have `health`, `send_event(kind, text)` and, where it is a replay,
    `pause()`, `resume()`, `set_speed(speed)` and `seek(time_s)`.
    """

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages that have come, at most after `timeout_s`."""
        ...


class Analysis(Protocol):
    """What the worker asks of a pipeline.

    It may also have `curves_between(start_s, end_s)`: `monitor.inspection`.
    """

    def push(self, message: Message) -> Update:
        """Work through one message."""
        ...


@dataclass(frozen=True)
class WorkerConfig:
    """How the worker opens its feed and its pipeline (picklable callables)."""

    open_feed: Callable[[], Feed]
    open_pipeline: Callable[[], Analysis]


@dataclass
class Loop:
    """The worker's state; `turn` does a little and comes back."""

    config: WorkerConfig
    feed: Any
    pipeline: Analysis
    reports: list[Report] = field(default_factory=list)
    waiting: deque[Message] = field(default_factory=deque)
    session: str = ""
    done_seq: int = -1
    stopped: bool = False
    heard: Stream | None = None
    last: Message | None = None
    time_s: float = 0.0
    reached_s: float = 0.0  # like `time_s`, but of messages that came again too

    def obey(self, command: Command) -> None:
        """Do what the window asks for."""
        match command:
            case Stop():
                self.stopped = True
            case SendEvent(kind, text):
                self._send_event(kind, text)
            case ChangeSettings(changes):
                self._send_event("settings", json.dumps(changes))
            case Inspect(spans_s):
                self._inspect(spans_s)
            case Play(playing):
                self._replay("resume" if playing else "pause")
            case SetSpeed(speed):
                self._replay("set_speed", speed)
            case Seek(time_s):
                self._seek(time_s)

    def turn(self, timeout_s: float) -> None:
        """Take in what has come, and work through it for at most `GATHER_S`."""
        if not self.waiting:
            self.waiting.extend(self.feed.poll(timeout_s))
        until = time.monotonic() + GATHER_S
        while self.waiting and len(self.reports) < MOST_REPORTS:
            self._work(self.waiting.popleft())
            if time.monotonic() >= until:
                break

    def listen(self) -> None:
        """Report the state of the stream where it has changed."""
        stream = stream_of(self.feed, len(self.waiting))
        if stream.playback is not None:
            stream = replace(stream, playback=self._reached(stream.playback))
        if stream != self.heard:
            self.heard = stream
            self.reports.append(Heard(stream))

    def _reached(self, playback: Playback) -> Playback:
        """Where the analysis is, if the player is ahead of it, as it is at once."""
        ahead = playback.playing and math.isinf(playback.speed)
        if not (ahead or self.waiting):
            return playback
        position_s = min(playback.position_s, self.reached_s)
        playing = playback.playing or not getattr(self.feed, "paused", True)
        return replace(playback, playing=playing, position_s=position_s)

    def _work(self, message: Message) -> None:
        if isinstance(message.body, Heartbeat):
            return
        self.reached_s = getattr(message.body, "time_s", self.reached_s)
        if message.session != self.session:
            if self.session:
                self.pipeline = self.config.open_pipeline()
            self.session, self.done_seq = message.session, -1
            self.reports.append(Began(message.session))
        if message.seq <= self.done_seq:
            self.reports.append(Again(message.seq))
            return
        self.done_seq, self.last = message.seq, message
        self.time_s = getattr(message.body, "time_s", self.time_s)
        update = self._pushed(message)
        self.reports.append(Computed(update))
        if update.settings is not None and isinstance(message.body, Start):
            self._lock(update.settings)

    def _lock(self, settings: Settings) -> None:
        """Have the recording say that the protocol hides the outcome."""
        refused = lock_recorded(self.feed, settings)
        if refused:
            self.reports.append(Sent(KIND, refused))

    def _pushed(self, message: Message) -> Update:
        """What the pipeline makes of it; one that it cannot use is told and left.

        Without its start message a session cannot be analysed: that error ends it.
        """
        try:
            return self.pipeline.push(message)
        except InputError as error:
            if isinstance(message.body, Start):
                raise
            return Update(message.seq, message.epoch, notes=(str(error),))

    def _send_event(self, kind: str, text: str) -> None:
        send = getattr(self.feed, "send_event", None)
        refused = "a closed recording takes no events"
        if send is not None:
            try:
                send(kind, text)
            except (InputError, OSError, TimeoutError) as error:
                refused = str(error) or "no answer"
            else:
                self.reports.append(Sent(kind))
                return
        if kind in LOCAL and self.last is not None:
            self._apply_here(kind, text, self.last)
        else:
            self.reports.append(Sent(kind, refused))

    def _apply_here(self, kind: str, text: str, last: Message) -> None:
        """Work through an event that is in no recording."""
        event = Event(self.time_s, kind, text, VIEWER)
        self.reports.append(Sent(kind, here=True))
        self.reports.append(
            Computed(
                self._pushed(Message(last.session, last.seq, last.epoch, event)), True
            )
        )

    def _inspect(self, spans_s: tuple[tuple[float, float], ...]) -> None:
        look = getattr(self.pipeline, "curves_between", None)
        curves = tuple(look(*span) if look else None for span in spans_s)
        self.reports.append(Inspected(spans_s, curves))

    def _replay(self, name: str, *arguments: float) -> None:
        step = getattr(self.feed, name, None)
        if step is not None:
            step(*arguments)
        self.listen()

    def _seek(self, time_s: float) -> None:
        if not hasattr(self.feed, "seek"):
            return
        self.waiting.clear()
        self.feed.seek(time_s)
        self.reports.append(Rewound(time_s))
        self.listen()


def stream_of(feed: Any, waiting: int) -> Stream:
    """State of the stream from a feed's `health`, whatever it can tell."""
    health = getattr(feed, "health", None)
    if isinstance(health, Stream):
        return health if health.playback is None else replace(health, lag=waiting)
    if hasattr(feed, "seek"):
        return Stream(connected=True, lag=waiting, playback=_playback(feed))
    if isinstance(health, StreamHealth):
        return _subscribed(health, waiting)
    return Stream(connected=True, lag=waiting)


def _subscribed(health: StreamHealth, waiting: int) -> Stream:
    """State of a subscription; it counts as connected once it is known what it is.

    A relay that answers from its journal records, before its first heartbeat says so.
    """
    heard = health.heard_s is not None
    known = health.recording is not None or health.refetch is not None
    recording = health.recording
    return Stream(
        connected=health.connected and heard and known,
        recording=bool(health.refetch) if recording is None else recording,
        lag=max(0, health.lag) + waiting,
        lost=health.open_gaps,
        disk_free_bytes=health.disk_free_bytes,
        said=health.problem,
        clock=health.clock,
        refused=health.refused,
        refusal=health.refusal,
    )


def _playback(player: Any) -> Playback:
    """Where a player is (`streams.sources.recording.Player`)."""
    position_s = player.position_s or 0.0
    return Playback(
        playing=not (player.paused or player.finished),
        speed=player.speed,
        position_s=position_s,
        length_s=player.duration_s or position_s,
    )
