"""The comparison as a table: a row for each program and window."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from monitor.analysis.signal.spectrum import Real
from monitor.peers.comparison import Course
from monitor.peers.levels import OUTCOMES, changes_percent, level_of
from monitor.peers.saved import SavedSession
from monitor.report.tables import Row, write_csv

NAME = "comparison.csv"


def outcomes_of(saved: SavedSession) -> tuple[str, ...]:
    """What is compared: the protocol's outcome, and what others look at."""
    kept = [n for n in (saved.outcome, *OUTCOMES) if n.partition("/")[2] != "water"]
    return tuple(dict.fromkeys(kept))


def values_of(course: Course, outcome: str) -> Real:
    """An outcome in each window, in the program's own units; NaN where missing."""
    return np.array(
        [np.nan if f is None else level_of(outcome, f.levels) for f in course.fits]
    )


def write_comparison(saved: SavedSession, courses: Sequence[Course], out: Path) -> None:
    """Write `comparison.csv` into a folder."""
    outcomes = outcomes_of(saved)
    header = [
        *("program", "window", "t_start_s", "t_end_s", "t_mid_s"),
        *(c for name in outcomes for c in (name, f"{name}_change_percent")),
        *("wall_s", "cpu_s"),
    ]
    rows = (row for course in courses for row in _rows(saved, course, outcomes))
    write_csv(out / NAME, header, rows)


def _rows(
    saved: SavedSession, course: Course, outcomes: Sequence[str]
) -> Iterator[Row]:
    levels = {name: values_of(course, name) for name in outcomes}
    inside = saved.in_reference
    changes = {name: changes_percent(levels[name], inside) for name in outcomes}
    for place, (window, fit) in enumerate(zip(saved.windows, course.fits, strict=True)):
        row: Row = {
            "program": course.name,
            "window": window.number,
            "t_start_s": window.start_s,
            "t_end_s": window.end_s,
            "t_mid_s": window.middle_s,
            "wall_s": None if fit is None else _number_or_none(fit.wall_s),
            "cpu_s": None if fit is None else _number_or_none(fit.cpu_s),
        }
        for name in outcomes:
            row[name] = _number_or_none(levels[name][place])
            row[f"{name}_change_percent"] = _number_or_none(changes[name][place])
        yield row


def _number_or_none(number: float) -> float | None:
    return None if math.isnan(number) else float(number)
