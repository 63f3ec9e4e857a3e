"""Feeds of messages for the window's worker, made where the worker runs (picklable)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streams.security import load_client_keys
from streams.sources.choice import Choose
from streams.sources.file_rules import FileRules
from streams.sources.open_file import messages_of, open_source
from streams.sources.recording import Player
from streams.subscriber import Subscriber
from streams.transient import Event, Message, Transient


def live_feed(endpoint: str, key: str = "") -> Subscriber:
    """Subscription to a relay."""
    return Subscriber(endpoint, load_client_keys(key) if key else None)


def file_messages(
    path: Path,
    water: Path | None = None,
    choose: Choose | None = None,
    rules: FileRules | None = None,
) -> Iterator[Message]:
    """Messages of a recording as they were numbered, or of any other file."""
    return messages_of(open_source(path, water, choose, rules))


def replay_feed(
    path: Path,
    water: Path | None,
    speed: float,
    choose: Choose | None = None,
    rules: FileRules | None = None,
) -> Player:
    """Player of a file, whose length is looked up first."""
    last = 0.0
    for message in file_messages(path, water, choose, rules):
        if isinstance(message.body, Transient | Event):
            last = max(last, message.body.time_s)
    return Player(lambda: file_messages(path, water, choose, rules), speed, last)
