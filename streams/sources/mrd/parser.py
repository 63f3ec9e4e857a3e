"""MRD (ISMRMRD v1) streaming as pure bytes -> frames; no socket, no clock.

Each message is a 16-bit number (little-endian, as all numbers here) and its content:

    1     name of a configuration: 1024 bytes, filled with NUL
    2, 3, 5   configuration text, XML header, text: 32-bit length, so many bytes
    4     close: nothing
    1008  acquisition: head of 340 bytes, 4 * points * trajectory dimensions bytes,
          8 * points * channels bytes
    1022  image: head of 198 bytes, 64-bit length of its attributes, attributes, pixels
    1026  waveform: head of 40 bytes, 4 * points * channels bytes
    1028  feedback (a fork's): 32-bit length, name, 32-bit length, bytes

The length of an unknown message is unknown, so nothing behind it can be read: the
parser raises `MrdError`, the one error it knows, now and at every later call.  All
lengths come from a network and are bounded.

Source: ISMRMRD documentation, "MRD streaming protocol", "messages".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

from streams.sources.mrd.messages import (
    ACQUISITION_HEAD,
    WAVEFORM_HEAD,
    MrdError,
    acquisition_bytes,
    waveform_bytes,
)

DEFAULT_PORT = 9002
MAX_TEXT_BYTES = 16 << 20
MAX_PAYLOAD_BYTES = 128 << 20  # twice a message of ours: oversampling is removed
NAME_BYTES = 1024
IMAGE_HEAD_BYTES = 198
COMPACT_BYTES = 1 << 20


class Id(IntEnum):
    """Numbers of the messages."""

    CONFIG_FILE = 1
    CONFIG_TEXT = 2
    HEADER = 3
    CLOSE = 4
    TEXT = 5
    ACQUISITION = 1008
    IMAGE = 1022
    WAVEFORM = 1026
    FEEDBACK = 1028


CLOSE_BYTES = struct.pack("<H", Id.CLOSE)
_KNOWN = frozenset(Id)
_PIXEL_BYTES = {1: 2, 2: 2, 3: 4, 4: 4, 5: 4, 6: 8, 7: 8, 8: 16}
_HEAD_BYTES = {
    Id.ACQUISITION: ACQUISITION_HEAD.itemsize,
    Id.WAVEFORM: WAVEFORM_HEAD.itemsize,
    Id.IMAGE: IMAGE_HEAD_BYTES + 8,
}


@dataclass(frozen=True, slots=True)
class Frame:
    """One message as it arrived: its number and everything after it."""

    id: Id
    content: bytes


class Parser:
    """Bytes in, frames out, however the bytes are cut.

    `feed` takes what arrived, `next_frame` gives the next whole message or None, `end`
    says that nothing more will come.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0  # where the next message begins
        self._wanted = 2  # bytes from there before it pays to look again
        self._problem = ""

    @property
    def held_bytes(self) -> int:
        """Memory that the unfinished message takes, bytes."""
        return len(self._buffer)

    def feed(self, received: bytes | bytearray | memoryview) -> None:
        """Take bytes from the connection."""
        if not self._problem:
            self._buffer += received

    def next_frame(self) -> Frame | None:
        """The next message, or None until more has arrived.

        Raises
        ------
        MrdError : an unknown message, or one that is too long
        """
        if self._problem:
            raise MrdError(self._problem)
        if len(self._buffer) - self._at < self._wanted:
            return None
        try:
            return self._frame()
        except MrdError as error:
            self._problem = str(error)
            self._buffer, self._at = bytearray(), 0
            raise

    def end(self) -> None:
        """Say that the connection ended.

        Raises
        ------
        MrdError : in the middle of a message
        """
        left = len(self._buffer) - self._at
        if left and not self._problem:
            self._problem = (
                f"The connection ended in the middle of a message, after {left} bytes "
                "of it."
            )
        if self._problem:
            raise MrdError(self._problem)

    def _frame(self) -> Frame | None:
        start = self._at + 2
        number = int.from_bytes(self._buffer[self._at : start], "little")
        if number not in _KNOWN:
            raise MrdError(
                f"MRD message {number} is unknown, and so is its length: nothing "
                "after it can be read."
            )
        length = _content_length(Id(number), self._buffer, start)
        if len(self._buffer) - start < length:
            self._wanted = 2 + length
            return None
        content = bytes(memoryview(self._buffer)[start : start + length])
        self._at, self._wanted = start + length, 2
        if self._at > COMPACT_BYTES or self._at == len(self._buffer):
            del self._buffer[: self._at]
            self._at = 0
        return Frame(Id(number), content)


def unclosed(parser: Parser) -> str:
    """That a connection closed without a word, and in which message, if in one."""
    said = "connection closed without CLOSE"
    try:
        parser.end()
    except MrdError as error:
        said += f"; {error}"
    return said


def _content_length(kind: Id, buffer: bytearray, at: int) -> int:
    """Bytes of the content at `at`; fewer, but more than there are, if not yet known.

    Raises
    ------
    MrdError : longer than what is allowed
    """
    held = len(buffer) - at
    if kind is Id.CLOSE:
        return 0
    if kind is Id.CONFIG_FILE:
        return NAME_BYTES
    if kind is Id.FEEDBACK:
        return _feedback_length(buffer, at)
    head_bytes = _HEAD_BYTES.get(kind, 4)
    if held < head_bytes:
        return head_bytes
    head = bytes(buffer[at : at + head_bytes])
    match kind:
        case Id.ACQUISITION:
            body = acquisition_bytes(head)
        case Id.WAVEFORM:
            body = waveform_bytes(head)
        case Id.IMAGE:
            body = _image_bytes(head)
        case _:
            return 4 + _bound(_u32(head), MAX_TEXT_BYTES, kind)
    return head_bytes + _bound(body, MAX_PAYLOAD_BYTES, kind)


def _feedback_length(buffer: bytearray, at: int) -> int:
    held = len(buffer) - at
    if held < 4:
        return 4
    name = 4 + _bound(_u32(buffer[at : at + 4]), MAX_TEXT_BYTES, Id.FEEDBACK)
    if held < name + 4:
        return name + 4
    length = _u32(buffer[at + name : at + name + 4])
    return name + 4 + _bound(length, MAX_TEXT_BYTES, Id.FEEDBACK)


def _image_bytes(head: bytes) -> int:
    """Bytes behind the head of an image and the length of its attributes."""
    (kind,) = struct.unpack_from("<H", head, 2)
    if kind not in _PIXEL_BYTES:
        raise MrdError(f"An image has pixels of the unknown type {kind}.")
    x, y, z = struct.unpack_from("<3H", head, 16)
    (channels,) = struct.unpack_from("<H", head, 34)
    (attributes,) = struct.unpack_from("<Q", head, IMAGE_HEAD_BYTES)
    return int(attributes) + int(x * y * z * channels) * _PIXEL_BYTES[kind]


def _bound(length: int, most: int, kind: Id) -> int:
    if length > most:
        raise MrdError(
            f"MRD message {kind:d} announces {length} bytes, more than the {most} "
            "allowed."
        )
    return length


def _u32(four: bytes | bytearray) -> int:
    return int.from_bytes(four[:4], "little")
