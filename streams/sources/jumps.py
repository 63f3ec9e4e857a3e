"""Times of a recording or a file that jump: said, taken out, and a new epoch.

A live publisher's times are placed when they come (`streams.subscription.time_line`).
What was recorded before that, or written by another program, is placed here by the same
rule: a time that goes back by more than half a TR, or on by more than a day without a
start, is a clock that was set.  How long it really took is not known, so nothing is
averaged across.  Times of water and noise are left alone: only their order is used.  In
a file, transients that came late keep their place (its reader says so): there, a time
must go back by a day to be a jump.  One that by the scanner's counter was measured
before the last came late: no clock was set, and it stands right behind that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from streams.messages.scanner_counter import AUTHOR, JUMPED, LateTransients
from streams.messages.transient import Body, Event, Kind, Message, Start, Transient
from streams.subscription.time_line import DAY_S, LEAST_STEP_S


@dataclass(slots=True)
class ForwardTimes:
    """Places times so that they only go forward.

    Attributes
    ----------
    repetition_time_s : TR, s, where it is known
    late_s : how far a time may go back all the same, s
    """

    repetition_time_s: float | None = None
    late_s: float = 0.0
    _last_s: float | None = None  # of the last transient, as placed
    _step_s: float = LEAST_STEP_S  # between the last two
    _offset_s: float = 0.0
    _started: bool = True
    _late: LateTransients = field(default_factory=LateTransients)

    def begin(self, start: Start) -> None:
        """A series begins, after whatever pause."""
        self._late = LateTransients()
        self.repetition_time_s = start.acquisition.repetition_time_s
        self._started = True

    def transient(self, given_s: float, count: int | None = None) -> tuple[float, str]:
        """Time of a transient, s, and what is to be said if it jumped.

        `count` is the scanner's; None where what is late keeps its place.
        """
        time_s, said = given_s + self._offset_s, ""
        late = count is not None and self._late.take(count)
        if late and self._last_s is not None and time_s <= self._last_s:
            self._last_s += LEAST_STEP_S
            return self._last_s, ""
        if self._last_s is not None:
            step_s = time_s - self._last_s
            usual_s = max(self.repetition_time_s or self._step_s, LEAST_STEP_S)
            back = step_s < -max(usual_s / 2, self.late_s)
            if back or (step_s > DAY_S and not self._started):
                said = (
                    f"{JUMPED} by {step_s:+.6g} s: time goes on after one step, "
                    "in a new epoch."
                )
                time_s = self._last_s + usual_s
                self._offset_s, step_s = time_s - given_s, usual_s
            self._step_s = step_s
        self._last_s, self._started = time_s, False
        return time_s, said

    def event(self, given_s: float) -> float:
        """Time of an event, s; one more than a day off is at the last transient."""
        time_s = given_s + self._offset_s
        if self._last_s is None or not self._offset_s:
            return given_s
        return time_s if abs(time_s - self._last_s) <= DAY_S else self._last_s


def _jump(time_s: float, said: str) -> Event:
    return Event(time_s, "re-shim", said, AUTHOR)


def forward(messages: Iterable[Message]) -> Iterator[Message]:
    """Messages of a recording; an event before each jump, numbered among them."""
    times, jumps = ForwardTimes(), 0
    for message in messages:
        body, event = _place(times, message.body)
        if event is not None:
            yield _later(message, event, jumps, jumps + 1)
            jumps += 1
        same = not jumps and body is message.body
        yield message if same else _later(message, body, jumps, jumps)


def forward_times(
    times_s: Sequence[float], repetition_time_s: float | None
) -> tuple[tuple[float, ...], dict[int, Event]]:
    """Times of a file's transients, s, and the event before each that jumped."""
    times, jumps = ForwardTimes(repetition_time_s, DAY_S), dict[int, Event]()
    placed: list[float] = []
    for index, given_s in enumerate(times_s):
        time_s, said = times.transient(given_s)
        placed.append(time_s)
        if said:
            jumps[index] = _jump(time_s, said)
    return tuple(placed), jumps


def _place(times: ForwardTimes, body: Body) -> tuple[Body, Event | None]:
    """A body in its time, and the event before it if it jumped."""
    match body:
        case Start():
            times.begin(body)
        case Transient(kind=Kind.METABOLITE):
            time_s, said = times.transient(body.time_s, body.count)
            placed = body if time_s == body.time_s else replace(body, time_s=time_s)
            return placed, _jump(time_s, said) if said else None
        case Transient() | Event():
            time_s = times.event(body.time_s)
            return body if time_s == body.time_s else replace(body, time_s=time_s), None
    return body, None


def _later(message: Message, body: Body, seq: int, epoch: int) -> Message:
    return Message(message.session, message.seq + seq, message.epoch + epoch, body)
