"""Is what two epochs may be apart by (D of `epoch_offset`) as wide as it should be?

    python tests/acceptance/epochs_apart.py [--n 12] [--seed 0] [--snr 10] [--each 80]
        [--keep FILE]

Short sessions of which nothing changes: a reference period of `--each` transients, a
new shim as in `apart-null` of `pieces_sessions`, and as many transients of infusion.
Of the SD of the mean change since then a part is D, another C and C'; with the errors e
of all sessions the likeliest factor f of a part is found, the rest taken as it is,

    e ~ N(0, rest^2 + f^2 part^2).

At an SNR of 40 there is little else than D, C and C'.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from change_sessions import fids_of, followed
from kept import kept
from pieces_sessions import OUTCOMES, TR_S, scenario_of

from monitor.analysis.course.course import Course
from monitor.analysis.course.epoch_offset import JOIN_SHARE, join_covariance
from monitor.analysis.course.outcomes import outcomes_of, quadratic
from monitor.analysis.tracking.tracking import Tracking
from streams.messages.transient import number
from streams.simulator.scanner import scan
from streams.simulator.scenario import Scenario

Z95 = 1.96
FACTORS = np.arange(0.0, 5.01, 0.1)


@dataclass(frozen=True)
class Apart:
    """One session, by outcome, in percent; the truth is 0.

    Attributes
    ----------
    epochs : how many there were
    mean, mean_sd : of the change since the infusion began
    shim_sd, own_sd : what D has in mean_sd, and what C and C' have
    covers : share of the tracker's 95 % intervals that hold 0
    changed : whether it is said to have changed
    """

    epochs: int
    mean: np.ndarray
    mean_sd: np.ndarray
    shim_sd: np.ndarray
    own_sd: np.ndarray
    covers: np.ndarray
    changed: np.ndarray


def short(seed: int, snr: float, each: int) -> Scenario:
    """A session of two short series; the scanner says that it shims between them."""
    made = scenario_of("apart-null", seed)
    one, other = (replace(series, transients=each) for series in made.series)
    other = replace(other, begins="re-shim", noise_frames=0, water_frames=0)
    start_s = TR_S * (one.noise_frames + one.water_frames + each) + other.pause_s
    times_s = {"infusion_start": start_s - 1, "infusion_stop": start_s + TR_S * each}
    events = tuple(replace(e, time_s=times_s[e.kind]) for e in made.events)
    plan = replace(made.acquisition, snr=snr)
    return replace(made, series=(one, other), events=events, acquisition=plan)


def session_of(snr: float, each: int, seed: int) -> Apart:
    """One session through the whole chain."""
    scenario = short(seed, snr, each)
    messages = number(scan(scenario, fids_of("mixed")))
    pipeline, _ = followed(messages, "mixed", step=16)
    tracking = Tracking(pipeline.course, 5.0)
    tracks = tracking.redo(scenario.infusion_s)
    since = [p for p in tracks if p.time_s >= scenario.infusion_s[0]]
    z = [[p.filtered[o] / p.filtered_sd[o] for o in OUTCOMES] for p in since]
    answers = [tracking.answers[outcome] for outcome in OUTCOMES]
    shim_sd, own_sd = offset_sds(pipeline.course)
    return Apart(
        epochs=len(pipeline.course.sessions),
        mean=np.array([one.mean_percent for one in answers]),
        mean_sd=np.array([one.sd_percent for one in answers]),
        shim_sd=shim_sd,
        own_sd=own_sd,
        covers=np.mean(np.abs(np.array(z)) < Z95, axis=0),
        changed=np.array([one.changed for one in answers]),
    )


def offset_sds(course: Course) -> tuple[np.ndarray, np.ndarray]:
    """SDs of D, and of C and C' (outcomes,) each, percent of the reference period."""
    if course.reference is None:
        raise RuntimeError("a session without a reference period")
    c, outcomes = course.reference.amplitudes, outcomes_of(course.names)
    own = outcomes.subset(OUTCOMES)
    g = 100 * own.gradients(c) / own.values(c)[:, None]
    shim = quadratic(g, join_covariance(course.names, c) / JOIN_SHARE**2)
    offset = course.offset_covariance(max(course.sessions))
    if offset is None:
        raise RuntimeError("a session of one epoch")
    rest = np.maximum(quadratic(g, offset) - shim, 0.0)
    return np.sqrt(shim), np.sqrt(rest)


def likeliest(e: np.ndarray, sd: np.ndarray, part: np.ndarray) -> str:
    """Factor of a part of the SD, and all within two of its log likelihood."""
    variance = (sd**2 - part**2)[:, None] + np.outer(part**2, FACTORS**2)
    score = -0.5 * np.sum(np.log(variance) + e[:, None] ** 2 / variance, axis=0)
    within = FACTORS[score > score.max() - 2.0]
    return f"{FACTORS[score.argmax()]:.1f} ({within[0]:.1f} to {within[-1]:.1f})"


def row(name: str, sessions: list[Apart], k: int) -> str:
    """A line of the table: one outcome."""
    e, sd, shim, own = (
        np.array([getattr(session, part)[k] for session in sessions])
        for part in ("mean", "mean_sd", "shim_sd", "own_sd")
    )
    cells = (
        name, len(sessions), f"{np.mean(e):+.2f} ({np.std(e) / np.sqrt(len(e)):.2f})",
        *(f"{np.sqrt(np.mean(x**2)):.2f}" for x in (e, sd, shim, own)),
        f"{100 * np.mean(np.abs(e) < Z95 * sd):.0f}",
        f"{100 * np.mean([s.covers[k] for s in sessions]):.1f}",
        f"{np.sqrt(np.mean((e / sd) ** 2)):.2f}",
        likeliest(e, sd, shim), likeliest(e, sd, own),
        sum(bool(s.changed[k]) for s in sessions),
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"


HEADS = (
    "outcome", "n", "bias (SE)", "RMSE", "SD", "of it D", "of it C, C'",
    "mean covered, %", "tracker covers, %", "z (RMS)", "factor of D", "of C, C'",
    "changed",
)  # fmt: skip


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=12)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--snr", type=float, default=10.0)
    parser.add_argument("--each", type=int, default=80)
    parser.add_argument("--keep", type=Path)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    kind = f"{asked.snr:g} {asked.each}"
    found = kept(
        asked.keep, kind, seeds, Apart, partial(session_of, asked.snr, asked.each)
    )
    print("| " + " | ".join(HEADS) + " |\n" + "|---" * len(HEADS) + "|")
    for k, outcome in enumerate(OUTCOMES):
        print(row(outcome, found, k))
    print(f"epochs: {sorted({s.epochs for s in found})}")


if __name__ == "__main__":
    main()
