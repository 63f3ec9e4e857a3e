"""What two voxels share; random pairs: `tests/acceptance/voxel_overlap.py`."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from streams.voxel.overlap import Box, overlap_share
from streams.voxel.place import VoxelPlace


def box(centre_mm, edges_mm, rotation: Rotation | None = None) -> Box:
    axes = np.eye(3) if rotation is None else rotation.as_matrix().T
    place = VoxelPlace(tuple(map(float, centre_mm)), tuple(map(tuple, axes.tolist())))
    return Box(place, tuple(map(float, edges_mm)))


@pytest.mark.parametrize(
    ("move_mm", "share"),
    [((0, 0, 0), 1.0), ((5, 0, 0), 0.75), ((0, -10, 5), 0.375), ((20, 0, 0), 0.0),
     ((99, 0, 0), 0.0)],
)  # fmt: skip
def test_moved_boxes(move_mm, share):
    still, moved = box((0, 0, 0), (20, 20, 20)), box(move_mm, (20, 20, 20))
    assert overlap_share(still, moved) == pytest.approx(share, abs=1e-12)


def test_a_box_within_another_and_one_turned_by_45_degrees():
    small, large = box((1, 2, 3), (10, 10, 10)), box((0, 0, 0), (30, 30, 30))
    assert overlap_share(small, large) == pytest.approx(1.0)
    assert overlap_share(large, small) == pytest.approx(1 / 27)
    turned = box((0, 0, 0), (20, 20, 20), Rotation.from_euler("z", 45, degrees=True))
    still = box((0, 0, 0), (20, 20, 20))
    assert overlap_share(still, turned) == pytest.approx(2 * (math.sqrt(2) - 1))


directions = st.tuples(*[st.floats(-3.2, 3.2)] * 3).map(Rotation.from_rotvec)
edges = st.tuples(*[st.floats(1, 60)] * 3)


@given(st.tuples(*[st.floats(-50, 50)] * 3), edges, edges, directions, directions)
def test_shares_lie_between_nothing_and_all(centre_mm, one_mm, other_mm, one, other):
    first, second = box((0, 0, 0), one_mm, one), box(centre_mm, other_mm, other)
    share = overlap_share(first, second)
    assert -1e-9 <= share <= 1 + 1e-9
    volumes = math.prod(one_mm), math.prod(other_mm)
    both = overlap_share(second, first) * volumes[1]
    assert both == pytest.approx(share * volumes[0], rel=1e-6, abs=1e-6)


@given(
    edges,
    directions,
    st.permutations([0, 1, 2]),
    st.tuples(*[st.sampled_from((1, -1))] * 3),
)
def test_the_same_box_described_otherwise_is_shared_whole(edges_mm, turn, order, signs):
    one = box((3, -4, 5), edges_mm, turn)
    axes = [
        tuple(s * x for x in one.place.axes[i])
        for i, s in zip(order, signs, strict=True)
    ]
    same = Box(
        VoxelPlace(one.place.centre_mm, tuple(axes)), tuple(edges_mm[i] for i in order)
    )
    assert overlap_share(one, same) == pytest.approx(1.0, abs=1e-6)
