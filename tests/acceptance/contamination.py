"""Simulated sessions with a contaminated stretch: what the tracker says against truth.

    python tests/acceptance/contamination.py [--n 20] [--seed 0] [--kinds A,B]
        [--keep FILE]

Sessions are those of `change_sessions` (`mixed`, one coil, NAA SNR 10, 250 transients
of reference period, 450 of infusion): each has one stretch of 20 s to 5 min,
log-uniform, that begins at random in the reference period (half of them) or in the
infusion, of one kind in turn:

    lipid 0.5 to 3 x NAA; residual water 10 to 50 times higher; motion in each
    transient; lines 1.5 to 5 Hz broader; a hump in the baseline of 0.1 to 0.3 x NAA

Each is run once with the judge and once without (`--no-reject`, what the session says
of itself must then be flagged).  The same seeds
without a stretch are the clean ones; with the transients of the stretch taken out by
the operator (F4) they are those `without`: what the judge gives beside them is not what
lost transients do.  After motion the head lies elsewhere, so that there the rest is not
the same.  With `--kinds` only seeds of these kinds are run, N of them from the first
on.

Sessions have the scenario's own motion, besides: a transient that counts less than half
is lost by *mistake* where the simulator neither moved nor contaminated it.
"""

import argparse
from dataclasses import dataclass, replace
from functools import partial
from itertools import count, islice
from pathlib import Path

import numpy as np
from change_sessions import (
    OUTCOMES,
    START_S,
    TR_S,
    fids_of,
    followed,
    scenario_of,
    truth_of,
)
from kept import kept
from lost_by_mistake import low_of, mistaken_in, mistakes

from monitor.analysis.pipeline import Pipeline
from monitor.analysis.tracking.point import TrackerPoint
from monitor.analysis.update import Update
from streams.messages.span import Span
from streams.messages.transient import number
from streams.simulator.passing_artefacts import Burst, Contamination, Stretch
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario

FRAMES_S = 12.0
KINDS = ("lipid", "water", "motion", "line width", "baseline")
HEADLINE, GLU = OUTCOMES.index("Glx/tNAA"), OUTCOMES.index("Glu/tCr")


@dataclass(frozen=True)
class Said:
    """One session: errors of the tracked change over the infusion, and what was judged.

    Attributes
    ----------
    kind, where, start_s, stop_s : of the stretch
    bias : (outcomes,) mean error of the tracker since the infusion began, percent; nan
        where there is none
    covered : (outcomes,) share of its 95 % intervals that hold the truth
    off_sd : (outcomes,) error at the end, in SDs
    found : share of the stretch's transients that are left out
    lost : share of all other transients that count less than half
    mistaken : share of all that count less than half and that nothing spoiled
    kept : share of all that something spoiled and that count all the same
    disagrees : whether the session says that something differs
    stale : whether it says that nothing has counted for more than a window at the end
    """

    kind: str
    where: str
    start_s: float
    stop_s: float
    bias: np.ndarray
    covered: np.ndarray
    off_sd: np.ndarray
    found: float
    lost: float
    mistaken: float
    kept: float
    disagrees: bool
    stale: bool = False


def kind_of(seed: int) -> str:
    """What is wrong with the session of a seed."""
    return KINDS[seed % len(KINDS)]


def contaminated(seed: int) -> tuple[Scenario, str, str]:
    """A session with its stretch, its kind and where it lies."""
    random = np.random.default_rng([9_100_000, seed])
    kind, where = kind_of(seed), ("reference", "infusion")[seed // 5 % 2]
    length_s = float(np.exp(random.uniform(np.log(20.0), np.log(300.0))))
    low = FRAMES_S if where == "reference" else START_S
    room = START_S if where == "reference" else START_S + 450 * TR_S
    start_s = float(random.uniform(low, max(low + 1.0, room - length_s)))
    stop_s = min(start_s + length_s, room)
    scenario = scenario_of("mixed", 400 + seed)
    if kind == "motion":
        bursts = (*scenario.motion.bursts, Burst(start_s, stop_s, 1.0))
        motion = replace(scenario.motion, bursts=bursts)
        return replace(scenario, motion=motion), kind, where
    what = {
        "lipid": {"lipid_over_naa": random.uniform(0.5, 3.0)},
        "water": {"water_times": random.uniform(10.0, 50.0)},
        "line width": {"broadening_hz": random.uniform(1.5, 5.0)},
        "baseline": {"hump_over_naa": random.uniform(0.1, 0.3)},
    }[kind]
    stretch = Stretch(start_s, stop_s, **what)
    return replace(scenario, contamination=Contamination((stretch,))), kind, where


def run(
    scenario: Scenario, reject: bool = True, out_s: tuple[Span, ...] = ()
) -> tuple[Pipeline, Update]:
    """A session through the pipeline, and its last update."""
    messages = number(scan(scenario, fids_of("mixed")))
    return followed(messages, "mixed", step=32, reject=reject, left_out_s=out_s)


def said(seed: int, clean: bool = False, reject: bool = True) -> Said:
    """What one session says; `clean` without its stretch."""
    scenario, kind, where = contaminated(seed)
    if clean:
        return said_of(scenario_of("mixed", 400 + seed), "clean", where)
    return said_of(scenario, kind, where, stretch_of(scenario), reject)


def without(seed: int) -> Said:
    """What the clean session says without the transients of the stretch."""
    scenario, _, where = contaminated(seed)
    span = stretch_of(scenario)
    return said_of(scenario_of("mixed", 400 + seed), "without", where, span, out=True)


def said_of(
    scenario: Scenario,
    kind: str,
    where: str,
    span: Span = (0.0, 0.0),
    reject: bool = True,
    out: bool = False,
) -> Said:
    """What a session says of itself, against the truth.

    `out`: the operator takes `span` out.
    """
    pipeline, last = run(scenario, reject, (span,) if out else ())
    qualities = pipeline.course.qualities
    times_s = np.array([q.time_s for q in qualities])
    inside = (times_s >= span[0]) & (times_s < span[1])
    low = low_of(pipeline)
    points = [p for p in last.tracks if p.time_s >= START_S and p.filtered]
    if not points:  # nothing of the reference period is left
        points = [TrackerPoint(0, START_S, *(dict.fromkeys(OUTCOMES, np.nan),) * 2)]
    error, sd = (
        np.array([[getattr(p, what)[o] for o in OUTCOMES] for p in points])
        for what in ("filtered", "filtered_sd")
    )
    error = error - truth_of(scenario, np.array([p.time_s for p in points]))
    return Said(
        kind, where, *span, error.mean(axis=0),
        np.mean(np.abs(error) < 1.96 * sd, axis=0), error[-1] / sd[-1],
        float(low[inside].mean()) if inside.any() else np.nan,
        float(low[~inside].mean()), *mistaken_in(scenario, low), disagrees(last),
        not any(q.weight > 0 for q in qualities[-33:]),
    )  # fmt: skip


def disagrees(last: Update) -> bool:
    """Whether the session says that something differs by more than chance."""
    return last.agreement is not None and not last.agreement.agrees


def stretch_of(scenario: Scenario) -> Span:
    """Start and stop of the contamination that was added."""
    if scenario.contamination is not None:
        stretches = scenario.contamination.stretches
        return stretches[0].start_s, stretches[-1].stop_s
    burst = scenario.motion.bursts[-1]
    return burst.start_s, burst.stop_s


def line(name: str, found: list[Said]) -> str:
    """A row of the table."""
    bias = np.array([s.bias for s in found])[:, [HEADLINE, GLU]]
    cover = np.array([s.covered for s in found])[:, [HEADLINE, GLU]].mean(axis=0)
    se = bias.std(axis=0, ddof=1) / np.sqrt(len(bias)) if len(bias) > 1 else [0, 0]
    mean = bias.mean(axis=0)
    inside = [s.found for s in found if np.isfinite(s.found)]
    left = f"{100 * np.mean(inside):.1f}" if inside else "-"
    flagged = sum(s.disagrees for s in found)
    return (
        f"| {name} | {len(found)} | {mean[0]:+.2f} ({se[0]:.2f}) | "
        f"{mean[1]:+.2f} ({se[1]:.2f}) | {100 * cover[0]:.1f} | {100 * cover[1]:.1f} | "
        f"{left} | {100 * np.mean([s.lost for s in found]):.2f} | {flagged} |"
    )


def paired(name: str, found: list[Said], clean: list[Said]) -> str:
    """What the stretch changed against the same session without it, percent."""
    moved = np.array([a.bias - b.bias for a, b in zip(found, clean, strict=True)])
    moved = moved[:, [HEADLINE, GLU]]
    rms, mean = np.sqrt(np.mean(moved**2, axis=0)), moved.mean(axis=0)
    both = f"mean {mean[0]:+.2f} and {mean[1]:+.2f}"
    return f"{name}: {both}, rms {rms[0]:.2f} and {rms[1]:.2f}"


HEAD = (
    "| sessions | n | bias Glx/tNAA (SE) | bias Glu/tCr (SE) | covers Glx/tNAA, % | "
    "covers Glu/tCr, % | left out of the stretch, % | lost elsewhere, % | flagged |\n"
    + "|---" * 9 + "|"
)  # fmt: skip


def main() -> None:
    """Run and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--keep", type=Path)
    wanted = parser.parse_args()
    kinds = wanted.kinds.split(",")
    asked = (s for s in count(wanted.seed) if kind_of(s) in kinds)
    seeds = list(islice(asked, wanted.n))
    judged, clean, lost, loose = (
        kept(wanted.keep, name, seeds, Said, run_one)
        for name, run_one in (
            ("judged", said),
            ("clean", partial(said, clean=True)),
            ("without", without),
            ("not judged", partial(said, reject=False)),
        )
    )
    print(HEAD)
    print(line("clean", clean))
    print(line("judged", judged))
    for kind in KINDS:
        own = [s for s in judged if s.kind == kind]
        if own:
            print(line(f"judged, {kind}", own))
    print(line("not judged", loose))
    for name, some in (("clean", clean), ("judged", judged)):
        print(mistakes(name, [(s.mistaken, s.kept) for s in some]))
    print(paired("moved by the stretch, judged", judged, clean))
    print(paired("moved by losing its transients", lost, clean))
    print(paired("judged, against losing them", judged, lost))
    print(paired("moved by the stretch, not judged", loose, clean))
    for name, some in (("judged", judged), ("not judged", loose)):
        off = [s for s in some if abs(s.off_sd[HEADLINE]) > 2]
        print(f"{name}: off by more than 2 SD at the end in {len(off)}, flagged ",
              sum(s.disagrees for s in off))  # fmt: skip


if __name__ == "__main__":
    main()
