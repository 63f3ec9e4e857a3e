"""Requests to a relay and its replies <-> frames: pure, versioned, no socket.

    fetch    give me `count` messages of `session` from number `first` on
             -> message*, done        (an empty session: whichever there is)
    event    this happened              -> recorded | refused

A reply `message` carries the three frames of `streams.messages.wire`; every other frame
pair is `[name, JSON object]`.  A fetch asks for at most `MAX_FETCH` messages and the
next one is sent when `done` has come, so that a client never has more under way than it
asked for and a relay never queues without bound.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import NoReturn

from streams.errors import InputError
from streams.messages.fields import MOST, Fields
from streams.messages.frame_sizes import MAX_HEADER_BYTES

VERSION = 1
MAX_FETCH = 32


@dataclass(frozen=True, slots=True)
class Fetch:
    """So many messages of a session (empty: whichever there is) from `first` on."""

    session: str
    first: int
    count: int = MAX_FETCH


@dataclass(frozen=True, slots=True)
class Done:
    """All that a fetch gives now.

    Attributes
    ----------
    session : of the relay; another than asked for means that a new session has begun
    next : number after the last message given
    last_seq : number of the last recorded message
    unreadable : numbers that the recording has lost
    """

    session: str
    next: int
    last_seq: int
    unreadable: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class EventRequest:
    """An event to be recorded; `id` makes a repeated request the same event.

    `time_s` is its scanner time; None: `ago_s` before now.  `replaces`: see `Event`.
    """

    kind: str
    text: str = ""
    author: str = ""
    time_s: float | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    ago_s: float = 0.0
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class EventRecorded:
    """The event of that `id` is on disk as message `seq`, at scanner time `time_s`."""

    id: str
    seq: int
    time_s: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The request is not fulfilled; `id` is that of the event, if it was one.

    `again`: the same request may be taken later.
    """

    reason: str
    id: str = ""
    again: bool = False


Request = Fetch | EventRequest
Reply = Done | EventRecorded | Refused

_NAMES: dict[type, bytes] = {
    Fetch: b"fetch",
    EventRequest: b"event",
    Done: b"done",
    EventRecorded: b"recorded",
    Refused: b"refused",
}
_TYPES = {name: kind for kind, name in _NAMES.items()}


def to_frames(item: Request | Reply) -> list[bytes]:
    """Frames of a request or reply."""
    content = {"v": VERSION, **asdict(item)}
    return [_NAMES[type(item)], json.dumps(content, allow_nan=False).encode()]


def request_from(frames: Sequence[bytes]) -> Request:
    """Request from its frames, checked.

    Raises
    ------
    InputError : anything else
    """
    item = _item(frames)
    if isinstance(item, Fetch | EventRequest):
        return item
    raise InputError("A relay takes fetch and event requests only.")


def reply_from(frames: Sequence[bytes]) -> Reply:
    """Reply from its frames, checked.

    Raises
    ------
    InputError : anything else
    """
    item = _item(frames)
    if isinstance(item, Done | EventRecorded | Refused):
        return item
    raise InputError("That is no reply of a relay.")


def event_request_from(content: object) -> EventRequest:
    """Event request from its JSON object, as somebody kept it, checked.

    Raises
    ------
    InputError : anything else
    """
    if not isinstance(content, dict):
        raise InputError("An event request is a JSON object.")
    return _event(Fields(content, partial(_refuse, EventRequest)))


def _item(frames: Sequence[bytes]) -> Request | Reply:
    if any(len(frame) > MAX_HEADER_BYTES for frame in frames):
        raise InputError(f"A request has at most {MAX_HEADER_BYTES} bytes.")
    if len(frames) != 2:
        raise InputError("A request has two frames: its name and a JSON object.")
    kind = _TYPES.get(bytes(frames[0]))
    try:
        content = json.loads(bytes(frames[1]).decode())
    except (ValueError, RecursionError):
        raise InputError("A request is not JSON.") from None
    if kind is None or not isinstance(content, dict):
        raise InputError("A request of unknown kind.")
    if content.get("v") != VERSION:
        raise InputError(f"This program speaks version {VERSION} of requests.")
    return _build(kind, Fields(content, partial(_refuse, kind)))


def _build(kind: type, content: Fields) -> Request | Reply:
    if kind is Fetch:
        count = min(content.integer("count"), MAX_FETCH)
        return Fetch(content.text("session", "", 64), content.integer("first"), count)
    if kind is EventRequest:
        return _event(content)
    if kind is Done:
        return Done(
            content.text("session", "", 64),
            content.integer("next"),
            content.integer("last_seq", -1),
            content.integers("unreadable", MAX_FETCH),
        )
    if kind is EventRecorded:
        time_s = content.number("time_s")
        return EventRecorded(content.text("id", "", 64), content.integer("seq"), time_s)
    return Refused(
        content.text("reason", ""),
        content.text("id", "", 64),
        content.boolean("again", default=False),
    )


def _event(content: Fields) -> EventRequest:
    return EventRequest(
        content.text("kind", "", 64),
        content.text("text", ""),
        content.text("author", "", 64),
        content.optional_number("time_s", -MOST),
        content.text("id", "", 64),
        content.optional_number("ago_s", -MOST) or 0.0,
        content.boolean("replaces", default=False),
    )


def _refuse(kind: type, problem: str) -> NoReturn:
    word = "request" if kind in (Fetch, EventRequest) else "reply"
    raise InputError(f"The {_NAMES[kind].decode()} {word} {problem}.")
