"""Public files as scanners write them (`shared/data/real/vendor`)."""

import numpy as np
import pytest
from test_twix_file import Acquisitions, made_up, measurement

from streams.errors import InputError
from streams.messages.transient import Kind, Transient
from streams.sources.files import any_format as files
from streams.sources.files import twix as twix_file
from streams.sources.files.choice import Entries
from streams.sources.files.open_file import open_source

pytest.importorskip("mapvbvd", reason="needs the extra vendor")
pytest.importorskip("spec2nii", reason="needs the extra vendor")
# pyMapVBVD leaves its file to the garbage collector
pytestmark = pytest.mark.filterwarnings(
    "ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning"
)


@pytest.fixture(scope="module")
def vendor(shared_data):
    folder = shared_data / "real/vendor"
    if not folder.is_dir():
        pytest.skip(f"{folder} is absent")
    return folder


def test_product_twix_with_its_reference_scan(vendor):
    """Phs 0 is water, 1 the data, with no question."""
    source = open_source(vendor / "siemens_ve11_svs_se_ref1_avg2.dat")
    kinds = [b.kind for b in source.bodies if isinstance(b, Transient)]
    assert kinds == [Kind.WATER, Kind.METABOLITE, Kind.METABOLITE]
    assert "its own water reference (1 transient) is used" in source.notes[-1]
    series = files.read_series(vendor / "siemens_ve11_svs_se_ref1_avg2.dat")
    assert series.fids.shape == (2, 34, 2048)  # 12 and 20 of 2080 columns cut off
    other = files.read_series(vendor / "siemens_ve11_svs_se_ref1_avg2.dat", {"Phs": 0})
    assert series.reference is not None
    assert np.array_equal(other.fids, series.reference.fids)


def test_transients_along_set_and_the_top_of_the_echo(vendor):
    path = vendor / "siemens_vb_eja_svs_slaser_7t_water.dat"
    series = files.read_series(path, {"Set": Entries()})
    assert series.fids.shape == (2, 8, 2 * 4096)
    assert series.times_s == (0.0, pytest.approx(3.5))
    power = np.sqrt((np.abs(series.fids) ** 2).sum(axis=1))
    assert power[0, 0] == pytest.approx(power[0, 1:20].max(), rel=0.02)
    assert "all 2 entries along Set are one course" in series.choices[0]
    assert "4 points before the top of the echo" in series.choices[1]
    one = files.read_series(path, {"Set": 1})
    assert np.array_equal(one.fids, series.fids[1:])
    assert np.array_equal(files.read_series(path).fids, series.fids)  # CMRR's sequence


@pytest.mark.parametrize(
    ("name", "sequence", "echo_time_s", "points"),
    [
        ("siemens_vb_eja_svs_slaser_7t.dcm", "eja_svs_slaser", 0.01996, 4096),
        ("siemens_xa60_svs_se.dcm", "*svs_se", 0.03, 1024),
        ("siemens_vd_svs_se.rda", "*svs_se", 0.03, 1024),
        ("siemens_va25_phantom_offset.rda", "svs_se", 0.03, 2048),
        ("DBIEX_10_1_raw_act.SDAT", "", 0.03, 1024),
    ],
)
def test_what_is_read_of_converted_files(vendor, name, sequence, echo_time_s, points):
    acquisition = files.read_series(vendor / name).acquisition
    assert acquisition.sequence == sequence
    assert acquisition.echo_time_s == pytest.approx(echo_time_s)
    assert acquisition.points == points


def _with(counter: str, entries: list[int], sequence: str, **columns: float):
    image = Acquisitions(made_up(len(entries)))
    setattr(image, counter, np.array(entries))
    if columns:
        image.centerCol = np.full(len(entries), columns["centre"])
        image.cutOff = np.tile([[columns["before"]], [0]], len(entries))
    return measurement(image, "syngo MR E11", sequence), image


@pytest.mark.parametrize("counter", ["Set", "Eco", "Ida", "Phs"])
def test_any_counter_may_be_a_course(tmp_path, counter):
    read, image = _with(counter, [0, 1, 2, 3, 4], "ours")
    with pytest.raises(InputError, match=f"--choose {counter}=0 .* {counter}=all"):
        twix_file._series(tmp_path / "x.dat", read, {})
    series = twix_file._series(tmp_path / "x.dat", read, {counter: Entries(1, 4)})
    assert np.array_equal(series.fids, image._fids[1:4].conj())
    assert f"1:4 of the 5 entries along {counter}" in series.choices[0]


@pytest.mark.parametrize("software", ["syngo MR B17", "syngo MR E11", "syngo MR XA60"])
def test_the_reference_along_phs_of_any_software(tmp_path, software):
    image = Acquisitions(made_up(5), [0, 0, 1, 1, 1])
    read = measurement(image, software, "svs_st")
    series = twix_file._series(tmp_path / "x.dat", read, {})
    assert (len(series), len(series.reference)) == (3, 2)


@pytest.mark.parametrize(
    ("centre", "before", "cut"), [(0, 0, 0), (2, 0, 2), (2, 2, 2), (1, 2, 2), (4, 0, 0)]
)
def test_columns_before_the_top(tmp_path, centre, before, cut):
    """The later of both; a centre in the middle is that of a whole echo."""
    read, image = _with("Set", [0, 0], "ours", centre=centre, before=before)
    series = twix_file._series(tmp_path / "x.dat", read, {})
    assert np.array_equal(series.fids, image._fids[..., cut:].conj())
