"""A known change put into a session's own transients: does it come out, and how much?

    python tests/acceptance/injection.py FIRST STOP

Each session (the scanner of `foreign-basis`: macromolecules that nobody measured and
pulses not of the basis set; drift, lipid, water, motion, no eddy currents; COILS
coils, 200 transients before the infusion and 200 after its start, no change of any
metabolite) is analysed three times by the whole pipeline, from raw coils on:

* as it is;
* with the fitted glutamate of its own reference period added to every coil, PERCENT of
  it from the start on, in the transient's own phase and frequency ("put in");
* simulated once more with the same noise, its true glutamate PERCENT higher ("true").

The recovery is what comes out more than without, over PERCENT: that of the injection is
all that a real session could know, that of the truth is what it ought to predict.  It
takes the line shape and the basis function of the fit for glutamate's own.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from monitor.analysis.fit.model import PHASE
from monitor.analysis.signal.spectrum import moved
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Body, Kind, Transient, number
from streams.simulator.artefacts import ResidualField
from streams.simulator.courses import StepChange
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

SEED, COILS, BEFORE, DURING, TR_S = 23_000_000, 4, 200, 200, 2.0
PERCENT = 4.0
OUTCOMES = ("Glu/tCr", "Glx/tNAA")
START_S = (BEFORE + 6) * TR_S - 1


def scenario_of(seed: int, percent: float = 0.0) -> Scenario:
    """One session; the noise does not depend on `percent`."""
    random = np.random.default_rng([SEED, seed])
    base = read_scenario("foreign-basis")
    base = base.without("steady_state", "narrowing", "eddy_currents")
    levels = {
        name: level * float(np.exp(0.1 * random.standard_normal()))
        for name, level in base.concentrations_mm.items()
    }
    series = replace(
        base.series[0], transients=BEFORE + DURING, fwhm_hz=random.uniform(6.0, 9.0)
    )
    stop_s = START_S + DURING * TR_S + 99
    return replace(
        base, seed=SEED + seed, series=(series,), concentrations_mm=levels,
        acquisition=replace(base.acquisition, coils=COILS),
        line=ResidualField(random.uniform(0.0, 0.6)),
        motion=replace(base.motion, events_per_hour=4.0, bursts=()),
        events=(
            PlannedEvent(START_S, "infusion_start"),
            PlannedEvent(stop_s, "infusion_stop"),
        ),
        courses={"Glu": StepChange(percent)} if percent else {},
    )  # fmt: skip


def result_of(bodies: Iterable[Body]) -> Result:
    """A session through the whole pipeline."""
    run = SessionRun(Wishes("press_3t_te30"), live=False)
    push_all(run, number(bodies))
    return run.finish()[1]


def glutamate(result: Result) -> np.ndarray:
    """FID (points,) of the reference period's fitted glutamate, as aligned."""
    session = result.course.sessions[0]
    fit, model = session.fit, session.problem.model
    place = model.names.index("Glu")
    fid = model.shaped(fit.theta)[place] * model.kernel(fit.theta)
    fid = fid * fit.amplitudes[place] * np.exp(1j * fit.theta[PHASE])
    return moved(fid, model.dwell_time_s, session.offset_hz, 0.0)


def injected(bodies: list[Body], result: Result, percent: float) -> list[Body]:
    """The session with a step of glutamate, from the infusion on, in each coil."""
    course, dwell_s = result.course, result.acquisition.dwell_time_s
    own = [b for b in bodies if isinstance(b, Transient) and b.kind == Kind.METABOLITE]
    undone = [
        moved(np.asarray(b.fid, complex), dwell_s, -q.shift_hz, -q.phase_rad)
        for b, q in zip(own, course.qualities, strict=True)
    ]
    coils, mean = np.mean(undone, axis=0), np.mean(course.fids, axis=0)
    gains = coils @ mean.conj() / np.vdot(mean, mean).real
    added = glutamate(result) * percent / 100
    new = {}
    for body, quality in zip(own, course.qualities, strict=True):
        if body.time_s >= START_S:
            fid = moved(added, dwell_s, quality.shift_hz, quality.phase_rad)
            more = np.outer(gains, fid).astype(np.complex64)
            new[id(body)] = replace(body, fid=body.fid + more)
    return [new.get(id(body), body) for body in bodies]


def read(result: Result) -> np.ndarray:
    """Mean change of the windows, and the smoother's at the end (2, outcomes)."""
    own = [e for e in result.estimates if e.independent and e.time_start_s >= START_S]
    last = result.smoothed[-1].filtered
    windows = [np.mean([e.changes_percent[o] for e in own]) for o in OUTCOMES]
    return np.array([windows, [last.get(o, np.nan) for o in OUTCOMES]])


def one(seed: int) -> np.ndarray:
    """Recoveries put in and true (2, 2 estimates, outcomes)."""
    fids = metabolite_fids(scenario_of(seed))
    bodies = list(scan(scenario_of(seed), fids))
    result = result_of(bodies)
    plain = read(result)
    began = time.process_time()
    put = read(result_of(injected(bodies, result, PERCENT)))
    print(f"# seed {seed}: {time.process_time() - began:.1f} s", file=sys.stderr)
    true = read(result_of(scan(scenario_of(seed, PERCENT), fids)))
    return (np.stack([put, true]) - plain) / PERCENT


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("stop", type=int)
    asked = parser.parse_args()
    found = np.array([one(seed) for seed in range(asked.first, asked.stop)])
    print("| outcome | estimate | n | put in: recovery | true recovery | difference: "
          "mean, largest |\n" + 6 * "|---" + "|")  # fmt: skip
    for o, outcome in enumerate(OUTCOMES):
        for k, kind in enumerate(("windows", "smoother at the end")):
            put, true = found[:, 0, k, o], found[:, 1, k, o]
            off = put - true
            print(
                f"| {outcome} | {kind} | {len(found)} | {put.mean():.3f} | "
                f"{true.mean():.3f} | {off.mean():+.3f}, {np.abs(off).max():.3f} |"
            )
