"""Levels of real spectra do not jump where the spectrum hardly changes.

A cold fit has many optima; which one it ends in must not hang on a little noise, a turn
or a shift.  Spectra of the data folder, with the macromolecules that each is given.
"""

from pathlib import Path

import mm_brains
import numpy as np
import pytest

from monitor.analysis.fit.freedom import usual
from monitor.analysis.fit.model import Model
from monitor.analysis.fit.model_for import model_for
from monitor.analysis.signal.spectrum import moved
from monitor.basis.measured_mm import add_measured, averaged
from monitor.basis.simulated import basis_for
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition

NOISES, NOISE_PART, MOST_SDS = 2, 0.1, 0.3
SPECTRA = {
    "press3t_te30_mm_sub01": "press_3t_te30",
    "press3t_biggaba_s01": "3T_PRESS_Philips_35ms_noMM.BASIS",
    "press3t_lcmodel_test": "3t.BASIS",
    "steam7t_4coil": "STEAM_7T_11ms.BASIS",
}


def levels(model: Model, fid: np.ndarray, te_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Values and SDs of `mm_brains.OUTCOMES`."""
    made = mm_brains.fitted_mean(model, usual(model, te_s), fid)
    assert made.fit.converged
    return mm_brains.levels(made)


def nearly(fid: np.ndarray, dwell_s: float) -> dict[str, np.ndarray]:
    """The same spectrum, hardly changed."""
    rng, sd = np.random.default_rng(7), float(np.std(fid[-fid.size // 4 :].real))
    noises = sd * NOISE_PART * rng.standard_normal((NOISES, 2, fid.size))
    return {
        "turned, larger": 1.3 * fid * np.exp(0.6j),
        "up 1.5 Hz": moved(fid, dwell_s, 1.5, 0.0),
        **{f"noise {i}": fid + n[0] + 1j * n[1] for i, n in enumerate(noises)},
    }


@pytest.mark.parametrize(("name", "basis"), SPECTRA.items())
def test_levels_of_a_real_spectrum_do_not_jump(name, basis, shared_data):
    steady(shared_data / "real" / name, basis, Path(basis).suffix != "")


def test_nor_where_macromolecules_are_measured(shared_data):
    folder = shared_data / "real" / "press3t_te30_mm_sub01"
    fid, a = averaged(folder / "metab.nii.gz", folder / "wref.nii.gz")
    basis, _ = basis_for("press_3t_te30", a)
    nulled = folder / "mm_metabolite_nulled.nii.gz", folder / "mm_wref.nii.gz"
    hold(model_for(add_measured(basis, *nulled).basis, a, Settings())[0], fid, a)


def steady(folder: Path, basis: str, own: bool) -> None:
    """As `hold`, of a folder of the data."""
    fid, a = averaged(folder / "metab.nii.gz", folder / "wref.nii.gz")
    set_, _ = basis_for(str(folder / basis) if own else basis, a)
    hold(model_for(set_, a, Settings())[0], fid, a)


def hold(model: Model, fid: np.ndarray, a: Acquisition) -> None:
    """Every near spectrum has the same levels, within a part of their SD."""
    values, sds = levels(model, fid, a.echo_time_s)
    for what, changed in nearly(fid, a.dwell_time_s).items():
        again, _ = levels(model, changed, a.echo_time_s)
        assert np.all(np.abs(again - values) < MOST_SDS * sds), (what, again, values)
