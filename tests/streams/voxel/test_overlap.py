"""What two voxels share, against boxes that are counted point by point."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from streams.voxel.overlap import Box, overlap_share
from streams.voxel.place import VoxelPlace

STRAIGHT = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
PAIRS = 1000


def box(centre_mm, edges_mm, rotation: Rotation | None = None) -> Box:
    axes = np.eye(3) if rotation is None else rotation.as_matrix().T
    place = VoxelPlace(tuple(map(float, centre_mm)), tuple(map(tuple, axes.tolist())))
    return Box(place, tuple(map(float, edges_mm)))


def counted(one: Box, other: Box, grid: int) -> float:
    """Share of the points of a grid in `one` that lie in `other`."""
    steps = (np.arange(grid) + 0.5) / grid - 0.5
    inside = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3)
    points = np.array(one.place.centre_mm) + (inside * one.edges_mm) @ np.array(
        one.place.axes
    )
    along = (points - other.place.centre_mm) @ np.array(other.place.axes).T
    return float((np.abs(along) <= np.array(other.edges_mm) / 2).all(axis=1).mean())


def random_pair(random: np.random.Generator) -> tuple[Box, Box]:
    """Voxels of 8 to 40 mm, near each other, turned by anything."""
    pair = []
    for number in (0, 1):
        edges_mm = random.uniform(8, 40, 3)
        centre_mm = random.normal(0, 8, 3) * number
        small = Rotation.from_rotvec(random.normal(0, 0.2, 3))
        turned = Rotation.random(rng=random) if random.random() < 0.5 else small
        pair.append(box(centre_mm, edges_mm, turned))
    return pair[0], pair[1]


def check_pairs(first: int, count: int, grid: int) -> list[float]:
    """Both shares of pairs by these seeds, as near to the count as a grid can be."""
    shares = []
    for seed in range(first, first + count):
        one, other = random_pair(np.random.default_rng(seed))
        share = overlap_share(one, other)
        assert share == pytest.approx(counted(one, other, grid), abs=0.01), seed
        volumes = math.prod(one.edges_mm), math.prod(other.edges_mm)
        back = overlap_share(other, one)
        assert back * volumes[1] == pytest.approx(share * volumes[0], abs=1e-6)
        shares.append(share)
    return shares


def test_random_pairs_share_what_is_counted():
    shares = check_pairs(0, PAIRS // 20, 40)
    assert max(shares) > 0.7
    assert min(shares) < 0.3


@pytest.mark.slow
def test_a_thousand_random_pairs_share_what_is_counted():
    shares = check_pairs(0, PAIRS, 60)
    assert min(shares) == 0.0
    assert max(shares) > 0.9


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


@settings(deadline=None)
@given(st.tuples(*[st.floats(-50, 50)] * 3), edges, edges, directions, directions)
def test_shares_lie_between_nothing_and_all(centre_mm, one_mm, other_mm, one, other):
    first, second = box((0, 0, 0), one_mm, one), box(centre_mm, other_mm, other)
    share = overlap_share(first, second)
    assert -1e-9 <= share <= 1 + 1e-9
    volumes = math.prod(one_mm), math.prod(other_mm)
    both = overlap_share(second, first) * volumes[1]
    assert both == pytest.approx(share * volumes[0], rel=1e-6, abs=1e-6)


@settings(deadline=None)
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
