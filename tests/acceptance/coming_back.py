"""Good transients behind a long bad stretch: after how many do they count again?

    python tests/acceptance/coming_back.py [--n 3] [--seed 0]

Sessions are those of `contamination.py` whose first transients are bad, 100 to 250 of
them, and all others good.  Nothing is fitted: weights are asked for, as live, every
fourth transient.
"""

import argparse
from dataclasses import dataclass, replace

import numpy as np
from change_sessions import FRAMES, TR_S, basis_of, fids_of, scenario_of
from lost_by_mistake import spoiled_in

from monitor.analysis.pipeline import Pipeline
from monitor.protocol.read_protocol import read_protocol
from streams.messages.transient import Kind, Transient, number
from streams.simulator.passing_artefacts import Contamination, Stretch
from streams.simulator.scanner import scan

UNLIKE = {
    "lipid 0.5": {"lipid_over_naa": 0.5},
    "lipid 1.5": {"lipid_over_naa": 1.5},
    "lipid 3": {"lipid_over_naa": 3.0},
    "water 30": {"water_times": 30.0},
    "line width 3 Hz": {"broadening_hz": 3.0},
    "baseline 0.2": {"hump_over_naa": 0.2},
}
BAD = (100, 150, 250)
BEHIND = 200
LEAST_SHARE = 0.9


@dataclass(frozen=True)
class Back:
    """How many good transients had come when they counted, of BEHIND.

    most : when nine of ten of them counted, and went on to
    bad : share of the bad ones that is left out at the end
    """

    most: float
    bad: float


def back(kind: str, bad: int, seed: int) -> Back:
    """One session that begins badly."""
    stop_s = (FRAMES + bad) * TR_S
    stretch = Stretch(0.0, stop_s, **UNLIKE[kind])
    scenario = replace(
        scenario_of("mixed", 400 + seed), contamination=Contamination((stretch,))
    )
    settings = read_protocol("press_3t_te30").with_changes(window=32, basis="site")
    pipeline, spoiled = Pipeline(settings, basis_of("mixed")), spoiled_in(scenario)
    pipeline.live = False
    course, most = pipeline.course, np.inf
    for message in number(scan(scenario, fids_of("mixed"))):
        pipeline.push(message)
        body, n = message.body, len(course.qualities)
        if not isinstance(body, Transient) or body.kind != Kind.METABOLITE:
            continue
        if n <= bad or n % 4:
            continue
        pipeline.intake.judge_again()
        counts = np.array([q.weight >= 0.5 for q in course.qualities])
        good = counts[bad:][~spoiled[bad:n]]
        if good.mean() < LEAST_SHARE:
            most = np.inf
        elif not np.isfinite(most):
            most = n - bad
        if n >= bad + BEHIND:
            break
    return Back(float(most), float(np.mean(~counts[8:bad])))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    print("| first transients | " + " | ".join(f"{bad} bad" for bad in BAD) + " |")
    print("|---" * (1 + len(BAD)) + "|")
    for kind in UNLIKE:
        cells = []
        for bad in BAD:
            found = [back(kind, bad, asked.seed + k) for k in range(asked.n)]
            counts = ", ".join(f"{one.most:g}" for one in found)
            cells.append(f"{counts} ({100 * np.mean([b.bad for b in found]):.0f} %)")
        print(f"| {kind} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
