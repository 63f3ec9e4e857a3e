"""Short simulated sessions, marked in one way or another, and what comes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from monitor.protocol.choose import Wishes
from monitor.protocol.settings import Settings
from monitor.run.analyse import push_all, with_notes
from monitor.run.remarks import remarks
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from monitor.run.worker_messages import Computed
from monitor.screen.rewindable import Session
from streams.messages.transient import Body, Event, Message, Transient, number
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedSeries
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

TR_S = 2.0
TRANSIENTS = 96
CHANGES = {"window": 16, "step": 8}


@dataclass(frozen=True)
class Given:
    """An event, and the scanner time at which it came into the recording."""

    came_s: float
    event: Event


def scenario_of(seed: int, coils: int = 1, epochs: int = 1) -> Scenario:
    """A short session of the virtual scanner, with two excitations of water first."""
    base = read_scenario("infusion")
    first = replace(
        base.series[0], noise_frames=0, water_frames=2, transients=TRANSIENTS // epochs
    )
    more = [
        PlannedSeries("re-shim", 20.0, 0, 0, TRANSIENTS // epochs, 8.5, 1.0)
        for _ in range(epochs - 1)
    ]
    marks = (
        replace(base.events[0], time_s=80.0),
        replace(base.events[1], time_s=2 * TRANSIENTS + 60.0),
    )
    return replace(
        base, seed=seed, series=(first, *more), events=marks,
        acquisition=replace(base.acquisition, coils=coils),
        coils=base.coils if coils > 1 else None,
    )  # fmt: skip


@lru_cache(maxsize=1)
def _fids() -> Any:
    return metabolite_fids(scenario_of(0))


@lru_cache(maxsize=4)
def bodies_of(seed: int, coils: int = 1, epochs: int = 1) -> tuple[Body, ...]:
    """What the scanner sends, without marks."""
    session = prepare(scenario_of(seed, coils, epochs), _fids())
    return tuple(
        body
        for body in scan_session(session)
        if not (isinstance(body, Event) and body.kind.startswith("infusion"))
    )


def marked(bodies: Iterable[Body], given: Sequence[Given]) -> list[Message]:
    """The messages of a session with events where they came."""
    waiting = list(given)
    placed: list[Body] = []
    for body in bodies:
        while waiting and isinstance(body, Transient):
            if waiting[0].came_s > body.time_s:
                break
            placed.append(waiting.pop(0).event)
        placed.append(body)
    end = placed.pop()
    return list(number([*placed, *(g.event for g in waiting), end], "session"))


@dataclass(frozen=True)
class Outcome:
    """What `analyse` writes of a session, and what a window shows of it."""

    result: Result
    window: Session


def outcome_of(messages: Sequence[Message], **changes: object) -> Outcome:
    """A session worked through, folded by a window as it comes."""
    run = SessionRun(Wishes(changes={**CHANGES, **changes}))
    window = Session(Settings())
    with threadpool_limits(1):
        for at, message in enumerate(messages):
            window.take(Computed(run.push(message)), float(at))
        _, result = run.finish()
    return Outcome(result, window)


def values_of(result: Result) -> dict[str, Any]:
    """All that tables and reports are made from."""
    return {
        "marks": [(m.kind, m.time_s) for m in result.marks.events],
        "reference": result.reference_s,
        "qualities": [replace(q, seq=0) for q in result.qualities],
        "fids": result.course.fids,
        "estimates": result.estimates,
        "tracks": result.tracks,
        "smoothed": result.smoothed,
        "answers": dict(result.answers),
        "notes": result.notes,
        "counts": replace(result.counts, missing_messages=0),
    }


def seen(outcome: Outcome) -> dict[str, Any]:
    """All that must be the same to the last bit, however the marks came about."""
    state, screen = outcome.window.state, outcome.window.screen(1e6)
    return {
        **values_of(outcome.result),
        "windows": list(state.estimates),
        "strips": screen.strips,
        "trend": screen.trend,
        "headline": screen.headline,
        "table": screen.table,
        "waterfall": screen.waterfall,
        "spectrum": screen.spectrum,
        "phase": screen.status.phase,
    }


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two values differ in a bit."""
    if type(one) is not type(other):
        return [f"{where}: {type(one).__name__} and {type(other).__name__}"]
    if isinstance(one, np.ndarray):
        same = one.shape == other.shape and one.tobytes() == other.tobytes()
        return [] if same else [where]
    if is_dataclass(one):
        names = [f.name for f in fields(one)]
        parts = [(n, getattr(one, n), getattr(other, n)) for n in names]
    elif isinstance(one, dict):
        if one.keys() != other.keys():
            return [f"{where}: keys"]
        parts = [(str(k), one[k], other[k]) for k in one]
    elif isinstance(one, list | tuple):
        if len(one) != len(other):
            return [f"{where}: {len(one)} and {len(other)}"]
        pairs = zip(one, other, strict=True)
        parts = [(str(i), a, b) for i, (a, b) in enumerate(pairs)]
    else:
        same = one == other or (one != one and other != other)
        return [] if same else [f"{where}: {one!r} and {other!r}"[:200]]
    return [d for n, a, b in parts for d in differences(a, b, f"{where}.{n}")]


def analysed(messages: Sequence[Message], **changes: object) -> Result:
    """What `analyse` makes of a session."""
    run = SessionRun(Wishes(changes={**CHANGES, **changes}), live=False)
    with threadpool_limits(1):
        push_all(run, messages)
        _, result = run.finish()
    return with_notes(result, remarks(result))
