"""Walking through a recording that may be unfinished, cut off or damaged.

A message is read if the CRC-32 of its chunk holds.  All bytes around it follow from it
(`chunk_head`, `message_head`, `message_index`) and are compared, so that any flipped
bit shows.  After a damaged message the walk goes on at the next `MARK` that stands in a
sound chunk.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mcap.opcode import Opcode

from streams.recording.container import (
    CHANNELS,
    CHUNK,
    DATA_END,
    FOOTER_BYTES,
    MAGIC,
    MARK,
    MARK_AT,
    MAX_RECORD_BYTES,
    MESSAGE,
    MESSAGE_INDEX_BYTES,
    PREAMBLE,
    PREFIX,
    Index,
    chunk_head,
    closing_bytes,
    message_head,
    message_index,
    unpack,
)


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One message found in a recording.

    Attributes
    ----------
    offset, end : bytes of its chunk and index in the file
    utc_ns : host clock when it was recorded, ns since 1970
    frames : as published
    sound : whether the bytes around the message are as they were written, too
    cut : whether the file ends before they do
    """

    offset: int
    end: int
    utc_ns: int
    frames: list[bytes]
    sound: bool
    cut: bool


@dataclass(frozen=True, slots=True)
class Damage:
    """Bytes of a recording that are not as they were written.

    `torn` marks the end of a file that was cut in the middle of a record.
    """

    offset: int
    end: int
    problem: str
    torn: bool = False


@dataclass(frozen=True, slots=True)
class Closing:
    """The summary of a closed recording, whole and sound."""

    offset: int
    end: int


Found = JournalEntry | Damage | Closing


def walk(file: BinaryIO, size: int) -> Iterator[Found]:
    """Everything in the first `size` bytes of a recording, in order.

    Never raises on what it reads: what is not sound comes as `Damage`.  The caller has
    checked that the file begins with `MAGIC`.
    """
    file.seek(0)
    position = min(len(PREAMBLE), size)
    if file.read(position) != PREAMBLE[:position] or position < len(PREAMBLE):
        torn = size < len(PREAMBLE)
        yield Damage(0, position, "the head of the file is damaged", torn)
    index, whole = Index(), True
    while position < size:
        entry: Found | None = read_entry(file, position, size)
        entry = entry or _closing(file, position, size)
        if entry is None:
            entry = _damage(file, position, size)
        yield entry
        position = entry.end
        match entry:
            case JournalEntry():
                index.add(entry.offset, entry.end, entry.utc_ns, entry.frames[0])
                if not entry.sound:
                    yield _around(entry)
            case Closing() if whole and not _describes(file, entry, index):
                problem = "the summary tells of other messages than there are"
                yield Damage(entry.offset, entry.end, problem)
            case Damage():
                whole = False


def _around(entry: JournalEntry) -> Damage:
    problem = f"the index around the message at byte {entry.offset} is damaged"
    return Damage(entry.offset, entry.end, problem, torn=entry.cut)


def _describes(file: BinaryIO, closing: Closing, index: Index) -> bool:
    """Whether a summary agrees with the messages in front of it."""
    file.seek(closing.offset)
    written = file.read(closing.end - closing.offset)
    return written == closing_bytes(index, closing.offset)


def read_entry(file: BinaryIO, offset: int, size: int) -> JournalEntry | None:
    """The message whose chunk begins at `offset`; None unless its CRC-32 holds."""
    file.seek(offset)
    head = file.read(MARK_AT)
    if len(head) < MARK_AT:
        return None
    opcode, length, channel, seq, utc_ns, _ = MESSAGE.unpack_from(head, CHUNK.size)
    remaining = length - (MESSAGE.size - PREFIX.size)
    if opcode != Opcode.MESSAGE or not 0 < remaining <= MAX_RECORD_BYTES:
        return None
    content = file.read(remaining)
    crc = CHUNK.unpack_from(head)[5]
    if zlib.crc32(content, zlib.crc32(head[CHUNK.size :])) != crc:
        return None
    frames = unpack(content)
    if frames is None or CHANNELS.get(frames[0].decode("ascii", "replace")) != channel:
        return None
    index = file.read(MESSAGE_INDEX_BYTES)
    sound = index == message_index(channel, utc_ns) and head == (
        chunk_head(MESSAGE.size + len(content), utc_ns, crc)
        + message_head(channel, seq, utc_ns, len(content))
    )
    end = offset + MARK_AT + len(content) + len(index)
    return JournalEntry(
        offset, end, utc_ns, frames, sound, len(index) < MESSAGE_INDEX_BYTES
    )


def _closing(file: BinaryIO, offset: int, size: int) -> Closing | None:
    """The summary that begins at `offset` and ends the file, if its CRC holds."""
    file.seek(offset)
    if file.read(len(DATA_END)) != DATA_END:
        return None
    tail = file.read(size - offset - len(DATA_END))
    if not tail.endswith(MAGIC) or len(tail) < FOOTER_BYTES + len(MAGIC):
        return None
    end = len(tail) - len(MAGIC) - 4
    (crc,) = struct.unpack_from("<I", tail, end)
    return Closing(offset, size) if zlib.crc32(tail[:end]) == crc else None


def _next_sound(file: BinaryIO, start: int, size: int) -> int:
    """Offset of the next sound message or summary from `start` on; `size` if none."""
    step, overlap, position = 1 << 20, len(DATA_END), start
    while position < size:
        file.seek(position)
        block = file.read(step + overlap)
        for at in sorted([*_places(block, MARK), *_places(block, DATA_END)]):
            offset = position + at
            if block.startswith(MARK, at):
                offset -= MARK_AT
            if offset < start:
                continue
            if read_entry(file, offset, size) or _closing(file, offset, size):
                return offset
        position += step
    return size


def _places(block: bytes, pattern: bytes) -> Iterator[int]:
    at = block.find(pattern)
    while at >= 0:
        yield at
        at = block.find(pattern, at + 1)


def _damage(file: BinaryIO, offset: int, size: int) -> Damage:
    """The damage from `offset` to the next sound record."""
    end = _next_sound(file, offset + 1, size)
    if end == size and not _ends_with_magic(file, size) and _is_cut(file, offset, size):
        return Damage(offset, size, f"the file is cut off after byte {size}", torn=True)
    return Damage(offset, end, f"bytes {offset} to {end} are damaged")


def _ends_with_magic(file: BinaryIO, size: int) -> bool:
    file.seek(max(size - len(MAGIC), 0))
    return file.read(len(MAGIC)) == MAGIC


def _is_cut(file: BinaryIO, offset: int, size: int) -> bool:
    """Whether what follows `offset` is the beginning of a record that lacks its end."""
    file.seek(offset)
    head = file.read(PREFIX.size)
    if len(head) < PREFIX.size:
        return True
    opcode, length = PREFIX.unpack(head)
    end = offset + PREFIX.size + length
    return opcode == Opcode.DATA_END or bool(opcode == Opcode.CHUNK and size < end)
