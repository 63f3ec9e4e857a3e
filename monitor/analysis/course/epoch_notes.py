"""What is to be said of series and epochs, each thing once."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.course.intake import Intake
from monitor.analysis.note import Note, NoteKind, notes_of

APART = (
    "New shim, gain or place: every interval is wider; go on, and do not shim again."
)


@dataclass(slots=True)
class EpochNotes:
    """Notes on a session's series and epochs; one owner, the pipeline.

    `_apart` is the epoch of which it has been said.
    """

    intake: Intake
    _apart: int | None = None

    def take(self) -> tuple[Note, ...]:
        """What is to be said since the last call."""
        course = self.intake.course
        if not course.qualities:
            return ()
        said = notes_of(NoteKind.SERIES, self.intake.said.take())
        newest = course.epochs[-1]
        if course.home is None or newest in (course.home, self._apart):
            return said
        if newest in course.rejected or self.intake.on_trial:
            return said
        self._apart = newest
        return (*said, *notes_of(NoteKind.EPOCHS, (APART,)))
