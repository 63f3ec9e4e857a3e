"""Where the marks that hold go among the transients.

A mark acts right before the first transient that does not precede it, whenever it was
given: before it comes it waits, and one that is given late, moved or taken back makes
what was worked out be worked out again.  So the same marks give the same session.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from monitor.analysis.note import Note, NoteKind, notes_of
from monitor.protocol.settings import Settings
from monitor.run.message_filter import Filtered
from streams.messages.marks import (
    GIVEN,
    INFUSION,
    VIEWER,
    Marks,
    is_mark,
    marks_that_hold,
)
from streams.messages.transient import End, Event, Message, Transient

REFERENCE = "reference"


@dataclass(slots=True)
class MarkPlaces:
    """The marks of one session and which of them have been placed; one owner.

    A filter of messages, too: marks are taken as they come, and placed later.

    Attributes
    ----------
    settings : of the session, with periods that were given beforehand; None before it
    late : the newest message is a mark that belongs before the newest transient
    held : the marks that hold
    newest_s : scanner time of the newest transient, s
    """

    settings: Settings | None = None
    late: bool = False
    held: Marks = field(default_factory=Marks)
    newest_s: float = -math.inf
    _events: list[Event] = field(default_factory=list)
    _placed: set[str] = field(default_factory=set)

    def begin(self, settings: Settings) -> None:
        """Take the periods that were given beforehand."""
        self.settings = settings
        self.held = self._holding()

    def again(self) -> None:
        """Nothing has been placed: the transients come again."""
        self.newest_s, self._placed = -math.inf, set()

    def filter(self, message: Message) -> Filtered:
        """Take a mark; say what an event does beside periods that were given."""
        body = message.body
        event = body if isinstance(body, Event) else None
        self.late = event is not None and self.take(event)
        return Filtered((message,), () if event is None else self._notes(event))

    def take(self, event: Event) -> bool:
        """Take an event; whether it changes something before the newest transient.

        There is nothing to place a mark in before the session has begun.
        """
        if self.settings is None or not is_mark(event):
            return False
        self._events.append(event)
        before, self.held = self.held, self._holding()
        return any(self._has_moved(before, kind) for kind in INFUSION)

    def placed(self, message: Message) -> list[Message]:
        """The marks that belong before a message, and itself, unless it is a mark."""
        body, due = message.body, tuple[Event, ...]()
        if isinstance(body, Transient):
            due = self.due(body.time_s)
        elif isinstance(body, End):
            due = self.rest()
        elif isinstance(body, Event) and not self._passes(body):
            return []
        return [*(replace(message, body=mark) for mark in due), message]

    def due(self, time_s: float) -> tuple[Event, ...]:
        """Marks to be placed before a transient at this time, in order of time."""
        self.newest_s = max(self.newest_s, time_s)
        due = [
            mark
            for mark in self.held.events
            if mark.time_s <= time_s and mark.kind not in self._placed
        ]
        self._placed |= {mark.kind for mark in due}
        return tuple(due)

    def rest(self) -> tuple[Event, ...]:
        """Marks to be placed at the end of the session.

        An infusion that was given beforehand and begins after it is none of this one.
        """
        start = self.held.start
        outside = start is not None and start.time_s > self.newest_s
        if start is not None and outside and start.author == GIVEN:
            self.newest_s = math.inf
            return ()
        return self.due(math.inf)

    def _passes(self, event: Event) -> bool:
        """Whether an event goes on to the pipeline as it came: marks are placed."""
        if is_mark(event):
            return False
        s = self.settings
        if s is None or not s.override or s.reference_s is None:
            return True
        return event.author == VIEWER or event.kind != REFERENCE

    def _notes(self, event: Event) -> tuple[Note, ...]:
        """What is to be said of an event beside periods that were given."""
        s = self.settings
        if s is None:
            return ()
        given_s = {
            REFERENCE: s.reference_s,
            **dict.fromkeys(INFUSION, s.infusion_s),
        }.get(event.kind)
        if given_s is None or event.author == VIEWER:
            return ()
        what = "reference period" if event.kind == REFERENCE else "infusion"
        span = f"{given_s[0]:g} to {given_s[1]:g} s"
        if s.override:
            said = (
                f"The {what} is {span}, as given with --override: what the recording "
                "itself marks is left aside."
            )
        else:
            said = (
                f"The recording marks its {what} itself: the {span} that were given "
                "are left aside; --override puts them in its place."
            )
        return notes_of(NoteKind.PERIOD, [said])

    def _holding(self) -> Marks:
        s = self.settings or Settings()
        return marks_that_hold(self._events, s.infusion_s, s.override)

    def _has_moved(self, before: Marks, kind: str) -> bool:
        """Whether a mark was or is now to be placed before the newest transient."""
        old, new = before.of(kind), self.held.of(kind)
        old_s = math.inf if old is None else old.time_s
        new_s = math.inf if new is None else new.time_s
        return old_s != new_s and min(old_s, new_s) <= self.newest_s
