"""Where voxels lie, as files say it and as we write it."""

from pathlib import Path
from types import ModuleType

import nibabel as nib
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from streams.errors import InputError
from streams.export.nifti_mrs import write_session
from streams.messages.transient import number
from streams.sources.files.any_format import read_series
from streams.sources.files.by_spec2nii import command
from streams.sources.files.choice import Entries
from streams.sources.files.converter import convert
from streams.sources.files.open_file import open_source
from streams.sources.files.twix_place import voxel_place
from streams.voxel.place import (
    VoxelPlace,
    affine_of,
    described,
    place_of_affine,
    place_or_none,
)

STRAIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
REAL = {
    "vendor/siemens_ve11_svs_se_ref1_avg2.dat": {},
    "vendor/siemens_vb_eja_svs_slaser_7t_water.dat": {"Set": Entries()},
    "twix_wref/steam7t_wref.dat": {},
    "vendor/siemens_vb_eja_svs_slaser_7t.dcm": {},
    "vendor/siemens_xa60_svs_se.dcm": {},
    "vendor/siemens_vd_svs_se.rda": {},
    "vendor/siemens_va25_phantom_offset.rda": {},
    "vendor/DBIEX_10_1_raw_act.SDAT": {},
}
turns = st.tuples(*3 * [st.floats(-3.1, 3.1)]).map(Rotation.from_rotvec)


@given(
    turns, st.tuples(*3 * [st.floats(-200, 200)]), st.tuples(*3 * [st.floats(2, 60)])
)
def test_a_place_comes_back_from_its_affine(turn, centre_mm, edges_mm):
    place = place_or_none(centre_mm, turn.as_matrix())
    assert place is not None
    affine = affine_of(place, edges_mm)
    sizes_mm = np.linalg.norm(affine[:3, :3], axis=0)
    np.testing.assert_allclose(sizes_mm, edges_mm, rtol=2e-6)
    again = place_of_affine(affine)
    assert again is not None
    np.testing.assert_allclose(again.centre_mm, place.centre_mm, atol=2e-6)
    np.testing.assert_allclose(again.axes, place.axes, atol=2e-6)


@pytest.mark.parametrize(
    ("centre_mm", "axes"),
    [
        ((0, 0, 0), np.zeros((3, 3))),  # a header without a place
        ((0, 0, 0), [[1, 0, 0], [1, 0.1, 0], [0, 0, 1]]),
        ((np.nan, 0, 0), STRAIGHT),
        ((0, 0, 2e4), STRAIGHT),
        ((0, 0, 0), [[np.nan, 0, 0], [0, 1, 0], [0, 0, 1]]),
    ],
)
def test_what_is_no_place(centre_mm, axes):
    assert place_or_none(centre_mm, axes) is None


def test_a_centre_in_the_words_of_a_console():
    assert (
        described(VoxelPlace((12.54, -30.25, -41.0), STRAIGHT))
        == "L12.5 A30.2 F41.0 mm"
    )
    assert described(VoxelPlace((-0.5, 0.0, 3.0), STRAIGHT)) == "R0.5 P0.0 H3.0 mm"


def test_a_place_that_cannot_be_is_refused():
    with pytest.raises(InputError, match="check the unit"):
        VoxelPlace((0.0, 0.0, 1e5), STRAIGHT)
    with pytest.raises(InputError, match="no perpendicular"):
        VoxelPlace((0.0, 0.0, 0.0), (STRAIGHT[0], STRAIGHT[0], STRAIGHT[2]))


@pytest.fixture(scope="module")
def gsl() -> ModuleType:
    return pytest.importorskip("spec2nii.GSL.gslfunctions", reason="extra vendor")


normals = st.one_of(
    turns.map(lambda turn: turn.as_matrix()[0]),
    st.sampled_from([(1, 1, 0), (1, 0, 1), (0, 1, -1), (1, 1, 1), (0, -1, 0)]).map(
        lambda n: np.array(n) / np.linalg.norm(n)
    ),
)


@given(normal=normals, turned_rad=st.floats(-3.2, 3.2))
def test_siemens_directions_are_those_of_spec2nii(gsl, normal, turned_rad):
    parts = ("Sag", "Cor", "Tra")
    yaps = {("sSpecPara", "sVoI", "sNormal", f"d{part}"): value
            for part, value in zip(parts, normal, strict=True) if value}  # fmt: skip
    yaps["sSpecPara", "sVoI", "dInPlaneRot"] = turned_rad
    yaps["sSpecPara", "sVoI", "sPosition", "dTra"] = -7.5
    yaps["lScanRegionPosTra",] = 2.0
    place = voxel_place(yaps)
    assert place is not None
    phase, readout = gsl.calc_prs(normal, turned_rad, False)
    expected = [readout, phase, np.cross(readout, phase)]
    np.testing.assert_allclose(place.axes, expected, atol=2e-6)
    assert place.centre_mm == (0.0, 0.0, -5.5)


def by_spec2nii(path: Path, folder: Path) -> np.ndarray:
    """The affine that the converter itself writes."""
    arguments = command(path) or ["twix", "-e", "image", str(path)]
    convert(path, [*arguments, "-f", "theirs", "-o", str(folder)])
    return nib.load(next(folder.glob("theirs*.nii.gz"))).affine


@pytest.mark.parametrize("name", REAL)
def test_real_files_go_out_where_spec2nii_puts_them(shared_data, tmp_path, name):
    pytest.importorskip("spec2nii", reason="needs the extra vendor")
    path = shared_data / "real" / name
    ours = tmp_path / "ours.nii.gz"
    write_session(ours, number(open_source(path, choose=REAL[name]).bodies))
    written = nib.load(ours)
    theirs = by_spec2nii(path, tmp_path)
    np.testing.assert_allclose(written.get_sform(), theirs, atol=1e-4)  # mm
    np.testing.assert_allclose(written.get_qform(), theirs, atol=1e-4)
    again, once = read_series(ours), read_series(path, REAL[name])
    assert again.acquisition.voxel_place == once.acquisition.voxel_place
    assert again.acquisition.voxel_mm == once.acquisition.voxel_mm


@pytest.mark.parametrize("name", ["press3t_biggaba_s01", "dwslaser7t_216"])
def test_files_without_a_place_have_none(shared_data, name):
    path = shared_data / "real" / name / "metab.nii.gz"
    assert read_series(path).acquisition.voxel_place is None
