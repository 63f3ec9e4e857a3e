"""How much two voxels share: the volume of the intersection of two boxes, exactly.

The intersection of two convex bodies is bounded by what of each body's faces lies in
the other.  Every face is a rectangle; the other box cuts it by its six planes
(Sutherland and Hodgman, Commun. ACM 17:32, 1974).  With the faces' areas A and their
distances h from a point, positive where their outer side looks away from it, the volume
is

    V = 1/3 sum A h.

A face that both boxes share is counted once, with the first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from streams.voxel.place import Vector, VoxelPlace

SAME_MM = 1e-9
"""Distance below which planes are the same."""
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Box:
    """A voxel: its place, and its edge lengths in mm."""

    place: VoxelPlace
    edges_mm: Vector


@dataclass(frozen=True, slots=True)
class _Face:
    """A rectangle: its corners (4, 3) in turn, its outer normal, and its plane."""

    corners: Points
    normal: Points
    distance: float

    def above(self, points: Points) -> Points:
        """How far points lie outside of it, mm."""
        above: Points = points @ self.normal - self.distance
        return above


def overlap_share(one: Box, other: Box) -> float:
    """Part of the first voxel that lies in the second, 0 to 1."""
    centre = np.array(one.place.centre_mm)
    ours, theirs = list(_faces(one, centre)), list(_faces(other, centre))
    volume = sum(_cone(face, theirs, shared=True) for face in ours)
    volume += sum(_cone(face, ours, shared=False) for face in theirs)
    return float(volume / np.prod(one.edges_mm))


def _faces(box: Box, origin: Points) -> Iterator[_Face]:
    """The six faces of a box, seen from a point."""
    centre = np.array(box.place.centre_mm) - origin
    axes = np.array(box.place.axes)
    halves = axes * np.array(box.edges_mm)[:, np.newaxis] / 2
    for along, a, b in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
        for side in (1.0, -1.0):
            middle = centre + side * halves[along]
            turns = ((1, 1), (-1, 1), (-1, -1), (1, -1))
            corners = np.array(
                [middle + s * halves[a] + t * halves[b] for s, t in turns]
            )
            normal = side * axes[along]
            yield _Face(corners, normal, float(middle @ normal))


def _cone(face: _Face, cuts: list[_Face], shared: bool) -> float:
    """Volume between the origin and what of a face lies within all others.

    `shared` : whether what lies in the plane of another face counts here.
    """
    corners = face.corners
    for cut in cuts:
        above = cut.above(corners)
        if np.abs(above).max() < SAME_MM:
            if not shared or face.normal @ cut.normal < 0:
                return 0.0
            continue
        corners = _clip(corners, above)
        if len(corners) < 3:
            return 0.0
    return _area(corners) * face.distance / 3


def _clip(corners: Points, above: Points) -> Points:
    """What of a polygon lies below a plane, by its corners' heights above it."""
    kept = []
    ring = list(zip(corners, above, strict=True))
    for (a, high_a), (b, high_b) in pairwise([*ring, ring[0]]):
        if high_a <= 0:
            kept.append(a)
        if high_a * high_b < 0:
            kept.append(a + (b - a) * (high_a / (high_a - high_b)))
    return np.array(kept)


def _area(corners: Points) -> float:
    """Area of a plane polygon: half the length of the sum of its triangles'."""
    from_first = corners[1:] - corners[0]
    return float(
        np.linalg.norm(np.cross(from_first[:-1], from_first[1:]).sum(axis=0)) / 2
    )
