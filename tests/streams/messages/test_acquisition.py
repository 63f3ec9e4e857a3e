"""An acquisition's voxel, and what of it is written."""

from dataclasses import replace

import pytest

from streams.messages.transient import Acquisition
from streams.voxel.overlap import Box
from streams.voxel.place import VoxelPlace

PLAIN = Acquisition(123.2, "1H", 5e-4, 64, 2, 0.03)
PLACE = VoxelPlace((1.0, 2.0, 3.0), ((1, 0, 0), (0, 1, 0), (0, 0, 1)))
EDGES_MM = (20.0, 25.0, 30.0)


@pytest.mark.parametrize("place", [None, PLACE])
@pytest.mark.parametrize("edges_mm", [None, EDGES_MM])
def test_a_voxel_has_a_place_and_a_size(place, edges_mm) -> None:
    found = replace(PLAIN, voxel_place=place, voxel_mm=edges_mm).voxel
    both = place is not None and edges_mm is not None
    assert found == (Box(PLACE, EDGES_MM) if both else None)


@pytest.mark.parametrize("ti_s", [None, 0.9])
def test_an_inversion_is_written_where_there_is_one(ti_s) -> None:
    table = replace(PLAIN, inversion_time_s=ti_s).as_dict()
    assert table.get("inversion_time_s") == ti_s
    assert ("inversion_time_s" in table) is (ti_s is not None)
