"""What a narrower line does to a window, without the window's own noise.

    python tests/acceptance/narrowed_window.py [--n 10] [--seed 100] [--field 7T]

The subjects, lines and macromolecules of `line_width`.  Of each the mean of a reference
period of one block (NAA SNR 10 of one transient; with its noise, or "clean") makes the
session model; two noise-free windows, one as the mean and one narrower, are fitted with
it, phases of eddy currents taken off.  Percent of the second over the first, mean over
subjects (its standard error).  It shows in a second a subject what windows of
`line_width` show in a minute, and which part of it the mean's noise makes.
"""

from __future__ import annotations

import argparse
from dataclasses import replace

import numpy as np
from line_width import FIELDS, OUTCOMES, basis_of, fids_of, gauss, narrowest
from line_width import scenario_of as subject_of

from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.fit.window_fit import warm_fits
from monitor.protocol.read_protocol import read_protocol
from streams.simulator.scanner import acquisition_of, metabolite_fid
from streams.simulator.session import session_of

MOVING = ("drift", "phase", "breathing", "heart", "wander")
SNR = 10.0
BLOCK = {"3T": 128, "7T": 64, "7T-broad": 64}
CASES = (
    ("3T", "gauss", 0.2),
    ("3T", "lorentz", 0.2),
    ("3T", "gauss", 1.0),
    ("3T", "lorentz", 1.0),
    ("7T", "gauss", 0.46),
    ("7T", "lorentz", 0.46),
    ("7T", "gauss", 1.0),
    ("7T", "lorentz", 1.0),
    ("7T-broad", "gauss", 0.46),
    ("7T-broad", "lorentz", 0.46),
    ("7T-broad", "gauss", 1.0),
    ("7T-broad", "lorentz", 1.0),
)


def windows_of(name: str, seed: int, how: str, hz: float):
    """A subject's FID and the narrower one (2, points), and the height of its NAA."""
    field = FIELDS[name]
    scenario = subject_of(field, seed).without(*MOVING)
    session = session_of(scenario, fids_of(name))
    left = narrowest(session, field, hz) if how == "gauss" else field.gauss_hz
    fids = []
    for gauss_hz, less_hz in ((field.gauss_hz, 0.0), (left, hz * (how == "lorentz"))):
        conditions = session.conditions
        one = replace(
            session,
            lines=session.lines * gauss(session.time_s, gauss_hz),
            conditions=replace(conditions, width_hz=conditions.width_hz - less_hz),
        )
        fids.append(metabolite_fid(one, 0) * np.exp(-1j * session.eddy_rad))
    return scenario, np.stack(fids), session.naa_height


def session_for(name: str, known: bool, seed: int, noisy: bool, scenario, fid, height):
    """Session model from the mean FID (points,) of a block, and the block's noise."""
    settings = read_protocol(FIELDS[name].protocol)
    acquisition = acquisition_of(scenario)
    model, _ = model_for(basis_of(name, known), acquisition, settings)
    noise_sd, share = height / SNR, BLOCK[name] ** -0.5
    noise = np.random.default_rng([7, seed]).normal(size=(2, fid.size))
    noise *= noisy * noise_sd * share / np.sqrt(fid.size)
    mean = fid + noise[0] + 1j * noise[1]
    freedom, none = usual(model, acquisition.echo_time_s), np.zeros((0, fid.size))
    return (
        make_session_model(model, mean, noise_sd, share, none + 0j, share, freedom),
        share,
    )


def bias(name: str, known: bool, how: str, hz: float, seed: int, noisy: bool):
    """Percent that the narrower window reads more, (outcomes,)."""
    scenario, fids, height = windows_of(name, seed, how, hz)
    session, share = session_for(name, known, seed, noisy, scenario, fids[0], height)
    z = session.projected(fids)
    found = warm_fits(session.subspace, z, np.full(2, share))
    outcomes = outcomes_of(session.fit.names).subset(OUTCOMES)
    values = outcomes.values(found.amplitudes)
    return 100 * (values[1] / values[0] - 1)


def row(name: str, known: bool, how: str, hz: float, seeds: range, noisy: bool) -> str:
    """One row of the table, in Markdown."""
    all_of = np.array([bias(name, known, how, hz, s, noisy) for s in seeds])
    errors = all_of.std(axis=0, ddof=1) / np.sqrt(len(seeds))
    cells = " | ".join(
        f"{m:+.2f} ({e:.2f})" for m, e in zip(all_of.mean(axis=0), errors, strict=True)
    )
    mean, told = "noisy" if noisy else "clean", "known" if known else "unknown"
    return f"| {name} | {told} | {how} {hz:g} | {mean} | {len(seeds)} | {cells} |"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=10)
    parser.add_argument("--seed", type=int, default=100)
    parser.add_argument("--field", choices=FIELDS)
    asked = parser.parse_args()
    seeds = range(asked.seed, asked.seed + asked.n)
    print(
        "| field | macromolecules | narrower by, Hz | mean | n | "
        + " | ".join(OUTCOMES)
        + " |"
    )
    print("|---" * 9 + "|")
    for noisy in (True, False):
        for known in (False, True):
            for name, how, hz in CASES:
                if asked.field not in (None, name):
                    continue
                print(row(name, known, how, hz, seeds, noisy), flush=True)
