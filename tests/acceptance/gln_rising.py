"""Is a change of Glu/tCr read too large where Gln rises with Glu?

    python tests/acceptance/gln_rising.py [--n 16] [--seed 0] [--glu 10] [--keep FILE]

Sessions of the kind `plateau` of `change_sessions` in which Glu rises by `--glu` %
(time constant 100 s) and Gln by 0, 6 or 15 %.  A seed is the same brain, noise, motion
and narrowing in all three, so that their differences are what Gln does.  Read on true:
what is read is (1 + a) times the true change, with a by least squares over sessions
and its SE from their scatter; the truth is averaged over the same transients.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from change_sessions import OUTCOMES, fids_of, followed, scenario_of, truth_of
from kept import kept

from monitor.analysis.tracking.tracking import Tracking
from streams.messages.transient import number
from streams.simulator.courses import Saturating
from streams.simulator.scanner import scan

RISES = (0.0, 6.0, 15.0)
ASKED = ("Glx/tNAA", "Glu/tCr")
LAST = 150
"""Transients: five minutes."""
WAYS = ("mean since the start", "tracker, last 5 min", "smoother, last 5 min")


@dataclass(frozen=True)
class Read:
    """What one session said, (ways, outcomes) each, in percent."""

    error: np.ndarray
    true: np.ndarray


def read_of(glu: float, gln: float, seed: int) -> Read:
    """One session through the whole chain, against its truth."""
    made = scenario_of("plateau", seed)
    courses = {"Glu": Saturating(glu, 100.0), "Gln": Saturating(gln, 100.0)}
    scenario = replace(made, courses=courses)
    messages = number(scan(scenario, fids_of("plateau")))
    course = followed(messages, "plateau", step=64)[0].course
    tracking = Tracking(course, 5.0)
    tracks = tracking.redo(scenario.infusion_s)
    places = [OUTCOMES.index(outcome) for outcome in ASKED]
    true = truth_of(scenario, course.times_s)[:, places]
    w = course.weights * (course.times_s >= scenario.infusion_s[0])
    since, last = w @ true / w.sum(), true[-LAST:].mean(axis=0)
    said = [
        [tracking.answers[o].mean_percent for o in ASKED],
        *(
            np.mean([[p.filtered[o] for o in ASKED] for p in points[-LAST:]], axis=0)
            for points in (tracks, tracking.smoothed())
        ),
    ]
    truth = np.array([since, last, last])
    return Read(np.array(said) - truth, truth)


def slope(error: np.ndarray, true: np.ndarray) -> str:
    """Read on true over sessions (n,), and its SE."""
    own = np.sum(true**2)
    a = np.sum(true * error) / own
    left = np.sum((error - a * true) ** 2) / (len(true) - 1)
    return f"{1 + a:.3f} ({np.sqrt(left / own):.3f})"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=16)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--glu", type=float, default=10.0)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    found = {
        gln: kept(
            asked.keep,
            f"{asked.glu:g} {gln:g}",
            seeds,
            Read,
            partial(read_of, asked.glu, gln),
        )
        for gln in RISES
    }
    heads = [f"Gln {gln:+g} %" for gln in RISES]
    print(f"| outcome | what | n | {' | '.join(heads)} | last less first |")
    print("|---" * (len(RISES) + 4) + "|")
    for k, outcome in enumerate(ASKED):
        for i, way in enumerate(WAYS):
            e, t = (
                [np.array([getattr(r, part)[i, k] for r in found[g]]) for g in RISES]
                for part in ("error", "true")
            )
            apart = e[-1] / t[-1] - e[0] / t[0]
            se = np.std(apart, ddof=1) / np.sqrt(len(apart))
            slopes = " | ".join(slope(*both) for both in zip(e, t, strict=True))
            moved = f"{np.mean(apart):+.3f} ({se:.3f})"
            print(f"| {outcome} | {way} | {len(e[0])} | {slopes} | {moved} |")


if __name__ == "__main__":
    main()
