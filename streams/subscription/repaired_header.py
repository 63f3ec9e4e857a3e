"""A publisher's header, repaired where a missing field follows from what came before.

Which message it is, the topic says; its number and epoch, those before it.  So a field
that is missing or of the wrong kind there keeps no transient out of the recording.  A
physical quantity is never filled in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from streams.messages import wire
from streams.messages.frame_sizes import MAX_HEADER_BYTES


@dataclass(frozen=True, slots=True)
class StreamPosition:
    """What is known of the stream before a message.

    Attributes
    ----------
    session : of the message before; empty if there was none
    last_seq, start_seq : numbers of the message before and of its start
    epoch : of the message before
    """

    session: str
    last_seq: int
    start_seq: int
    epoch: int


def mend(
    frames: wire.Frames, position: StreamPosition
) -> tuple[wire.Frames, str] | None:
    """Frames with the header repaired, and what was; None where nothing could be."""
    if len(frames) != 3 or any(len(frame) > MAX_HEADER_BYTES for frame in frames[:2]):
        return None
    topic = frames[0].decode("ascii", "replace").strip()
    header = _object(frames[1])
    if header is None or topic not in wire.TOPICS.values():
        return None
    filled = _fill_header(topic, header, position)
    changes = [
        f"{name} {was}" for name, was in _differences(topic, frames, header, filled)
    ]
    if not changes:
        return None
    text = f"A {topic} message has {', '.join(changes)}: it is taken all the same."
    return [topic.encode(), json.dumps(filled).encode(), frames[2]], text


def _object(text: bytes) -> dict[str, Any] | None:
    try:
        header = json.loads(text.decode())
    except (ValueError, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def _fill_header(
    topic: str, header: dict[str, Any], position: StreamPosition
) -> dict[str, Any]:
    """The header with the fields that the position gives."""
    next_seq = position.start_seq if topic == "start" else position.last_seq + 1
    next_seq = position.last_seq if topic == "heartbeat" else next_seq
    return {
        **header,
        "type": header.get("type") or topic,
        "session": header.get("session") or position.session or "unnamed",
        "seq": _number(header.get("seq"), next_seq),
        "epoch": _number(header.get("epoch"), position.epoch),
    }


def _number(value: object, otherwise: int) -> int:
    """A whole number, also where it is sent as a text or as 3.0."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) < 17 else otherwise
    return otherwise


def _differences(
    topic: str, frames: wire.Frames, header: dict[str, Any], filled: dict[str, Any]
) -> list[tuple[str, str]]:
    """Names of what was filled in, and how it was."""
    differences = []
    if frames[0] != topic.encode():
        differences.append(("a topic", "with blanks around it"))
    for name in ("type", "session", "seq", "epoch"):
        value = header.get(name)
        if value is None:
            differences.append(("no", name))
        elif value != filled[name] or type(value) is not type(filled[name]):
            differences.append((f"a {name}", f"that is {str(value)[:20]!r}"))
    return differences
