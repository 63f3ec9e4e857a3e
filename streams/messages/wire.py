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
from dataclasses import asdict, dataclass, fields
from functools import partial
from typing import Any, NoReturn

import numpy as np

from streams.errors import InputError
from streams.messages.fields import MAX_COUNT, Fields, is_whole
from streams.messages.transient import (
    Acquisition,
    Body,
    ComplexFID,
    End,
    Event,
    Heartbeat,
    Kind,
    Message,
    Start,
    Transient,
)
from streams.voxel.place import Vector, VoxelPlace

VERSION = 1
DTYPE = "<c8"
MAX_HEADER_BYTES = 64 * 1024
MAX_PAYLOAD_BYTES = 64 * 1024 * 1024

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
    reader = _reader(header.topic, header.fields)
    payload = frames[2]
    if header.topic != "transient" and payload:
        reader.refuse(f"has a payload of {len(payload)} bytes where none belongs")
    body = _body(header.topic, reader, payload)
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
    reader = _reader(topic, header)
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


def _body(topic: str, reader: Fields, payload: bytes) -> Body:
    match topic:
        case "start":
            return _start(reader)
        case "transient":
            return _transient(reader, payload)
        case "event":
            return Event(
                reader.number("time_s"),
                reader.text("kind", limit=64),
                reader.text("text", ""),
                reader.text("author", "", limit=64),
                reader.boolean("replaces", default=False),
            )
        case "heartbeat":
            return Heartbeat(
                reader.integer("last_seq", -1),
                reader.integer("recorded_bytes"),
                reader.integer("disk_free_bytes"),
                reader.integer("dropped", default=0),
                reader.boolean("recording", default=True),
                reader.optional_number("clock_offset_s", low=-1e15),
                reader.optional_number("clock_drift_ppm", low=-1e15),
                reader.text("dropped_reason", ""),
                reader.text("deaf", ""),
                reader.text("disk", "", limit=256),
            )
        case _:
            return End(reader.integer("transients"), reader.text("reason"))


def _start(reader: Fields) -> Start:
    table = reader.values.get("acquisition")
    if not isinstance(table, dict):
        reader.refuse("lacks its acquisition, a JSON object")
    known = {f.name for f in fields(Acquisition)}
    inner = _reader("start", {k: v for k, v in table.items() if k in known})
    return Start(
        _acquisition(inner),
        reader.text("source"),
        reader.text("protocol", ""),
        reader.text("software", ""),
    )


def _acquisition(reader: Fields) -> Acquisition:
    return Acquisition(
        spectrometer_frequency_mhz=reader.positive("spectrometer_frequency_mhz"),
        nucleus=reader.text("nucleus", limit=16),
        dwell_time_s=reader.positive("dwell_time_s"),
        points=reader.integer("points", 1),
        coils=reader.integer("coils", 1),
        echo_time_s=reader.number("echo_time_s", low=0.0),
        repetition_time_s=reader.optional_number("repetition_time_s"),
        mixing_time_s=reader.optional_number("mixing_time_s"),
        sequence=reader.text("sequence", ""),
        voxel_mm=_voxel(reader),
        vendor=reader.text("vendor", ""),
        model=reader.text("model", ""),
        phase_cycle_steps=reader.integer("phase_cycle_steps", 1, default=1),
        voxel_place=_place(reader),
    )


def _voxel(reader: Fields) -> Vector | None:
    if reader.values.get("voxel_mm") is None:
        return None
    edges = _three(reader, "voxel_mm", reader.values["voxel_mm"])
    x, y, z = (edges.positive(name) for name in edges.values)
    return x, y, z


def _three(reader: Fields, name: str, value: object) -> Fields:
    """The entries of a list of three, each with a name."""
    if not isinstance(value, list) or len(value) != 3:
        reader.refuse(f"has a {name} that is no list of three")
    return reader.among({f"{name}[{i}]": entry for i, entry in enumerate(value)})


def _place(reader: Fields) -> VoxelPlace | None:
    """Where the voxel lies."""
    name = "voxel_place"
    place = reader.values.get(name)
    if place is None:
        return None
    if not isinstance(place, dict):
        reader.refuse(f"has a {name} that is no JSON object")
    centre_mm = _vector(reader, f"{name}.centre_mm", place.get("centre_mm"))
    rows = _three(reader, f"{name}.axes", place.get("axes"))
    x, y, z = (_vector(reader, row, entry) for row, entry in rows.values.items())
    try:
        return VoxelPlace(centre_mm, (x, y, z))
    except InputError:
        reader.refuse(
            f"has a {name} whose centre is too far off, or whose axes are no "
            "perpendicular unit vectors"
        )


def _vector(reader: Fields, name: str, value: object) -> Vector:
    entries = _three(reader, name, value)
    x, y, z = (entries.number(entry) for entry in entries.values)
    return x, y, z


def _transient(reader: Fields, payload: bytes) -> Transient:
    kind = reader.text("kind", limit=16)
    if kind not in list(Kind):
        reader.refuse(f"is of unknown kind {kind!r}; known are {', '.join(Kind)}")
    count = reader.integer("count")
    return Transient(count, reader.number("time_s"), Kind(kind), _fid(reader, payload))


def _fid(reader: Fields, payload: bytes) -> ComplexFID:
    """(coils, points) complex64 from a payload whose length, CRC and values hold."""
    shape = reader.values.get("shape")
    if not isinstance(shape, list) or len(shape) != 2:
        reader.refuse("lacks its shape [coils, points]")
    sizes = _reader("transient", {"coils": shape[0], "points": shape[1]})
    coils, points = sizes.integer("coils", 1), sizes.integer("points", 1)
    if reader.text("dtype", limit=16) != DTYPE:
        reader.refuse(f"is not of dtype {DTYPE!r}, little-endian complex64")
    expected, nbytes = 8 * coils * points, reader.integer("nbytes")
    if not len(payload) == nbytes == expected:
        reader.refuse(
            f"has {len(payload)} bytes of payload and announces {nbytes}, where its "
            f"shape needs {expected}"
        )
    if zlib.crc32(payload) != reader.integer("crc32"):
        reader.refuse("does not match its CRC-32: it was damaged on the way")
    fid = np.frombuffer(payload, DTYPE).reshape(coils, points)
    if not np.isfinite(fid.view("<f4")).all():
        reader.refuse(
            "holds values that are not finite (NaN or infinity): repair or leave out "
            "this transient at its source"
        )
    return fid.astype(np.complex64, copy=False)


def _reader(topic: str, header: Mapping[str, Any]) -> Fields:
    """The fields of a header; a problem names the message as far as it is known."""
    return Fields(header, partial(_refuse, topic, header))


def _refuse(topic: str, header: Mapping[str, Any], problem: str) -> NoReturn:
    seq, count = _whole_number(header, "seq"), _whole_number(header, "count")
    if topic == "transient" and count is not None:
        where = "" if seq is None else f" (message {seq})"
        raise InputError(f"Transient {count}{where} {problem}.")
    where = "" if seq is None else f" {seq}"
    raise InputError(f"The {topic} message{where} {problem}.")


def _whole_number(header: Mapping[str, Any], name: str) -> int | None:
    """A whole number of the header, where it holds one."""
    value = header.get(name)
    return value if is_whole(value) and 0 <= value <= MAX_COUNT else None
