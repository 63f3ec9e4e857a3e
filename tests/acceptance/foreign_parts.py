"""What makes the demo with a foreign basis set read a change too small.

    python tests/acceptance/foreign_parts.py [DRAWS] [SEED]

prints a table of `mm_accuracy.md`: the mean of `foreign-basis` (its line, humps and
macromolecules, without other artefacts, 300 transients) before its changes and with
them, the same noise in both, analysed with the pulses or the macromolecules of the
scanner, with both or neither.  Level: off by so much; read of true: what the amplitude
over tCr has risen by, over what it should have.
"""

from __future__ import annotations

import sys
from dataclasses import replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.fit.window_fit import warm_fits
from monitor.basis.files import load_basis
from monitor.protocol.settings import Settings
from streams.simulator.background import macromolecules
from streams.simulator.metabolites import metabolite_fids
from streams.simulator.scanner import acquisition_of
from streams.simulator.scenario_file import read_scenario
from streams.simulator.session import session_of

OUTCOMES = ("Glu/tCr", "Gln/tCr", "Glx/tNAA")
RISES = {"Glu": 1.10, "Gln": 1.06}
TRANSIENTS, WINDOW = 300, 32
SCANNER, FOREIGN = "virtual_press_3t_te30", "press_3t_te30"
SCENARIO = read_scenario("foreign-basis")
SESSION = session_of(SCENARIO, metabolite_fids(SCENARIO))


def basis_set(name: str, true_mm: bool) -> BasisSet:
    """A bundled set without its macromolecules, or with the scanner's."""
    whole = load_basis(name)
    bare = whole.without(filter(naming.is_macromolecule, whole.names))
    t = np.arange(bare.points) * bare.dwell_time_s
    echo_s = SCENARIO.acquisition.echo_time_s
    fid = macromolecules(t, bare.spectrometer_frequency_mhz, echo_s)
    return bare.extended(("MM",), (fid / abs(fid[0]))[None]) if true_mm else bare


def amplitudes(rises: dict[str, float]) -> np.ndarray:
    """Of the scanner's metabolites."""
    return SESSION.amplitude * [rises.get(name, 1.0) for name in SESSION.names]


def fid_of(c: np.ndarray) -> np.ndarray:
    """Mean FID without noise, (points,)."""
    lines = (c @ SESSION.metabolite_fids + SESSION.macromolecules) * SESSION.lines[0]
    return lines + SESSION.humps


def read(basis: BasisSet, noise: np.ndarray) -> np.ndarray:
    """Outcomes before and after, (2, outcomes)."""
    a = replace(acquisition_of(SCENARIO), coils=1)
    model, _ = model_for(basis, a, Settings())
    fids = np.stack([fid_of(amplitudes({})), fid_of(amplitudes(RISES))]) + noise
    none = np.zeros((0, model.points), complex)
    of_mean, of_window = TRANSIENTS**-0.5, WINDOW**-0.5
    sd, freedom = SESSION.sigma * model.points**0.5, usual(model, a.echo_time_s)
    made = make_session_model(model, fids[0], sd, of_mean, none, of_window, freedom)
    found = warm_fits(made.subspace, made.projected(fids), np.full(2, of_mean))
    return outcomes_of(model.names).subset(OUTCOMES).values(found.amplitudes)


def main(draws: int, seed: int) -> None:
    """Print the table."""
    o = outcomes_of(SESSION.names).subset(OUTCOMES)
    want = o.values(np.stack([amplitudes({}), amplitudes(RISES)]))
    print(f"Three outcomes in each cell: {', '.join(OUTCOMES)}.\n")
    print("| pulses | MM | level, % | change, % | read of true |\n" + 5 * "|---" + "|")
    for name, pulses in ((SCANNER, "own"), (FOREIGN, "foreign")):
        for true_mm in (True, False):
            rng, basis = np.random.default_rng(seed), basis_set(name, true_mm)
            scale = SESSION.sigma * TRANSIENTS**-0.5
            drawn = rng.normal(size=(draws, 2, SESSION.time_s.size)) * scale
            found = np.array([read(basis, x + 1j * y) for x, y in drawn])
            level = 100 * (found[:, 0].mean(axis=0) / want[0] - 1)
            change = 100 * (found[:, 1] / found[:, 0] - 1).mean(axis=0)
            rise = (found[:, 1] - found[:, 0]).mean(axis=0) / (want[1] - want[0])
            cells = (level, "+.1f"), (change, "+.2f"), (rise, ".2f")
            told = (" ".join(format(v, form) for v in vs) for vs, form in cells)
            mm = "true" if true_mm else "prior"
            print(f"| {pulses} | {mm} | {' | '.join(told)} |", flush=True)
    true = " ".join(f"{v:+.2f}" for v in 100 * (want[1] / want[0] - 1))
    print(f"| true | | 0 | {true} | 1 |")


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    main(given[0] if given else 6, given[1] if len(given) > 1 else 1)
