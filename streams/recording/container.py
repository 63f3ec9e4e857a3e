"""The recording as bytes: an MCAP file with one message per chunk.

MCAP (https://mcap.dev/spec) is a sequence of records, each `opcode u8, length u64,
content`.  Here it is

    magic, Header, Channel x 5                        the preamble, always the same
    (Chunk(Message), MessageIndex) x n                one pair per message
    DataEnd, summary (Channel, Statistics,            only once it is closed
        ChunkIndex x n), SummaryOffset x 3, Footer, magic

so that any MCAP reader opens a closed recording, while an unclosed one is read by
walking from chunk to chunk.  All bytes around a message follow from it.

A message holds the ZeroMQ frames as published:

    MARK, u32 number of frames, u32 length of each, the frames

`streams.recording.walk` reads this, whole or not; `streams.recording.journal` writes
it.
"""

from __future__ import annotations

import struct
import zlib
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

from mcap.data_stream import RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Channel,
    ChunkIndex,
    DataEnd,
    Header,
    McapRecord,
    MessageIndex,
    Statistics,
    SummaryOffset,
)

from streams.messages.frame_sizes import MAX_HEADER_BYTES, MAX_PAYLOAD_BYTES
from streams.messages.wire import TOPICS

MAGIC = b"\x89MCAP0\r\n"
MARK = b"\x89MRSMON\n"
CHANNELS = {topic: i for i, topic in enumerate(TOPICS.values(), start=1)}
MAX_RECORD_BYTES = MAX_HEADER_BYTES + MAX_PAYLOAD_BYTES + 4096

PREFIX = struct.Struct("<BQ")
CHUNK = struct.Struct("<BQQQQIIQ")  # up to the chunk's content; no compression
MESSAGE = struct.Struct("<BQHIQQ")
MARK_AT = CHUNK.size + MESSAGE.size
MESSAGE_INDEX_BYTES = PREFIX.size + 2 + 4 + 16
FOOTER_BYTES = PREFIX.size + 8 + 8 + 4


@dataclass(slots=True)
class Index:
    """Where each message of a recording is; a few bytes per message."""

    offsets: array[int] = field(default_factory=lambda: array("Q"))
    lengths: array[int] = field(default_factory=lambda: array("Q"))
    times_ns: array[int] = field(default_factory=lambda: array("Q"))
    channels: array[int] = field(default_factory=lambda: array("B"))

    def add(self, offset: int, end: int, utc_ns: int, topic: bytes) -> None:
        """Append the next message."""
        self.offsets.append(offset)
        self.lengths.append(end - offset)
        self.times_ns.append(utc_ns)
        self.channels.append(CHANNELS[topic.decode()])

    def cut(self, count: int) -> None:
        """Forget all messages but the first `count`, and halves of messages."""
        for column in (self.offsets, self.lengths, self.times_ns, self.channels):
            del column[count:]

    def __len__(self) -> int:
        return len(self.offsets)


def _record(record: McapRecord) -> bytes:
    builder = RecordBuilder()
    record.write(builder)
    return _content_of(builder)


def _content_of(builder: RecordBuilder) -> bytes:
    content: bytes = builder.end()  # type: ignore[no-untyped-call]
    return content


def _channel(topic: str) -> Channel:
    return Channel(CHANNELS[topic], f"/{topic}", "mrs-monitor", {"wire": "1"}, 0)


PREAMBLE = b"".join(
    [
        MAGIC,
        _record(Header("mrs-monitor", "mrs-monitor 1")),
        *(_record(_channel(topic)) for topic in CHANNELS),
    ]
)

DATA_END = _record(DataEnd(0))


def pack(frames: Sequence[bytes]) -> bytes:
    """Frames as the content of one recorded message."""
    lengths = struct.pack(f"<{len(frames) + 1}I", len(frames), *map(len, frames))
    return b"".join([MARK, lengths, *frames])


def unpack(content: bytes) -> list[bytes] | None:
    """Frames from the content of a message; None if that is not how it is built."""
    if not content.startswith(MARK) or len(content) < len(MARK) + 4:
        return None
    (count,) = struct.unpack_from("<I", content, len(MARK))
    start = len(MARK) + 4 * (count + 1)
    if not 1 <= count <= 16 or start > len(content):
        return None
    frames = []
    for length in struct.unpack_from(f"<{count}I", content, len(MARK) + 4):
        frames.append(content[start : start + length])
        start += length
    return frames if start == len(content) else None


def entry_bytes(frames: Sequence[bytes], seq: int, utc_ns: int) -> bytes:
    """The chunk and the index of one message, to be appended in one write."""
    channel = CHANNELS[bytes(frames[0]).decode()]
    content = pack(frames)
    message = message_head(channel, seq, utc_ns, len(content))
    crc = zlib.crc32(content, zlib.crc32(message))
    chunk = chunk_head(len(message) + len(content), utc_ns, crc)
    return b"".join([chunk, message, content, message_index(channel, utc_ns)])


def message_head(channel: int, seq: int, utc_ns: int, size: int) -> bytes:
    """All of a Message record in front of its content of `size` bytes."""
    length = MESSAGE.size - PREFIX.size + size
    return MESSAGE.pack(
        Opcode.MESSAGE, length, channel, seq & 0xFFFFFFFF, utc_ns, utc_ns
    )


def chunk_head(size: int, utc_ns: int, crc: int) -> bytes:
    """All of a Chunk record in front of its `size` bytes of one message."""
    length = CHUNK.size - PREFIX.size + size
    return CHUNK.pack(Opcode.CHUNK, length, utc_ns, utc_ns, size, crc, 0, size)


def message_index(channel: int, utc_ns: int) -> bytes:
    """The index that follows the chunk of one message."""
    return _record(MessageIndex(channel, [(utc_ns, 0)]))


def closing_bytes(index: Index, start: int) -> bytes:
    """DataEnd, summary, footer and magic of a recording that is `start` bytes long."""
    summary_start = start + len(DATA_END)
    summary, offsets = RecordBuilder(), []
    for opcode, records in (
        (Opcode.CHANNEL, [_channel(topic) for topic in CHANNELS]),
        (Opcode.STATISTICS, [_statistics(index)]),
        (Opcode.CHUNK_INDEX, map(_chunk_index, *_columns(index))),
    ):
        begin = summary.count
        for record in records:
            record.write(summary)
        if summary.count > begin:
            offsets.append(
                SummaryOffset(opcode, summary_start + begin, summary.count - begin)
            )
    offsets_start = summary_start + summary.count
    for offset in offsets:
        offset.write(summary)
    content = _content_of(summary)
    footer = PREFIX.pack(Opcode.FOOTER, 20)
    footer += struct.pack("<QQ", summary_start, offsets_start)
    footer += struct.pack("<I", zlib.crc32(footer, zlib.crc32(content)))
    return DATA_END + content + footer + MAGIC


def _columns(index: Index) -> tuple[array[int], ...]:
    return index.offsets, index.lengths, index.times_ns, index.channels


def _chunk_index(offset: int, length: int, utc_ns: int, channel: int) -> ChunkIndex:
    chunk_length = length - MESSAGE_INDEX_BYTES
    return ChunkIndex(
        chunk_length=chunk_length,
        chunk_start_offset=offset,
        compression="",
        compressed_size=chunk_length - CHUNK.size,
        message_end_time=utc_ns,
        message_index_length=MESSAGE_INDEX_BYTES,
        message_index_offsets={channel: offset + chunk_length},
        message_start_time=utc_ns,
        uncompressed_size=chunk_length - CHUNK.size,
    )


def _statistics(index: Index) -> Statistics:
    return Statistics(
        attachment_count=0,
        channel_count=len(CHANNELS),
        channel_message_counts={
            i: index.channels.count(i) for i in CHANNELS.values() if i in index.channels
        },
        chunk_count=len(index),
        message_count=len(index),
        message_end_time=max(index.times_ns, default=0),
        message_start_time=min(index.times_ns, default=0),
        metadata_count=0,
        schema_count=0,
    )
