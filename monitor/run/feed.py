"""Feeds of messages for the window's worker, made where the worker runs (picklable)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from streams.messages.keys import load_client_keys
from streams.messages.transient import Event, Message, Transient
from streams.sources.files.open_file import messages_of, open_source
from streams.sources.recording import Player
from streams.subscription.subscriber import Subscriber


def live_feed(endpoint: str, key: str = "") -> Subscriber:
    """Subscription to a relay."""
    return Subscriber(endpoint, load_client_keys(key) if key else None)


def file_messages(
    path: Path, water: Path | None = None, choose: Mapping[str, int] | None = None
) -> Iterator[Message]:
    """Messages of a recording as they were numbered, or of any other file."""
    return messages_of(open_source(path, water, choose))


def replay_feed(
    path: Path,
    water: Path | None,
    speed: float,
    choose: Mapping[str, int] | None = None,
) -> Player:
    """Player of a file, whose length is looked up first."""
    last = 0.0
    for message in file_messages(path, water, choose):
        if isinstance(message.body, Transient | Event):
            last = max(last, message.body.time_s)
    return Player(lambda: file_messages(path, water, choose), speed, last)
