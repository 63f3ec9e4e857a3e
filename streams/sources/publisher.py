"""A site's own publisher as a source: any program that speaks `docs/wire.md`.

What the publisher sends is numbered anew by the relay that records it.  What was lost
between the two is named in the recording by an event of kind "gap"; an end becomes an
event "series_end", since the session lasts until the relay is stopped, and the next
start begins a series.  A publisher that is started again begins at time 0 again: its
times are put behind those before, by this machine's clock.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from streams.security import ClientKeys
from streams.subscriber import Subscriber
from streams.transient import (
    EPOCH_EVENTS,
    Body,
    End,
    Event,
    Heartbeat,
    Message,
    Start,
    Transient,
)

TURN_S = 0.2
AUTHOR = "relay"


def bodies(
    endpoint: str,
    stop: threading.Event,
    *,
    keys: ClientKeys | None = None,
    until_end: bool = False,
    on_problem: Callable[[str], None] | None = None,
) -> Iterator[Body]:
    """Bodies from a publisher, until `stop` is set.

    Parameters
    ----------
    endpoint : `tcp://HOST:PORT` of the publisher, or of another relay
    keys : CURVE keys, where it asks for them
    until_end : whether the publisher's end is the end of the session
    on_problem : called with one sentence whenever what is wrong changes ("": nothing)

    Raises
    ------
    InputError : no address
    """
    feed, told = _Feed(), ""
    with Subscriber(endpoint, keys) as subscriber:
        while not stop.is_set():
            for message in subscriber.poll(TURN_S):
                if until_end and isinstance(message.body, End):
                    yield message.body
                    return
                yield from feed.take(message)
            problem = subscriber.health.problem
            if on_problem is not None and problem != told:
                told = problem
                on_problem(problem)


@dataclass(slots=True)
class _Feed:
    """Turns a publisher's messages into bodies of one lasting session."""

    session: str = ""
    seq: int = -1
    epoch: int = 0
    time_s: float = 0.0
    offset_s: float = 0.0
    arrived: float | None = None
    placing: bool = False

    def take(self, message: Message) -> Iterator[Body]:
        """Bodies that a message stands for."""
        if message.session != self.session:
            self.session, self.seq, self.epoch = message.session, -1, message.epoch
            self.placing = True
        lost, self.seq = message.seq - self.seq - 1, message.seq
        body = self._placed(message.body)
        if lost > 0:
            text = f"{lost} messages lost between publisher and relay"
            yield Event(self.time_s, "gap", text, AUTHOR)
        yield from self._epoch_events(message)
        if isinstance(body, End):
            yield Event(self.time_s, "series_end", body.reason, AUTHOR)
        elif not isinstance(body, Heartbeat):
            yield body

    def _placed(self, body: Body) -> Body:
        """The body in the time of the lasting session."""
        if not isinstance(body, Transient | Event):
            return body
        now = time.monotonic()
        if self.placing:
            self.placing, self.offset_s = False, 0.0
            if self.arrived is not None and body.time_s <= self.time_s:
                self.offset_s = self.time_s + (now - self.arrived) - body.time_s
        self.time_s, self.arrived = body.time_s + self.offset_s, now
        return replace(body, time_s=self.time_s)

    def _epoch_events(self, message: Message) -> Iterator[Event]:
        """An event for an epoch that begins without one."""
        begun, self.epoch = message.epoch > self.epoch, message.epoch
        body = message.body
        says_so = isinstance(body, Start) or (
            isinstance(body, Event) and body.kind in EPOCH_EVENTS
        )
        if begun and not says_so:
            yield Event(self.time_s, "re-shim", "new epoch of the publisher", AUTHOR)
