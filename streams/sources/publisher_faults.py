"""What a publisher does not send right, as events of its recording.

The first of each kind is an event at once; those that follow are counted, and told of
every few seconds, so that a publisher that sends nothing else does not fill the disk.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from streams.messages.placeholder import LONGEST_REASON, refused_text
from streams.messages.scanner_counter import AUTHOR, DROPPED, REMARK
from streams.messages.transient import Event
from streams.subscription.intake import StreamProblem

EVERY_S = 10.0
MOST_KINDS = 16
_CHANGING = re.compile(r"\d+")


@dataclass(slots=True)
class _Kind:
    """Problems of one kind that were not told of yet."""

    refused: bool
    until_s: float
    held: int = 0
    last: str = ""


@dataclass(slots=True)
class Troubles:
    """Bounds how often each kind of problem becomes an event."""

    _kinds: dict[str, _Kind] = field(default_factory=dict)

    def take(self, problems: Iterable[StreamProblem], time_s: float) -> Iterator[Event]:
        """Events for these problems and for those that waited long enough."""
        now = time.monotonic()
        for problem in problems:
            if problem.placed:
                continue  # an event stands for it already
            known = self._kind(problem, now)
            known.held, known.last = known.held + 1, problem.text
            if now >= known.until_s:
                yield _event(known, time_s)
                known.until_s, known.held = now + EVERY_S, 0
        yield from self._due(now, time_s)

    def rest(self, problems: Iterable[StreamProblem], time_s: float) -> Iterator[Event]:
        """Events for these problems and for all that waited."""
        yield from self.take(problems, time_s)
        yield from self._due(float("inf"), time_s)

    def _kind(self, problem: StreamProblem, now: float) -> _Kind:
        name = f"{problem.refused} {_CHANGING.sub('N', problem.text)[:60]}"
        if name not in self._kinds and len(self._kinds) >= MOST_KINDS:
            name = f"{problem.refused} and others"
        return self._kinds.setdefault(name, _Kind(problem.refused, now))

    def _due(self, now: float, time_s: float) -> Iterator[Event]:
        for known in self._kinds.values():
            if known.held and now >= known.until_s:
                yield _event(known, time_s)
                known.until_s, known.held = now + EVERY_S, 0


def _event(known: _Kind, time_s: float) -> Event:
    if known.refused:
        return Event(time_s, DROPPED, refused_text(known.held, known.last), AUTHOR)
    more = f" ({known.held} times)" if known.held > 1 else ""
    return Event(time_s, REMARK, f"{known.last}{more}"[:LONGEST_REASON], AUTHOR)
