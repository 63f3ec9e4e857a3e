"""Tells transients whose metabolites are nulled, however that was announced.

By their source (its rules for a counter or a series' name), by the inversion time of
their series, or by events: from `mm_begin` to the `mm_end` after it, in scanner time.
An event that is given late changes what transients before it are: the session is then
worked out again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from monitor.analysis.basis.mm_relaxation import is_nulled
from monitor.run.message_filter import Filtered
from streams.messages.span import Span
from streams.messages.transient import (
    MM_BEGIN,
    MM_END,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)


class NulledGate:
    """A filter of messages: metabolite transients that are none are renamed.

    Attributes
    ----------
    late : the newest message, an event, has changed what a transient before it is
    """

    def __init__(self) -> None:
        self.late = False
        self._events: dict[int, Event] = {}
        self._spans: tuple[Span, ...] = ()
        self._by_series = False
        self._announced: set[int] = set()  # numbers of messages that no event decides
        self._newest_s = -math.inf

    def filter(self, message: Message) -> Filtered:
        """Rename a transient; take note of a series or an event."""
        body = message.body
        self.late = isinstance(body, Event) and self._take(message.seq, body)
        if isinstance(body, Start):
            self._by_series = is_nulled(body.acquisition)
        elif isinstance(body, Transient):
            self._newest_s = max(self._newest_s, body.time_s)
            if body.kind == Kind.MACROMOLECULE or self._by_series:
                self._announced.add(message.seq)
            return Filtered((self.renamed(message),))
        return Filtered((message,))

    def renamed(self, message: Message) -> Message:
        """A message as what it is, by all that has been said so far."""
        body = message.body
        if not isinstance(body, Transient):
            return message
        if body.kind not in (Kind.METABOLITE, Kind.MACROMOLECULE):
            return message
        nulled = message.seq in self._announced or self._within(body.time_s)
        kind = Kind.MACROMOLECULE if nulled else Kind.METABOLITE
        return message if kind == body.kind else _as(message, body, kind)

    def _within(self, time_s: float) -> bool:
        return any(start_s <= time_s < end_s for start_s, end_s in self._spans)

    def _take(self, seq: int, event: Event) -> bool:
        """Take an event; whether it changes what came before it."""
        if event.kind not in (MM_BEGIN, MM_END):
            return False
        before, self._events[seq] = self._spans, event
        self._spans = spans_of(self._events.values())
        return self._cut_spans(before) != self._cut_spans(self._spans)

    def _cut_spans(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Spans as far as transients have come."""
        newest_s = math.nextafter(self._newest_s, math.inf)
        cut = ((start_s, min(end_s, newest_s)) for start_s, end_s in spans)
        return tuple(span for span in cut if span[0] < span[1])


def spans_of(events: Iterable[Event]) -> tuple[Span, ...]:
    """Blocks by their events, in order of scanner time; one without an end goes on."""
    spans: list[Span] = []
    begun_s: float | None = None
    for event in sorted(events, key=lambda one: (one.time_s, one.kind == MM_END)):
        if event.kind == MM_BEGIN and begun_s is None:
            begun_s = event.time_s
        elif event.kind == MM_END and begun_s is not None:
            spans.append((begun_s, event.time_s))
            begun_s = None
    return (*spans, (begun_s, math.inf)) if begun_s is not None else tuple(spans)


def next_event(events: Iterable[Event]) -> str:
    """What an operator would mark next: the begin of a block, or its end."""
    spans = spans_of(events)
    return MM_END if spans and math.isinf(spans[-1][1]) else MM_BEGIN


def _as(message: Message, body: Transient, kind: Kind) -> Message:
    return replace(message, body=replace(body, kind=kind))
