"""Simulated sessions for issue 7: what the course says of them against the truth.

A session has 250 transients (TR 2 s) of reference period and 450 of infusion, one coil,
1024 points, NAA SNR 10, with drift, phase wander, motion, residual water, lipid, broad
humps, skewed lines, T2 of each metabolite and macromolecules as in the scenario
`infusion` of the virtual scanner.  Each seed has a line shape, a width, concentrations,
a level of macromolecules, a narrowing, a drift and motion of its own.  Of all this the
fit knows the undamped FIDs of the metabolites and macromolecules measured in a worse
shim, as a site does that has simulated a basis set for its sequence.

Kinds: `mixed` draws a saturating rise (100 to 600 s; a third), surge and return (a
third), a plasma curve or a step, of 6 to 14 % in Glu of either sign and 0.6 of that in
Gln; `null` has no change, but narrowing of 0.3 Hz, drift of 8 Hz and a 1/f wander of
the amplitude of 2 %; `ten` rises by 10 % in both, time constant 240 s; `plateau` by
10 % and 6 % in 100 s, `against` likewise with Lac +30 %, mI -3 %, MM +5 %, tNAA -2 %.

    python tests/acceptance/change_sessions.py KIND FIRST STOP FILE

runs the seeds [FIRST, STOP) and keeps what came out in FILE (npz).
"""

import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.estimates import estimates_of
from monitor.analysis.fit.window import Window
from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.joint_models import MODELS
from monitor.analysis.update import Update
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import Message, Transient, number
from streams.simulator.background import macromolecules
from streams.simulator.courses import Plasma, Saturating, StepChange, Surge, multiplier
from streams.simulator.passing_artefacts import Burst
from streams.simulator.scanner import metabolite_fids, scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

FRAMES, REFERENCE, INFUSION, LONG, AFTER, TR_S = 6, 250, 450, 1200, 300, 2.0
START_S = (FRAMES + REFERENCE) * TR_S
STOP_S = START_S + INFUSION * TR_S
OUTCOMES = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")
SEED = 8_000_000
MM_BROADER_HZ = 4.0
"""The site measured its macromolecules in a worse shim."""
MISSING = 0.1
LENGTHS = (8, 16, 32, 64, 128, 256)
KINDS = ("mixed", "null", "ten", "plateau", "saturating", "step", "surge", "plasma")
RIGHT = {
    Saturating: "saturating",
    Surge: "surge and return",
    StepChange: "step",
    Plasma: "Kamp",
}


def _course(kind: str, random: np.random.Generator) -> dict:
    """Courses of Glu and Gln of a kind; `mixed` draws shape, time, size and sign."""
    if kind == "mixed":
        shapes = ("saturating", "saturating", "surge", "surge", "plasma", "step")
        kind = str(random.choice(shapes))
    size = random.choice([-1, 1]) * random.uniform(6, 14)
    tau_s = float(np.exp(random.uniform(np.log(100), np.log(600))))
    peak_s = random.uniform(250, 700)
    match kind:
        case "saturating":
            both = Saturating(size, tau_s), Saturating(0.6 * size, tau_s)
        case "surge":
            both = Surge(size, peak_s, 2.0), Surge(0.6 * size, peak_s, 2.0)
        case "plasma":
            both = Plasma(size, "Kamp", 60.0), Plasma(0.6 * size, "Kamp", 60.0)
        case "step":
            both = StepChange(size), StepChange(0.6 * size)
        case "ten":
            both = Saturating(10.0, 240.0), Saturating(10.0, 240.0)
        case "plateau" | "against":
            both = Saturating(10.0, 100.0), Saturating(6.0, 100.0)
        case _:
            return {}
    return dict(zip(("Glu", "Gln"), both, strict=True)) | _moved(kind)


def _moved(kind: str) -> dict:
    """What moves against the tracker's ties."""
    sizes = {"Lac": 30.0, "mI": -3.0, "MM": 5.0, "NAA": -2.0, "NAAG": -2.0}
    used = sizes if kind == "against" else {}
    return {name: Saturating(size, 100.0) for name, size in used.items()}


def scenario_of(kind: str, seed: int) -> Scenario:
    """One session of a kind.

    `-half`, `-double`: another SNR; `-bursts`: motion; `-missing`: transients that
    never come; `-long`: the infusion takes 40 min; `-stop`: ten minutes follow it.

    Each seed has a line shape, a width, concentrations, a level of macromolecules, a
    drift and motion of its own.
    """
    kind, _, how = kind.partition("-")
    base = read_scenario("null" if kind == "null" else "infusion")
    number = _number(kind, seed)
    random = np.random.default_rng(number)
    courses = _course(kind, random)
    factor = {"half": 0.5, "double": 2.0}.get(how, 1.0)
    plan = replace(base.acquisition, coils=1, snr=10.0 * factor)
    infusion = LONG if how == "long" else INFUSION
    after = AFTER if how == "stop" else 0
    stop_s = START_S + infusion * TR_S
    series = replace(
        base.series[0], transients=REFERENCE + infusion + after, water_frames=4,
        fwhm_hz=random.uniform(6.0, 9.0),
    )  # fmt: skip
    events = tuple(
        replace(e, time_s=START_S - 1 if e.kind == "infusion_start" else stop_s + 1)
        for e in base.events
    )
    levels = {
        name: level * float(np.exp(0.1 * random.standard_normal()))
        for name, level in base.concentrations_mm.items()
    }
    height = random.uniform(0.12, 0.20)
    changed = replace(
        base, seed=number, acquisition=plan, series=(series,), events=events,
        courses=courses, coils=None, water_reference_mm=43300.0,
        concentrations_mm=levels,
        line=replace(base.line, asymmetry=random.uniform(0.0, 0.6)),
        macromolecules=replace(base.macromolecules, height_over_naa=height),
    )  # fmt: skip
    if kind == "null":
        sign = random.choice([-1, 1])
        rate = sign * (8.0 / (stop_s / 60) - 0.085)
        return replace(changed, drift=replace(base.drift, linear_hz_per_min=rate))
    rate = random.uniform(-0.25, 0.25)
    narrower = replace(base.narrowing, narrowing_hz=random.uniform(0.0, 0.3))
    motion = replace(base.motion, events_per_hour=4.0, bursts=_bursts(how, random))
    return replace(
        changed, motion=motion, narrowing=narrower,
        drift=replace(base.drift, linear_hz_per_min=rate),
    )  # fmt: skip


def _number(kind: str, seed: int) -> int:
    """Seed of a session: kinds share no noise, but for `against` and `plateau`."""
    name = "plateau" if kind == "against" else kind
    return SEED + 10_000 * KINDS.index(name) + seed


def _bursts(how: str, random: np.random.Generator) -> tuple[Burst, ...]:
    """Three times half a minute of motion during the infusion."""
    if how != "bursts":
        return ()
    starts = random.uniform(START_S + 30, STOP_S - 60, 3)
    return tuple(Burst(float(t), float(t) + 30.0, 0.7) for t in np.sort(starts))


@lru_cache(maxsize=4)
def fids_of(kind: str):
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
def basis_of(kind: str) -> BasisSet:
    """The site's basis set: its sequence, with measured macromolecules."""
    plan, fids = scenario_of(kind, 0).acquisition, fids_of(kind)
    t = np.arange(plan.points) * plan.dwell_time_s
    broad = macromolecules(t, plan.spectrometer_frequency_mhz, plan.echo_time_s)
    broad = broad * np.exp(-np.pi * MM_BROADER_HZ * t)
    names = [name for name in fids if name != "Gly"]
    return BasisSet(
        (*names, "MM"), np.stack([*(fids[n] for n in names), broad / abs(broad[0])]),
        plan.dwell_time_s, plan.spectrometer_frequency_mhz, "1H", plan.echo_time_s,
        plan.sequence, {}, "simulated for this sequence",
    )  # fmt: skip


def session_of(kind: str, seed: int) -> tuple[Pipeline, Update]:
    """A session through the whole chain, and its last update."""
    messages = number(scan(scenario_of(kind, seed), fids_of(kind)))
    lost = lost_of(kind, seed)
    came = (
        message for message in messages
        if not (isinstance(message.body, Transient) and message.body.count in lost)
    )  # fmt: skip
    return followed(came, kind, step=4)


def followed(
    messages: Iterable[Message], kind: str, **changes: object
) -> tuple[Pipeline, Update]:
    """Messages through the whole chain with the site's basis set: its last update."""
    settings = read_protocol("press_3t_te30").with_changes(
        window=32, basis="site", **changes
    )
    pipeline = Pipeline(settings, basis_of(kind))
    pipeline.live = False
    for message in messages:
        update = pipeline.push(message)
    return pipeline, update


def lost_of(kind: str, seed: int) -> frozenset[int]:
    """Transients that never came: one in ten, and a minute in the infusion."""
    if not kind.endswith("-missing"):
        return frozenset()
    random = np.random.default_rng([SEED, seed])
    first = FRAMES + REFERENCE + int(random.integers(20, INFUSION - 60))
    some = FRAMES + np.flatnonzero(random.random(REFERENCE + INFUSION) < MISSING)
    return frozenset(some.tolist()) | frozenset(range(first, first + 30))


def result_of(kind: str, seed: int) -> dict[str, np.ndarray]:
    """What one session gave."""
    pipeline, last = session_of(kind, seed)
    return result_from(scenario_of(kind, seed), pipeline, last)


def result_from(scenario, pipeline, last) -> dict[str, np.ndarray]:
    """What a session's tracker, windows, answers and joint fits say, as arrays."""
    course, estimates = pipeline.course, last.course
    tracking, tracks = pipeline.ways.tracking, last.tracks
    smooth = tracking.smoothed()
    answers = tracking.answers
    times_s = np.array([point.time_s for point in tracks])
    weights = np.array([q.weight for q in course.qualities])
    since = times_s >= START_S - 1
    truth = truth_of(scenario, times_s)
    found = {
        "t": times_s,
        "truth": truth,
        "since": _row(answers, lambda a: np.nan if a.since_s is None else a.since_s),
        "mean": _row(answers, lambda a: a.mean_percent),
        "mean_sd": _row(answers, lambda a: a.sd_percent),
        "mean_truth": weights[since] @ truth[since] / weights[since].sum(),
        "slope": np.array(tracking.following.scale.percent),
    }
    for name, points, what in (
        ("filtered", tracks, "filtered"), ("free", tracks, "free"),
        ("smooth", smooth, "filtered"),
    ):  # fmt: skip
        found[name] = _table(points, what)
        found[f"{name}_sd"] = _table(points, f"{what}_sd")
    found |= _windows(scenario, estimates) | _joint(scenario, tracking)
    return found | {"hindsight": _hindsight(scenario, course)}


def _row(by_name, value) -> np.ndarray:
    return np.array([value(by_name[name]) for name in OUTCOMES])


def _table(points, what: str) -> np.ndarray:
    rows = [[getattr(p, what).get(o, np.nan) for o in OUTCOMES] for p in points]
    return np.array(rows)


def _windows(scenario, estimates) -> dict[str, np.ndarray]:
    """Independent windows of 32 in the infusion."""
    own = [
        e for e in estimates
        if e.independent and e.time_start_s >= START_S - 1 and e.n_transients == 32
    ]  # fmt: skip
    mid = [np.arange(e.time_start_s, e.time_end_s + 1, TR_S) for e in own]
    return {
        "window_t": np.array([e.time_s for e in own]),
        "window": _table(own, "changes_percent"),
        "window_sd": _table(own, "change_sds_percent"),
        "window_truth": np.array([truth_of(scenario, t).mean(axis=0) for t in mid]),
    }


def _hindsight(scenario, course) -> np.ndarray:
    """Mean square errors (lengths, outcomes) of sliding windows at their end.

    Of every eighth transient of the infusion the window of each length that ends
    there, the transients from before the infusion included.
    """
    times_s = course.times_s
    ends = np.flatnonzero(times_s >= START_S - 1)[7::8]
    truth, errors = truth_of(scenario, times_s[ends]), []
    for length in LENGTHS:
        windows = [Window(max(0, i + 1 - length), i + 1) for i in ends.tolist()]
        found = estimates_of(course, course.fit_windows(windows))
        errors.append(np.mean((_table(found, "changes_percent") - truth) ** 2, axis=0))
    return np.array(errors)


def _joint(scenario, tracking) -> dict[str, np.ndarray]:
    """The joint fit with the right model, and what the criterion says."""
    fits = {fit.model: fit for fit in tracking.joint_fits(scenario.infusion_s[1])}
    course = scenario.courses.get("Glu")
    right = next((n for c, n in RIGHT.items() if isinstance(course, c)), "none")
    fit = fits[right]
    return {
        "joint_t": fit.time_s,
        "joint_truth": truth_of(scenario, fit.time_s),
        "joint": np.column_stack([fit.changes[o] for o in OUTCOMES]),
        "joint_sd": np.column_stack([fit.sds[o] for o in OUTCOMES]),
        "right": np.array(right),
        "best": np.array(next(iter(fits))),
        "bic": np.array([fits[model.name].bic for model in MODELS]),
    }


def stacked(results: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    """Results of sessions on top of each other, shorter ones filled up with nan."""
    return {key: _filled([r[key] for r in results]) for key in results[0]}


def _filled(arrays: list[np.ndarray]) -> np.ndarray:
    if arrays[0].ndim == 0:
        return np.stack(arrays)
    longest = max(len(a) for a in arrays)
    pads = [[(0, longest - len(a))] + [(0, 0)] * (a.ndim - 1) for a in arrays]
    return np.stack(
        [
            np.pad(a, p, constant_values=np.nan)
            for a, p in zip(arrays, pads, strict=True)
        ]
    )


def run(kind: str, first: int, stop: int, file: Path) -> None:
    """Run seeds [first, stop) and keep what came out."""
    found = stacked([result_of(kind, seed) for seed in range(first, stop)])
    np.savez_compressed(file, **found)


if __name__ == "__main__":
    run(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
