"""Where a scanner says that the voxel lies comes into what is announced."""

import mrd_sender as mrd
import numpy as np
import pytest

from streams.sources.mrd.fid import layout_of
from streams.sources.mrd.header import Header
from streams.sources.mrd.image import readout_of_image
from streams.sources.mrd.messages import readout_of
from streams.sources.mrd.rules import MrdRules

CENTRE = (10.5, -20.25, 31.0)
AXES = ((0.6, 0.8, 0.0), (-0.8, 0.6, 0.0), (0.0, 0.0, 1.0))
DIRECTIONS = dict(zip(("read_dir", "phase_dir", "slice_dir"), AXES, strict=True))


def acquired(field_of_view: str = "20", **head):
    text = mrd.header().replace("<x>20</x>", f"<x>{field_of_view}</x>")
    header = Header("scanner", text.encode())
    readout = readout_of(mrd.acquisition_bytes(0, **head)[2:])
    return layout_of(header, readout, MrdRules()).acquisition


def test_position_and_directions_are_announced():
    found = acquired(position=CENTRE, **DIRECTIONS)
    assert found.voxel_place is not None
    assert found.voxel_place.centre_mm == CENTRE
    np.testing.assert_allclose(found.voxel_place.axes, AXES, atol=1e-6)
    assert found.voxel_mm == (20.0, 20.0, 20.0)


def test_a_head_without_directions_has_no_place():
    assert acquired().voxel_place is None
    assert acquired(position=CENTRE).voxel_place is None
    slanted = {**DIRECTIONS, "phase_dir": (0.0, 1.0, 0.0)}
    assert acquired(position=CENTRE, **slanted).voxel_place is None


@pytest.mark.parametrize("edge", ["0", "240", "-20", "nan", "wide", ""])
def test_a_field_of_view_that_is_no_voxel_is_not_taken(edge):
    found = acquired(edge, position=CENTRE, **DIRECTIONS)
    assert found.voxel_mm is None
    assert found.voxel_place is not None


def test_an_image_with_a_spectrum_says_it_too():
    made = mrd.ismrmrd.Image.from_array(mrd.received(0, 1).reshape(1, 1, 1, 128))
    made.position = CENTRE
    for name, direction in DIRECTIONS.items():
        setattr(made, name, direction)
    content = mrd.framed(1022, made)[2:]
    header = Header("scanner", mrd.header().encode())
    place = readout_of_image(content, header).voxel_place
    assert place is not None
    assert place.centre_mm == CENTRE
