"""A saved session of a known truth: three independent windows, Glu +20 % at last."""

import csv
import json

import numpy as np
import pytest
from peer_stand_ins import put_program

from monitor.analysis.basis.basis_set import BasisSet
from monitor.analysis.basis.macromolecules import components
from monitor.analysis.fit.lineshape import decay, gauss_rate
from monitor.basis.files import write_basis
from monitor.peers.saved import read_saved
from streams.export.nifti_mrs import write_nifti_mrs
from streams.messages.transient import Acquisition
from streams.spins import Sequence, simulate

ACQUISITION = Acquisition(123.25, "1H", 4e-4, 512, 1, 0.030, sequence="PRESS")
NAMES = ("NAA", "Cr", "Glu", "mI")
TRUTH = {"NAA": 9.0, "Cr": 8.0, "Glu": 10.0, "mI": 6.0}
CHANGE = (1.0, 1.0, 1.2)


@pytest.fixture(scope="session")
def basis():
    a = ACQUISITION
    grid = (a.spectrometer_frequency_mhz, a.dwell_time_s, a.points)
    fids = simulate(NAMES, Sequence("press", a.echo_time_s), *grid)
    mm, extra = components("five", *grid)
    both = np.concatenate([np.stack([fids[n] for n in NAMES]), extra])
    t = np.arange(a.points) * a.dwell_time_s
    damped = both * decay(t, 0.0, 1.0, 0.0)
    return BasisSet((*NAMES, *mm), damped, a.dwell_time_s, 123.25, "1H", 0.030, "PRESS")


@pytest.fixture(scope="session")
def made(basis, tmp_path_factory):
    """A folder as `analyse --save-spectra` writes it."""
    folder = tmp_path_factory.mktemp("saved")
    write_session(folder, basis)
    return folder


@pytest.fixture(scope="session")
def saved(made):
    return read_saved(made)


def write_session(folder, basis, **changes):
    a, rng = ACQUISITION, np.random.default_rng(3)
    t = np.arange(a.points) * a.dwell_time_s
    rows, fids = [], []
    for number, more in enumerate(np.repeat(CHANGE, 2)):  # every other one slides
        levels = {name: TRUTH.get(name, 2.0) for name in basis.names}
        levels["Glu"] *= more
        clean = np.array(list(levels.values())) @ basis.fids
        noise = rng.normal(size=(2, a.points)) * 1.0
        shape = decay(t, 0.0, 0.0, gauss_rate(5.0))
        fids.append(clean * shape + noise[0] + 1j * noise[1])
        times = {"t_start_s": 50.0 * number, "t_end_s": 50.0 * number + 90}
        rows.append(
            {"window": number, **times, "t_mid_s": 50.0 * number + 45,
             "independent": number % 2 == 0, **levels, "fwhm_hz": 6.0}
        )  # fmt: skip
    with (folder / "estimates.csv").open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    told = {
        "outcome_hidden": False,
        "basis": {"names": list(basis.names)},
        "settings": {"outcome": "Glu/tCr", "ppm_low": 0.2, "ppm_high": 4.2},
        "reference_s": [0.0, 200.0],
        "infusion_s": [200.0],
        "timing_ms": {"transient": {"median": 1.5}},
    }
    (folder / "session.json").write_text(json.dumps(told | changes))
    write_basis(basis, folder / "fitted_basis.BASIS")
    stack = np.stack(fids, axis=-1).astype(np.complex64)
    write_nifti_mrs(folder / "averages.nii.gz", stack, a)


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a program into the only folder of the PATH beside the shell's."""
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}:/bin:/usr/bin")
    return lambda peer, script: put_program(folder, peer, script)
