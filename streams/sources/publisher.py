"""A site's own publisher as a source: any program that speaks `docs/wire.md`.

What the publisher sends is numbered anew by the relay that records it.  What was lost
between the two is named in the recording by an event of kind "gap", what was refused by
one of kind "dropped" (`streams.messages.placeholder`).  An end becomes an event
"series_end", since the session lasts until the relay is stopped, and the next start
begins a series.  A publisher that is started again begins at time 0 again: its times
are put behind those before, by this machine's clock.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from streams.messages.keys import ClientKeys
from streams.messages.scanner_counter import AUTHOR, GAP, NAMING
from streams.messages.transient import (
    EPOCH_EVENTS,
    Body,
    End,
    Event,
    Heartbeat,
    Message,
    Start,
    Transient,
)
from streams.sources.publisher_faults import Troubles
from streams.subscription.subscriber import Subscriber

TURN_S = 0.2
_NUMBER = re.compile(r" \d+ ")  # what changes in a sentence that stays the same


def bodies(
    endpoint: str,
    stop: threading.Event,
    *,
    keys: ClientKeys | None = None,
    until_end: bool = False,
    on_note: Callable[[str], None] | None = None,
) -> Iterator[Body]:
    """Bodies from a publisher, until `stop` is set.

    Parameters
    ----------
    endpoint : `tcp://HOST:PORT` of the publisher, or of another relay
    keys : CURVE keys, where it asks for them
    until_end : whether the publisher's end is the end of the session
    on_note : called with each sentence about the stream itself

    Raises
    ------
    InputError : no address
    """
    say = on_note or (lambda _: None)
    feed, told = _Feed(lasting=not until_end), ""
    troubles = Troubles()
    with Subscriber(endpoint, keys) as subscriber:
        ended = False
        while not (ended or stop.is_set()):
            messages = subscriber.poll(TURN_S)
            for event in troubles.take(subscriber.problems(), feed.time_s):
                say(f"{event.kind}: {event.text}")
                yield event
            for message in messages:
                for body in feed.take(message):
                    if isinstance(body, Event) and body.kind in NAMING:
                        say(f"{body.kind}: {body.text}")
                    yield body
                ended = until_end and isinstance(message.body, End)
                if ended:
                    break
            health = subscriber.health
            away = _NUMBER.sub("N", health.away)
            if away != told and (away or health.connected):
                told = away
                say(health.away or f"{endpoint} is heard.")
        subscriber.give_up()
        yield from troubles.rest(subscriber.problems(), feed.time_s)


@dataclass(slots=True)
class _Feed:
    """Turns a publisher's messages into bodies of one session.

    `lasting`: whether the session goes on after the publisher's end.
    """

    lasting: bool = True
    session: str = ""
    seq: int = -1
    epoch: int = 0
    time_s: float = 0.0
    offset_s: float = 0.0
    arrived: float | None = None
    placing: bool = False
    joining: bool = False  # nothing but starts, which are sent again, has come yet

    def take(self, message: Message) -> Iterator[Body]:
        """Bodies that a message stands for."""
        if message.session != self.session:
            self.session, self.seq, self.epoch = message.session, -1, message.epoch
            self.placing, self.joining = True, True
        lost, self.seq = message.seq - self.seq - 1, message.seq
        body = self._place(message.body)
        if lost > 0:
            yield Event(self.time_s, GAP, _lost_words(lost, body, self.joining), AUTHOR)
        self.joining = self.joining and isinstance(body, Start)
        yield from self._epoch_events(message)
        if isinstance(body, End) and self.lasting:
            yield Event(self.time_s, "series_end", body.reason, AUTHOR)
        elif not isinstance(body, Heartbeat):
            yield body

    def _place(self, body: Body) -> Body:
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


def _lost_words(messages: int, body: Body, joining: bool) -> str:
    """What is said of messages that did not come before this body.

    The end says how many transients were sent: of the last ones nothing else tells.
    """
    text = f"{messages} messages lost between publisher and relay"
    if joining:
        text = f"{messages} messages sent before the relay listened, or lost"
    if isinstance(body, End) and body.transients > 0:
        text += f", up to transient {body.transients - 1}"
    return text
