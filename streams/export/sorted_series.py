"""Messages sorted into series, as every export takes them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from streams.export.shared_fields import without_typed
from streams.messages.transient import (
    Acquisition,
    ComplexFID,
    Event,
    Kind,
    Message,
    Start,
    Transient,
)


@dataclass(slots=True)
class TransientGroup:
    """Transients of one kind and one acquisition, collected from messages.

    `places` holds for each event how many of the transients came before it.
    """

    acquisition: Acquisition
    kind: Kind
    times_s: list[float] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    fids: list[ComplexFID] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    places: list[int] = field(default_factory=list)

    def add(self, transient: Transient) -> None:
        """Append one transient."""
        self.times_s.append(transient.time_s)
        self.counts.append(transient.count)
        self.fids.append(transient.fid)


def collect(messages: Iterable[Message], notes: bool = False) -> list[TransientGroup]:
    """Sort transients by acquisition and kind, in order of their first appearance.

    Events go with the metabolite transients of the acquisition they fell in.  `notes`:
    with what was typed in them, which may name a person.
    """
    groups: dict[tuple[Acquisition, Kind], TransientGroup] = {}
    events: dict[Acquisition, list[tuple[int, Event]]] = {}
    acquisition: Acquisition | None = None
    for message in messages:
        body = message.body if notes else without_typed(message.body)
        if isinstance(body, Start):
            acquisition = body.acquisition
        elif acquisition is None:
            continue
        elif isinstance(body, Transient):
            empty = TransientGroup(acquisition, body.kind)
            groups.setdefault((acquisition, body.kind), empty).add(body)
        elif isinstance(body, Event):
            group = groups.get((acquisition, Kind.METABOLITE))
            place = len(group.fids) if group else 0
            events.setdefault(acquisition, []).append((place, body))
    for (acquisition, kind), recorded in groups.items():
        if kind is Kind.METABOLITE:
            placed = events.get(acquisition, [])
            recorded.places = [place for place, _ in placed]
            recorded.events = [event for _, event in placed]
    return list(groups.values())


def number_groups(groups: Iterable[TransientGroup]) -> list[tuple[int, TransientGroup]]:
    """Each group with the number of its acquisition, from 1."""
    numbers: dict[Acquisition, int] = {}
    return [
        (numbers.setdefault(group.acquisition, len(numbers) + 1), group)
        for group in groups
    ]
