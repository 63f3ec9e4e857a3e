"""Feeds of messages: a subscription to a relay, or a recording that is played.

Made where the worker runs, by functions that can be pickled.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from monitor.protocol.blinding import EventRecorder
from monitor.run.stream_state import Playback, Stream
from streams.messages.endpoint import Endpoint
from streams.messages.keys import load_client_keys
from streams.messages.transient import Message, Transient
from streams.sources.files.choice import Choose
from streams.sources.files.site_file_rules import FileRules
from streams.sources.joining.joined_files import SessionPlace
from streams.sources.joining.open_session import open_session
from streams.sources.recording import Player
from streams.subscription.health import StreamHealth
from streams.subscription.subscriber import Subscriber


class ReplayControl(Protocol):
    """What can be done with a recording that is played."""

    @property
    def paused(self) -> bool:
        """Whether time stands still."""
        ...

    def pause(self) -> None:
        """Let time stand still."""
        ...

    def resume(self) -> None:
        """Let time go on."""
        ...

    def set_speed(self, speed: float) -> None:
        """Scanner seconds per second from now on."""
        ...

    def seek(self, time_s: float) -> None:
        """Go to a scanner time, s."""
        ...


class Feed(Protocol):
    """Where messages come from.

    Attributes
    ----------
    recorder : takes events into the recording; None for a closed one
    replay : controls of a recording that is played; None for a live stream
    finished : whether nothing more will come
    """

    @property
    def recorder(self) -> EventRecorder | None:
        """Takes events into the recording."""
        ...

    @property
    def replay(self) -> ReplayControl | None:
        """Controls of a replay."""
        ...

    @property
    def finished(self) -> bool:
        """Whether nothing more will come."""
        ...

    def poll(self, timeout_s: float) -> list[Message]:
        """Messages that have come, at most after `timeout_s`."""
        ...

    def stream(self, waiting: int) -> Stream:
        """State of the stream, where so many messages wait to be worked through."""
        ...

    def close(self) -> None:
        """Give back sockets and files."""
        ...


class LiveFeed:
    """A subscription to a relay, whose recording takes events."""

    replay = None
    finished = False

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.recorder: EventRecorder | None = subscriber
        self.poll = subscriber.poll
        self.close = subscriber.close

    def stream(self, waiting: int) -> Stream:
        """State of the stream."""
        return stream_of(self.subscriber.health, waiting)


class ReplayFeed:
    """A recording that is played; it takes no events."""

    recorder = None

    def __init__(self, player: Player) -> None:
        self._player = player
        self.replay: ReplayControl = player
        self.poll = player.poll
        self.close = player.close

    @property
    def finished(self) -> bool:
        """Whether the last message was given."""
        return self._player.finished

    def stream(self, waiting: int) -> Stream:
        """State of the stream, with where the player is."""
        return Stream(connected=True, lag=waiting, playback=playback_of(self._player))


def stream_of(health: StreamHealth, waiting: int) -> Stream:
    """State of a subscription; it counts as connected once it is known what it is.

    A relay that answers from its journal records, before its first heartbeat says so.
    """
    heard = health.heard_s is not None
    connected = health.recording is not None or health.refetch is not None
    recording = health.recording
    return Stream(
        connected=health.connected and heard and connected,
        recording=bool(health.refetch) if recording is None else recording,
        lag=max(0, health.lag) + waiting,
        lost=health.open_gaps,
        disk_free_bytes=health.disk_free_bytes,
        said=health.problem,
        clock=health.clock,
        refused=health.refused,
        refusal=health.refusal,
        deaf=health.deaf,
        disk=health.disk,
        gone=not health.connected and Endpoint.parse(health.endpoint).loopback,
        clock_offset_s=health.clock_offset_s,
    )


def playback_of(player: Player) -> Playback:
    """Where a player is."""
    position_s = player.position_s or 0.0
    return Playback(
        playing=not (player.paused or player.finished),
        speed=player.speed,
        position_s=position_s,
        length_s=player.duration_s or position_s,
    )


def live_feed(endpoint: str, key: str = "", view: bool = False) -> LiveFeed:
    """Subscription to a relay; one that only views has no recorder."""
    feed = LiveFeed(Subscriber(endpoint, load_client_keys(key) if key else None))
    if view:
        feed.recorder = None
    return feed


def file_messages(
    place: SessionPlace,
    water: Path | None = None,
    choose: Choose | None = None,
    rules: FileRules | None = None,
) -> Iterator[Message]:
    """Messages of a recording as they were numbered, or of other files."""
    return open_session(place, water, choose, rules).messages


def replay_feed(
    place: SessionPlace,
    water: Path | None,
    speed: float,
    choose: Choose | None = None,
    rules: FileRules | None = None,
) -> ReplayFeed:
    """Player of a session, whose length is looked up first."""
    last = 0.0
    for message in file_messages(place, water, choose, rules):
        if isinstance(message.body, Transient):
            last = max(last, message.body.time_s)
    return ReplayFeed(
        Player(lambda: file_messages(place, water, choose, rules), speed, last)
    )
