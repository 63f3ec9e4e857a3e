"""What a simulated infusion says when it stops, against what was simulated.

    python tests/acceptance/demo_truth.py SCENARIO FIRST STOP [PROTOCOL]

runs a scenario (bundled, or a TOML file) with the seeds [FIRST, STOP) added to its own,
analysed by the protocol that it names or another, and prints for each outcome the true
change when the infusion stops, the mean error and its standard error, RMSE, stated SD
and how many 95 % intervals hold the truth.
"""

import sys
from dataclasses import replace

import numpy as np

from monitor.protocol.choose import Wishes
from monitor.run.analyse import push_all
from monitor.run.session_run import SessionRun
from streams.messages.transient import number
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario
from streams.simulator.scenario_file import read_scenario
from streams.simulator.truth import changes_at_stop

OUTCOMES = ("Glx/tNAA", "Glu/tCr")
KINDS = ("filtered", "smoothed", "window")


def said(scenario: Scenario, fids, protocol: str = "") -> np.ndarray:
    """Change and SD (kinds, outcomes, 2) when the infusion stops, percent."""
    run, stop_s = SessionRun(Wishes(protocol), live=False), scenario.infusion_s[1]
    push_all(run, number(scan(scenario, fids)))
    _, result = run.finish()
    place = max(i for i, point in enumerate(result.tracks) if point.time_s <= stop_s)
    points = result.tracks[place], result.smoothed[place]
    during = [e for e in result.estimates if e.independent and e.time_end_s <= stop_s]
    return np.array(
        [[(p.filtered[o], p.filtered_sd[o]) for o in OUTCOMES] for p in points]
        + [
            [
                (during[-1].changes_percent[o], during[-1].change_sds_percent[o])
                for o in OUTCOMES
            ]
        ]
    )


def sessions(name: str, first: int, stop: int, protocol: str = "") -> np.ndarray:
    """`said` of each seed, (seeds, kinds, outcomes, 2)."""
    base = read_scenario(name)
    fids = metabolite_fids(base)
    seeds = [replace(base, seed=base.seed + n) for n in range(first, stop)]
    return np.array([said(scenario, fids, protocol) for scenario in seeds])


def table(name: str, found: np.ndarray) -> str:
    """Rows of the table, in Markdown."""
    true = changes_at_stop(read_scenario(name))
    rows = [
        "| outcome | estimate | true | mean error (SE) | RMSE | stated SD | covers |",
        "|---|---|---|---|---|---|---|",
    ]
    for o, outcome in enumerate(OUTCOMES):
        for k, kind in enumerate(KINDS):
            error, sd = found[:, k, o, 0] - true[outcome], found[:, k, o, 1]
            rows.append(
                f"| {outcome} | {kind} | {true[outcome]:+.1f} | {error.mean():+.2f} "
                f"({error.std(ddof=1) / np.sqrt(len(error)):.2f}) | "
                f"{np.sqrt(np.mean(error**2)):.2f} | {np.sqrt(np.mean(sd**2)):.2f} | "
                f"{int(np.sum(np.abs(error) < 1.96 * sd))} of {len(error)} |"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    name, first, stop, *rest = sys.argv[1:]
    print(table(name, sessions(name, int(first), int(stop), *rest)))
