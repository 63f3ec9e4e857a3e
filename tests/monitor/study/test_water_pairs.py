"""Water references among the files of a folder: by name, or by what they are."""

from pathlib import Path

import numpy as np
import pytest

from monitor.study.sessions import find_sessions
from monitor.study.water_pairs import measures_as_water, waters_beside
from streams.export.nifti_mrs import write_session
from streams.messages.transient import Acquisition, Kind, Start, Transient, number

ACQUISITION = Acquisition(123.25, "1H", 2.5e-4, 2048, 1, 0.03, 2.0, sequence="PRESS")


def written(path: Path, water: float, naa: float) -> Path:
    """Two transients with lines of so much water and NAA."""
    t_s = 2.5e-4 * np.arange(2048)
    hz = 123.25 * (2.01 - 4.65)
    fid = (water + naa * np.exp(-2j * np.pi * hz * t_s)) * np.exp(-15 * t_s)
    noise = np.random.default_rng(3).standard_normal((2, 2, 2048))
    fids = (fid + 0.01 * (noise[0] + 1j * noise[1])).astype(np.complex64)
    bodies = [
        Transient(i, 2.0 * i, Kind.METABOLITE, f[None]) for i, f in enumerate(fids)
    ]
    path.parent.mkdir(exist_ok=True, parents=True)
    write_session(path, number([Start(ACQUISITION, "made"), *bodies]))
    return path


@pytest.mark.parametrize(
    "word", ["ref", "w", "water", "wref", "unsuppressed", "h2o", "nows", "ecc"]
)
def test_references_go_with_the_neighbour_of_the_same_name(tmp_path, word):
    names = ["DB_10_1_raw_act", f"DB_10_1_raw_{word}", "DB_11_1_raw_act",
             f"DB_11_1_raw_{word}", "alone_act"]  # fmt: skip
    files = [tmp_path / f"{name}.SDAT" for name in names]
    for file in files:
        file.write_bytes(b"x")
    found = waters_beside(files)
    assert found == {files[0]: files[1], files[2]: files[3], files[4]: None}


def test_what_measures_as_water_is_the_reference_of_its_neighbour(tmp_path):
    session = written(tmp_path / "scan_004.nii.gz", 10.0, 1.0)
    water = written(tmp_path / "scan_005.nii.gz", 2000.0, 1.0)
    assert (measures_as_water(session), measures_as_water(water)) == (False, True)
    (found,) = find_sessions([tmp_path])
    assert (found.path, found.water) == (session, water)


def test_water_alone_is_a_session(tmp_path):
    water = written(tmp_path / "a" / "scan_005.nii.gz", 2000.0, 1.0)
    (found,) = find_sessions([tmp_path])
    assert (found.path, found.water) == (water, None)


def test_a_real_pair(shared_data):
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    folder = shared_data / "real/vendor"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    found = {session.path.name: session.water for session in find_sessions([folder])}
    assert found["DBIEX_10_1_raw_act.SDAT"] == folder / "DBIEX_10_1_raw_ref.SDAT"
    assert "DBIEX_10_1_raw_ref.SDAT" not in found
