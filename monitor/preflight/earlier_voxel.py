"""The voxel beside that of an earlier visit of the same subject.

Both places are in the scanner's coordinates.  They say the same of the brain only where
the head lies as it lay, so that a small overlap is worth a look and never wrong by
itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from monitor.preflight.machine import CheckResult, CheckState, ok
from streams.messages.transient import Acquisition, Body, Kind, Start, Transient
from streams.sources.files.open_file import open_source
from streams.voxel.overlap import Box, overlap_share
from streams.voxel.place import VoxelPlace

LEAST_PERCENT = 90.0
"""Overlap from which nothing is to be looked at: a cube of 20 mm that moved by 2."""
REMEDY = (
    "compare both on the images: these are coordinates of the scanner, and the head "
    "may lie otherwise"
)


def earlier_acquisition(path: Path) -> Acquisition | None:
    """How the metabolites of an earlier visit were acquired, the first of them.

    Raises
    ------
    InputError : it cannot be read
    """
    return next(_of_metabolites(open_source(path).bodies), None)


def _of_metabolites(bodies: Iterator[Body]) -> Iterator[Acquisition]:
    """The acquisition of each metabolite transient."""
    acquisition: Acquisition | None = None
    for body in bodies:
        match body:
            case Start():
                acquisition = body.acquisition
            case Transient(kind=Kind.METABOLITE) if acquisition is not None:
                yield acquisition


def compare_voxels(now: Acquisition, earlier: Acquisition | None) -> CheckResult:
    """The voxel beside that of the earlier visit."""
    here, there = now.voxel, None if earlier is None else earlier.voxel
    if here is None or there is None:
        which = "the stream" if here is None else "the earlier visit"
        text = f"{which} does not say where its voxel lies, or how large it is"
        return CheckResult("voxel", CheckState.LOOK, text, "compare on the images")
    percent = 100 * overlap_share(here, there)
    text = (
        f"{percent:.0f} % of it lies in that of the earlier visit, its centre "
        f"{_apart_mm(here.place, there.place):.1f} mm from there, turned by "
        f"{_turned_deg(here.place, there.place):.0f} degrees{_sizes(here, there)}"
    )
    if percent >= LEAST_PERCENT:
        return ok("voxel", text)
    return CheckResult("voxel", CheckState.LOOK, text, REMEDY)


def _apart_mm(one: VoxelPlace, other: VoxelPlace) -> float:
    return float(np.linalg.norm(np.subtract(one.centre_mm, other.centre_mm)))


def _turned_deg(one: VoxelPlace, other: VoxelPlace) -> float:
    """The largest angle between an edge and the nearest edge of the other."""
    cosines = np.abs(np.array(one.axes) @ np.array(other.axes).T).max(axis=1)
    return float(np.degrees(np.arccos(min(cosines.min(), 1.0))))


def _sizes(one: Box, other: Box) -> str:
    """Both sizes, where they differ by more than 0.1 mm."""
    if np.allclose(sorted(one.edges_mm), sorted(other.edges_mm), atol=0.1):
        return ""
    sizes = (" x ".join(f"{edge:g}" for edge in box.edges_mm) for box in (one, other))
    return f"; {' mm, then '.join(sizes)} mm"
