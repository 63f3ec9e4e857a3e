"""What comes from a publisher without a journal: taken, mended or refused, and counted.

Nothing that it sends is left out without a word: `problems` holds a sentence for each
message that was refused and for each that was taken although it was not as it should
be, until somebody takes them.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field

from streams.errors import InputError
from streams.messages import wire
from streams.messages.placeholder import placeholder_for
from streams.messages.transient import Heartbeat, Message
from streams.subscription.arrivals import Arrivals, Taken
from streams.subscription.repaired_header import StreamPosition, mend

MOST_KEPT = 10_000  # problems that nobody takes must not fill the memory
START_PATIENCE_S = 6.0
"""A start is published again every few seconds: what waits longer has none."""


@dataclass(frozen=True, slots=True)
class StreamProblem:
    """A message that was refused, or one that was accepted with a fault.

    `placed`: an event among the messages reports it.
    """

    text: str
    refused: bool
    placed: bool = False


@dataclass(slots=True)
class MessageIntake:
    """A publisher's messages, in runs that begin with a start.

    Attributes
    ----------
    refused : messages refused so far
    refusal : why the latest was
    remark : the fault of the latest message that was accepted with one
    repeated : messages that came twice in a row
    """

    refused: int = 0
    refusal: str = ""
    remark: str = ""
    repeated: int = 0
    problems: deque[StreamProblem] = field(
        default_factory=lambda: deque(maxlen=MOST_KEPT)
    )
    _arrivals: Arrivals = field(default_factory=Arrivals)
    _waiting_said: bool = False

    def take(self, message: Message) -> tuple[Message, ...]:
        """Messages to hand on for one that could be read."""
        if isinstance(message.body, Heartbeat):
            beat = self._arrivals.beat(message)
            return () if beat is None else (beat,)
        return self._hand_on(self._arrivals.take(message, time.monotonic()))

    def take_unreadable(self, frames: wire.Frames, reason: str) -> tuple[Message, ...]:
        """Messages to hand on for one that `wire.decode` refused, with its reason."""
        arrivals = self._arrivals
        filled = mend(
            frames,
            StreamPosition(
                arrivals.session, arrivals.last_seq, arrivals.start_seq, arrivals.epoch
            ),
        )
        if filled is not None:
            frames, filled_in = filled
            try:
                message = wire.decode(frames)
            except InputError as error:
                reason = str(error)
            else:
                self._remark(filled_in)
                return self.take(message)
        return self._placeholder(frames, reason)

    def pending(self) -> list[StreamProblem]:
        """Problems since the last time, among them that a start is waited for."""
        waiting = self.waiting
        if waiting and not self._waiting_said:
            self._remark(waiting)
        self._waiting_said = bool(waiting)
        problems = list(self.problems)
        self.problems.clear()
        return problems

    def give_up(self) -> None:
        """Count what still waits for a start as refused."""
        for reason in self._arrivals.give_up():
            self._refuse(reason)

    @property
    def waiting(self) -> str:
        """The sentence while messages wait for a start; empty: none does."""
        since = self._arrivals.waiting_s
        if since is None or time.monotonic() - since < START_PATIENCE_S:
            return ""
        why = f" ({self.refusal})" if self.refusal else ""
        return (
            f"Messages come without a valid start{why}: nothing can be recorded before "
            "one comes; publish it again every few seconds."
        )

    def _placeholder(self, frames: wire.Frames, reason: str) -> tuple[Message, ...]:
        """An event in the place of a refused message, where its place is known."""
        if frames and frames[0].strip() == b"start":
            self._arrivals.doubt()
        event = placeholder_for(frames, reason)
        placed = event is not None and self._arrivals.follows(event)
        self._refuse(reason, placed)
        if event is None or not placed:
            return ()
        return self._hand_on(self._arrivals.take(event, time.monotonic()))

    def _hand_on(self, taken: Taken) -> tuple[Message, ...]:
        for remark in taken.remarks:
            self._remark(remark)
        for reason in taken.refused:
            self._refuse(reason)
        self.repeated += taken.repeated
        return taken.messages

    def _remark(self, sentence: str) -> None:
        text = _plain(sentence)
        self.remark = text
        self.problems.append(StreamProblem(text, refused=False))

    def _refuse(self, reason: str, placed: bool = False) -> None:
        text = _plain(reason)
        self.refused, self.refusal = self.refused + 1, text
        self.problems.append(StreamProblem(text, refused=True, placed=placed))


def _plain(words: str) -> str:
    """What holds a publisher's own text, in one line that no terminal obeys."""
    return "".join(letter if letter.isprintable() else " " for letter in words)
