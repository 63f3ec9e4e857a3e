"""A message behind the filters, with what was noticed before the pipeline saw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.analysis.note import Note
from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.update import Update
from streams.messages.transient import Event, Message


@dataclass(frozen=True, slots=True)
class Taken:
    """What one message gave the pipeline, and what it adds to the update.

    Attributes
    ----------
    seq, epoch : of the message
    event : the message itself, if it is one
    passed : what goes to the pipeline in its place
    notes : what the filters said
    water : of a water reference
    missing, counted : see `Update`
    mirrored : the series turned out to be the wrong way round
    """

    seq: int
    epoch: int
    event: Event | None = None
    passed: tuple[Message, ...] = ()
    notes: tuple[Note, ...] = ()
    water: WaterPoint | None = None
    missing: int = 0
    counted: bool = True
    mirrored: bool = False

    def completed(self, update: Update) -> Update:
        """The pipeline's update with what this message adds."""
        if self.notes:
            update = replace(update, notes=update.notes + self.notes)
        if self.water is not None:
            update = replace(update, water=self.water)
        if self.missing or not self.counted:
            update = replace(update, missing=self.missing, counted=self.counted)
        return update


def merged(updates: Sequence[Update]) -> Update:
    """The last of several updates with what the ones before it changed in it.

    So a message says what marks did that were placed before it.
    """
    *earlier, update = updates
    for one in reversed(earlier):
        update = replace(
            update,
            course=update.course if update.course is not None else one.course,
            tracks=update.tracks if update.tracks is not None else one.tracks,
            stretches=one.stretches if update.stretches is None else update.stretches,
            reference_s=update.reference_s or one.reference_s,
            reference_curves=update.reference_curves or one.reference_curves,
            estimate=update.estimate or one.estimate,
            curves=update.curves or one.curves,
            answers=update.answers or one.answers,
            foreseen=update.foreseen or one.foreseen,
            agreement=update.agreement or one.agreement,
            notes=one.notes + update.notes,
        )
    return update
