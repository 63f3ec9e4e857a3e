"""The recording: written message by message, so that a crash loses nothing.

    journal = Journal.create("visit.mcap")      # writes visit.mcap.part
    journal.append(wire.encode(message))        # returns once it is on the disk
    journal.close()                             # visit.mcap

A message that `append` has returned for is on disk (one write, then fsync), whatever
happens to the program afterwards.  While it is written the file is called `.part`; a
`.part` that nobody writes is the recording of a program that was killed: it can be read
as it is, and `Journal.resume` goes on with it.  One lock per recording: `.lock` beside
it is held by the operating system for as long as the writer lives (`lock`).
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from streams.errors import InputError
from streams.messages.wire import Frames, read_header
from streams.recording.container import PREAMBLE, Index, closing_bytes, entry_bytes
from streams.recording.files import (
    cannot_write,
    disk_of,
    free_bytes,
    places,
    refuse_link,
    rename,
)
from streams.recording.lock import lock_recording, unlock
from streams.recording.resuming import Visit, Written, read_back
from streams.recording.written_file import WrittenFile


class NotRecordedError(InputError):
    """A message could not be written; the recording ends before it and is whole."""


class Journal:
    """A recording that is being written; made by `create` or `resume`.

    Attributes
    ----------
    path : where the recording will be once it is closed
    part : where it is written
    disk : the disk that this is on
    """

    def __init__(self, path: Path, part: Path, mode: str, visit: Visit | None) -> None:
        self.path, self.part, self.disk = path, part, disk_of(part)
        self._written = Written()
        self._index = Index()
        self._torn = False  # whether the file or the index may hold more than counts
        self._lock = lock_recording(path)
        try:
            self._file = WrittenFile(part, mode)
        except OSError as error:
            unlock(self._lock)
            raise cannot_write(part, error) from None
        try:
            self._load(visit)
        except BaseException as error:
            self.abandon()
            if mode == "xb":
                part.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise cannot_write(part, error) from None
            raise

    @classmethod
    def create(cls, path: str | os.PathLike[str]) -> Self:
        """Begin a recording at a path where there is none.

        Raises
        ------
        InputError : there is one already, no permission, disk full, another writer
        """
        final, part = places(path)
        for place in (final, part):
            if os.path.exists(place):
                raise InputError(
                    f"{place} exists already: recordings are never overwritten, so "
                    f"give another name."
                )
        return cls(final, part, "xb", None)

    @classmethod
    def resume(cls, path: str | os.PathLike[str], visit: Visit | None = None) -> Self:
        """Go on with an unfinished recording, in the same session.

        A message that was being written when the writer died is cut off: it was never
        acknowledged.  `visit` is called with each message and its header fields.

        Raises
        ------
        InputError : nothing to resume, finished, damaged, or being written
        """
        final, part = places(path)
        if os.path.exists(final):
            raise InputError(f"{final} is finished: record the next session elsewhere.")
        if not os.path.exists(part):
            raise InputError(f"There is no unfinished recording {part}.")
        refuse_link(part)
        return cls(final, part, "r+b", visit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    @property
    def session(self) -> str:
        """Its session, empty before the first message."""
        return self._written.session

    @property
    def epoch(self) -> int:
        """Epoch of the last message."""
        return self._written.epoch

    @property
    def next_seq(self) -> int:
        """Number that the next message must have."""
        return self._written.messages

    @property
    def size_bytes(self) -> int:
        """Length of the recording so far."""
        return self._written.size

    @property
    def disk_free_bytes(self) -> int:
        """Space left where the recording is written; 0 if that place is gone."""
        return free_bytes(self.part.parent)

    def check_place(self) -> None:
        """See whether the file is still where it is written.

        Raises
        ------
        NotRecordedError : it was removed, or its folder renamed, or its disk pulled
        """
        try:
            if self._file.in_place(self._written.size):
                return
        except OSError as error:
            raise NotRecordedError(str(cannot_write(self.part, error))) from None
        raise NotRecordedError(
            f"{self.part} is not there any more: put it, its folder or its disk back "
            f"in place."
        )

    def restore(self, new_folder: bool = False) -> None:
        """Write a recording that was removed once more, from the file still open.

        Parameters
        ----------
        new_folder : whether to make its folder again where that is gone, too

        Raises
        ------
        NotRecordedError : it cannot be read or written any more; nothing has changed
        """
        with contextlib.suppress(NotRecordedError):
            self.check_place()
            return
        try:
            if new_folder:
                self.part.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_again(self._written.size)
        except OSError as error:
            raise NotRecordedError(str(cannot_write(self.part, error))) from None
        self._lock.release()  # its file went, too
        with contextlib.suppress(InputError):
            self._lock = lock_recording(self.path)

    def append(self, frames: Sequence[bytes]) -> None:
        """Write a message; it is on the disk when this returns.

        Whatever interrupts it, Ctrl-C included, leaves the message recorded or not at
        all: `next_seq` says which.

        Raises
        ------
        NotRecordedError : disk full or gone; the recording stays whole without it
        InputError : not the next message of this session
        """
        before, header = self._written, read_header(frames)
        session = before.session or header.session
        if (header.session, header.seq) != (session, before.messages):
            raise InputError(
                f"Message {header.seq} of session {header.session} does not follow "
                f"message {before.messages - 1} of session {session}."
            )
        utc_ns = time.time_ns()
        entry = entry_bytes(frames, header.seq, utc_ns)
        end, topic = before.size + len(entry), bytes(frames[0])
        after = Written(before.messages + 1, end, session, header.epoch)
        try:
            self.check_place()
            self._take_back()
            self._torn = True
            self._write(entry)
            self._index.add(before.size, end, utc_ns, topic)
            self._written = after  # from here on it is recorded
            self._torn = False
        except BaseException as error:
            self._take_back_if_possible()
            if isinstance(error, OSError):
                raise NotRecordedError(str(cannot_write(self.part, error))) from None
            raise

    def frames(self, seq: int) -> Frames | None:
        """Message number `seq` as it was published; None if there is none to be read.

        May be called from another thread than `append`.
        """
        written = self._written
        if not 0 <= seq < written.messages:
            return None
        entry = self._file.entry(self._index.offsets[seq], written.size)
        return entry.frames if entry else None

    def close(self) -> Path:
        """Write the summary and give the recording its name; returns where it is.

        Where another program holds the file open and the system forbids to rename it
        (Windows), it stays `.part`, closed and whole.

        Raises
        ------
        NotRecordedError : no space for the summary; all messages are there
        """
        try:
            self.restore(new_folder=True)
            self._take_back()
            self._torn = True
            self._write(closing_bytes(self._index, self._written.size))
        except BaseException as error:
            self._take_back_if_possible()
            self.abandon()
            if isinstance(error, OSError):
                raise NotRecordedError(str(cannot_write(self.part, error))) from None
            raise
        self._file.close()
        place = rename(self.part, self.path)
        unlock(self._lock)
        return place

    def abandon(self) -> None:
        """Let go of the file as it is, unfinished."""
        self._file.close()
        unlock(self._lock)

    def _write(self, content: bytes) -> None:
        """Append all of `content` and wait for the disk."""
        self._file.write(content)

    def _take_back(self) -> None:
        """Cut off whatever the file and the index hold beyond what counts."""
        if self._torn:
            self._index.cut(self._written.messages)
            self._file.cut(self._written.size)
            self._torn = False

    def _take_back_if_possible(self) -> None:
        with contextlib.suppress(OSError):  # else before the next; readers see it torn
            self._take_back()

    def _load(self, visit: Visit | None) -> None:
        """Index what is there and put the pen behind the last whole message."""
        self._written, self._index, last = read_back(
            self.part, self._file.reader, visit
        )
        self._torn = True
        self._take_back()
        if not self._written.size:
            self._write_on(PREAMBLE)
        if last:
            self._write_on(entry_bytes(last.frames, self.next_seq - 1, last.utc_ns))
            self._index.lengths[-1] = self._written.size - last.offset

    def _write_on(self, content: bytes) -> None:
        self._write(content)
        self._written = replace(self._written, size=self._written.size + len(content))
