"""A visit in two series: in one recording, and as the files that it was scanned in."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from scanner_small import naa_singlet

from streams.messages import wire
from streams.messages.transient import Body, End, Event, Start, Transient, number
from streams.recording.journal import Journal
from streams.simulator.plan import PlannedEvent, PlannedSeries
from streams.simulator.scanner import scan
from streams.simulator.scenario_file import read_scenario

RECORDINGS = Path(__file__).resolve().parents[2] / "recordings"
PAUSE_S = 62.0
"""From the last transient of the first series to the first of the second."""
GAP_S = PAUSE_S + 6.0
"""To its first of metabolites: noise and water come before."""


@cache
def visit(transients: int = 24, singlet: bool = False) -> tuple[Body, ...]:
    """Two series of so many transients each; the infusion begins in the second."""
    whole = read_scenario(RECORDINGS / "infusion-short.toml")
    one = PlannedSeries("start", 0.0, 1, 2, transients, 7.5, 0.0)
    second_s = 2.0 * (transients + 3) + PAUSE_S - 2.0
    events = (
        PlannedEvent(second_s + 8.0, "infusion_start", "", "pump"),
        PlannedEvent(second_s + 36.0, "infusion_stop", "", "pump"),
        PlannedEvent(second_s + 44.0, "reference", f"{second_s:g}:{second_s + 20:g}"),
    )
    series = (one, replace(one, pause_s=PAUSE_S - 2.0))
    scenario = replace(whole, series=series, events=events)
    return tuple(scan(scenario, naa_singlet(scenario) if singlet else None))


def parts(bodies: Iterable[Body]) -> list[list[Body]]:
    """A list of bodies for each series, in times and counts of its own, with an end."""
    found: list[list[Body]] = []
    for body in bodies:
        if isinstance(body, Start):
            found.append([])
        if not isinstance(body, End):
            found[-1].append(body)
    return [_on_its_own(part) for part in found]


def _on_its_own(part: Sequence[Body]) -> list[Body]:
    transients = [body for body in part if isinstance(body, Transient)]
    first_s, first = transients[0].time_s, transients[0].count
    own: list[Body] = []
    for body in part:
        if isinstance(body, Transient):
            body = replace(body, time_s=body.time_s - first_s, count=body.count - first)
        elif isinstance(body, Event):
            body = replace(
                body, time_s=body.time_s - first_s, text=_back(body, first_s)
            )
        own.append(body)
    return [*own, End(len(transients), "stopped")]


def _back(event: Event, first_s: float) -> str:
    if event.kind != "reference":
        return event.text
    return ":".join(f"{float(end) - first_s:g}" for end in event.text.split(":"))


def write(
    path: Path,
    bodies: Iterable[Body],
    began_s: float | None = None,
    pace: float = 1.0,
) -> Path:
    """A recording; with its relay's clock, which read `began_s` at scanner time 0.

    `pace`: s of that clock for one of the scanner.
    """
    with Journal.create(path) as journal:
        for message in number(bodies):
            time_s = getattr(message.body, "time_s", None)
            clocks = {}
            if began_s is not None and time_s is not None:
                at_ns = round(1e9 * (began_s + pace * time_s + 0.25))
                clocks = {"host_utc_ns": at_ns, "host_monotonic_ns": at_ns}
            journal.append(wire.encode(message, clocks))
    return path
