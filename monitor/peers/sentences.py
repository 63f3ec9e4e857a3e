"""The comparison in sentences, one for each program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from monitor.peers.comparison import Course
from monitor.peers.levels import changes_percent
from monitor.peers.saved import SavedSession
from monitor.peers.table import outcomes_of, values_of

RATIO = "Glx/tNAA"


def sentences(saved: SavedSession, courses: Sequence[Course]) -> Iterator[str]:
    """Level, change after the reference period and time of each program."""
    for course in courses:
        if course.fitted:
            parts = (_level(course), _change(saved, course), _time(saved, course))
            yield f"{course.name}: {', '.join(part for part in parts if part)}."
        if course.trouble:
            yield course.trouble


def _level(course: Course) -> str:
    found = values_of(course, RATIO)
    found = found[np.isfinite(found)]
    return f"{RATIO} {found.mean():.3f}" if found.size else ""


def _change(saved: SavedSession, course: Course) -> str:
    """Mean change of the outcome in the windows after the reference period."""
    outcome, inside = outcomes_of(saved)[0], saved.in_reference
    changes = changes_percent(values_of(course, outcome), inside)
    if saved.reference_s is None:
        return ""
    end_s = saved.reference_s[1]
    later = np.array([window.start_s >= end_s for window in saved.windows])
    after = changes[later & np.isfinite(changes)]
    if not after.size:
        return ""
    count = f"{after.size} window{'' if after.size == 1 else 's'}"
    where = f"in {count} after the reference period"
    return f"mean change of {outcome} {after.mean():+.1f} % {where}"


def _time(saved: SavedSession, course: Course) -> str:
    wall_s = float(np.median([fit.wall_s for fit in course.fitted]))
    if np.isnan(wall_s):
        return f"{saved.ms_a_transient:.1f} ms a transient with all its steps"
    cpu_s = float(np.median([fit.cpu_s for fit in course.fitted]))
    return f"{wall_s:.2f} s a spectrum, {cpu_s:.2f} s CPU (medians)"
