"""Levels of real brains with the prior, and with the macromolecules measured in them.

    MRS_MONITOR_DATA=FOLDER python tests/acceptance/mm_brains.py [EXAMPLE [CONSENSUS]]

prints a table of `mm_accuracy.md`: `press3t_te30_mm_sub01` of the data folder; where
EXAMPLE is Osprey's folder `exampledata/sdat/UnEdited_with_MM_data`, its second subject,
metabolites of the bundled `press_3t_te30` and of the folder's basis set; where
CONSENSUS is a checkout of github.com/mrshub/mm-consensus-data-collection, its STEAM
spectra at 4 T and 7 T, with macromolecules of *other* subjects of that site.
"prior" does not know that measurement, nor any of that site.  "measured" is the nulled
scan with the doubt that a block has in a session, "entry" what `basis add-mm` makes of
it, taken as known; the headers have no TI, so that its weighting is not corrected.
`a` is T2's part (`fit/relaxation.py`); "entry, one T2" gives all metabolites the width
of creatine, as other programs do.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import mm_sets
import numpy as np

from monitor.analysis.basis import mm_resonances
from monitor.analysis.basis import names as naming
from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.course.outcomes import outcomes_of
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.freedom import FREE, Freedom
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.mm_entry import gain_of, metabolites_left
from monitor.analysis.fit.mm_measured import measured_mm
from monitor.analysis.fit.mm_posterior import measured_shapes
from monitor.analysis.fit.model import RELAXATION, Model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.signal.noise import noise_sd_of
from monitor.basis.files import load_basis
from monitor.basis.measured_mm import add_measured, averaged
from monitor.basis.simulated import retuned, simulate_basis
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition
from streams.spins import Sequence

OUTCOMES = ("Glu/tCr", "Glx/tNAA", "tNAA/tCr", "mI/tCr")
LINE_HZ = 7.1
CMRR = ("3 T STEAM TE 8", "4 T STEAM TE 4", "7 T STEAM TE 6")
OWN = {"first": ("3 T PRESS TE 30",), "4 T": CMRR, "7 T": CMRR}
"""Rows of `mm_resonances.AREAS` that were measured in a subject, or at its site."""


@dataclass(frozen=True)
class Brain:
    """Files of a subject: metabolites, nulled, and the water reference of each.

    `inversion_time_s`, `repetition_time_s` are those of the nulled scan, where its
    header does not say them.
    """

    metabolites: Path
    water: Path | None
    nulled: Path
    nulled_water: Path | None
    inversion_time_s: float = 0.6
    repetition_time_s: float | None = None


def brains(
    example: Path | None, consensus: Path | None
) -> Iterator[tuple[str, Brain, tuple[tuple[str, BasisSet], ...]]]:
    """The subjects that there are, and their basis sets by name."""
    real = mm_sets.folder()
    assert real is not None, "set MRS_MONITOR_DATA"
    names = ("metab", "wref", "mm_metabolite_nulled", "mm_wref")
    first = real / "press3t_te30_mm_sub01"
    ideal = load_basis(str(first / "press30_ideal_mm.BASIS"))
    sets = (("bundled", load_basis("press_3t_te30")), ("ideal", ideal))
    yield "first", Brain(*(first / f"{name}.nii.gz" for name in names)), sets
    if example is not None:
        scans = ("press", "press_ref", "press-inverted", "press-inverted_ref")
        folder = example / "sub-02" / "ses-01" / "mrs"
        found = (folder.glob(f"*_{scan}/*.SDAT") for scan in scans)
        yield "second", Brain(*(next(files) for files in found)), sets
    for field, te, ti_s in ((4, 4, 0.67), (7, 6, 0.675)) if consensus else ():
        scan = consensus / f"STEAM_human_spectra/{field}T_STEAM_TE{te}ms_human.fid"
        nulled = consensus / f"MM_database/{field}T_MM_human_STEAM_CMRR.fid"
        sets = (("ideal", ideal_steam(averaged(scan, None)[1])),)
        yield f"{field} T", Brain(scan, None, nulled, None, ti_s, 2.0), sets


def ideal_steam(a: Acquisition) -> BasisSet:
    """Metabolites of a STEAM sequence with perfect pulses."""
    sequence = Sequence("steam", a.echo_time_s, mixing_time_s=a.mixing_time_s)
    mhz = a.spectrometer_frequency_mhz
    return simulate_basis(sequence, mhz, a.dwell_time_s, a.points)


def ways(
    subject: str, brain: Brain, basis: BasisSet
) -> Iterator[tuple[str, Model, Freedom]]:
    """Models of a subject's mean, by what is known, and what a fit may move."""
    a = averaged(brain.metabolites, brain.water)[1]
    rows = dict(mm_resonances.AREAS)
    for row in OWN.get(subject, ()):
        mm_resonances.AREAS.pop(row)
    yield "prior", model_for(basis, a, Settings())[0], FREE
    mm_resonances.AREAS.clear()
    mm_resonances.AREAS.update(rows)
    fid, nulled = averaged(brain.nulled, brain.nulled_water)
    tr_s = brain.repetition_time_s or nulled.repetition_time_s
    nulled = replace(
        nulled, inversion_time_s=brain.inversion_time_s, repetition_time_s=tr_s
    )
    grid = nulled.spectrometer_frequency_mhz, nulled.dwell_time_s
    found = measured_mm(fid, *grid, metabolites_left(basis, nulled))
    tr_s, gain = a.repetition_time_s, gain_of(nulled, a.repetition_time_s)
    shapes = measured_shapes(found, nulled, gain or np.ones_like, tr_s, LINE_HZ)
    yield "measured", model_for(basis, a, Settings(), shapes)[0], FREE
    added = add_measured(basis, brain.nulled, brain.nulled_water)
    entry = model_for(added.basis, a, Settings())[0]
    yield "entry", entry, FREE
    yield "entry, one T2", entry, replace(FREE, relaxation=False)


def fitted(model: Model, freedom: Freedom, brain: Brain) -> SessionModel:
    """The session model of a subject's mean alone."""
    return fitted_mean(model, freedom, averaged(brain.metabolites, brain.water)[0])


def fitted_mean(model: Model, freedom: Freedom, fid: np.ndarray) -> SessionModel:
    """The session model of a mean FID (points,) alone."""
    whole, mhz = model.full_spectra(fid), model.frequency_mhz
    sd = float(noise_sd_of(whole, model.dwell_time_s, mhz))
    none = np.zeros((0, fid.size), complex)
    return make_session_model(model, fid, sd, 1.0, none, 1.0, freedom)


def levels(made: SessionModel) -> tuple[np.ndarray, np.ndarray]:
    """Values and SDs of OUTCOMES."""
    fit = made.fit
    o = outcomes_of(fit.names).subset(OUTCOMES)
    scaled = made.level_covariance
    return o.values(fit.amplitudes), o.sds(fit.amplitudes, scaled)


def main(example: Path | None, consensus: Path | None) -> None:
    """Print the table."""
    print(f"| subject, basis set | MM | {' | '.join(OUTCOMES)} | misfit | a |")
    print((4 + len(OUTCOMES)) * "|---" + "|")
    for subject, brain, sets in brains(example, consensus):
        for called, whole in sets:
            scanner = averaged(brain.metabolites, brain.water)[1]
            held = whole.without(filter(naming.is_macromolecule, whole.names))
            bare, _ = retuned(held, scanner)
            for way, model, freedom in ways(subject, brain, bare):
                made = fitted(model, freedom, brain)
                cells = (
                    f"{v:.2f} ± {sd:.2f}" for v, sd in zip(*levels(made), strict=True)
                )
                told = " | ".join(cells)
                a = f"{made.fit.misfit:.2f} | {made.fit.theta[RELAXATION]:.2f}"
                print(f"| {subject}, {called} | {way} | {told} | {a} |", flush=True)


if __name__ == "__main__":
    given = [Path(text) for text in sys.argv[1:]]
    main(*(*given, None, None)[:2])
