"""What a narrower line does to the tracker, without noise.

    python tests/acceptance/narrowed_tracker.py [--n 4] [--seed 400] [--field 7T]

The subjects, blocks and narrowing of `line_width`.  The first transient, without noise,
makes the session model; the tracker then sees every transient of the session without
noise, phases of eddy currents taken off, and believes that it has that of an NAA SNR of
10.  Percent of tasks less rests, means of blocks, mean over subjects (its standard
error), and the SD that the tracker states behind the first rest.  In a second a subject
it shows what `line_width` shows in half a minute.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from line_width import (
    BLOCKS,
    FIELDS,
    OUTCOMES,
    bold,
    fids_of,
    gauss,
    narrowest,
    scenario_of,
)
from narrowed_window import CASES, MOVING, session_for

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.tracking.dynamics import dynamics_of
from monitor.analysis.tracking.measurement import measurement_of
from monitor.analysis.tracking.tracker import Tracker, tracked_changes
from streams.simulator.scanner import metabolite_fid
from streams.simulator.session import session_of

SLOPE_PERCENT = 0.03


def session_without_noise(name: str, known: bool, how: str, hz: float, seed: int):
    """A subject's session model, and its projected transients (n, r)."""
    field = FIELDS[name]
    scenario = scenario_of(field, seed).without(*MOVING)
    session = session_of(scenario, fids_of(name))
    course = bold(session.schedule.time_s - session.schedule.time_s[0])
    square = field.gauss_hz**2
    less = square - narrowest(session, field, hz) ** 2 if how == "gauss" else 0.0
    fids = []
    for share in course:
        over = gauss(session.time_s, np.sqrt(max(square - less * share, 0.0)))
        width_hz = session.conditions.width_hz - hz * share * (how == "lorentz")
        one = replace(
            session,
            lines=session.lines * over,
            conditions=replace(session.conditions, width_hz=width_hz),
        )
        fids.append(metabolite_fid(one, 0) * np.exp(-1j * session.eddy_rad))
    height = session.naa_height
    model, _ = session_for(name, known, seed, False, scenario, fids[0], height)
    return model, model.projected(np.stack(fids))


def tracked(model: SessionModel, z: np.ndarray) -> Iterator[tuple[np.ndarray, ...]]:
    """Change and SD of `OUTCOMES` after each transient, percent."""
    measurement, length = measurement_of(model.subspace), len(z) // BLOCKS
    dynamics = dynamics_of(model.fit.names, model.fit.amplitudes, SLOPE_PERCENT)
    rows, tracker = dynamics.observed(measurement.rows), Tracker.fresh(dynamics)
    for place, o in enumerate(measurement.reduced(z)):
        if place:
            tracker.predict()
        if place == length:
            tracker.bend()
        beyond = measurement.beyond(tracker.amplitudes, tracker.widths_hz)
        bent = rows + dynamics.observed(beyond.slope)
        tracker.measure(bent, beyond.measured(o - beyond.value), 1.0, smoothed=False)
        if place < length:
            tracker.remember(1.0)
        yield tracked_changes(*tracker.joint())


def bias(name: str, known: bool, how: str, hz: float, seed: int) -> np.ndarray:
    """Tasks less rests, and the mean stated SD, percent, (2, outcomes)."""
    found = np.array(
        list(tracked(*session_without_noise(name, known, how, hz, seed)))
    ).reshape(BLOCKS, -1, 2, len(OUTCOMES))
    blocks = found[:, :, 0].mean(axis=1)
    tasks = blocks[1::2].mean(axis=0) - blocks[::2].mean(axis=0)
    return np.stack([tasks, found[1:, :, 1].mean(axis=(0, 1))])


def row(name: str, known: bool, how: str, hz: float, seeds: range) -> str:
    """One row of the table, in Markdown."""
    all_of = np.array([bias(name, known, how, hz, seed) for seed in seeds])
    mean, n = all_of.mean(axis=0), len(seeds)
    errors = all_of[:, 0].std(axis=0, ddof=1) / np.sqrt(n)
    cells = " | ".join(
        f"{m:+.3f} ({e:.3f}; {sd:.2f})"
        for m, e, sd in zip(mean[0], errors, mean[1], strict=True)
    )
    told = "known" if known else "unknown"
    return f"| {name} | {told} | {how} {hz:g} | {n} | {cells} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=4)
    parser.add_argument("--seed", type=int, default=400)
    parser.add_argument("--field", choices=FIELDS)
    asked = parser.parse_args()
    every = range(asked.seed, asked.seed + asked.n)
    print(f"| field | macromolecules | narrower by, Hz | n | {' | '.join(OUTCOMES)} |")
    print("|---" * 8 + "|")
    for known in (False, True):
        for name, how, hz in CASES:
            if asked.field not in (None, name):
                continue
            print(row(name, known, how, hz, every), flush=True)
