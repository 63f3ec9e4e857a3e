"""Which marks of the infusion hold: the one place that decides it.

Start and stop are events.  To move one is to give it again; to take one back is an
event of kind `undo` whose text is the kind that it takes back: what held before holds
again.  Nothing is ever removed from a recording.  Of one kind

- the last word counts, in the order of the messages,
- but a mark of a source (the scanner, the pump, a publisher, a file) stands over those
  of an operator, and only one that `replaces` it goes before it,
- and a stop that does not come after the start that holds is one of an infusion before.

What is typed over a closed recording comes after all that is in it.

Where times were given beforehand (a protocol, `--infusion`) they hold in a session
without marks of its own; where they `override`, over all marks but those that somebody
types while looking at it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from streams.messages.transient import Event

START, STOP, UNDO = "infusion_start", "infusion_stop", "undo"
INFUSION = (START, STOP)
TAKEN_BACK = ("", *INFUSION)
"""What the text of an undo may say; empty: whichever was given last."""
VIEWER = "viewer"
"""The author of changes that are in no recording."""
OPERATORS = frozenset({"operator", "script", VIEWER})
"""Authors whose marks are typed by somebody; any other is a source."""
GIVEN = "given"
"""The author of marks that were given beforehand."""
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks that hold; None where there is none."""

    start: Event | None = None
    stop: Event | None = None

    @property
    def start_s(self) -> float | None:
        """Scanner time of the start, s."""
        return None if self.start is None else self.start.time_s

    @property
    def stop_s(self) -> float | None:
        """Scanner time of the stop, s."""
        return None if self.stop is None else self.stop.time_s

    @property
    def events(self) -> tuple[Event, ...]:
        """Start and stop, as far as there are any, in order of time."""
        return tuple(e for e in (self.start, self.stop) if e is not None)

    def hold(self, event: Event) -> bool:
        """Whether an event is one of them."""
        return any(event is mark for mark in self.events)

    def of(self, kind: str) -> Event | None:
        """The mark of a kind."""
        return {START: self.start, STOP: self.stop}.get(kind)


def is_mark(event: Event) -> bool:
    """Whether an event says something about the start or the stop of the infusion."""
    return event.kind in INFUSION or (event.kind == UNDO and event.text in TAKEN_BACK)


def by_source(event: Event) -> bool:
    """Whether the scanner, the pump, a publisher or a file gave a mark."""
    return event.author not in OPERATORS


def marks_that_hold(
    events: Iterable[Event], given_s: Span | None = None, override: bool = False
) -> Marks:
    """The marks that hold after these events, which are in the order of messages.

    `given_s` are start and stop that were given beforehand, s.
    """
    if given_s is None:
        return _own_marks(events)
    own = _own_marks(e for e in events if not override or e.author == VIEWER)
    if own.events:
        return own
    start_s, stop_s = given_s
    return Marks(Event(start_s, START, "", GIVEN), Event(stop_s, STOP, "", GIVEN))


def _own_marks(events: Iterable[Event]) -> Marks:
    """The marks that hold of those in the session."""
    given: list[Event] = []
    for event in sorted(events, key=lambda event: event.author == VIEWER):
        if event.kind in INFUSION:
            given.append(event)
        elif is_mark(event):
            taken = _taken_back(given, event)
            given = [mark for mark in given if mark is not taken]
    start, stop = (_last_word(given, kind) for kind in INFUSION)
    if start is not None and stop is not None and stop.time_s <= start.time_s:
        stop = None
    return Marks(start, stop)


def standing(events: Iterable[Event], marks: Marks | None = None) -> list[Event]:
    """The events with the marks that hold (None: by themselves), the others left out.

    In order of time.
    """
    events = list(events)
    held = marks_that_hold(events) if marks is None else marks
    others = [event for event in events if not is_mark(event)]
    return sorted([*others, *held.events], key=lambda event: event.time_s)


def _last_word(given: Sequence[Event], kind: str) -> Event | None:
    """The mark of one kind that holds."""
    last: Event | None = None
    for event in given:
        if event.kind != kind:
            continue
        if last is None or event.replaces or by_source(event) or not by_source(last):
            last = event
    return last


def _taken_back(given: Sequence[Event], undo: Event) -> Event | None:
    """The mark that an undo takes back; a source's only where the undo `replaces` it.

    Of the kind that it names, else whichever was given last.
    """
    found = [
        _last_word(given, kind)
        if undo.replaces or not _stands(_last_word(given, kind))
        else _last_word([e for e in given if not by_source(e)], kind)
        for kind in ([undo.text] if undo.text else INFUSION)
    ]
    return next((e for e in reversed(given) if any(e is f for f in found)), None)


def _stands(mark: Event | None) -> bool:
    return mark is not None and by_source(mark)
