"""The file of a recording while it is written: one end writes, the other reads.

It may be removed or its folder renamed under way.  The system then goes on writing
where nobody will look for it, so the place is looked at; what was written can be read
from the open end and be written once more.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from pathlib import Path
from typing import BinaryIO, cast

from streams.recording.walk import JournalEntry, read_entry

BLOCK_BYTES = 1 << 20


class WrittenFile:
    """Opened to write ("xb" or "r+b"), and to read from any thread.

    Attributes
    ----------
    path : where it is written
    writer, reader : its two ends, both unbuffered in what they tell each other
    """

    def __init__(self, path: Path, mode: str) -> None:
        self.path = path
        self.writer = cast(BinaryIO, open(path, mode, buffering=0))  # noqa: SIM115
        self.reader: BinaryIO = open(path, "rb")  # noqa: SIM115 until close()
        self._reading = threading.Lock()

    def write(self, content: bytes) -> None:
        """Append all of `content` and wait for the disk."""
        _write_all(self.writer, content)
        os.fsync(self.writer.fileno())

    def cut(self, size: int) -> None:
        """Cut off what is beyond `size` bytes and go on from there."""
        self.writer.seek(size)
        self.writer.truncate(size)

    def entry(self, offset: int, size: int) -> JournalEntry | None:
        """The message at `offset` of the first `size` bytes, if it can be read."""
        with self._reading, contextlib.suppress(OSError):
            return read_entry(self.reader, offset, size)
        return None

    def in_place(self, size: int) -> bool:
        """Whether `path` still names this file of at least `size` bytes.

        Raises
        ------
        OSError : the place cannot be looked at
        """
        try:
            there, ours = os.stat(self.path), os.fstat(self.writer.fileno())
        except (FileNotFoundError, NotADirectoryError):
            return False
        # not every network disk numbers its files for good: a shorter one is another
        return os.path.samestat(there, ours) or there.st_size >= size

    def write_again(self, size: int) -> None:
        """Write its first `size` bytes to a new file at `path`, and go on in that.

        Raises
        ------
        OSError : it cannot be read or written any more; nothing has changed
        """
        writer = cast(BinaryIO, open(self.path, "xb", buffering=0))  # noqa: SIM115
        try:
            for position in range(0, size, BLOCK_BYTES):
                _write_all(writer, self._block(position, size))
            os.fsync(writer.fileno())
            reader = open(self.path, "rb")  # noqa: SIM115 until close()
        except BaseException:
            writer.close()
            self.path.unlink(missing_ok=True)
            raise
        with self._reading:
            self.close()
            self.writer, self.reader = writer, reader

    def _block(self, position: int, size: int) -> bytes:
        length = min(size - position, BLOCK_BYTES)
        with self._reading:
            self.reader.seek(position)
            block = self.reader.read(length)
        if len(block) < length:
            raise OSError(errno.EIO, "the removed file cannot be read again")
        return block

    def close(self) -> None:
        """Close both ends, whatever their disk says."""
        for end in (self.writer, self.reader):
            with contextlib.suppress(OSError):
                end.close()


def _write_all(file: BinaryIO, content: bytes) -> None:
    """Write all of `content` to an unbuffered file, in as many pieces as it takes."""
    rest = memoryview(content)
    while rest:
        rest = rest[file.write(rest) :]
