"""Simulated sessions for issue 7: what the course says of them against the truth.

A session has 250 transients (TR 2 s) of reference period and 450 of infusion, one coil,
1024 points, NAA SNR 10, with drift, phase wander, motion, residual water, lipid, broad
humps and macromolecules as in the scenario `infusion` of the virtual scanner, whose
model the fit does not share: of the simulation it knows the undamped FIDs of the
metabolites and the macromolecules, as a site does that has simulated a basis set for
its sequence and measured its macromolecules.

    python tests/acceptance/change_sessions.py KIND FIRST STOP FILE

runs the seeds [FIRST, STOP) and keeps what came out in FILE (npz).
"""

import sys
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from monitor.analysis.basis import BasisSet
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking import Tracking
from monitor.analysis.update import Update
from monitor.settings import read_protocol
from streams.sources.scanner_sim.background import macromolecules
from streams.sources.scanner_sim.courses import Saturating, Surge, multiplier
from streams.sources.scanner_sim.scanner import metabolite_fids, scan
from streams.sources.scanner_sim.scenario import Scenario
from streams.sources.scanner_sim.scenario_file import read_scenario
from streams.transient import number

FRAMES, REFERENCE, INFUSION, TR_S = 6, 250, 450, 2.0
START_S = (FRAMES + REFERENCE) * TR_S
STOP_S = START_S + INFUSION * TR_S
OUTCOMES = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")
SEED = 7_000_000
TARGET_PERCENT = 5.0


def _course(kind: str, seed: int) -> dict:
    """Courses of a kind; seeds vary size, sign and time constants."""
    random = np.random.default_rng([SEED, seed])
    if kind == "saturating":
        tau = random.uniform(150, 450)
        size = random.choice([-1, 1]) * random.uniform(6, 14)
        return {"Glu": Saturating(size, tau), "Gln": Saturating(0.6 * size, tau)}
    if kind == "ten":
        return {"Glu": Saturating(10.0, 240.0), "Gln": Saturating(10.0, 240.0)}
    if kind == "plateau":
        return {"Glu": Saturating(10.0, 100.0), "Gln": Saturating(6.0, 100.0)}
    if kind == "surge":
        return {"Glu": Surge(12.0, 400.0, 2.0), "Gln": Surge(8.0, 400.0, 2.0)}
    if kind == "against":
        moved = {"Lac": 30.0, "mI": -3.0, "MM": 5.0, "NAA": -2.0, "NAAG": -2.0}
        held = {name: Saturating(size, 200.0) for name, size in moved.items()}
        return {**held, "Glu": Saturating(10.0, 200.0), "Gln": Saturating(6.0, 200.0)}
    return {}


def scenario_of(kind: str, seed: int) -> Scenario:
    """One session of a kind."""
    base = read_scenario("null" if kind == "null" else "infusion")
    plan = replace(base.acquisition, coils=1)
    series = replace(base.series[0], transients=REFERENCE + INFUSION, water_frames=4)
    events = tuple(
        replace(e, time_s=START_S - 1 if e.kind == "infusion_start" else STOP_S + 1)
        for e in base.events
    )
    changed = replace(
        base, seed=SEED + seed, acquisition=plan, series=(series,), events=events,
        courses=_course(kind, seed), coils=None, water_reference_mm=43300.0,
    )  # fmt: skip
    if kind == "null":
        drift = replace(base.drift, linear_hz_per_min=8.0 / (STOP_S / 60) - 0.085)
        return replace(changed, drift=drift)
    motion = replace(base.motion, events_per_hour=4.0, bursts=())
    return replace(changed, motion=motion)


@lru_cache(maxsize=4)
def _fids(kind: str):
    return metabolite_fids(scenario_of(kind, 0))


def truth_of(scenario: Scenario, times_s: np.ndarray) -> np.ndarray:
    """True percent changes (n, outcomes) at scanner times."""
    c = scenario.concentrations_mm
    now = {
        name: level * multiplier(scenario.courses[name], times_s, scenario.infusion_s)
        if name in scenario.courses
        else np.full(times_s.shape, level)
        for name, level in c.items()
    }
    tnaa, tcr = (now["NAA"] + now["NAAG"]), now["Cr"] + now["PCr"]
    glx = now["Glu"] + now["Gln"]
    before = c["Glu"] + c["Gln"], c["NAA"] + c["NAAG"], c["Cr"] + c["PCr"]
    q = [
        now["Glu"] / c["Glu"],
        glx / before[0],
        glx / tnaa * before[1] / before[0],
        now["Glu"] / tcr * before[2] / c["Glu"],
    ]
    return 100 * (np.column_stack(q) - 1)


@lru_cache(maxsize=4)
def _basis(kind: str) -> BasisSet:
    """The site's basis set: its sequence, with measured macromolecules."""
    plan, fids = scenario_of(kind, 0).acquisition, _fids(kind)
    t = np.arange(plan.points) * plan.dwell_time_s
    broad = macromolecules(t, plan.spectrometer_frequency_mhz, plan.echo_time_s)
    names = [name for name in fids if name != "Gly"]
    return BasisSet(
        (*names, "MM"), np.stack([*(fids[n] for n in names), broad / abs(broad[0])]),
        plan.dwell_time_s, plan.spectrometer_frequency_mhz, "1H", plan.echo_time_s,
        plan.sequence, {}, "simulated for this sequence",
    )  # fmt: skip


def session_of(kind: str, seed: int) -> tuple[Pipeline, Update]:
    """A session through the whole chain, and its last update."""
    settings = replace(read_protocol("press_3t_te30"), window=32, step=4, basis="site")
    pipeline = Pipeline(settings, _basis(kind))
    pipeline.live = False
    for message in number(scan(scenario_of(kind, seed), _fids(kind))):
        update = pipeline.push(message)
    return pipeline, update


def result_of(kind: str, seed: int) -> dict[str, np.ndarray]:
    """What one session gave."""
    pipeline, last = session_of(kind, seed)
    return result_from(scenario_of(kind, seed), pipeline.course, last.course)


def result_from(scenario, course, estimates) -> dict[str, np.ndarray]:
    """What a session's tracker, windows, answers and joint fits say, as arrays."""
    tracking = Tracking(course, TARGET_PERCENT)
    tracks = tracking.redo(START_S - 1)
    smooth = tracking.smoothed()
    answers = tracking.answers
    times_s = np.array([point.time_s for point in tracks])
    found = {
        "t": times_s,
        "truth": truth_of(scenario, times_s),
        "since": _row(answers, lambda a: np.nan if a.since_s is None else a.since_s),
        "mean": _row(answers, lambda a: a.mean_percent),
        "mean_sd": _row(answers, lambda a: a.sd_percent),
        "width": np.array([point.width_hz for point in tracks]),
        "slope": np.array(tracking.scale.percent),
    }
    for name, points, what in (
        ("filtered", tracks, "filtered"), ("free", tracks, "free"),
        ("smooth", smooth, "filtered"),
    ):  # fmt: skip
        found[name] = _table(points, what)
        found[f"{name}_sd"] = _table(points, f"{what}_sd")
    return found | _windows(scenario, estimates) | _joint(scenario, tracking)


def _row(by_name, value) -> np.ndarray:
    return np.array([value(by_name[name]) for name in OUTCOMES])


def _table(points, what: str) -> np.ndarray:
    rows = [[getattr(p, what).get(o, np.nan) for o in OUTCOMES] for p in points]
    return np.array(rows)


def _windows(scenario, estimates) -> dict[str, np.ndarray]:
    """Windows of 32 in the infusion: independent ones; sliding ones at their end."""
    inside = [
        e for e in estimates if e.time_start_s >= START_S and e.n_transients == 32
    ]
    own = [e for e in inside if e.independent]
    mid = [np.arange(e.time_start_s, e.time_end_s + 1, TR_S) for e in own]
    ends = np.array([e.time_end_s for e in inside])
    return {
        "window_t": np.array([e.time_s for e in own]),
        "window": _table(own, "changes_percent"),
        "window_sd": _table(own, "change_sds_percent"),
        "window_truth": np.array([truth_of(scenario, t).mean(axis=0) for t in mid]),
        "sliding": _table(inside, "changes_percent"),
        "sliding_truth": truth_of(scenario, ends),
    }


def _joint(scenario, tracking) -> dict[str, np.ndarray]:
    """The joint fit with a saturating rise, and what the criterion puts first."""
    fits = tracking.joint_fits(STOP_S + 1)
    fit = next(f for f in fits if f.model == "saturating")
    return {
        "joint_t": fit.time_s,
        "joint_truth": truth_of(scenario, fit.time_s),
        "joint": np.column_stack([fit.changes[o] for o in OUTCOMES]),
        "joint_sd": np.column_stack([fit.sds[o] for o in OUTCOMES]),
        "best": np.array(fits[0].model),
    }


def run(kind: str, first: int, stop: int, file: Path) -> None:
    """Run seeds [first, stop) and keep what came out."""
    results = [result_of(kind, seed) for seed in range(first, stop)]
    stacked = {k: np.stack([r[k] for r in results]) for k in results[0]}
    np.savez_compressed(file, **stacked)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
