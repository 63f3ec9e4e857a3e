"""Where a session is recorded: its recording, or its copy alone when that fails.

What cannot be written is held by the relay and tried again.  Meanwhile it is looked
whether the copy, if there is one, can take over: it must hold all that was recorded.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from streams.errors import InputError
from streams.messages.requests import EventRecorded, EventRequest
from streams.messages.scanner_counter import AUTHOR
from streams.messages.transient import Body, Event
from streams.messages.wire import Frames
from streams.recording.journal import Journal, NotRecordedError
from streams.recording.second_copy import Copying, check_copy, extend_from_copy
from streams.relay.session import RelaySession

RESTORE_S = 5.0  # how long a removed recording is missed before it is written again
WORTH_A_NOTE_S = 1.0  # recording held up for less leaves no event


def begin_recording(
    path: str | Path, copy_path: str | Path | None, speed: float
) -> tuple[RelaySession, Copying | None]:
    """A session and its copy, both begun or resumed.

    Raises
    ------
    InputError : one of them cannot be written, or they are of different sessions
    """
    if copy_path:
        extend_from_copy(path, copy_path)
    session = RelaySession(path, speed)
    try:
        return session, Copying(session.journal, copy_path) if copy_path else None
    except InputError:
        session.journal.abandon()
        raise


class Recorder:
    """Records and publishes; each call is one try.

    Attributes
    ----------
    problem : why nothing is recorded now, in one sentence; empty if it is
    left : why the recording was left for its copy; empty if it was not
    """

    def __init__(
        self,
        session: RelaySession,
        copying: Copying | None,
        publish: Callable[[Frames], object],
    ) -> None:
        self.problem = self.left = ""
        self._session, self._copying, self._publish = session, copying, publish
        self._first = session.journal
        self._gone, self._since = False, 0.0

    @property
    def journal(self) -> Journal:
        """What is being written."""
        return self._session.journal

    @property
    def alone(self) -> str:
        """Why only the copy is written, in one sentence; empty if both are."""
        return f"RECORDED IN THE COPY ALONE. {self.left}" if self.left else ""

    @property
    def copy_problem(self) -> str:
        """Why there is no copy, in a sentence; empty if there is, or none is wanted."""
        return self._copying.problem if self._copying and not self.left else ""

    def record(self, body: Body) -> None:
        """Record and publish a body.

        Raises
        ------
        NotRecordedError : nowhere to record; the same body may be tried again
        InputError : no valid message
        """
        self._try(lambda: self._session.record(body))

    def record_event(self, request: EventRequest) -> EventRecorded:
        """Record and publish an event that somebody asks for, once.

        Raises
        ------
        InputError : not recorded
        """
        return self._try(lambda: self._session.record_event(request))

    def check(self) -> None:
        """Notice that the recording is gone, or there again, before a message comes."""
        try:
            self.journal.check_place()
        except NotRecordedError as error:
            with contextlib.suppress(NotRecordedError):
                self._go_elsewhere(error)
            self._gone = bool(self.problem)
        else:
            if self._gone:
                self._gone, self.problem = False, ""

    def _try(self, write: Callable[[], EventRecorded]) -> EventRecorded:
        if self.problem and time.monotonic() > self._since + RESTORE_S:
            with contextlib.suppress(NotRecordedError):
                self.journal.restore()
        before = self.journal.next_seq
        try:
            recorded = write()
        except NotRecordedError as error:
            self._go_elsewhere(error)
            before = self.journal.next_seq
            recorded = write()
        if self.journal.next_seq > before:
            self._publish_last()
        self._note_interruption()
        return recorded

    def _publish_last(self) -> None:
        """Publish what was just recorded."""
        frames = self._session.last_frames
        if self._copying and not self.left:
            self._copying.keep(self._session.last_seq, frames)
        self._publish(frames)

    def _note_interruption(self) -> None:
        """Note in the recording that it was held up."""
        if not self.problem:
            return
        self.problem, self._gone = "", False
        held_s = time.monotonic() - self._since
        if held_s > WORTH_A_NOTE_S:
            self._note(f"Nothing could be recorded for {held_s:.0f} s; it was held.")

    def _note(self, text: str) -> None:
        """Record an event of our own, if possible: the next message says if not."""
        with contextlib.suppress(NotRecordedError):
            self._session.record(Event(self._session.now_s, "note", text, AUTHOR))
            self._publish_last()

    def _go_elsewhere(self, reason: NotRecordedError) -> None:
        """Go on in the copy alone.

        Raises
        ------
        NotRecordedError : there is none, or it lacks something
        """
        if self.left or not self._copy_goes_on():
            if not self.problem:
                self._since = time.monotonic()
            self.problem = f"NOT RECORDING. {reason}"
            raise reason
        self.left, self.problem = str(reason), ""
        self._publish_last()

    def _copy_goes_on(self) -> bool:
        """Whether the copy held everything and took a note; else nothing changes."""
        if self._copying is None:
            return False
        session, copy = self._session, self._copying.copy

        def begin() -> None:
            session.journal = copy
            text = "The recording cannot be written: its copy alone goes on."
            session.record(Event(session.now_s, "note", text, AUTHOR))

        try:
            return self._copying.take_over(begin)
        except NotRecordedError:
            session.journal = self._first
            return False

    def close(self) -> tuple[Path, str]:
        """Finish recording and copy: where the recording is, and what is wrong."""
        if self.left:
            self._first.abandon()
        copy = None if self.left or not self._copying else self._copying.finish()
        try:
            path, problem = self.journal.close(), self._about_first()
        except NotRecordedError as error:
            path, problem = self.journal.part, f"NOT FINISHED. {error}"
        if copy is not None and not problem:
            problem = _difference(path, copy)
        elif copy is not None:
            problem += f" {copy} is its copy, finished."
        elif self.copy_problem:
            problem = f"{path} is whole, but: {self.copy_problem} {problem}".strip()
        return path, problem

    def _about_first(self) -> str:
        if not self.left:
            return ""
        return (
            f"{self._first.part} holds {self._first.next_seq} messages alone, for it "
            f"could not be written ({self.left}) All {self.journal.next_seq} are in "
            f"{self.journal.path}."
        )


def _difference(path: Path, copy: Path) -> str:
    try:
        check_copy(path, copy)
    except InputError as error:
        return str(error)
    return ""
