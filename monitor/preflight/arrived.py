"""What has come from the scanner of one series, and what was wrong with it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.messages.transient import (
    Body,
    Event,
    Kind,
    Start,
    Transient,
)

PROBLEMS = ("dropped", "gap", "publisher", "series_refused", "protocol_error")
SEEN = (Kind.METABOLITE, Kind.MACROMOLECULE)


@dataclass(slots=True)
class Arrived:
    """The last start, its metabolite transients, and events that report trouble."""

    start: Start | None = None
    transients: list[Transient] = field(default_factory=list)
    troubles: list[Event] = field(default_factory=list)

    def take(self, body: Body) -> None:
        """Take note of a body; a new start begins anew."""
        if isinstance(body, Start):
            self.start, self.transients = body, []
        elif isinstance(body, Transient) and body.kind in SEEN:
            self.transients.append(body)
        elif isinstance(body, Event) and body.kind in PROBLEMS:
            self.troubles.append(body)


def collect(bodies: Iterable[Body], transients: int) -> Arrived:
    """Bodies up to so many metabolite transients of one series."""
    arrivals = Arrived()
    for body in bodies:
        arrivals.take(body)
        if len(arrivals.transients) >= transients:
            break
    return arrivals
