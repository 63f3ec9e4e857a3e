"""What a level that is off does to a change: the same rise over unknown macromolecules.

    MRS_MONITOR_DATA=FOLDER python tests/acceptance/mm_change.py [SPECTRA] [SEED]

prints the table in `mm_accuracy.md`.  A session model is made of a mean of 256 averages
of the families of `mm_sets`, with the prior and with five lines as they stand; then
glutamate rises by 10 % and glutamine by 6 % while the noise stays the same, so that
what is off in the change is off in the model.
"""

from __future__ import annotations

import sys

import fit_sets
import mm_sets
import numpy as np

from monitor.analysis.course.outcomes import outcomes_of, quadratic, root_of
from monitor.analysis.fit.freedom import FREE, STAND_IN, Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.window_fit import warm_fits

AVERAGES = 256
RISES = {"Glu": 0.10, "Gln": 0.06}
OUTCOMES = ("Glu/tCr", "Glx/tNAA")
SETS = ("press_3t_te30", "slaser_7t_te34")


def change(
    model: Model, freedom: Freedom, before: np.ndarray, after: np.ndarray, sd: float
) -> tuple[np.ndarray, np.ndarray]:
    """Change of each outcome from one FID to another, and its doubt, percent."""
    noise = 1 / np.sqrt(AVERAGES)
    none = np.zeros((0, before.size))
    made = make_session_model(model, before, sd / noise, noise, none, noise, freedom)
    z = made.projected(np.stack([before, after]))
    c = warm_fits(made.subspace, z, np.array([noise, noise])).amplitudes
    o = outcomes_of(model.names).subset(OUTCOMES)
    values = o.values(c)
    g = o.gradients(c) / values[..., None]
    ratio = values[1] / values[0]
    return 100 * (ratio - 1), 100 * ratio * root_of(quadratic(g[1] - g[0], made.doubt))


def one(name: str, family: str, seed: int) -> np.ndarray:
    """Error with the prior, its doubt, error with five lines, (3, outcomes)."""
    case, model = mm_sets.case(name, family, AVERAGES, seed)
    names = tuple(fit_sets.USUAL)
    rise = np.zeros(len(case.amplitudes))
    for metabolite, part in RISES.items():
        place = names.index(metabolite)
        rise[place] = part * case.concentrations[place]
    o, c = outcomes_of(names).subset(OUTCOMES), case.concentrations
    true = 100 * (o.values(c + rise[: c.size]) / o.values(c) - 1)
    after = case.fid + rise @ case.columns
    told, doubt = change(model, FREE, case.fid, after, case.noise_sd)
    lines = fit_sets.model(name, "foreign")
    bound, _ = change(lines, STAND_IN, case.fid, after, case.noise_sd)
    return np.array([told - true, doubt, bound - true])


def main(count: int, seed: int) -> None:
    """Print the table."""
    print(
        f"Two outcomes in each cell: {', '.join(OUTCOMES)}.\n\n"
        "| set | family | bias | RMSE | doubt stated | bias, five lines | RMSE, five "
        "lines |\n" + 7 * "|---" + "|"
    )
    for family in mm_sets.FAMILIES:
        if family == "human" and mm_sets.folder() is None:
            continue
        for name in SETS:
            found = np.array([one(name, family, 1000 * seed + i) for i in range(count)])
            bias, rms = found.mean(axis=0), np.sqrt(np.mean(found**2, axis=0))
            cells = (bias[0], rms[0], rms[1], bias[2], rms[2])
            told = (" ".join(f"{v:.2f}" for v in cell) for cell in cells)
            print(f"| {name} | {family} | {' | '.join(told)} |", flush=True)


if __name__ == "__main__":
    given = [int(a) for a in sys.argv[1:]]
    main(given[0] if given else 12, given[1] if len(given) > 1 else 1)
