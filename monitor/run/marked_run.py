"""The pipeline of one session, which is begun again when its marks have changed.

So it is where an event says late which transients measured macromolecules.

What came through the filters is kept, transients combined to one FID each and soon on
disk (`spilled_fids`), so that a mark that is given late, moved or taken back gives what
it would have given in time: everything is worked out again from the first message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import is_
from typing import TYPE_CHECKING

from monitor.analysis.note import Note, NoteKind, may_be_told, notes_of
from monitor.analysis.update import Update
from monitor.protocol.choose import Wishes, settings_for
from monitor.run.filtered_message import Taken, with_marks
from monitor.run.mark_places import Placing
from monitor.run.spilled_fids import out_of_memory
from streams.messages.scanner_counter import AUTHOR, JUMPED
from streams.messages.transient import Body, End, Event, Message, Start

if TYPE_CHECKING:
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


class MarkedRun:
    """Works through what the filters passed; parameters as of `SessionRun`.

    `renamed` gives a message as what it is, by all that has been said so far.

    Attributes
    ----------
    pipeline : chosen with the first start; None before it
    marks : where the marks of the infusion go
    notes : everything that was noticed, once each
    estimates, tracks : of all windows, and the tracker's points, as they stand now
    ended : whether the end of the session has come
    """

    def __init__(
        self, wishes: Wishes, live: bool, renamed: Callable[[Message], Message]
    ) -> None:
        self._wishes, self._live = wishes, live
        self._renamed = renamed
        self.pipeline: Pipeline | None = None
        self.marks = Placing()
        self.notes: dict[Note, None] = {}
        self.estimates: tuple[Estimate, ...] = ()
        self.tracks: list[TrackerPoint] = []
        self.ended = False
        self._kept: list[Taken] = []
        self._settings_are_news = False

    @property
    def hidden(self) -> bool:
        """Whether the outcome is hidden."""
        return self.pipeline is not None and self.pipeline.settings.outcome_hidden

    @property
    def kept(self) -> tuple[Message, ...]:
        """What came through the filters, coils combined."""
        return tuple(one for taken in self._kept for one in taken.passed)

    def push(self, taken: Taken) -> Update:
        """The update of one message; with all before it again where a mark changed."""
        event = taken.event
        if self.pipeline is None or event is None:
            return self.work(taken)
        if not (self.marks.take(event) or taken.renames):
            return self.work(taken)
        kept = [self._again(one) for one in self._kept]
        self.begin_again([])
        again = tuple(self.work(one) for one in kept)
        return replace(self.work(taken), again=again)

    def work(self, taken: Taken) -> Update:
        """The update of one message behind the filters."""
        update = Update(taken.seq, taken.epoch)
        marked, kept = self._place_marks(taken), []
        for one in taken.passed:
            opened = self._open(one.body) + _jump(one.body)
            if self.pipeline is not None:
                update, keep = self._push(self.pipeline, one)
                kept += [keep] if keep is not None else []
            if opened:
                update = replace(update, notes=opened + update.notes)
        same = len(kept) == len(taken.passed) and all(map(is_, kept, taken.passed))
        self._keep_passed(taken if same else replace(taken, passed=tuple(kept)))
        update = taken.completed(with_marks(marked, update))
        if self._settings_are_news and self.pipeline is not None:
            update = replace(update, settings=self.pipeline.settings)
            self._settings_are_news = False
        if update.notes:
            update = replace(update, notes=may_be_told(update.notes, self.hidden))
        self._keep(taken, update)
        return update

    def _keep_passed(self, taken: Taken) -> None:
        """Keep a message, to be worked through once more."""
        self._kept.append(taken)
        if len(self._kept) % SPILLED == 0:
            last = self._kept[-SPILLED:]
            self._kept[-SPILLED:] = out_of_memory(last)

    def _again(self, taken: Taken) -> Taken:
        """A message that was kept, as what it is by now."""
        return replace(taken, passed=tuple(map(self._renamed, taken.passed)))

    def _push(self, pipeline: Pipeline, one: Message) -> tuple[Update, Message | None]:
        """The pipeline's update, and what to keep of a message to push it again."""
        body = one.body
        if isinstance(body, Event) and not self.marks.passes(body):
            return Update(one.seq, one.epoch, event=body), one
        refused = pipeline.refused
        update = pipeline.push(one)
        return update, one if pipeline.refused > refused else pipeline.kept(one)

    def _place_marks(self, taken: Taken) -> list[Update]:
        """Place the marks that belong before a message; what they caused."""
        pipeline, time_s = self.pipeline, taken.time_s
        ends = any(isinstance(one.body, End) for one in taken.passed)
        if pipeline is None or (time_s is None and not ends):
            return []
        due = self.marks.rest() if time_s is None else self.marks.due(time_s)
        return [
            pipeline.push(Message("", taken.seq, taken.epoch, mark)) for mark in due
        ]

    def begin_again(self, messages: Sequence[Taken]) -> None:
        """Begin the session again, with these messages."""
        self.pipeline, self._kept = None, []
        self.notes, self.estimates, self.tracks = {}, (), []
        self.marks.again()
        for taken in messages:
            self.work(taken)

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
        self.marks.begin(settings)
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
