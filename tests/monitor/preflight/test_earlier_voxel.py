"""The voxel of today beside that of an earlier visit, before the infusion."""

from dataclasses import replace
from pathlib import Path

import pytest
from export_cases import STEAM, water_first
from free_ports import free_endpoint
from test_preflight import phantom
from typer.testing import CliRunner

from monitor.cli import app
from monitor.preflight.earlier_voxel import compare_voxels, earlier_acquisition
from monitor.preflight.machine import CheckState
from streams.errors import InputError
from streams.export.nifti_mrs import write_session
from streams.messages.transient import Acquisition, number
from streams.voxel.place import VoxelPlace

STRAIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
TURNED = ((0.8, 0.6, 0.0), (-0.6, 0.8, 0.0), (0.0, 0.0, 1.0))


def at(x_mm: float, axes=STRAIGHT, edges_mm=(20.0, 20.0, 20.0)) -> Acquisition:
    place = VoxelPlace((x_mm, -30.0, 40.0), axes)
    return replace(STEAM, voxel_mm=edges_mm, voxel_place=place)


def test_a_voxel_in_its_place_is_well():
    check = compare_voxels(at(10.0), at(11.0))
    assert check.state is CheckState.OK
    assert check.text == (
        "95 % of it lies in that of the earlier visit, its centre 1.0 mm from there, "
        "turned by 0 degrees"
    )


@pytest.mark.parametrize(
    ("now", "texts"),
    [
        (at(15.0), ("75 %", "5.0 mm")),
        (at(90.0), ("0 %", "80.0 mm")),
        (at(10.0, TURNED), ("83 %", "turned by 37 degrees")),
        (at(10.0, edges_mm=(20.0, 20.0, 40.0)), ("50 %", "20 x 20 x 40 mm, then 20")),
    ],
)
def test_a_voxel_elsewhere_is_to_be_looked_at(now, texts):
    check = compare_voxels(now, at(10.0))
    assert check.state is CheckState.LOOK
    assert all(text in check.text for text in texts), check.text
    assert "the head may lie otherwise" in check.line


def test_the_order_of_the_edges_says_nothing():
    turned = at(10.0, (STRAIGHT[1], STRAIGHT[2], STRAIGHT[0]), (30.0, 40.0, 20.0))
    straight = at(10.0, edges_mm=(20.0, 30.0, 40.0))
    check = compare_voxels(turned, straight)
    assert check.state is CheckState.OK
    assert check.text.startswith("100 %")
    assert "then" not in check.text


def test_what_says_no_place_is_named():
    nowhere = replace(STEAM, voxel_place=None)
    assert "the stream does not say" in compare_voxels(nowhere, at(0.0)).text
    assert "the earlier visit does not say" in compare_voxels(at(0.0), nowhere).text
    assert "the earlier visit does not say" in compare_voxels(at(0.0), None).text


def test_the_earlier_place_is_that_of_its_metabolites(tmp_path: Path):
    path = tmp_path / "earlier.nii.gz"
    write_session(path, number(water_first(at(4.0), [0.0, 2.0])))
    earlier = earlier_acquisition(path)
    assert earlier is not None
    assert earlier.voxel_place == at(4.0).voxel_place
    with pytest.raises(InputError, match="none"):
        earlier_acquisition(tmp_path / "none.nii.gz")


def test_preflight_says_it(tmp_path: Path):
    files = tmp_path / "now.nii.gz", tmp_path / "earlier.nii.gz"
    for path, x_mm in zip(files, (0.0, 4.0), strict=True):
        spot = at(x_mm)
        bodies = phantom(voxel_mm=spot.voxel_mm, voxel_place=spot.voxel_place)
        write_session(path, number(bodies))
    given = ["preflight", "--record", str(tmp_path / "r.mcap"), "--hours", "0.001",
             "--listen", "127.0.0.1:0", "--bind", free_endpoint(),
             "--from", str(files[0]), "--earlier"]  # fmt: skip
    ran = CliRunner().invoke(app, [*given, str(files[1])])
    assert "80 % of it lies in that of the earlier visit" in ran.output
    ran = CliRunner().invoke(app, [*given, str(tmp_path / "none.nii.gz")])
    assert ran.exit_code == 2
    assert "WRONG  voxel" in ran.output
