"""Where the voxel of a twix file lies, from its normal, its rotation and its position.

Siemens keeps the normal n, an angle phi about it and the centre, in LPS (Sag, Cor,
Tra); components that are zero are left out.  With the main orientation of n (the
larger of its components; where two are alike, transverse before coronal before
sagittal)

    transverse  p0 = (0, n_z, -n_y) / |.|
    coronal     p0 = (n_y, -n_x, 0) / |.|
    sagittal    p0 = (-n_y, n_x, 0) / |.|

the phase direction is p = cos(phi) p0 - sin(phi) (n x p0) and the readout r = n x p.
The edges are those of readout, phase and, along r x p, thickness.  The table may be
moved while the protocol's coordinates stay: `lScanRegionPos` is added.  Checked against
spec2nii on real files of VB17 and VE11 and on made-up ones of every orientation.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from streams.voxel.place import VoxelPlace, place_or_none

ALIKE = 1e-5  # relative; components that decide nothing between two orientations
ALIKE_LEAST = 1e-8
PARTS = ("Sag", "Cor", "Tra")
VOI = ("sSpecPara", "sVoI")


def voxel_place(yaps: Any) -> VoxelPlace | None:
    """The voxel's place by the protocol in a twix header; None where it has none."""
    normal = np.array([_number(yaps, *VOI, "sNormal", f"d{part}") for part in PARTS])
    if not normal.any():
        return None
    centre = [
        _number(yaps, *VOI, "sPosition", f"d{part}")
        + _number(yaps, f"lScanRegionPos{part}")
        for part in PARTS
    ]
    readout, phase = _in_plane(normal, _number(yaps, *VOI, "dInPlaneRot"))
    return place_or_none(centre, [readout, phase, np.cross(readout, phase)])


def _in_plane(
    normal: NDArray[np.float64], turned_rad: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Directions of readout and phase encoding."""
    x, y, z = normal
    phase = np.array(
        ((-y, x, 0.0), (y, -x, 0.0), (0.0, z, -y))[_main_orientation(normal)]
    )
    phase /= np.linalg.norm(phase)
    turned = math.cos(turned_rad) * phase - math.sin(turned_rad) * np.cross(
        normal, phase
    )
    return np.cross(normal, turned), turned


def _main_orientation(normal: NDArray[np.float64]) -> int:
    """0 sagittal, 1 coronal, 2 transverse; the last of those that are alike."""
    sizes = np.abs(normal)
    return int(np.flatnonzero(np.isclose(sizes, sizes.max(), ALIKE, ALIKE_LEAST))[-1])


def _number(yaps: Any, *key: str) -> float:
    """A number of the header; what is left out there is zero."""
    try:
        return float(yaps.get(key) or 0.0)
    except (TypeError, ValueError):
        return 0.0
