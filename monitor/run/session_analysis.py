"""One working-through of a session's messages, in their order.

What came through the filters is kept, transients combined to one FID each and soon on
disk (`spilled_fids`), so that what is said late of earlier messages gives what it would
have given in time: a new analysis works everything through from the first message.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from monitor.analysis.note import Note, NoteKind, may_be_told, notes_of
from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes, settings_for
from monitor.run.filtered_message import Taken, merged
from monitor.run.mark_places import MarkPlaces
from monitor.run.spilled_fids import out_of_memory
from streams.messages.scanner_counter import AUTHOR, JUMPED
from streams.messages.transient import Body, Event, Message, Start

if TYPE_CHECKING:
    from monitor.analysis.choices import Choices
    from monitor.analysis.course.response import Estimate
    from monitor.analysis.pipeline import Pipeline
    from monitor.analysis.tracking.point import TrackerPoint

SPILLED = 512
"""Messages that go to disk at once: 4 MB of one FID each."""
MIRRORED = (
    "The spectrum is mirrored at the water line: the samples are the complex "
    "conjugates of what NIfTI-MRS and this program store; conjugate the file and try "
    "again."
)


class SessionAnalysis:
    """Works through what the filters passed, once; parameters as of `SessionRun`.

    `marks` says where marks go, `renamed` gives a message as what it is: both by all
    that has been said so far.

    Attributes
    ----------
    pipeline : chosen with the first start; None before it
    notes : everything that was noticed, once each
    estimates, tracks : of all windows, and the tracker's points, as they stand now
    ended : whether the end of the session has come
    kept : what came through the filters; several coils are combined, once settled
    """

    def __init__(
        self,
        wishes: Wishes,
        live: bool,
        marks: MarkPlaces,
        renamed: Callable[[Message], Message],
        held: Choices | None = None,
    ) -> None:
        self._wishes, self._live, self._held = wishes, live, held
        self._marks, self._renamed = marks, renamed
        self.pipeline: Pipeline | None = None
        self.notes: dict[Note, None] = {}
        self.estimates: tuple[Estimate, ...] = ()
        self.tracks: list[TrackerPoint] = []
        self.ended = False
        self.kept: list[Taken] = []
        self._settings_are_news = False

    def anew(self) -> SessionAnalysis:
        """Nothing has been worked through, by the same wishes."""
        self._marks.again()
        marks, renamed, held = self._marks, self._renamed, self._held
        return SessionAnalysis(self._wishes, self._live, marks, renamed, held)

    @property
    def hidden(self) -> bool:
        """Whether the outcome is hidden."""
        return self.pipeline is not None and self.pipeline.settings.outcome_hidden

    def work(self, taken: Taken) -> Update:
        """The update of one message behind the filters.

        Raises
        ------
        InputError : no basis set or protocol fits what a start message announces
        """
        updates: list[Update] = []
        kept: list[Message | None] = []
        for one in map(self._renamed, taken.passed):
            said = self._open(one.body) + _jump(one.body)
            if said:
                updates.append(Update(one.seq, one.epoch, notes=said))
            if self.pipeline is not None:
                placed = self._marks.placed(one)
                updates += [self.pipeline.push(each) for each in placed]
                kept.append(self.pipeline.kept(one))
                if not placed:  # a mark, which waits for its place
                    updates.append(Update(one.seq, one.epoch, event=taken.event))
        self._keep_passed(replace(taken, passed=tuple(one for one in kept if one)))
        update = merged(updates) if updates else Update(taken.seq, taken.epoch)
        update = self._complete(taken, update)
        self._keep(taken, update)
        return update

    def _complete(self, taken: Taken, update: Update) -> Update:
        """An update with what is known besides, as far as it may be told."""
        update = taken.completed(update)
        if self._settings_are_news and self.pipeline is not None:
            update = replace(update, settings=self.pipeline.settings)
            self._settings_are_news = False
        if update.notes:
            update = replace(update, notes=may_be_told(update.notes, self.hidden))
        return update

    def _keep_passed(self, taken: Taken) -> None:
        """Keep a message, to be worked through once more."""
        self.kept.append(taken)
        if len(self.kept) % SPILLED == 0:
            last = self.kept[-SPILLED:]
            self.kept[-SPILLED:] = out_of_memory(last)

    def _open(self, body: Body) -> tuple[Note, ...]:
        """Choose the pipeline with the first start; what was noticed in doing so."""
        if self.pipeline is not None or not isinstance(body, Start):
            return ()
        # scipy behind these takes a second, and the window's process never needs it
        from monitor.analysis.pipeline import Pipeline
        from monitor.basis.simulated import basis_for

        settings = settings_for(body, self._wishes)
        basis, notes = basis_for(settings.basis, body.acquisition)
        self.pipeline = Pipeline(settings, basis)
        self.pipeline.live = self._live
        if self._held is not None:
            self._held.hold(self.pipeline.course, self.pipeline.ways.tracking)
        self._marks.begin(settings)
        self._settings_are_news = True
        return notes_of(NoteKind.BASIS, notes)

    def hide_outcome(self) -> bool:
        """Hide the outcome from now on; whether the session has begun already."""
        changes = {**self._wishes.changes, "outcome_hidden": True}
        self._wishes = replace(self._wishes, changes=changes)
        if self.pipeline is None:
            return False
        self.pipeline.settings = self.pipeline.settings.with_changes(
            outcome_hidden=True
        )
        self._settings_are_news = True
        return True

    def _keep(self, taken: Taken, update: Update) -> None:
        """Keep what a message gave."""
        self.notes |= dict.fromkeys(update.notes)
        if update.settings is not None:  # a lock has come, perhaps
            self.notes = dict.fromkeys(may_be_told(self.notes, self.hidden))
        if taken.mirrored:
            self.notes[Note(NoteKind.SIGNAL, MIRRORED)] = None
        if update.course is not None:
            self.estimates = update.course
        if update.tracks is not None:
            self.tracks = list(update.tracks)
        if update.tracker is not None:
            self.tracks.append(update.tracker)
        self.ended = self.ended or update.ended is not None


def _jump(body: Body) -> tuple[Note, ...]:
    """That times jumped, as the relay or the reader of the file says it."""
    if not isinstance(body, Event) or body.author != AUTHOR:
        return ()
    if not body.text.startswith(JUMPED):
        return ()
    return notes_of(NoteKind.SOURCE, [f"At {body.time_s:.0f} s {body.text}"])
