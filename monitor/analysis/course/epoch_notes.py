"""What is to be said of series, epochs and periods, each thing once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from monitor.analysis.course.gain_sentences import GainsSaid, gains_said
from monitor.analysis.course.intake import Intake
from monitor.analysis.course.periods import Periods
from monitor.analysis.note import Note, NoteKind, notes_of

APART = (
    "New shim, gain or place: every interval is wider; go on, and do not shim again."
)


@dataclass(slots=True)
class EpochNotes:
    """Notes on a session's series, epochs and periods; one owner, the pipeline.

    `_apart` is the epoch of which it has been said, `_overlap` what was of periods.
    """

    intake: Intake
    periods: Periods
    _apart: int | None = None
    _overlap: str = ""
    _gains: GainsSaid = field(default_factory=GainsSaid)

    def take(self) -> tuple[Note, ...]:
        """What is to be said since the last call."""
        return (*self._of_periods(), *self._of_gains(), *self._of_epochs())

    def _of_gains(self) -> tuple[Note, ...]:
        """Where the gain has stepped."""
        steps = self.intake.course.gains.steps
        return notes_of(NoteKind.GAIN, self._gains.news(steps)) if steps else ()

    def _of_periods(self) -> tuple[Note, ...]:
        """That the reference period holds some of the infusion."""
        before, self._overlap = self._overlap, self.periods.overlap_said()
        return notes_of(NoteKind.OVERLAP, {self._overlap} - {before})

    def still_true(self, notes: Iterable[Note]) -> tuple[Note, ...]:
        """Notes but those on an overlap that has been corrected since.

        On steps of gain those that all of the session gives.
        """
        said = self.periods.overlap_said()
        kept = [n for n in notes if n.kind != NoteKind.OVERLAP or n.text == said]
        steps = gains_said(self.intake.course.gains.steps)
        others = (n for n in kept if n.kind != NoteKind.GAIN)
        return (*others, *notes_of(NoteKind.GAIN, steps))

    def _of_epochs(self) -> tuple[Note, ...]:
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
