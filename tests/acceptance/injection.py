"""A known change put into a session's own transients: does it come out, and how much?

    python tests/acceptance/injection.py FIRST STOP

Each session (the scanner of `foreign-basis`: macromolecules that nobody measured and
pulses not of the basis set; drift, lipid, water, motion, eddy currents; COILS coils,
TRANSIENTS of them, no change of any metabolite) is worked through

* by `monitor.run.injection`, as the program does it: raw coils, a copy as it is, one
  with a step of `PERCENT` of the fitted glutamate, one with a rise; and once more from
  the transients that a live session keeps, coils combined;
* simulated once more with the same noise, its true glutamate `PERCENT` higher from the
  middle on ("true").

The recovery is what is read more than without, over what was put in: that of the copies
is all that a real session knows, that of the truth what a user wishes to know.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from monitor.analysis.course.response import Z95
from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.injection import inject
from monitor.run.known_change import PERCENT, RISE, STEP, Injection, halves_before
from monitor.run.result import Result
from monitor.run.session_run import SessionRun
from streams.messages.transient import Message, number
from streams.simulator.artefacts import ResidualField
from streams.simulator.courses import StepChange
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.plan import PlannedEvent
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario

SEED, COILS, TRANSIENTS, TR_S = 23_100_000, 4, 240, 2.0
WATERS = 6  # excitations before the first metabolite transient
MIDDLE_S = (WATERS + TRANSIENTS // 2) * TR_S - 1
ESTIMATES = ("tracker at the end", "windows")
WISHES = Wishes("press_3t_te30")


def scenario_of(seed: int, percent: float = 0.0) -> Scenario:
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
        acquisition=replace(base.acquisition, coils=COILS),
        line=ResidualField(random.uniform(0.0, 0.6)),
        motion=replace(base.motion, events_per_hour=4.0, bursts=()),
        events=(
            PlannedEvent(MIDDLE_S, "infusion_start"),
            PlannedEvent(stop_s, "infusion_stop"),
        ),
        courses={"Glu": StepChange(percent)} if percent else {},
    )  # fmt: skip


def run_of(messages: Iterable[Message], wishes: Wishes = WISHES) -> SessionRun:
    """A session through the whole pipeline."""
    run = SessionRun(wishes, live=False)
    push_all(run, messages)
    return run


@dataclass(frozen=True)
class One:
    """A session: what was put in and read, from raw coils and from what is kept.

    Attributes
    ----------
    true : recoveries (estimates,) of a true step
    seconds : CPU of an injection from raw coils
    """

    injection: Injection
    kept: Injection
    true: np.ndarray
    seconds: float

    @property
    def recoveries(self) -> np.ndarray:
        """Read over put in, (step and rise, estimates)."""
        return np.array(
            [
                [one.read / one.put, one.windows_read / one.windows_put]
                for one in self.injection.recoveries
            ]
        )


def one(seed: int) -> One:
    """One session."""
    scenario = scenario_of(seed)
    fids = metabolite_fids(scenario)
    messages = list(number(scan(scenario, fids)))
    run = run_of(messages)
    result = run.finish()[1]
    halves = halves_before(result.qualities, None, None)
    assert halves is not None
    began = time.process_time()
    found = inject(lambda: messages, WISHES, halves)
    seconds = time.process_time() - began
    kept = inject(lambda: run.kept, WISHES, halves)
    assert found is not None
    assert kept is not None
    changes = {
        "reference_s": (halves.start_s, halves.middle_s),
        "infusion_s": (halves.middle_s, halves.end_s + 1),
        "override": True,
    }
    wishes = replace(WISHES, changes=changes)
    plain = run_of(messages, wishes).finish()[1]
    changed = number(scan(scenario_of(seed, PERCENT), fids))
    true = run_of(changed, wishes).finish()[1]
    own = scenario.concentrations_mm
    put = PERCENT * own["Glu"] / (own["Glu"] + own["Gln"])
    read = _read(true, found.outcome) - _read(plain, found.outcome)
    return One(found, kept, read / put, seconds)


def _read(result: Result, outcome: str) -> np.ndarray:
    """Change at the end by the tracker, and in the mean of the windows."""
    middle_s = result.reference_s[1]
    own = [
        e.changes_percent[outcome]
        for e in result.estimates
        if e.independent and e.time_start_s >= middle_s
    ]
    return np.array([result.tracks[-1].filtered[outcome], np.mean(own)])


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
    told = [one.injection for one in found]
    put = np.array([one.recoveries[0] for one in found])
    true = np.array([one.true for one in found])
    level = np.array([one.level_sd for one in told]) / 100
    apart_of = put - true
    off = true[:, 1] / put[:, 1] - 1
    within = np.sum(np.abs(off) <= Z95 * level)
    step, rise = (sum(one.recoveries[c].holds for one in told) for c in range(2))
    apart = [
        abs(a.read - b.read)
        for one in found
        for a, b in zip(one.injection.recoveries, one.kept.recoveries, strict=True)
    ]
    return "\n".join(
        [
            f"- interval holds nothing {sum(one.still for one in told)}, the step "
            f"{step}, the rise {rise} of {len(told)}",
            *(
                f"- put in less true, {name}: mean {own.mean():+.3f}, largest "
                f"{np.abs(own).max():.3f}; within 0.05 in "
                f"{np.sum(np.abs(own) <= 0.05)} of {len(own)}"
                for name, own in zip(ESTIMATES, apart_of.T, strict=True)
            ),
            f"- level's SD {100 * level.mean():.1f} % (mean); true over put in, "
            f"windows, minus 1: mean {off.mean():+.3f}, SD {off.std():.3f}; within "
            f"1.96 SD of the level in {within} of {len(told)}",
            f"- from kept transients instead of raw coils: {max(apart):.1e} % apart",
            f"- CPU of an injection: {np.mean([one.seconds for one in found]):.1f} s",
        ]
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("first", type=int)
    parser.add_argument("stop", type=int)
    asked = parser.parse_args()
    with threadpool_limits(1):
        sessions = []
        for seed in range(asked.first, asked.stop):
            sessions.append(one(seed))
            print(f"# {seed}: {sessions[-1]}", file=sys.stderr, flush=True)
    print(table(sessions))
    print(sentences(sessions))
