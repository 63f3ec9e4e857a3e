"""Messages of several files as those of one session.

Each file is a further series, as a relay records it: numbers, epochs and counts go on
behind those of the file before, times are the session's.  Only the last end is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from streams.messages.transient import Body, End, Event, Message, Start, Transient
from streams.sources.file_event import file_event
from streams.sources.joining.file_times import Piece
from streams.sources.joining.moved_text import (
    moved_period,
    moved_settings,
    named_count,
    with_count,
)


@dataclass(slots=True)
class _Ahead:
    """What the files so far have used up."""

    seq: int = 0  # of the next message
    epoch: int = 0  # of the next series
    count: int = 0  # above every count so far
    transients: int = 0


def joined_messages(
    pieces: Sequence[Piece], session: str, read: Iterable[Iterable[Message]]
) -> Iterator[Message]:
    """Messages of a session; `read` gives those of each piece as its file has them."""
    ahead, end = _Ahead(), None
    for number, (piece, messages) in enumerate(zip(pieces, read, strict=True), 1):
        shift = _Shift(piece, replace(ahead), session)
        for message in messages:
            if isinstance(message.body, End):
                end = message.body
                continue
            moved = shift.message(message)
            _take(ahead, moved)
            yield moved
            if isinstance(moved.body, Start) and not shift.told:
                yield shift.said(number, moved)
                ahead.seq += 1
    if end is not None:
        last = End(ahead.transients, end.reason)
        yield Message(session, ahead.seq, ahead.epoch - 1, last)


def _take(ahead: _Ahead, message: Message) -> None:
    """Take note of a message that was given."""
    ahead.seq, ahead.epoch = message.seq + 1, message.epoch + 1
    if isinstance(message.body, Transient):
        ahead.count = max(ahead.count, message.body.count + 1)
        ahead.transients += 1


@dataclass(slots=True)
class _Shift:
    """Moves the messages of one file behind those before it."""

    piece: Piece
    ahead: _Ahead
    session: str
    told: bool = False
    _count: int | None = None

    def message(self, message: Message) -> Message:
        """A message in its place."""
        return Message(
            self.session,
            message.seq + self.ahead.seq + self.told,
            message.epoch + self.ahead.epoch,
            self._body(message.body),
        )

    def said(self, number: int, start: Message) -> Message:
        """The event that says which file begins."""
        self.told = True
        contents = self.piece.contents
        event = file_event(
            self.piece.start_s, contents.sha256, number, contents.transients
        )
        return Message(self.session, start.seq + 1, start.epoch, event)

    def _body(self, body: Body) -> Body:
        match body:
            case Transient():
                return replace(
                    body,
                    count=body.count + self._from(body.count),
                    time_s=body.time_s + self.piece.offset_s,
                )
            case Event():
                time_s = body.time_s + self.piece.offset_s
                return replace(body, time_s=time_s, text=self._text(body))
        return body

    def _from(self, first: int) -> int:
        """What is added to counts; nothing where they go on by themselves."""
        if self._count is None:
            goes_on = self.piece.own_times and first >= self.ahead.count
            self._count = 0 if goes_on else self.ahead.count
        return self._count

    def _text(self, event: Event) -> str:
        """The text of an event, with what it names moved along."""
        if event.kind == "reference":
            return moved_period(event.text, self.piece.offset_s)
        if event.kind == "settings":
            return moved_settings(event.text, self.ahead.epoch, self.piece.offset_s)
        count = named_count(event)
        if count is None:
            return event.text
        return with_count(event.text, count + self._from(count))
