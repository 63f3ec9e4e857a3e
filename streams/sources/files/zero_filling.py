"""Zeros that a converter or a reconstruction put behind the signal.

They hold no noise: what measures noise at the end of a FID would find none.
"""

from __future__ import annotations

from dataclasses import replace

from streams.sources.checks.filled_points import filled_points
from streams.sources.files.series import Series


def without_filling(series: Series) -> Series:
    """A series without the zeros behind its FIDs, which is said."""
    filled = filled_points(series.fids)
    if not filled:
        return series
    points = series.acquisition.points - filled
    said = (
        f"{series.name}: the last {filled} of {points + filled} points are zeros that "
        "were filled in, and are left out."
    )
    return replace(
        series,
        acquisition=replace(series.acquisition, points=points),
        fids=series.fids[..., :points],
        notes=(*series.notes, said),
        choices=(*series.choices, said),
    )
