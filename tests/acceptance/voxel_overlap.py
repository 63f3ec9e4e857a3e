"""Overlap of two voxels beside a count of points, on random pairs.

    python tests/acceptance/voxel_overlap.py [--n 1000] [--seed 0] [--grid 60]

Voxels of 8 to 40 mm, near each other, half of them turned by anything and half by some
11 degrees an axis.  `grid`: points along each edge of the first, in their middles.
"""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from streams.voxel.overlap import Box, overlap_share
from streams.voxel.place import VoxelPlace, place_or_none

PAIRS, GRID = 1000, 60


@dataclass(frozen=True, slots=True)
class Compared:
    """A pair: its share as computed, as counted, and back from the other voxel."""

    share: float
    counted: float
    back: float


def box(
    centre_mm: Sequence[float],
    edges_mm: Sequence[float],
    rotation: Rotation | None = None,
) -> Box:
    """A voxel, turned by a rotation."""
    axes = np.eye(3) if rotation is None else rotation.as_matrix().T
    place = place_or_none(centre_mm, axes)
    assert isinstance(place, VoxelPlace)
    x, y, z = map(float, edges_mm)
    return Box(place, (x, y, z))


def counted(one: Box, other: Box, grid: int) -> float:
    """Share of the points of a grid in one voxel that lie in the other."""
    steps = (np.arange(grid) + 0.5) / grid - 0.5
    inside = np.stack(np.meshgrid(steps, steps, steps), -1).reshape(-1, 3)
    points = (inside * one.edges_mm) @ np.array(one.place.axes)
    points += np.subtract(one.place.centre_mm, other.place.centre_mm)
    along = points @ np.array(other.place.axes).T
    return float((np.abs(along) <= np.array(other.edges_mm) / 2).all(axis=1).mean())


def random_pair(seed: int) -> tuple[Box, Box]:
    """Two voxels near each other."""
    random = np.random.default_rng(seed)
    pair = []
    for number in (0, 1):
        edges_mm = random.uniform(8, 40, 3)
        centre_mm = random.normal(0, 8, 3) * number
        small = Rotation.from_rotvec(random.normal(0, 0.2, 3))
        turned = Rotation.random(rng=random) if random.random() < 0.5 else small
        pair.append(box(centre_mm, edges_mm, turned))
    return pair[0], pair[1]


def compared(seed: int, grid: int) -> Compared:
    """One pair."""
    one, other = random_pair(seed)
    volumes = math.prod(one.edges_mm), math.prod(other.edges_mm)
    back = overlap_share(other, one) * volumes[1] / volumes[0]
    return Compared(overlap_share(one, other), counted(one, other, grid), back)


def main() -> None:
    """Print the largest differences."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("n", PAIRS), ("seed", 0), ("grid", GRID)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    pairs = [compared(asked.seed + n, asked.grid) for n in range(asked.n)]
    off = 100 * np.array([abs(pair.share - pair.counted) for pair in pairs])
    both = 100 * np.array([abs(pair.share - pair.back) for pair in pairs])
    shares = 100 * np.array([pair.share for pair in pairs])
    print(f"n {asked.n}, grid {asked.grid}")
    print(f"shares {shares.min():.1f} to {shares.max():.1f} %, {shares.mean():.1f} %")
    print(f"from the count: median {np.median(off):.4f}, largest {off.max():.4f} %")
    print(f"either way round: largest {both.max():.1e} %")


if __name__ == "__main__":
    main()
