"""A series as the rules of a protocol have it: points skipped, echo time replaced."""

from __future__ import annotations

from dataclasses import replace

from streams.errors import InputError
from streams.sources.files.series import Series
from streams.sources.files.site_file_rules import FileRules


def by_rules(series: Series, rules: FileRules) -> Series:
    """A series, and its own water reference, as a protocol's rules have it."""
    if not rules.skip_points and not rules.echo_time_s:
        return series
    said = []
    if rules.skip_points:
        series = _skip(series, rules.skip_points)
        said.append(
            f"{series.name}: the first {rules.skip_points} points were skipped "
            "(skip_points in the protocol)."
        )
    if rules.echo_time_s:
        said.append(
            f"{series.name}: TE {1e3 * rules.echo_time_s:g} ms is the protocol's "
            "(echo_time_s)."
        )
    return replace(
        series,
        choices=(*series.choices, *said),
        notes=(*series.notes, *said),
    )


def _skip(series: Series, points: int) -> Series:
    """A series, and its own water reference, without its first points.

    Raises
    ------
    InputError : hardly anything is left
    """
    if points > series.acquisition.points // 2:
        raise InputError(
            f"{series.name} has {series.acquisition.points} points: skip_points = "
            f"{points} in the protocol would leave too few."
        )
    left = replace(series.acquisition, points=series.acquisition.points - points)
    reference = series.reference and _skip(series.reference, points)
    return replace(
        series, acquisition=left, fids=series.fids[..., points:], reference=reference
    )
