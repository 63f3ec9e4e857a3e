"""The spectra themselves asked for a change: sessions with and without one.

    python tests/acceptance/spectral_change.py KIND FIRST STOP

Sessions of the virtual scanner (that of the scenario `foreign-basis`, one coil, 256
transients of reference period and 400 of infusion, TR 2 s, NAA SNR 10), analysed with
the bundled basis set, which is not theirs.  Each seed has concentrations, a line and a
width of its own, drift, phase wander, motion, water, lipid and humps that fluctuate.

* `null`: no change; narrowing of up to 0.3 Hz, drift of up to 8 Hz;
* `re-shim`: the same with a new shim, before the infusion or within it;
* `lipid`, `baseline`: a step of lipid (0.1 of NAA) or of the humps (twice as high) when
  the infusion begins;
* `glutamate`: Glu +8 %, Gln +5 % (time constants of 5 min), 300 transients of reference
  period, 900 of infusion, 2048 points, as in `../shared/data/sim/infusion_3t_press30`.

Prints for each course how many sessions show a place beyond chance at the end, and how
many ever did; at glutamate's lines; elsewhere.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from monitor.analysis.glm.spectral_map import SpectralMap
from monitor.analysis.pipeline import Pipeline
from monitor.basis.files import load_basis
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import Body, number
from streams.simulator.courses import Saturating
from streams.simulator.field_artefacts import ResidualField
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import prepare, scan_session
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

SEED = 22_000_000
TR_S = 2.0
LENGTHS, LONG = (256, 400), (300, 900)
"""Transients of reference period and infusion."""
LIPID = 0.1
KINDS = ("null", "re-shim", "lipid", "baseline", "glutamate")


def scenario_of(kind: str, seed: int) -> Scenario:
    """One session."""
    number = SEED + 10_000 * KINDS.index(kind) + seed
    random = np.random.default_rng(number)
    base = read_scenario("foreign-basis").without("steady_state")
    levels = {
        name: level * float(np.exp(0.1 * random.standard_normal()))
        for name, level in base.concentrations_mm.items()
    }
    before, during = LONG if kind == "glutamate" else LENGTHS
    start_s, stop_s = before * TR_S, (before + during) * TR_S
    whole = replace(
        base.series[0], transients=before + during, water_frames=0, noise_frames=0,
        fwhm_hz=random.uniform(6.0, 9.0),
    )  # fmt: skip
    first = int(random.choice([140, 400, 520]))
    parts = (whole,)
    if kind == "re-shim":
        again = replace(
            whole, begins="re-shim", transients=before + during - first,
            fwhm_hz=random.uniform(6.0, 9.0),
        )  # fmt: skip
        parts = (replace(whole, transients=first), again)
    courses = {}
    if kind == "glutamate":
        courses = {"Glu": Saturating(8.0, 300.0), "Gln": Saturating(5.0, 300.0)}
    rate = random.uniform(-8.0, 8.0) / stop_s * 60
    events = (
        PlannedEvent(start_s - 1, "infusion_start"),
        PlannedEvent(stop_s + 9, "infusion_stop"),
    )
    points = 2048 if kind == "glutamate" else 1024
    plan = replace(base.acquisition, coils=1, points=points)
    motion = replace(base.motion, events_per_hour=4.0, bursts=())
    narrowing = replace(base.narrowing, narrowing_hz=random.uniform(0.01, 0.3))
    return replace(
        base, seed=number, series=parts, events=events, courses=courses, coils=None,
        acquisition=plan, concentrations_mm=levels,
        line=ResidualField(random.uniform(0.0, 0.6)), motion=motion,
        drift=replace(base.drift, linear_hz_per_min=rate), narrowing=narrowing,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _fids(kind: str) -> dict[str, np.ndarray]:
    return metabolite_fids(scenario_of(kind, 0))


def bodies(kind: str, seed: int) -> Iterator[Body]:
    """A session, with its step."""
    scenario = scenario_of(kind, seed)
    session = prepare(scenario, _fids(kind))
    made, (start_s, _) = session.conditions, scenario.infusion_s
    after = session.schedule.time_s >= start_s
    if kind == "lipid":
        made = replace(made, lipid=made.lipid + LIPID * after)
    if kind == "baseline":
        made = replace(made, baseline=made.baseline * (1.0 + after))
    yield from scan_session(replace(session, conditions=made))


@dataclass(frozen=True)
class Found:
    """Maps of one session by course: at the end, and what was ever beyond chance."""

    last: dict[str, SpectralMap]
    ever: frozenset[str]


def found_in(kind: str, seed: int) -> Found:
    """Run one session and follow its maps."""
    settings = replace(read_protocol("press_3t_te30"), step=32)
    pipeline = Pipeline(settings, load_basis(settings.basis))
    last: dict[str, SpectralMap] = {}
    ever: set[str] = set()
    for message in number(bodies(kind, seed)):
        update = pipeline.push(message)
        for one in update.spectral_maps:
            last[one.course] = one
            if one.places_ppm:
                ever.add(one.course)
    return Found(last, frozenset(ever))


def table(kind: str, seeds: range) -> str:
    """Rows of the table, in Markdown."""
    found = [found_in(kind, seed) for seed in seeds]
    rows = []
    for course in ("start", "tracker", "Kamp"):
        maps = [f.last[course] for f in found if course in f.last]
        counts = (
            len(maps),
            sum(bool(m.places_ppm) for m in maps),
            sum(course in f.ever for f in found),
            sum(bool(m.at_glutamate) for m in maps),
            sum(bool(m.elsewhere) for m in maps),
        )
        rows.append(f"| {kind} | {course} | " + " | ".join(map(str, counts)) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("first", type=int)
    parser.add_argument("stop", type=int)
    asked = parser.parse_args()
    print(table(asked.kind, range(asked.first, asked.stop)))
