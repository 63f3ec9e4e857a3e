"""A true change of glutamate and one that is put in: what makes them read differently?

    python tests/acceptance/injected_line.py [--n 16] [--seed 200] [--signal]

The sessions of `injection` without all that moves, one kind of mistake of the fit at a
time.  The mean of 120 transients, with its noise, makes the session model; then 4 % of
the true glutamate, or of the fitted one, is there in noise-free transients.  A window
reads them at once, the tracker in 120 transients after 120 without.  Recoveries are
those of Glx/tNAA, counted in its own percent, as `injection` does; with `--signal` as
the amplitude that is read of Glx over the amplitude of glutamate that is there, in
which the fitted level does not stand.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from functools import lru_cache

import numpy as np
from injection import PERCENT, WISHES, scenario_of

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.check import checked_for
from monitor.analysis.course.fitted_signal import change_by, fitted_fid
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.fit.window_fit import warm_fits
from monitor.analysis.tracking.dynamics import dynamics_of
from monitor.analysis.tracking.measurement import measurement_of
from monitor.analysis.tracking.tracker import TRACKED, Tracker, tracked_changes
from monitor.basis.files import load_basis
from monitor.basis.presets import with_measured_macromolecules
from monitor.protocol.read_protocol import read_protocol
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import acquisition_of, metabolite_fid
from streams.simulator.session import session_of

OUTCOME, SLOPE_PERCENT, SNR = "Glx/tNAA", 0.03, 10.0
REFERENCE, WINDOW = 120, 32
MOVING = ("drift", "phase", "breathing", "heart", "wander", "motion")
CASES = ((True, True), (True, False), (False, True), (False, False))
"""Whether pulses are the basis set's, whether macromolecules are measured."""


@lru_cache(maxsize=2)
def fids_of(own: bool) -> dict[str, np.ndarray]:
    """FIDs of the metabolites: by the scanner's pulses, or by the basis set's own."""
    scenario = scenario_of(0)
    foreign = metabolite_fids(scenario)
    if not own:
        return foreign
    basis, _ = checked_for(load_basis(WISHES.protocol), acquisition_of(scenario))
    found = {name: naming.find(name, basis.names) or name for name in foreign}
    return {
        name: basis.fid(found[name]) * abs(fid[0]) / abs(basis.fid(found[name])[0])
        for name, fid in foreign.items()
    }


def tracked(session: SessionModel, quiet: np.ndarray, changed: np.ndarray) -> float:
    """What the tracker says at the end of 120 transients of either."""
    measurement = measurement_of(session.subspace)
    dynamics = dynamics_of(session.fit.names, session.fit.amplitudes, SLOPE_PERCENT)
    rows, tracker = dynamics.observed(measurement.rows), Tracker.fresh(dynamics)
    still, moved = measurement.reduced(np.stack([quiet, changed]))
    for place in range(2 * REFERENCE):
        if place:
            tracker.predict()
        if place == REFERENCE:
            tracker.bend()
        beyond = measurement.beyond(tracker.amplitudes, tracker.widths_hz)
        o = moved if place >= REFERENCE else still
        bent = rows + dynamics.observed(beyond.slope)
        tracker.measure(bent, beyond.measured(o - beyond.value), 1.0, smoothed=False)
        if place < REFERENCE:
            tracker.remember(1.0)
    return float(tracked_changes(*tracker.joint())[0][TRACKED.index(OUTCOME)])


def unit_of(name: str, own: bool, basis: BasisSet) -> float:
    """Signal of a metabolite of amplitude 1 over that of the basis set, at time 0."""
    fid = basis.fid(naming.find(name, basis.names) or name)
    return abs(fids_of(own)[name][0]) / abs(fid[0])


def recoveries(seed: int, own: bool, known: bool, signal: bool) -> np.ndarray:
    """(windows and tracker, true and put in)."""
    scenario = scenario_of(seed).without(*MOVING)
    simulated = session_of(scenario, fids_of(own))
    last, levels = len(simulated.schedule.kind) - 1, scenario.concentrations_mm
    more = simulated.amplitude.copy()
    more[simulated.names.index("Glu")] *= 1 + PERCENT / 100
    quiet, true = (
        metabolite_fid(one, last) * np.exp(-1j * simulated.eddy_rad)
        for one in (simulated, replace(simulated, amplitude=more))
    )
    acquisition = acquisition_of(scenario)
    basis = load_basis(WISHES.protocol)
    if known:
        basis = with_measured_macromolecules(basis, acquisition.echo_time_s)
    model, _ = model_for(basis, acquisition, read_protocol(WISHES.protocol))
    noise_sd, share, points = simulated.naa_height / SNR, REFERENCE**-0.5, quiet.size
    noise = np.random.default_rng([9, seed]).normal(size=(2, points))
    noise *= noise_sd * share / np.sqrt(points)
    session = make_session_model(
        model, quiet + noise[0] + 1j * noise[1], noise_sd, share,
        np.zeros((0, points), complex), share, usual(model, acquisition.echo_time_s),
    )  # fmt: skip
    glutamate = fitted_fid(session, "Glu")
    assert glutamate is not None
    z = session.projected(np.stack([quiet, true, quiet + 0.01 * PERCENT * glutamate]))
    outcomes = outcomes_of(model.names)
    held = session.fit.amplitudes
    put = change_by(session, outcomes, held, "Glu", PERCENT)[OUTCOME]
    puts = PERCENT * levels["Glu"] / (levels["Glu"] + levels["Gln"]), put
    found = warm_fits(session.subspace, z, np.full(3, WINDOW**-0.5))
    values = outcomes.values(found.amplitudes)[:, outcomes.names.index(OUTCOME)]
    windows = 100 * (values[1:] / values[0] - 1)
    begin = tracked(session, z[0], z[0])
    ends = np.array([tracked(session, z[0], one) for one in z[1:]]) - begin
    read = np.stack([windows, ends])
    if not signal:
        return read / puts
    Glx, Glu = (outcomes.names.index(name) for name in ("Glx", "Glu"))
    basis, _ = checked_for(basis, acquisition)
    own_glu = float(simulated.amplitude[simulated.names.index("Glu")])
    there = own_glu * unit_of("Glu", own, basis), outcomes.values(held)[Glu]
    return read * outcomes.values(held)[Glx] / (PERCENT * np.array(there))


def row(own: bool, known: bool, seeds: range, signal: bool) -> list[str]:
    """Rows of the table, in Markdown."""
    told = f"{'right' if own else 'other'} | {'known' if known else 'unknown'}"
    found = np.array([recoveries(seed, own, known, signal) for seed in seeds])
    rows = []
    for k, kind in enumerate(("windows", "tracker")):
        true, put = found[:, k].T
        apart = put - true
        rows.append(
            f"| {told} | {kind} | {len(seeds)} | {true.mean():.3f} | {put.mean():.3f} "
            f"| {apart.mean():+.3f} ({apart.std(ddof=1):.3f}) | "
            f"{np.abs(apart).max():.3f} | {np.sum(np.abs(apart) <= 0.05)} |"
        )
    return rows


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=16)
    parser.add_argument("--seed", type=int, default=200)
    parser.add_argument("--signal", action="store_true")
    asked = parser.parse_args()
    for case in CASES:
        every = range(asked.seed, asked.seed + asked.n)
        print("\n".join(row(*case, every, asked.signal)), flush=True)
