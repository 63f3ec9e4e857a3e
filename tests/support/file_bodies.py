"""What a relay would get of a file: Start, water, metabolite transients, End."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from streams.messages.transient import Body
from streams.sources.files import any_format, nifti_mrs
from streams.sources.files.choice import Choose
from streams.sources.files.series_bodies import bodies_of
from streams.sources.files.zero_filling import without_filling


def bodies(
    path: Path, water: Path | None = None, choose: Choose | None = None
) -> Iterator[Body]:
    """Of a file of any format."""
    reference = None if water is None else any_format.read_series(water, choose)
    series = without_filling(any_format.read_series(path, choose))
    return bodies_of(series, reference)


def nifti_bodies(
    path: Path, water: Path | None = None, choose: Choose | None = None
) -> Iterator[Body]:
    """Of a NIfTI-MRS file."""
    reference = None if water is None else nifti_mrs.read_series(water, choose)
    return bodies_of(nifti_mrs.read_series(path, choose), reference)
