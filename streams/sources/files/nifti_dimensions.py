"""Dimensions of a NIfTI-MRS file: coils, transients, and what is chosen of others."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.sources.files.choice import Choose, Entries, course_note, entries_of
from streams.sources.files.nifti_container import Container

COIL, DYNAMIC = "DIM_COIL", "DIM_DYN"
AXES = (4, 5, 6)
LEAST_ALIKE = 8  # coils; so many have one phase and size by no chance
ALIKE = 0.95


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Samples as transients.

    Attributes
    ----------
    fids : (transients, coils, points), a view of what is stored where that is possible
    rows : entries of the dimension of transients that they are; None: of several
        dimensions
    choices : what was chosen, in sentences
    notes : these, and what else is to be said
    """

    fids: NDArray[np.complexfloating]
    rows: range | None = None
    choices: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def dimension_tags(container: Container) -> dict[str, int]:
    """Dimension tag -> axis (4, 5 or 6) of the stored array.

    Raises
    ------
    InputError : a dimension that is not named, or two of one name
    """
    tags: dict[str, int] = {}
    for axis in AXES:
        tag = container.extension.get(f"dim_{axis + 1}")
        size = container.stored.shape[axis]
        if tag is None and size == 1:
            continue
        if not isinstance(tag, str):
            raise InputError(
                f"{container.name} has {size} entries along dimension {axis + 1} and "
                f"no dim_{axis + 1} in its header that says what they are."
            )
        if tag in tags:
            raise InputError(f"{container.name} has two dimensions {tag}.")
        tags[tag] = axis
    return tags


def unchosen(tags: Mapping[str, int], choose: Choose | None) -> tuple[str, ...]:
    """Dimensions along which something was chosen in vain.

    Of coils and transients a single one is no series.
    """
    return tuple(
        tag
        for tag, entries in entries_of(choose).items()
        if tag not in tags or (tag in (COIL, DYNAMIC) and entries.is_one)
    )


def arrangement_of(
    container: Container, tags: Mapping[str, int], choose: Choose | None
) -> Arrangement:
    """The stored array as transients, of which some may be chosen.

    Raises
    ------
    InputError : several voxels, one point, another dimension that was not chosen from
    """
    stored, name = container.stored, container.name
    voxels = math.prod(stored.shape[:3])
    if voxels != 1:
        raise InputError(
            f"{name} holds {voxels} voxels; only single-voxel series can be followed."
        )
    if stored.shape[3] < 2:
        raise InputError(f"{name} has FIDs of one point: it holds no spectra.")
    chosen = entries_of(choose)
    courses: list[int] = []
    choices: list[str] = []
    for tag, axis in sorted(tags.items(), key=lambda item: item[1]):
        size = stored.shape[axis]
        entries = chosen.get(tag)
        if entries is None:
            if tag not in (COIL, DYNAMIC):
                _check_single(name, tag, size)
            continue
        kept = entries.within(size, name, tag)
        stored = stored[(*axis * (slice(None),), slice(kept.start, kept.stop))]
        if tag != COIL or not entries.is_one:
            courses.append(axis)
        if size > 1 and not (tag == DYNAMIC and entries == Entries()):
            choices.append(course_note(name, tag, size, entries))
    fids = _fold(stored, tags, courses)
    size = container.stored.shape[tags[DYNAMIC]] if DYNAMIC in tags else 1
    rows = chosen[DYNAMIC].within(size, name, DYNAMIC) if DYNAMIC in chosen else None
    rows = range(size) if rows is None else rows
    alike = () if choices else _coil_notes(name, fids, tags)
    kept_rows = rows if len(rows) == len(fids) else None
    return Arrangement(fids, kept_rows, tuple(choices), (*choices, *alike))


def _check_single(name: str, tag: str, size: int) -> None:
    if size > 1:
        raise InputError(
            f"{name} has a dimension {tag} of {size} entries; choose one of them: "
            f"--choose {tag}=0 (to {size - 1}), some of them as one course: --choose "
            f"{tag}=0:2, or all: --choose {tag}=all."
        )


def _fold(
    stored: NDArray[np.complexfloating], tags: Mapping[str, int], courses: list[int]
) -> NDArray[np.complexfloating]:
    """(transients, coils, points): what is no coil is a course, the first fastest."""
    coil_axis = None if tags.get(COIL) in courses else tags.get(COIL)
    transients = [axis for axis in AXES if axis != coil_axis]
    coils = [] if coil_axis is None else [coil_axis]
    order = (*reversed(transients), *coils, 3)
    points_first: NDArray[np.complexfloating] = stored[0, 0, 0]
    view = points_first.transpose([axis - 3 for axis in order])
    if not coils:
        view = np.expand_dims(view, -2)
    folded: NDArray[np.complexfloating] = view.reshape(-1, *view.shape[-2:])
    return folded


def _coil_notes(
    name: str, fids: NDArray[np.complexfloating], tags: Mapping[str, int]
) -> tuple[str, ...]:
    """One transient whose coils look like transients: all of one phase and size."""
    transients, coils, points = fids.shape
    if transients > 1 or coils < LEAST_ALIKE:
        return ()
    early = fids[0, :, : max(points // 16, 1)].astype(np.complex128)
    first = np.einsum("cp,p->c", early, early.mean(axis=0).conj())
    sizes = np.abs(first)
    alike = np.abs(first.sum()) > ALIKE * sizes.sum() > 0
    if not (alike and sizes.max() < 2 * sizes.min()):
        return ()
    return (
        f"{name}: one transient of {coils} coils, by its dimension {COIL}, which look "
        f"like transients; if they are, give --choose {COIL}=all.",
    )
