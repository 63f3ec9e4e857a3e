"""Short simulated sessions that measure their macromolecules, declared in some way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from streams.messages.transient import (
    MM_BEGIN,
    MM_END,
    Body,
    Event,
    Kind,
    Start,
    Transient,
)
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedSeries
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

TI_S, TR_S, NULLED, TRANSIENTS = 0.67, 2.0, 24, 40
WATERS = 2
FIRST_S, LAST_S = TR_S * WATERS, TR_S * (WATERS + NULLED - 1)
"""Scanner time of the first and the last nulled transient of a session of one block."""


def block(transients: int = NULLED, **changes: Any) -> PlannedSeries:
    """A series that nulls metabolites."""
    plain = PlannedSeries("start", 0.0, 0, WATERS, transients, 7.5, 0.0)
    return replace(plain, inversion_time_s=TI_S, **changes)


def usual(transients: int = TRANSIENTS, **changes: Any) -> PlannedSeries:
    """A series of metabolites."""
    return replace(block(transients), inversion_time_s=None, **changes)


def scenario_of(
    series: Sequence[PlannedSeries], coils: int = 1, snr: float = 30.0
) -> Scenario:
    """A session of these series, without an infusion."""
    base = read_scenario("infusion").without("motion", "narrowing", "contamination")
    plan = replace(base.acquisition, coils=coils, snr=snr)
    return replace(
        base, series=tuple(series), events=(), courses={}, acquisition=plan,
        coils=base.coils if coils > 1 else None,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _fids() -> Any:
    return metabolite_fids(read_scenario("infusion"))


@lru_cache(maxsize=8)
def bodies_of(scenario_series: tuple[PlannedSeries, ...], coils: int = 1) -> tuple:
    """What the scanner sends of a session of these series."""
    return tuple(scan_session(prepare(scenario_of(scenario_series, coils), _fids())))


def by_kind(bodies: Sequence[Body]) -> list[Body]:
    """The same of a source that knows the kind of its transients, and no TI."""
    made: list[Body] = []
    nulled = False
    for body in bodies:
        if isinstance(body, Start):
            nulled = body.acquisition.inversion_time_s is not None
        made.append(_as(body, Kind.MACROMOLECULE) if nulled else body)
    return _without_times(made)


def by_nobody(bodies: Sequence[Body]) -> list[Body]:
    """The same where nothing says that there is an inversion, in one series."""
    first, *rest = _without_times(bodies)
    return [first, *(body for body in rest if not isinstance(body, Start))]


def by_events(bodies: Sequence[Body], begin_at: int, end_at: int) -> list[Body]:
    """As `by_nobody`, with an operator's events in front of these bodies."""
    made = by_nobody(bodies)
    end = Event(LAST_S + 0.5 * TR_S, MM_END, "", "operator")
    made.insert(end_at, end)
    made.insert(begin_at, Event(FIRST_S - 0.5 * TR_S, MM_BEGIN, "", "operator"))
    return made


def _without_times(bodies: Sequence[Body]) -> list[Body]:
    return [
        replace(body, acquisition=replace(body.acquisition, inversion_time_s=None))
        if isinstance(body, Start)
        else body
        for body in bodies
    ]


def _as(body: Body, kind: Kind) -> Body:
    if isinstance(body, Transient) and body.kind is Kind.METABOLITE:
        return replace(body, kind=kind)
    return body
