"""Sessions in pieces, judged: one table of what `pieces_sessions` gave.

    python tests/acceptance/pieces.py [--n N] [--seed FIRST] [--kinds A,B] [--keep FILE]

runs sessions of each kind, N of the rarest, and prints the rows of `pieces.md`; with
FILE of all sessions that it has from other runs, too.
"""

import argparse
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from kept import kept
from pieces_sessions import OUTCOMES, run, truth

Z95 = 1.96
SHARES = {
    "blocks": 4, "whole": 4, "reshim": 2, "apart": 2, "apart-null": 2, "moved-null": 1,
}  # fmt: skip
"""Kinds, and how many sessions of each to one of the least."""


@dataclass(frozen=True)
class Session:
    """What one session said, by outcome; errors and SDs in percent.

    covers : shares of windows, tracker and smoother inside their 95 % interval
    mean, mean_sd : error of the mean since the infusion began, and its SD
    filtered, filtered_sd : of the tracker at the end
    """

    epochs: int
    right: int
    found: int
    changed: np.ndarray
    covers: np.ndarray
    mean: np.ndarray
    mean_sd: np.ndarray
    filtered: np.ndarray
    filtered_sd: np.ndarray
    detectable: float


def session_of(kind: str, seed: int) -> Session:
    """One session, judged against its truth."""
    scenario, pipeline, last = run(kind, seed)
    course, start_s = pipeline.course, scenario.infusion_s[0]
    tracking, tracks = pipeline.ways.tracking, last.tracks
    answers = tracking.answers
    times_s = course.times_s
    since, true = times_s >= start_s, truth(scenario, times_s)
    w = course.weights * since
    error = _table(tracks, "filtered") - true
    sd = _table(tracks, "filtered_sd")
    smooth = tracking.smoothed()
    kinds = (
        _windows(scenario, last.course, start_s), (error[since], sd[since]),
        ((_table(smooth, "filtered") - true)[since],
         _table(smooth, "filtered_sd")[since]),
    )  # fmt: skip
    means = np.array([answers[o].mean_percent for o in OUTCOMES])
    return Session(
        epochs=len({q.epoch for q in course.qualities}),
        right=_epochs(scenario),
        found=_recognised(scenario, course),
        changed=np.array([answers[o].changed for o in OUTCOMES]),
        covers=np.array([np.mean(np.abs(e) < Z95 * s, axis=0) for e, s in kinds]),
        mean=means - w @ true / w.sum(),
        mean_sd=np.array([answers[o].sd_percent for o in OUTCOMES]),
        filtered=error[-1], filtered_sd=sd[-1],
        detectable=last.foreseen.now_percent,
    )  # fmt: skip


def _table(points, what: str) -> np.ndarray:
    return np.array(
        [[getattr(p, what).get(o, np.nan) for o in OUTCOMES] for p in points]
    )


def _windows(scenario, estimates, start_s: float):
    """Errors and SDs of independent windows of the infusion."""
    own = [
        e for e in estimates
        if e.independent and e.time_start_s >= start_s and e.n_transients == 32
    ]  # fmt: skip
    true = np.array(
        [truth(scenario, np.arange(e.time_start_s, e.time_end_s + 1, 2.0)).mean(axis=0)
         for e in own]
    )  # fmt: skip
    error = np.array([[e.changes_percent[o] for o in OUTCOMES] for e in own]) - true
    return error, np.array([[e.change_sds_percent[o] for o in OUTCOMES] for e in own])


def _shimmed(scenario) -> list[int]:
    """Series that were shimmed anew."""
    s = scenario.series
    return [k for k in range(1, len(s)) if s[k].fwhm_hz != s[k - 1].fwhm_hz]


def _epochs(scenario) -> int:
    return 1 + len(_shimmed(scenario))


def _recognised(scenario, course) -> int:
    """How many of the new shims began an epoch."""
    begins = np.cumsum([0, *(series.transients for series in scenario.series)])
    epochs = course.epochs
    return sum(epochs[begins[k]] != epochs[begins[k] - 1] for k in _shimmed(scenario))


def row(kind: str, sessions: list[Session]) -> str:
    """One kind's row of the table."""
    n = len(sessions)
    covers = 100 * np.mean([s.covers for s in sessions], axis=0)
    z = np.array([s.mean / s.mean_sd for s in sessions])
    end = np.array([s.filtered / s.filtered_sd for s in sessions])
    changed = np.sum([s.changed for s in sessions], axis=0)
    false = sum(s.epochs > s.right for s in sessions)
    words = [
        f"{sum(s.found for s in sessions)} of {sum(s.right - 1 for s in sessions)}",
        f"{false} of {n}",
        *(" / ".join(f"{c:.1f}" for c in one) for one in covers),
        " / ".join(f"{100 * np.mean(np.abs(z[:, k]) < Z95):.0f}" for k in (0, 1)),
        " / ".join(f"{100 * np.mean(np.abs(end[:, k]) < Z95):.0f}" for k in (0, 1)),
        " / ".join(f"{np.sqrt(np.mean([s.mean[k] ** 2 for s in sessions])):.1f} ("
                   f"{np.sqrt(np.mean([s.mean_sd[k] ** 2 for s in sessions])):.1f})"
                   for k in (0, 1)),
        f"{np.mean([s.detectable for s in sessions]):.1f}",
        " / ".join(str(c) for c in changed),
    ]  # fmt: skip
    return f"| {kind} ({n}) | " + " | ".join(words) + " |"


HEADS = (
    "kind (sessions)", "new shims seen", "sessions split without one",
    "windows cover, %", "tracker covers, %", "smoother covers, %",
    "mean covered, %", "last point covered, %", "mean: RMSE (SD), %",
    "detectable, %", "says changed",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=6, help="sessions of the rarest kind")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default=",".join(SHARES))
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|")
    for kind in asked.kinds.split(","):
        seeds = range(asked.seed, asked.seed + asked.n * SHARES.get(kind, 1))
        of = partial(session_of, kind)
        print(row(kind, kept(asked.keep, kind, seeds, Session, of)), flush=True)


if __name__ == "__main__":
    main()
