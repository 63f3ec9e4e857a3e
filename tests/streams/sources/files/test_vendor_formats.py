"""Each vendor format once through spec2nii: sign, water, nothing of a person."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from vendor_files import (
    PERSON,
    POINTS,
    FIDs,
    bruker,
    data_list,
    ge_pfile,
    noise,
    philips_dicom,
    rda,
    siemens_dicom,
)

from streams.errors import InputError
from streams.messages.transient import Acquisition, Body, Kind, Start, Transient
from streams.sources.files import any_format as files
from streams.sources.files.open_file import FileSource, open_source

pytest.importorskip("spec2nii", reason="needs the extra vendor")


def opened(path: Path) -> tuple[FileSource, list[Body]]:
    """A file opened, with its bodies; nothing about a person is in either."""
    source = open_source(path)
    bodies = list(source.bodies)
    said = repr((source.origin, source.notes, bodies))
    for planted in (PERSON, "1964", "4711", "61.25"):
        assert planted not in said
    return source, bodies


def signals(bodies: list[Body], kind: Kind = Kind.METABOLITE) -> FIDs:
    transients = [b for b in bodies if isinstance(b, Transient)]
    return np.array([b.fid for b in transients if b.kind is kind])


def acquisition(bodies: list[Body]) -> Acquisition:
    assert isinstance(bodies[0], Start)
    found = bodies[0].acquisition
    assert (found.nucleus, found.echo_time_s) == ("1H", pytest.approx(0.03))
    assert found.repetition_time_s == pytest.approx(2.0)
    assert found.dwell_time_s == pytest.approx(5e-4, rel=1e-6)
    assert found.points == POINTS
    return found


def test_philips_data_list_with_noise_and_water(tmp_path: Path) -> None:
    metabolites, water = noise(3, 2), noise(2, 2, seed=1)
    source, bodies = opened(data_list(tmp_path, metabolites, water, noise(2, seed=2)))
    assert np.array_equal(signals(bodies), metabolites)
    assert np.array_equal(signals(bodies, Kind.WATER), water)
    assert acquisition(bodies).coils == 2
    assert "raw.data: NOI is left out." in source.notes
    said = "raw.data: its own water reference (2 transients) is used."
    assert said in source.notes


def test_ge_pfile_with_its_water(tmp_path: Path) -> None:
    def whole(*shape: int, seed: int) -> FIDs:
        values = np.random.default_rng(seed).integers(-999, 999, (2, *shape, POINTS))
        return (values[0] + 1j * values[1]).astype(np.complex64)

    metabolites, water = whole(4, 3, seed=1), whole(2, 3, seed=2)
    _, bodies = opened(ge_pfile(tmp_path / "P12345.7", metabolites, water))
    assert np.array_equal(signals(bodies), metabolites)
    assert np.array_equal(signals(bodies, Kind.WATER), water)
    found = acquisition(bodies)
    assert (found.vendor, found.model, found.sequence) == ("GE", "MR750", "PROBE-P")
    assert found.spectrometer_frequency_mhz == pytest.approx(127.786142)


def test_siemens_rda(tmp_path: Path) -> None:
    fid = noise(1)
    _, bodies = opened(rda(tmp_path, fid))
    assert np.array_equal(signals(bodies)[0], fid)
    edges = sorted(acquisition(bodies).voxel_mm or ())
    assert edges == pytest.approx([20.0, 25.0, 30.0])


def test_a_folder_of_siemens_dicom_is_a_series(tmp_path: Path) -> None:
    fids = noise(3)
    for number, place in ((1, "c"), (2, "a"), (3, "b")):  # order is that of the numbers
        siemens_dicom(tmp_path / f"{PERSON}{place}", fids[number - 1], number)
    _, bodies = opened(tmp_path)
    assert np.array_equal(signals(bodies)[:, 0], fids)
    assert acquisition(bodies).vendor == "SIEMENS"


def test_philips_dicom_with_its_water(tmp_path: Path) -> None:
    metabolites, water = noise(1), noise(1, seed=1)
    _, bodies = opened(philips_dicom(tmp_path / "IM_0001", metabolites, water))
    assert np.array_equal(signals(bodies)[0], metabolites)
    assert np.array_equal(signals(bodies, Kind.WATER)[0], water)
    acquisition(bodies)


def test_bruker_fid(tmp_path: Path) -> None:
    values = np.random.default_rng(4).integers(-999, 999, (2, POINTS))
    fid = (values[0] + 1j * values[1]).astype(np.complex64)
    _, bodies = opened(bruker(tmp_path, fid))
    assert np.array_equal(signals(bodies)[0, 0], fid)
    assert acquisition(bodies).spectrometer_frequency_mhz == 400.13


Maker = Callable[[Path], Path]


@pytest.mark.parametrize(
    "make",
    [
        lambda f: rda(f, noise(1)),
        lambda f: siemens_dicom(f / "x.dcm", noise(1), 1),
        lambda f: ge_pfile(f / "P1.7", noise(4, 1), noise(2, 1)),
    ],
    ids=["rda", "dicom", "ge"],
)
def test_a_truncated_file_is_one_sentence(tmp_path: Path, make: Maker) -> None:
    path = make(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) * 2 // 3])
    with pytest.raises(InputError) as said:
        files.read_series(path)
    assert "\n" not in str(said.value)
    assert PERSON not in str(said.value)
