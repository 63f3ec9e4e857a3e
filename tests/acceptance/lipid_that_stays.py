"""Lipid that begins in the infusion and stays: when it is known, and as what.

    python tests/acceptance/lipid_that_stays.py [--n 4] [--seed 0]

Sessions of `change_sessions` (`mixed`), worked through live.  From a moment on, 30 to
300 s into the infusion, lipid of 3, 6, 12 and 20 x NAA comes and stays, upright or
turned by 180 degrees (NAA's own place then holds the opposite of NAA).  Told are, a row
for each size and turn: transients from its first until the judge knows it, the causes
that it gave in the three minutes from there, how many of them counted at the end, and
the largest tracked change of Glx/tNAA less the truth that was shown meanwhile, percent
and SDs.
"""

import argparse
from dataclasses import dataclass, replace

import numpy as np
from change_sessions import START_S, STOP_S, basis_of, fids_of, scenario_of, truth_of

from monitor.analysis.pipeline import Pipeline
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import number
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scanner import scan

FOLLOWED = 90
SIZES, TURNS_DEG = (3.0, 6.0, 12.0, 20.0), (0.0, 180.0)


@dataclass(frozen=True)
class Known:
    """What was known of the lipid, and what was shown meanwhile."""

    after: int
    causes: frozenset[str]
    counting: int
    error_percent: float
    error_sd: float


def known(seed: int, over_naa: float, turned_deg: float) -> Known:
    """One session."""
    start_s = START_S + float(np.random.default_rng(seed).uniform(30, 300))
    lipid = Contamination((Stretch(start_s, STOP_S + 60, lipid_over_naa=over_naa),))
    clean = scenario_of("mixed", 700 + seed)
    lines = replace(clean.lipids, phase_deg=turned_deg)
    scenario = replace(clean, lipids=lines, contamination=lipid)
    settings = read_protocol("press_3t_te30").with_changes(
        window=32, basis="site", step=8
    )
    pipeline, causes, errors = Pipeline(settings, basis_of("mixed")), set(), []
    qualities, after, inside = pipeline.course.qualities, -1, 0
    for message in number(scan(scenario, fids_of("mixed"))):
        update = pipeline.push(message)
        if update.quality is None or update.quality.time_s < start_s:
            continue
        inside += 1
        first = len(qualities) - inside
        own = [s for s in pipeline.intake.judge.stretches if s.stop > first + 2]
        causes |= {str(one.cause) for one in own}
        after = inside if own and after < 0 else after
        if update.tracker is not None and update.tracker.filtered:
            point = update.tracker
            truth = truth_of(scenario, np.array([point.time_s]))[0, 2]
            error = point.filtered["Glx/tNAA"] - truth
            errors.append((error, error / point.filtered_sd["Glx/tNAA"]))
        if inside == FOLLOWED:
            break
    worst = max(errors, key=lambda one: abs(one[0]))
    counting = sum(q.counts for q in qualities[first:])
    return Known(after, frozenset(causes), counting, *worst)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=4)
    parser.add_argument("--seed", type=int, default=0)
    wanted = parser.parse_args()
    print(
        f"| x NAA, turned | n | known after | as | counting of {FOLLOWED} | furthest |"
    )
    print("|---" * 6 + "|")
    for size in SIZES:
        for turned in TURNS_DEG:
            seeds = range(wanted.seed, wanted.seed + wanted.n)
            found = [known(seed, size, turned) for seed in seeds]
            after = sorted(one.after for one in found)
            causes = sorted(frozenset().union(*(one.causes for one in found)))
            worst = max(found, key=lambda one: abs(one.error_percent))
            print(
                f"| {size:g}, {turned:g} | {len(found)} | {after[0]} to {after[-1]} | "
                f"{', '.join(causes)} | {max(one.counting for one in found)} | "
                f"{worst.error_percent:+.1f} % ({worst.error_sd:+.1f} SD) |",
                flush=True,
            )


if __name__ == "__main__":
    main()
