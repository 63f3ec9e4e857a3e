"""The tables of the `analyse` contract: estimates, transients, tracker, session.

Every number is written by `repr`, so that reading it back gives the same bits; one that
does not exist is an empty cell, one that is not finite is `nan`.  SD columns are 1 SD.
Under a blinded protocol (`outcome_hidden`) no amplitude, ratio, change or tracked value
is written, and session.json says so.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np

from monitor.analysis.course.outcomes import CHANGING, RATIOS, SUMS
from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.quality import Quality
from monitor.analysis.preparation.water_course import WaterPoint
from monitor.analysis.tracking.tracker import TRACKED
from streams.export.atomic import replacing
from streams.export.cells import name_cell, text_cell

TRANSIENT_COLUMNS = (
    "index",
    "t_s",
    "shift_hz",
    "phase_deg",
    "fwhm_hz",
    "snr",
    "weight",
    "flags",
)
WATER_COLUMNS = ("time_s", "shift_hz", "fwhm_hz", "amplitude", "interleaved")
WATER = "/water"

Cell = float | int | bool | str | None
Row = dict[str, Cell]


@dataclass(frozen=True, slots=True)
class TrackerRow:
    """State-space changes after one transient, in percent, by outcome name.

    `filtered` is what could be said then, `smoothed` what the whole session says;
    each with its 1 SD.
    """

    index: int
    time_s: float
    filtered: Mapping[str, float] = field(default_factory=dict)
    filtered_sd: Mapping[str, float] = field(default_factory=dict)
    smoothed: Mapping[str, float] = field(default_factory=dict)
    smoothed_sd: Mapping[str, float] = field(default_factory=dict)


def write_estimates(
    path: Path,
    estimates: Sequence[Estimate],
    basis_names: Sequence[str] | None = None,
    hidden: bool = False,
) -> None:
    """Write `estimates.csv`, a row per window.

    `basis_names` gives the order of the amplitudes and keeps their columns where no
    window could be fitted; by default they come as the estimates hold them.
    """
    outcomes = () if hidden else outcomes_of(estimates, basis_names)
    changes = [name for name in CHANGING if name in outcomes]
    header = [
        *("window", "t_start_s", "t_end_s", "t_mid_s", "n_transients", "independent"),
        *_with_sd(outcomes),
        *_with_sd(f"{name}_change_percent" for name in changes),
        *("epoch", "shift_hz", "phase_deg", "fwhm_hz", "snr", "converged"),
    ]
    rows = (_estimate_row(estimate, outcomes, changes) for estimate in estimates)
    write_csv(path, header, rows)


def outcomes_of(
    estimates: Sequence[Estimate], basis_names: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Names of the amplitudes, sums and ratios that exist, in the contract's order."""
    names = dict.fromkeys(name for estimate in estimates for name in estimate.values)
    if basis_names is None:
        derived = {*SUMS, *RATIOS}
        basis_names = [n for n in names if n not in derived and not n.endswith(WATER)]
    derived_names = [name for name in (*SUMS, *RATIOS) if name in names]
    in_water = [name for name in names if name.endswith(WATER)]
    return tuple(dict.fromkeys([*basis_names, *derived_names, *in_water]))


def _estimate_row(
    estimate: Estimate, outcomes: Sequence[str], changes: Sequence[str]
) -> Row:
    row: Row = {
        "window": estimate.window,
        "t_start_s": estimate.time_start_s,
        "t_end_s": estimate.time_end_s,
        "t_mid_s": estimate.time_s,
        "n_transients": estimate.n_transients,
        "independent": estimate.independent,
        "epoch": estimate.epoch,
        "shift_hz": estimate.shift_hz,
        "phase_deg": math.degrees(estimate.phase_rad),
        "fwhm_hz": estimate.fwhm_hz,
        "snr": estimate.snr,
        "converged": estimate.converged,
    }
    for name in outcomes:
        row[name] = estimate.values.get(name)
        row[f"{name}_sd"] = estimate.sds.get(name)
    for name in changes:
        row[f"{name}_change_percent"] = estimate.changes_percent.get(name)
        row[f"{name}_change_percent_sd"] = estimate.change_sds_percent.get(name)
    return row


def write_transients(
    path: Path, qualities: Iterable[Quality], waters: Iterable[WaterPoint] = ()
) -> None:
    """Write `transients.csv`, a row per metabolite transient; flags joined by ';'.

    Water references that are given have rows of their own, by time, with the flag
    `water` and no index.
    """
    rows: Iterable[Row] = map(_transient_row, qualities)
    if found := list(map(_water_row, waters)):
        rows = sorted([*rows, *found], key=lambda row: float(str(row["t_s"])))
    write_csv(path, TRANSIENT_COLUMNS, rows)


def write_water(path: Path, waters: Iterable[WaterPoint]) -> None:
    """Write `water.csv`, a row per water reference, its size in units of the signal."""
    write_csv(path, WATER_COLUMNS, (asdict(point) for point in waters))


def _water_row(point: WaterPoint) -> Row:
    """A water transient, its shift against 4.65 ppm; it counts in no window."""
    return {
        "index": None,
        "t_s": point.time_s,
        "shift_hz": point.shift_hz,
        "phase_deg": None,
        "fwhm_hz": point.fwhm_hz,
        "snr": None,
        "weight": 0.0,
        "flags": "water",
    }


def _transient_row(quality: Quality) -> Row:
    return {
        "index": quality.index,
        "t_s": quality.time_s,
        "shift_hz": quality.shift_hz,
        "phase_deg": math.degrees(quality.phase_rad),
        "fwhm_hz": quality.fwhm_hz,
        "snr": quality.snr,
        "weight": quality.weight,
        "flags": ";".join(quality.flags),
    }


def write_tracker(
    path: Path, points: Iterable[TrackerRow], hidden: bool = False
) -> None:
    """Write `tracker.csv`, a row per transient; only index and time if hidden."""
    tracked = () if hidden else TRACKED
    names = [f"{name}_{kind}" for name in tracked for kind in ("filtered", "smoothed")]
    rows = (_tracker_row(point, tracked) for point in points)
    write_csv(path, ["index", "t_s", *_with_sd(names)], rows)


def _tracker_row(point: TrackerRow, tracked: Sequence[str]) -> Row:
    row: Row = {"index": point.index, "t_s": point.time_s}
    for name in tracked:
        row[f"{name}_filtered"] = point.filtered.get(name)
        row[f"{name}_filtered_sd"] = point.filtered_sd.get(name)
        row[f"{name}_smoothed"] = point.smoothed.get(name)
        row[f"{name}_smoothed_sd"] = point.smoothed_sd.get(name)
    return row


def write_session(path: Path, session: Mapping[str, Any], hidden: bool = False) -> None:
    """Write `session.json`: dataclasses as objects, numbers not finite as null.

    If hidden, a line says what was left out; the caller puts no outcome in `session`.
    """
    content = dict(session)
    content["outcome_hidden"] = hidden
    if hidden:
        content["left_out"] = (
            "Blinded protocol: amplitudes, ratios, changes, tracked values and spectra "
            "are not written."
        )
    write_json(path, content)


def _with_sd(names: Iterable[str]) -> list[str]:
    return [column for name in names for column in (name, f"{name}_sd")]


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file; numbers that are not finite as null."""
    text = json.dumps(_plain(content), indent=2, ensure_ascii=False, allow_nan=False)
    with replacing(path) as file:
        file.write(text.encode() + b"\n")


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Row]) -> None:
    """Write a table, its cells in the order of the header; numbers to the last bit."""
    with replacing(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(name_cell, header))
        for row in rows:
            cells = [row[column] for column in header]
            writer.writerow([text_cell(c) if isinstance(c, str) else c for c in cells])
        text.detach()  # all of it is in `file` now, which is not ours to close


def _plain(value: Any) -> Any:
    """What JSON can hold, keys as text."""
    if is_dataclass(value) and not isinstance(value, type):
        value = asdict(value)
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
