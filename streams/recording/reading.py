"""Reading recordings: finished, unfinished, running or damaged ones.

Where anything is missing or damaged, reading says what is there and offers `recover`.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from streams.errors import InputError
from streams.messages.transient import Heartbeat, Message
from streams.messages.wire import Frames, decode, read_header
from streams.recording.container import (
    MAGIC,
    PREAMBLE,
    Index,
    closing_bytes,
    entry_bytes,
)
from streams.recording.files import (
    cannot_write,
    find,
    is_unfinished,
    open_recording,
    places,
    rename,
)
from streams.recording.inspection import verify
from streams.recording.walk import Damage, JournalEntry, read_entry, walk


def read_messages(path: str | os.PathLike[str]) -> Iterator[Message]:
    """Messages of a recording in order; see `read_frames`."""
    for frames in _frames(path):
        yield decode(frames)


def read_frames(path: str | os.PathLike[str], from_seq: int = 0) -> Iterator[Frames]:
    """Messages of a recording from `from_seq` on, as they were published.

    An unfinished recording (`.part`) is read to its last whole message.

    Raises
    ------
    InputError : no recording; truncated or damaged, with what is readable
    """
    for frames in _frames(path):
        if read_header(frames).seq >= from_seq:
            yield frames


def _frames(path: str | os.PathLike[str]) -> Iterator[Frames]:
    """The same as they are written: what they hold is not looked at."""
    place = find(path)
    with open_recording(place) as (file, size):
        if not is_unfinished(place):
            file.seek(max(size - len(MAGIC), 0))
            if file.read() != MAGIC:
                raise InputError(verify(place).summary)
        for entry in walk(file, size):
            if isinstance(entry, Damage):
                if entry.torn and is_unfinished(place):
                    return
                raise InputError(verify(place).summary)
            if isinstance(entry, JournalEntry):
                yield entry.frames


def recover(path: str | os.PathLike[str], out: str | os.PathLike[str]) -> Path:
    """Write every readable message of a recording to a new, finished one.

    Messages, their numbers and their times stay as they are, so that a number that is
    missing stays missing and `verify` goes on saying so.  They are put in order; of
    several with one number the last is kept, for that is the one that was published.
    What is of another session is left out.

    Raises
    ------
    InputError : nothing readable, `out` exists or cannot be written
    """
    place, (final, part) = find(path), places(out)
    if os.path.exists(final):
        raise InputError(f"{final} exists already: give another name.")
    with open_recording(place) as (file, length):
        offsets = _readable(file, length)
        if not offsets:
            raise InputError(f"{place} holds no readable message: nothing to recover.")
        try:
            with open(part, "xb") as target:
                _write_in_order(file, length, offsets, target)
        except OSError as error:
            raise cannot_write(part, error) from None
    return rename(part, final)


def _readable(file: BinaryIO, length: int) -> dict[int, int]:
    """Where each message of the session is, by number."""
    session, offsets = "", dict[int, int]()
    for entry in walk(file, length):
        if not isinstance(entry, JournalEntry):
            continue
        try:
            message = decode(entry.frames)
        except InputError:
            continue
        session = session or message.session
        if message.session == session and not isinstance(message.body, Heartbeat):
            offsets[message.seq] = entry.offset
    return offsets


def _write_in_order(
    file: BinaryIO, length: int, offsets: dict[int, int], target: BinaryIO
) -> None:
    index, size = Index(), len(PREAMBLE)
    target.write(PREAMBLE)
    for seq in sorted(offsets):
        entry = read_entry(file, offsets[seq], length)
        if entry is None:
            raise OSError(errno.EIO, f"message {seq} cannot be read again")
        content = entry_bytes(entry.frames, seq, entry.utc_ns)
        target.write(content)
        index.add(size, size + len(content), entry.utc_ns, entry.frames[0])
        size += len(content)
    target.write(closing_bytes(index, size))
    target.flush()
    os.fsync(target.fileno())
