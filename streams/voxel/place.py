"""Where a voxel lies in the patient.

Coordinates are LPS, in mm from the scanner's isocentre, as DICOM, MRD and Siemens' own
headers have them: x grows towards the patient's left, y towards the back, z towards the
head.  NIfTI's are RAS: the first two have the other sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from streams.errors import InputError

Vector = tuple[float, float, float]
Axes = tuple[Vector, Vector, Vector]

FARTHEST_MM = 1e4
TOLERANCE = 1e-3
"""Of lengths and cosines of directions that are to be perpendicular unit vectors."""
DIGITS = 6
"""Of mm and of directions that are kept: what single precision holds."""
LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0])


@dataclass(frozen=True, slots=True)
class VoxelPlace:
    """Position and orientation of a voxel, LPS.

    Attributes
    ----------
    centre_mm : its centre
    axes : directions of its edges, unit vectors, in the order of the edge lengths
    """

    centre_mm: Vector
    axes: Axes

    def __post_init__(self) -> None:
        centre, axes = np.asarray(self.centre_mm), np.asarray(self.axes)
        if not np.abs(centre).max() <= FARTHEST_MM:
            raise InputError(
                f"The voxel's centre is {self.centre_mm} mm, which cannot be: check "
                "the unit and what wrote it."
            )
        if not np.abs(axes @ axes.T - np.eye(3)).max() <= TOLERANCE:
            raise InputError(
                "The directions of the voxel's edges are no perpendicular unit "
                "vectors: check what wrote them."
            )


def described(place: VoxelPlace) -> str:
    """The centre as consoles write it: L12.5 P30.3 H41.0 mm."""
    letters = (("L", "R"), ("P", "A"), ("H", "F"))
    parts = [
        f"{letter[value < 0]}{abs(value):.1f}"
        for letter, value in zip(letters, place.centre_mm, strict=True)
    ]
    return f"{' '.join(parts)} mm"


def place_or_none(centre_mm: ArrayLike, directions: ArrayLike) -> VoxelPlace | None:
    """A place from what a header holds; None where it holds none that can be.

    `directions` (3, 3), a row each, need not have unit length.  Headers without a place
    have zeros.
    """
    rows = np.asarray(directions, float)
    with np.errstate(invalid="ignore", divide="ignore"):
        axes = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    x, y, z = (_vector(axis) for axis in axes)
    try:
        return VoxelPlace(_vector(np.asarray(centre_mm, float)), (x, y, z))
    except InputError:
        return None


def place_of_affine(affine: NDArray[np.float64]) -> VoxelPlace | None:
    """The place of a single voxel by the affine of its NIfTI file (4 x 4, RAS)."""
    columns = LPS_TO_RAS @ affine[:3]
    return place_or_none(columns[:, 3], columns[:, :3].T)


def affine_of(place: VoxelPlace, edges_mm: Vector) -> NDArray[np.float64]:
    """The affine of a NIfTI file of one voxel (4 x 4, RAS)."""
    affine = np.eye(4)
    affine[:3, :3] = LPS_TO_RAS @ (np.array(place.axes).T * np.array(edges_mm))
    affine[:3, 3] = LPS_TO_RAS @ np.array(place.centre_mm)
    return affine


def _vector(values: NDArray[np.float64]) -> Vector:
    x, y, z = (round(float(value), DIGITS) + 0.0 for value in values)  # no -0.0
    return x, y, z
