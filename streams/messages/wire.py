"""Messages <-> ZeroMQ frames: pure, versioned, no socket.

A message is three frames, `[topic, header, payload]`:

    topic    the kind of message in ASCII: start, transient, event, heartbeat, end
    header   one JSON object, UTF-8, no NaN or Infinity
    payload  the FID of a transient, (coils, points) little-endian complex64, C order;
             empty for every other kind

`docs/wire.md` lists the fields.  Fields that a receiver does not know are ignored, so
that a sender may add some (the relay adds its own clocks); `VERSION` changes when a
known field changes its meaning.  No pickle, no evaluation: a header is numbers and
text, and every one of them is checked before use, as is the length of everything.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NoReturn

import numpy as np

from streams.errors import InputError
from streams.messages.frame_sizes import MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES
from streams.messages.message_body import DTYPE, read_body, reader_of
from streams.messages.transient import (
    Acquisition,
    Body,
    ComplexFID,
    End,
    Event,
    Heartbeat,
    Message,
    Start,
    Transient,
)

VERSION = 1

TOPICS: dict[type, str] = {
    Start: "start",
    Transient: "transient",
    Event: "event",
    Heartbeat: "heartbeat",
    End: "end",
}

Frames = list[bytes]


@dataclass(frozen=True, slots=True)
class MessageHeader:
    """The checked part that every message has, and the header as it came.

    `seq` is -1 only in the heartbeat before the first message.
    """

    topic: str
    session: str
    seq: int
    epoch: int
    fields: Mapping[str, Any]


def encode(message: Message, extra: Mapping[str, int | str] | None = None) -> Frames:
    """Frames of a message; `extra` are further header fields (clocks, identifiers).

    Raises
    ------
    InputError : something in the message that `decode` would refuse, such as a NaN
    """
    body = message.body
    payload = _payload(body.fid) if isinstance(body, Transient) else b""
    header = {
        **(extra or {}),
        "v": VERSION,
        "type": TOPICS[type(body)],
        "session": message.session,
        "seq": message.seq,
        "epoch": message.epoch,
        **_fields(body, payload),
    }
    frames = [TOPICS[type(body)].encode(), _json(header), payload]
    decode(frames)  # what cannot be read back is never sent
    return frames


def decode(frames: Sequence[bytes]) -> Message:
    """Message from its frames; everything in them is checked.

    The FID shares the memory of the payload and is read-only.

    Raises
    ------
    InputError : anything that is not a message of this version, in one sentence
    """
    header = read_header(frames)
    reader = reader_of(header.topic, header.fields)
    payload = frames[2]
    if header.topic != "transient" and payload:
        reader.refuse(f"has a payload of {len(payload)} bytes where none belongs")
    body = read_body(header.topic, reader, payload)
    return Message(header.session, header.seq, header.epoch, body)


def read_header(frames: Sequence[bytes]) -> MessageHeader:
    """Topic, session and numbers of a message, its payload left unread.

    Raises
    ------
    InputError : frames or header not of this version
    """
    if len(frames) != 3:
        raise InputError(
            f"A message has three frames (topic, header, payload), not {len(frames)}."
        )
    topic = bytes(frames[0]).decode("ascii", "replace")
    if topic not in TOPICS.values():
        raise InputError(f"Unknown kind of message {topic[:40]!r}.")
    for name, frame, limit in (
        ("header", frames[1], MAX_HEADER_BYTES),
        ("payload", frames[2], MAX_PAYLOAD_BYTES),
    ):
        if len(frame) > limit:
            raise InputError(
                f"The {name} of a {topic} message has {len(frame)} bytes; at most "
                f"{limit} are taken."
            )
    return _checked_header(topic, _object(topic, bytes(frames[1])))


def is_recorded(frames: Sequence[bytes]) -> bool:
    """Whether a valid message is from a journal, as the clocks of a relay in it say.

    `read_header` says what is wrong with one that is not valid.
    """
    return "host_monotonic_ns" in read_header(frames).fields


def check_shape(acquisition: Acquisition, transient: Transient) -> None:
    """Refuse a transient whose shape is not that of its start.

    Raises
    ------
    InputError : another number of coils or points than announced
    """
    expected = (acquisition.coils, acquisition.points)
    if transient.fid.shape != expected:
        raise InputError(
            f"Transient {transient.count} has {_shape(transient.fid.shape)}, but its "
            f"start announced {_shape(expected)}."
        )


def _shape(shape: tuple[int, ...]) -> str:
    return f"{shape[0]} coils x {shape[1]} points"


def _payload(fid: ComplexFID) -> bytes:
    if fid.dtype != np.complex64 or fid.ndim != 2:
        raise InputError(
            f"A FID must be complex64 of shape (coils, points), not {fid.dtype} of "
            f"shape {fid.shape}."
        )
    return np.ascontiguousarray(fid, dtype=DTYPE).tobytes()


def _fields(body: Body, payload: bytes) -> dict[str, Any]:
    """Header fields of a body."""
    if isinstance(body, Event) and not body.replaces:
        return {k: v for k, v in asdict(body).items() if k != "replaces"}
    if isinstance(body, Start):
        return asdict(body) | {"acquisition": body.acquisition.as_dict()}
    if not isinstance(body, Transient):
        return asdict(body)
    return {
        "count": body.count,
        "time_s": body.time_s,
        "kind": str(body.kind),
        "shape": list(body.fid.shape),
        "dtype": DTYPE,
        "nbytes": len(payload),
        "crc32": zlib.crc32(payload),
    }


def _json(header: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(header, allow_nan=False, separators=(",", ":")).encode()
    except (TypeError, ValueError) as error:
        raise InputError(
            f"A {header['type']} message cannot be sent as JSON: {error}."
        ) from None


def _object(topic: str, text: bytes) -> dict[str, Any]:
    try:
        header = json.loads(text.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(
            f"The header of a {topic} message is no JSON: {str(error)[:100]}."
        ) from None
    if not isinstance(header, dict):
        raise InputError(f"The header of a {topic} message is no JSON object.")
    return header


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _checked_header(topic: str, header: dict[str, Any]) -> MessageHeader:
    reader = reader_of(topic, header)
    version = reader.integer("v")
    if version != VERSION:
        reader.refuse(f"is of wire version {version}; this program speaks {VERSION}")
    if header.get("type") != topic:
        reader.refuse(f"calls itself {str(header.get('type'))[:40]!r} in its header")
    session = reader.text("session", limit=64)
    if not session:
        reader.refuse("has an empty session")
    lowest = -1 if topic == "heartbeat" else 0
    seq = reader.integer("seq", lowest)
    return MessageHeader(topic, session, seq, reader.integer("epoch"), header)
