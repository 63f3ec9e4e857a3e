"""What counts of a recording, and finding it again in one that was cut off."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from streams.errors import InputError
from streams.messages.transient import Message
from streams.messages.wire import decode, read_header
from streams.recording.container import PREAMBLE, Index
from streams.recording.inspection import verify
from streams.recording.walk import Closing, Damage, JournalEntry, walk

Visit = Callable[[Message, dict[str, object]], None]


@dataclass(frozen=True, slots=True)
class Written:
    """What of a recording counts: messages, bytes, session and epoch of the last.

    Replaced by one assignment, so that an append is whole or undone wherever it is
    interrupted; what the file or the index holds beyond it is taken back.
    """

    messages: int = 0
    size: int = 0
    session: str = ""
    epoch: int = 0

    def followed_by(self, entry: JournalEntry) -> Written:
        """With the next message, where it is the next.

        Raises
        ------
        InputError : of another session, or of another number
        """
        header = read_header(entry.frames)
        session = self.session or header.session
        if (header.session, header.seq) != (session, self.messages):
            raise InputError(f"Message {header.seq} does not follow.")
        return Written(header.seq + 1, entry.end, session, header.epoch)


def read_back(
    part: Path, reader: BinaryIO, visit: Visit | None
) -> tuple[Written, Index, JournalEntry | None]:
    """What counts of an unfinished recording, up to its last whole message.

    The last message is returned where its own index was torn: it counts, without its
    bytes, and is to be written again.

    Raises
    ------
    InputError : damaged, with what `verify` says of it
    """
    size = reader.seek(0, os.SEEK_END)
    written, index = Written(size=min(len(PREAMBLE), size)), Index()
    last: JournalEntry | None = None
    for entry in walk(reader, size):
        match entry:
            case JournalEntry():
                message = decode(entry.frames)
                try:
                    written = written.followed_by(entry)
                except InputError:
                    raise InputError(verify(part).summary) from None
                index.add(entry.offset, entry.end, entry.utc_ns, entry.frames[0])
                if visit:
                    visit(message, dict(read_header(entry.frames).fields))
                last = entry
            case Damage(torn=False):
                raise InputError(verify(part).summary)
            case Damage() | Closing():
                break
    if last and not last.sound:
        return replace(written, size=last.offset), index, last
    if written.size < len(PREAMBLE):
        written = Written()
    return written, index, None
