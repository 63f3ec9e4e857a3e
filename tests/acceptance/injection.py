"""A known change put into a session's own transients: does it come out, and how much?

    python tests/acceptance/injection.py FIRST STOP [--coils 16] [--own] [--keep FILE]
    python tests/acceptance/injection.py FIRST STOP --still [--coils 16]

Each session (the scanner of `foreign-basis`: macromolecules that nobody measured and
pulses not of the basis set; drift, lipid, water, motion, eddy currents; 4 coils or
as many as asked for, TRANSIENTS of them, no change of any metabolite) is worked through

* by `monitor.run.injection`, as the program does it: raw coils, a copy as it is, one
  with a step of `PERCENT` of the fitted glutamate, one with a rise; one session in
  `KEPT_TOO` once more from the transients that a live session keeps, coils combined;
* simulated once more with the same noise, its true glutamate `PERCENT` higher from the
  middle on ("true").

With `--own` the basis set is that of the virtual scanner itself: its pulses, and its
macromolecules as a site would have measured them.

The recovery is what is read more than without, over what was put in: that of the copies
is all that a real session knows, that of the truth what a user wishes to know.

Where nothing is put in a copy is a session without a change, so that how often an
interval holds 0 is the coverage of that estimate: by single windows (those of a session
share its reference period), by their mean, by the tracker at the end.  `--still` asks
for that alone, in a third of the time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np
from kept import kept
from threadpoolctl import threadpool_limits

from monitor.analysis.course.response import Z95
from monitor.analysis.course.window_changes import changes_of
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.injection import inject
from monitor.run.known_change import NOTHING, PERCENT, RISE, STEP, halves_before
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Message, number
from streams.simulator.courses import StepChange
from streams.simulator.field_artefacts import ResidualField
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

SEED, TRANSIENTS, TR_S = 23_100_000, 240, 2.0
COILS, OWN = 4, "virtual_press_3t_te30"
WATERS = 6  # excitations before the first metabolite transient
MIDDLE_S = (WATERS + TRANSIENTS // 2) * TR_S - 1
ESTIMATES = ("tracker at the end", "windows")
KEPT_TOO = 10
OUTCOME = "Glx/tNAA"
COVERAGE = """\
| true change | estimate | n | interval holds it | error over SD (RMS) |
|---|---|---|---|---|"""
WISHES = Wishes("press_3t_te30")


def scenario_of(seed: int, percent: float = 0.0, coils: int = COILS) -> Scenario:
    """One session; the noise does not depend on `percent`."""
    random = np.random.default_rng([SEED, seed])
    base = read_scenario("foreign-basis").without("steady_state", "narrowing")
    levels = {
        name: level * float(np.exp(0.1 * random.standard_normal()))
        for name, level in base.concentrations_mm.items()
    }
    series = replace(
        base.series[0], transients=TRANSIENTS, fwhm_hz=random.uniform(6.0, 9.0)
    )
    stop_s = (WATERS + TRANSIENTS + 50) * TR_S
    return replace(
        base, seed=SEED + seed, series=(series,), concentrations_mm=levels,
        acquisition=replace(base.acquisition, coils=coils),
        line=ResidualField(random.uniform(0.0, 0.6)),
        motion=replace(base.motion, events_per_hour=4.0, bursts=()),
        events=(
            PlannedEvent(MIDDLE_S, "infusion_start"),
            PlannedEvent(stop_s, "infusion_stop"),
        ),
        courses={"Glu": StepChange(percent)} if percent else {},
    )  # fmt: skip


@lru_cache(maxsize=1)
def _fids() -> dict[str, np.ndarray]:
    """FIDs of the metabolites by the scanner's pulses: of no seed and no coil."""
    return metabolite_fids(scenario_of(0))


def run_of(messages: Iterable[Message], wishes: Wishes = WISHES) -> SessionRun:
    """A session through the whole pipeline."""
    run = SessionRun(wishes, live=False)
    push_all(run, messages)
    return run


@dataclass(frozen=True)
class One:
    """A session: what was put in and read.

    Attributes
    ----------
    recoveries : read over put in, (step and rise, estimates)
    holds : whether intervals hold nothing, the step, the rise, (2, 3): the tracker's at
        the end, those of the mean of the windows
    true : recoveries (estimates,) of a true step
    level_sd : of the level, percent
    still : error over SD where nothing is put in: tracker at the end, mean of the
        windows, each window (2 + W,)
    moved : the same of the true step, by the true percent
    apart : largest difference from transients that are kept instead of raw coils; nan
        where it was not looked at
    seconds : CPU of an injection from raw coils
    """

    recoveries: np.ndarray
    holds: np.ndarray
    true: np.ndarray
    level_sd: float
    still: np.ndarray
    moved: np.ndarray
    apart: float
    seconds: float


def one(seed: int, wishes: Wishes = WISHES, coils: int = COILS) -> One:
    """One session."""
    scenario = scenario_of(seed, coils=coils)
    fids = _fids()
    messages = list(number(scan(scenario, fids)))
    run = run_of(messages, wishes)
    result = run.finish()[1]
    halves = halves_before(result.qualities, None, None)
    assert halves is not None
    began = time.process_time()
    found = inject(lambda: messages, wishes, halves)
    seconds = time.process_time() - began
    assert found is not None
    apart = np.nan
    if seed % KEPT_TOO == 0:
        live = inject(lambda: run.kept, wishes, halves)
        assert live is not None
        pairs = zip(found.recoveries, live.recoveries, strict=True)
        apart = max(abs(a.read - b.read) for a, b in pairs)
    changes = {
        "reference_s": (halves.start_s, halves.middle_s),
        "infusion_s": (halves.middle_s, halves.end_s + 1),
        "override": True,
    }
    wishes = replace(wishes, changes=changes)
    plain = run_of(messages, wishes).finish()[1]
    changed = number(scan(scenario_of(seed, PERCENT, coils), fids))
    true = run_of(changed, wishes).finish()[1]
    levels = scenario.concentrations_mm
    put = PERCENT * levels["Glu"] / (levels["Glu"] + levels["Gln"])
    read = _read(true, found.outcome) - _read(plain, found.outcome)
    own = found.recoveries
    return One(
        np.array([[r.read / r.put, r.windows_read / r.windows_put] for r in own]),
        np.array(
            [
                [name not in of.missed for name in (NOTHING, STEP, RISE)]
                for of in (found.tracker, found.windows)
            ]
        ),
        read / put,
        found.level_sd,
        _errors(plain, found.outcome, 0.0),
        _errors(true, found.outcome, put),
        apart,
        seconds,
    )


def _read(result: Result, outcome: str) -> np.ndarray:
    """Change at the end by the tracker, and in the mean of the windows."""
    middle_s = result.reference_s[1]
    own = [
        e.changes_percent[outcome]
        for e in result.estimates
        if e.independent and e.time_start_s >= middle_s
    ]
    return np.array([result.tracks[-1].filtered[outcome], np.mean(own)])


def _errors(result: Result, outcome: str, truth: float) -> np.ndarray:
    """Errors over SDs: tracker at the end, mean of the windows, each window."""
    windows = changes_of(result.course, result.estimates, outcome, TR_S)
    mean, mean_sd = windows.mean(result.reference_s[1], np.inf)
    last = result.tracks[-1]
    values = last.filtered[outcome], mean, *windows.percent
    sds = last.filtered_sd[outcome], mean_sd, *np.sqrt(np.diag(windows.covariance))
    return (np.array(values) - truth) / sds


def still(seed: int, coils: int) -> np.ndarray:
    """`One.still` of a session by itself, which is what a copy with nothing is."""
    halves_s = {
        "reference_s": (0.0, MIDDLE_S),
        "infusion_s": (MIDDLE_S, MIDDLE_S + TRANSIENTS * TR_S),
        "override": True,
    }
    messages = number(scan(scenario_of(seed, coils=coils), _fids()))
    run = run_of(messages, replace(WISHES, changes=halves_s))
    return _errors(run.finish()[1], OUTCOME, 0.0)


def coverage(name: str, errors: list[np.ndarray]) -> str:
    """How often 95 % intervals hold the truth, and their errors over SD."""
    parts = (
        ("tracker at the end", np.array([z[0] for z in errors])),
        ("mean of the windows", np.array([z[1] for z in errors])),
        ("single windows", np.concatenate([z[2:] for z in errors])),
    )
    rows = []
    for estimate, z in parts:
        held = int(np.sum(np.abs(z) <= Z95))
        rows.append(
            f"| {name} | {estimate} | {z.size} | {held} "
            f"({100 * held / z.size:.1f} %) | {np.sqrt(np.mean(z**2)):.2f} |"
        )
    return "\n".join(rows)


def table(found: list[One]) -> str:
    """Markdown rows."""
    put = np.array([one.recoveries for one in found])
    true = np.array([one.true for one in found])
    rows = ["| put in | estimate | n | recovery: mean, smallest, largest |"]
    rows.append("|---|---|---|---|")
    for c, course in enumerate((STEP, RISE)):
        for e, estimate in enumerate(ESTIMATES):
            own = put[:, c, e]
            rows.append(
                f"| {course} | {estimate} | {len(own)} | {own.mean():.3f}, "
                f"{own.min():.3f}, {own.max():.3f} |"
            )
    for e, estimate in enumerate(ESTIMATES):
        own = true[:, e]
        rows.append(
            f"| a true step | {estimate} | {len(own)} | {own.mean():.3f}, "
            f"{own.min():.3f}, {own.max():.3f} |"
        )
    return "\n".join(rows)


def sentences(found: list[One]) -> str:
    """What intervals hold, what the level's SD says of the truth, cost."""
    put = np.array([one.recoveries[0] for one in found])
    true = np.array([one.true for one in found])
    level = np.array([one.level_sd for one in found]) / 100
    apart_of = put - true
    off = (true / put - 1).T
    within = np.sum(np.abs(off) <= Z95 * level, axis=1)
    counts = np.sum([one.holds for one in found], axis=0)
    return "\n".join(
        [
            *(
                f"- interval, {name}: holds nothing {nothing}, the step {step}, the "
                f"rise {rise} of {len(found)}"
                for name, (nothing, step, rise) in zip(ESTIMATES, counts, strict=True)
            ),
            *(
                f"- put in less true, {name}: mean {own.mean():+.3f}, largest "
                f"{np.abs(own).max():.3f}; within 0.05 in "
                f"{np.sum(np.abs(own) <= 0.05)} of {len(own)}"
                for name, own in zip(ESTIMATES, apart_of.T, strict=True)
            ),
            f"- level's SD {100 * level.mean():.1f} % (mean)",
            *(
                f"- true over put in, {name}, less 1: mean {own.mean():+.3f}, SD "
                f"{own.std():.3f}; within 1.96 SD of the level in {n} of {len(found)}"
                for name, own, n in zip(ESTIMATES, off, within, strict=True)
            ),
            f"- from kept transients instead of raw coils: "
            f"{np.nanmax([one.apart for one in found], initial=0):.1e} % apart",
            f"- CPU of an injection: {np.mean([one.seconds for one in found]):.1f} s",
        ]
    )


def main_still(seeds: range, coils: int) -> None:
    """Print how often intervals hold nothing, after every tenth session."""
    found = []
    with threadpool_limits(1):
        for seed in seeds:
            found.append(still(seed, coils))
            if len(found) % 10 == 0 or seed == seeds[-1]:
                print(coverage("none", found), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("stop", type=int)
    parser.add_argument("--coils", type=int, default=COILS)
    parser.add_argument("--own", action="store_true")
    parser.add_argument("--still", action="store_true")
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    if asked.still:
        main_still(range(asked.first, asked.stop), asked.coils)
        sys.exit()
    wishes = replace(WISHES, basis=OWN if asked.own else "")
    kind, seeds = f"{asked.coils} {wishes.basis}", range(asked.first, asked.stop)
    with threadpool_limits(1):
        sessions = kept(
            asked.keep, kind, seeds, One, lambda seed: one(seed, wishes, asked.coils)
        )
    print(table(sessions))
    print(COVERAGE)
    print(coverage("none", [one.still for one in sessions]))
    print(coverage("a true step", [one.moved for one in sessions]))
    print(sentences(sessions))
