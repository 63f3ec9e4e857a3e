"""A second copy of a recording on another disk, made while it is recorded.

A thread of its own follows the journal, so that a slow or failing second disk holds up
nothing; what goes wrong there is said and the recording itself goes on.
"""

from __future__ import annotations

import os
import threading
from itertools import zip_longest
from pathlib import Path

from streams.errors import InputError
from streams.recording.files import places
from streams.recording.journal import Journal
from streams.recording.reading import read_frames

TURN_S = 0.1


class Copying:
    """Follows a journal into a second recording.

    Attributes
    ----------
    copied : messages in the copy
    problem : why it is not copied any more, in one sentence; empty if it is

    Raises
    ------
    InputError : the copy cannot be begun, or is the copy of another session
    """

    def __init__(self, journal: Journal, path: str | os.PathLike[str]) -> None:
        self.problem = ""
        self._journal = journal
        _, part = places(path)
        begun = os.path.exists(part)
        self._copy = Journal.resume(path) if begun else Journal.create(path)
        if self._copy.session not in ("", journal.session):
            self._copy.abandon()
            raise InputError(
                f"{path} is the copy of another session: give another name."
            )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copying", daemon=True)

    @property
    def copied(self) -> int:
        """Messages in the copy."""
        return self._copy.next_seq

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def finish(self) -> Path | None:
        """Copy what is left and close the copy; None if it could not be finished."""
        self._stop.set()
        self._thread.join()
        if self.problem:
            self._copy.abandon()
            return None
        try:
            return self._copy.close()
        except InputError as error:
            self.problem = f"NOT COPIED. {error}"
            return None

    def _run(self) -> None:
        while not self.problem:
            stopping = self._stop.is_set()
            self._catch_up()
            if stopping:
                return
            self._stop.wait(TURN_S)

    def _catch_up(self) -> None:
        while not self.problem and self._copy.next_seq < self._journal.next_seq:
            seq = self._copy.next_seq
            frames = self._journal.frames(seq)
            if frames is None:
                self.problem = f"NOT COPIED. Message {seq} cannot be read again."
                return
            try:
                self._copy.append(frames)
            except InputError as error:
                self.problem = f"NOT COPIED. {error}"


def check_copy(path: str | os.PathLike[str], copy: str | os.PathLike[str]) -> None:
    """Compare a copy with its recording, message by message, bit by bit.

    Raises
    ------
    InputError : they differ, or one of them cannot be read
    """
    pairs = zip_longest(read_frames(path), read_frames(copy))
    for seq, (original, copied) in enumerate(pairs):
        if original != copied:
            raise InputError(f"{copy} differs from {path} from message {seq} on.")
