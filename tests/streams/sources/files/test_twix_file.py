"""A real Siemens twix file: values, convention, times; damaged ones."""

import json
from pathlib import Path

import numpy as np
import pytest
from file_bodies import bodies

from streams.errors import InputError
from streams.messages.transient import Kind, Transient
from streams.sources.files import any_format as files
from streams.sources.files import twix as twix_file
from streams.sources.files.nifti_mrs import read_series as read_nifti_mrs
from streams.sources.files.series_bodies import bodies_of
from streams.sources.files.twix import COUNTERS, is_twix
from streams.sources.files.twix_header import NUCLEUS
from streams.sources.files.water_reference import water_for

pytest.importorskip("mapvbvd", reason="needs the extra vendor")
# pyMapVBVD leaves its file to the garbage collector
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


@pytest.fixture(scope="module")
def twix(shared_data: Path) -> Path:
    return shared_data / "real/twix_wref/steam7t_wref.dat"


def test_values_of_the_real_file(twix, shared_data):
    expected = json.loads((twix.parent / "expected.json").read_text())
    series = files.read_series(twix)
    whole = expected["with_oversampling"]
    assert list(series.fids.shape) == whole["shape"][::-1]
    first = np.array(whole["first_8_samples_channel0_rep0_re_im"]) @ [1, -1j]
    assert series.fids[0, 0, :8] == pytest.approx(first, rel=1e-6)
    last = np.array(whole["first_2_samples_channel31_rep1_re_im"]) @ [1, -1j]
    assert series.fids[1, 31, :2] == pytest.approx(last, rel=1e-6)
    assert np.abs(series.fids).sum() == pytest.approx(whole["sum_abs"], rel=1e-5)
    acquisition = series.acquisition
    assert acquisition.dwell_time_s == expected["dwell_s_with_oversampling"]
    assert acquisition.spectrometer_frequency_mhz == pytest.approx(297.219948)
    assert (acquisition.echo_time_s, acquisition.repetition_time_s) == (0.011, 5.0)
    assert acquisition.voxel_mm == (20.0, 20.0, 20.0)
    assert acquisition.sequence == "uzay_steam_gui"


def test_it_is_the_scan_that_the_nifti_file_holds(twix, shared_data):
    ours = files.read_series(twix)
    theirs = read_nifti_mrs(shared_data / "real/steam7t_4coil/wref.nii.gz")
    for coil, channel in enumerate((18, 19, 28, 29)):
        a, b = ours.fids[:, channel].ravel(), theirs.fids[:, coil].ravel()
        factor = np.vdot(b, a) / np.vdot(b, b)
        assert abs(factor.imag) < 1e-3 * factor.real
        correlation = abs(np.vdot(a, b)) / np.linalg.norm(a) / np.linalg.norm(b)
        assert correlation > 0.99999
    assert ours.acquisition.dwell_time_s == theirs.acquisition.dwell_time_s
    assert ours.acquisition.echo_time_s == theirs.acquisition.echo_time_s


def test_times_come_from_the_stamps_of_the_scanner(twix):
    transients = [m for m in bodies(twix) if isinstance(m, Transient)]
    assert [t.time_s for t in transients] == [0.0, pytest.approx(5.02)]
    assert files.read_series(twix).notes == (
        "steam7t_wref.dat: 1 phase correction acquisitions left out.",
    )


def test_truncated_files_are_input_errors(twix, tmp_path):
    whole = twix.read_bytes()
    cut = tmp_path / "cut.dat"
    for length in (20, 1000, 300_000, 526_464, 600_000, 2_000_000):
        cut.write_bytes(whole[:length])
        assert is_twix(cut)
        with pytest.raises(InputError):
            list(bodies(cut))


def test_a_file_without_its_last_transient_is_read_with_a_note(twix, tmp_path):
    (tmp_path / "cut.dat").write_bytes(twix.read_bytes()[:-200_000])
    series = files.read_series(tmp_path / "cut.dat")
    assert len(series) == 1
    assert series.notes[-1] == "cut.dat ends early; 1 transients could be read."


def test_what_is_no_twix(tmp_path: Path):
    for content in (b"", b"abc", bytes(100), b"\1\0\0\0\1\0\0\0" + bytes(100)):
        (tmp_path / "x.dat").write_bytes(content)
        assert not is_twix(tmp_path / "x.dat")


class Acquisitions:
    """What pyMapVBVD gives of one kind of acquisition, made up."""

    def __init__(self, fids: np.ndarray, phases: list[int] | None = None) -> None:
        self.NAcq, self.NCha, self.NCol = fids.shape
        self._fids = fids
        for name in COUNTERS:
            setattr(self, name, np.zeros(self.NAcq))
        self.Phs = np.array(phases or [0] * self.NAcq)
        self.cutOff = np.zeros((2, self.NAcq))
        self.timestamp = 800.0 * np.arange(self.NAcq)
        self.flagRemoveOS = True

    def unsorted(self) -> np.ndarray:
        return self._fids.transpose(2, 1, 0)


def measurement(
    image: Acquisitions, software: str, sequence: str, mode: int = 0, n: int = 0
) -> dict[str, object]:
    yaps = {
        (*NUCLEUS, "tNucleus"): '"1H"',
        (*NUCLEUS, "lFrequency"): 123.25e6,
        ("sRXSPEC", "alDwellTime", "0"): 250_000.0,
        ("alTE", "0"): 30_000.0,
        ("alTR", "0"): 2e6,
        ("tSequenceFileName",): f"%CustomerSeq%\\{sequence}",
        ("sSpecPara", "lAutoRefScanNo"): n,
        ("sSpecPara", "lAutoRefScanMode"): mode,
    }
    header = {
        "MeasYaps": yaps,
        "Meas": {"tSequenceString": sequence},
        "Dicom": {"SoftwareVersions": software},
    }
    return {"hdr": header, "image": image}


def made_up(count: int) -> np.ndarray:
    noise = np.random.default_rng(5).standard_normal((2, count, 2, 8))
    return (noise[0] + 1j * noise[1]).astype(np.complex64)


@pytest.mark.parametrize(
    ("software", "sequence", "mode", "phases", "water", "kept"),
    [
        ("syngo MR XA30", "svs_se", 0, [0, 1, 1, 1], [0], [1, 2, 3]),
        ("syngo MR XA30", "svs_se", 0, [0, 0, 0, 0], [], [0, 1, 2, 3]),
        ("syngo MR E11", "svs_slaser_dkd2", 2, None, [0, 3], [1, 2]),
        ("syngo MR E11", "svs_slaserVOI_dkd", 8, None, [0, 5], [2, 3, 4]),
        ("syngo MR E11", "svs_se", 8, None, [], [0, 1, 2, 3]),
    ],
)
def test_the_water_reference_of_a_sequence_is_found(
    software, sequence, mode, phases, water, kept
):
    fids = made_up(7 if mode == 8 and "dkd" in sequence else 4)
    read = measurement(Acquisitions(fids, phases), software, sequence, mode, 1)
    series = twix_file._series(Path("x.dat"), read, {})
    assert np.array_equal(series.fids, fids[kept].conj())
    found = [] if series.reference is None else list(series.reference.fids)
    assert np.array_equal(found, fids[water].conj() if water else [])
    bodies = list(bodies_of(series))
    kinds = [b.kind for b in bodies if isinstance(b, Transient)]
    assert kinds == [Kind.WATER] * len(water) + [Kind.METABOLITE] * len(kept)


def test_flagged_reference_scans_are_the_water_where_they_fit():
    fids = made_up(5)
    read = measurement(Acquisitions(fids[:4]), "syngo MR E11", "svs_se")
    read["refscan"] = Acquisitions(fids[4:])
    series = twix_file._series(Path("x.dat"), read, {})
    assert series.reference is not None
    assert np.array_equal(series.reference.fids, fids[4:].conj())
    read["refscan"] = Acquisitions(fids[4:, :1])
    series = twix_file._series(Path("x.dat"), read, {})
    found, notes = water_for(series)
    assert found is None
    assert "left out: x.dat is a water reference of another number of coils" in notes[0]


def test_counters_that_are_left_must_be_chosen():
    read = measurement(Acquisitions(made_up(4), [0, 1, 0, 1]), "syngo MR E11", "other")
    with pytest.raises(InputError, match="--choose Phs=0"):
        twix_file._series(Path("x.dat"), read, {})
    series = twix_file._series(Path("x.dat"), read, {"Phs": 1})
    assert len(series) == 2
