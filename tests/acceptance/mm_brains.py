"""Levels of real brains with the prior, and with the macromolecules measured in them.

    MRS_MONITOR_DATA=FOLDER python tests/acceptance/mm_brains.py [EXAMPLE]

prints a table of `mm_accuracy.md`: `press3t_te30_mm_sub01` of the data folder and,
where EXAMPLE is Osprey's folder `exampledata/sdat/UnEdited_with_MM_data`, its second
subject; metabolites of the bundled `press_3t_te30` and of the folder's basis set.
"prior" does not know the subject's own measurement.  "measured" is the nulled scan (TI
0.6 s) with the doubt that a block has in a session, "entry" what `basis add-mm` makes
of it, taken as known; its header has no TI, so that its weighting is not corrected.
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
from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.make_epoch_model import make_session_model
from monitor.analysis.fit.mm_entry import gain_of, metabolites_left
from monitor.analysis.fit.mm_measured import measured_mm
from monitor.analysis.fit.mm_posterior import measured_shapes
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.signal.noise import noise_sd_of
from monitor.basis.files import load_basis
from monitor.basis.measured_mm import add_measured, averaged
from monitor.protocol.settings import Settings

OUTCOMES = ("Glu/tCr", "Glx/tNAA", "tNAA/tCr", "mI/tCr")
TI_S, LINE_HZ = 0.6, 7.1
OWN = {"first": ("3 T PRESS TE 30",)}
"""Rows of `mm_resonances.AREAS` that were measured in a subject."""


@dataclass(frozen=True)
class Brain:
    """Files of a subject: metabolites, nulled, and the water reference of each."""

    metabolites: Path
    water: Path
    nulled: Path
    nulled_water: Path


def brains(example: Path | None) -> Iterator[tuple[str, Brain]]:
    """The subjects that there are."""
    real = mm_sets.folder()
    assert real is not None, "set MRS_MONITOR_DATA"
    names = ("metab", "wref", "mm_metabolite_nulled", "mm_wref")
    first = real / "press3t_te30_mm_sub01"
    yield "first", Brain(*(first / f"{name}.nii.gz" for name in names))
    if example is not None:
        scans = ("press", "press_ref", "press-inverted", "press-inverted_ref")
        folder = example / "sub-02" / "ses-01" / "mrs"
        found = (folder.glob(f"*_{scan}/*.SDAT") for scan in scans)
        yield "second", Brain(*(next(files) for files in found))


def ways(subject: str, brain: Brain, basis: BasisSet) -> Iterator[tuple[str, Model]]:
    """Models of a subject's mean, by what is known of the macromolecules."""
    a = averaged(brain.metabolites, brain.water)[1]
    rows = dict(mm_resonances.AREAS)
    for row in OWN.get(subject, ()):
        mm_resonances.AREAS.pop(row)
    yield "prior", model_for(basis, a, Settings())[0]
    mm_resonances.AREAS.clear()
    mm_resonances.AREAS.update(rows)
    fid, nulled = averaged(brain.nulled, brain.nulled_water)
    nulled = replace(nulled, inversion_time_s=TI_S)
    grid = nulled.spectrometer_frequency_mhz, nulled.dwell_time_s
    found = measured_mm(fid, *grid, metabolites_left(basis, nulled))
    tr_s, gain = a.repetition_time_s, gain_of(nulled, a.repetition_time_s)
    shapes = measured_shapes(found, nulled, gain or np.ones_like, tr_s, LINE_HZ)
    yield "measured", model_for(basis, a, Settings(), shapes)[0]
    added = add_measured(basis, brain.nulled, brain.nulled_water)
    yield "entry", model_for(added.basis, a, Settings())[0]


def fitted(model: Model, brain: Brain) -> SessionModel:
    """The session model of a subject's mean alone."""
    fid, a = averaged(brain.metabolites, brain.water)
    whole = model.full_spectra(fid)
    sd = float(noise_sd_of(whole, a.dwell_time_s, a.spectrometer_frequency_mhz))
    none, freedom = np.zeros((0, fid.size), complex), usual(model, a.echo_time_s)
    return make_session_model(model, fid, sd, 1.0, none, 1.0, freedom)


def levels(made: SessionModel) -> tuple[np.ndarray, np.ndarray]:
    """Values and SDs of OUTCOMES."""
    fit = made.fit
    o = outcomes_of(fit.names).subset(OUTCOMES)
    scaled = made.level_covariance
    return o.values(fit.amplitudes), o.sds(fit.amplitudes, scaled)


def main(example: Path | None) -> None:
    """Print the table."""
    print(f"| subject, basis set | MM | {' | '.join(OUTCOMES)} | misfit |")
    print((3 + len(OUTCOMES)) * "|---" + "|")
    real = mm_sets.folder()
    ideal = str(real / "press3t_te30_mm_sub01" / "press30_ideal_mm.BASIS")
    for subject, brain in brains(example):
        for called, name in (("bundled", "press_3t_te30"), ("ideal", ideal)):
            whole = load_basis(name)
            bare = whole.without(filter(naming.is_macromolecule, whole.names))
            for way, model in ways(subject, brain, bare):
                made = fitted(model, brain)
                cells = (
                    f"{v:.2f} ± {sd:.2f}" for v, sd in zip(*levels(made), strict=True)
                )
                told = " | ".join(cells)
                print(
                    f"| {subject}, {called} | {way} | {told} | {made.fit.misfit:.2f} |"
                )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
