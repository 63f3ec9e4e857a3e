"""The tracker's interval at every transient of the headline's sessions.

    python tests/acceptance/headline_tracker.py [--n 6] [--seed 1] [--keep FILE]

Sessions are those of `headline.py`, analysed as files are: what the page shows of them
follows the tracker.  From the tenth transient of the infusion on its 95 % interval of
Glx/tNAA is held against the truth of that moment.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from headline import KINDS, QUARTERS, SHORT, own, scenario_of, truth_at
from kept import kept

from monitor.protocol.choose import Wishes
from monitor.run.session_run import SessionRun
from streams.messages.transient import number
from streams.simulator.scanner import prepare, scan_session

OUTCOME, Z95, SETTLED = "Glx/tNAA", 1.96, 10
HEADS = (
    "sessions", "n", "holds the truth, % (SE)", "at the quarters, %", "bias", "RMSE",
    "SD", "z (RMS)", "slope's noise above its floor in", "says changed",
)  # fmt: skip


@dataclass(frozen=True)
class Tracked:
    """One session: errors and SDs (n,) of the infusion, percent.

    `noise` is the slope's noise at the end over its floor.
    """

    error: np.ndarray
    sd: np.ndarray
    noise: float
    changed: bool


def tracked(kind: str, seed: int) -> Tracked:
    """One session of a kind."""
    scenario = scenario_of(kind, own(kind, seed))
    wishes = Wishes(changes={"infusion_length_s": SHORT.infusion_s})
    run = SessionRun(wishes, live=False)
    for message in number(scan_session(prepare(scenario)), f"{kind}{seed}"):
        run.push(message)
    _, result = run.finish()
    start_s = scenario.infusion_s[0]
    since = [p for p in result.tracks if p.time_s >= start_s][SETTLED:]
    found = [p.filtered[OUTCOME] - truth_at(scenario, p.time_s) for p in since]
    scale = result.tracking.following.scale
    return Tracked(
        np.array(found),
        np.array([p.filtered_sd[OUTCOME] for p in since]),
        scale.percent / scale.floor,
        result.answers[OUTCOME].changed,
    )


def row(name: str, sessions: list[Tracked]) -> str:
    """A line of the table."""
    held = [np.abs(s.error) < Z95 * s.sd for s in sessions]
    shares = 100 * np.array([one.mean() for one in held])
    quarters = [
        one[int(q * (len(one) - 1))] for one in held for q in QUARTERS
    ]  # fmt: skip
    squares = [np.mean(s.error**2) for s in sessions]
    z = [np.mean((s.error / s.sd) ** 2) for s in sessions]
    cells = (
        name, len(sessions),
        f"{shares.mean():.1f} ({shares.std() / np.sqrt(len(shares)):.1f})",
        f"{100 * np.mean(quarters):.1f}",
        f"{np.mean([s.error.mean() for s in sessions]):+.2f}",
        f"{np.sqrt(np.mean(squares)):.2f}",
        f"{np.mean([s.sd.mean() for s in sessions]):.2f}",
        f"{np.sqrt(np.mean(z)):.2f}", sum(s.noise > 1 for s in sessions),
        sum(s.changed for s in sessions),
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|")
    everything: list[Tracked] = []
    for kind in KINDS:
        some = kept(asked.keep, kind, seeds, Tracked, partial(tracked, kind))
        everything += some
        print(row(kind, some), flush=True)
    print(row("all", everything))


if __name__ == "__main__":
    main()
