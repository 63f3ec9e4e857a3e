"""A second copy of a recording on another disk, made while it is recorded.

A thread of its own follows the journal, so that a slow or failing second disk holds up
nothing; what goes wrong there is reported and tried again, and the recording goes on.
Where the recording fails the copy takes over, if it holds all of it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from streams.errors import InputError
from streams.messages.wire import Frames, read_header
from streams.recording.files import places
from streams.recording.journal import Journal
from streams.recording.reading import read_frames

TURN_S, RETRY_S = 0.1, 0.5
PATIENCE_S = 5.0  # for a slow second disk to end what it writes
KEPT = 64  # last messages held in memory until they are copied


class Copying:
    """Follows a journal into a second recording.

    Attributes
    ----------
    copy : the copy itself
    problem : why it is not copied now, in one sentence; empty if it is

    Raises
    ------
    InputError : the copy cannot be begun, or is the copy of another session
    """

    def __init__(self, journal: Journal, path: str | os.PathLike[str]) -> None:
        self.problem = ""
        self._journal = journal
        self._recent: dict[int, Frames] = {}
        self._busy = threading.Lock()
        _, part = places(path)
        begun = os.path.exists(part)
        self.copy = Journal.resume(path) if begun else Journal.create(path)
        if self.copy.session not in ("", journal.session):
            self.copy.abandon()
            raise InputError(
                f"{path} is the copy of another session: give another name."
            )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="copying", daemon=True)

    def start(self) -> None:
        """Begin to follow."""
        self._thread.start()

    def keep(self, seq: int, frames: Frames) -> None:
        """Hold one of the last messages until it is copied, whatever its disk does."""
        self._recent[seq] = frames
        self._recent.pop(seq - KEPT, None)

    def take_over(self, begin: Callable[[], object]) -> bool:
        """Whether it held all that was recorded and `begin` wrote to it.

        It follows no further then; what `begin` raises is raised.
        """
        if not self._busy.acquire(timeout=PATIENCE_S):
            return False
        try:
            self._catch_up()
            if self.copy.next_seq < self._journal.next_seq:
                return False
            begin()
            self._stop.set()
            return True
        finally:
            self._busy.release()

    def finish(self) -> Path | None:
        """Copy what is left and close the copy; None if it could not be finished."""
        self._stop.set()
        self._thread.join()
        self._catch_up()
        if self.problem:
            self.copy.abandon()
            return None
        try:
            return self.copy.close()
        except InputError as error:
            self.problem = f"NOT COPIED. {error}"
            return None

    def _run(self) -> None:
        while not self._stop.wait(RETRY_S if self.problem else TURN_S):
            with self._busy:
                if not self._stop.is_set():  # else others write to it now
                    self._catch_up()

    def _catch_up(self) -> None:
        """Copy what is missing; what fails is tried again the next time."""
        while self.copy.next_seq < self._journal.next_seq:
            seq = self.copy.next_seq
            frames = self._recent.get(seq) or self._journal.frames(seq)
            if frames is None:
                self.problem = f"NOT COPIED. Message {seq} cannot be read again."
                return
            try:
                self.copy.append(frames)
            except InputError as error:
                self.problem = f"NOT COPIED. {error}"
                return
            self._recent.pop(seq, None)
        self.problem = ""


def extend_from_copy(
    path: str | os.PathLike[str], copy: str | os.PathLike[str]
) -> None:
    """Write to an unfinished recording what its copy alone went on with.

    Raises
    ------
    InputError : one of them cannot be read or written, or is of another session
    """
    (_, part), (_, other) = places(path), places(copy)
    if not (os.path.exists(part) and os.path.exists(other)):
        return
    journal = Journal.resume(path)
    try:
        for frames in read_frames(other, journal.next_seq):
            if journal.session in ("", read_header(frames).session):
                journal.append(frames)
    finally:
        journal.abandon()


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
