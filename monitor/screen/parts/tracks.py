"""The tracker's points as columns: value and SD of each outcome by transient."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.point import TrackerPoint
from monitor.screen.graphs import Band
from monitor.screen.parts.axis import Span, joined
from monitor.screen.parts.columns import Columns

MOST_DRAWN = 800


class Tracks:
    """A growing sequence of tracker points, of which the newest is kept whole."""

    def __init__(self, points: Iterable[TrackerPoint] = ()) -> None:
        self._columns = Columns(("time_s",))
        self.newest: TrackerPoint | None = None
        for point in points:
            self.append(point)

    def __len__(self) -> int:
        return self._columns.rows

    def append(self, point: TrackerPoint) -> None:
        """Add the newest one."""
        self.newest = point
        row = {"time_s": point.time_s}
        row |= {f"value {name}": value for name, value in point.filtered.items()}
        row |= {f"sd {name}": sd for name, sd in point.filtered_sd.items()}
        self._columns.append_named(row)

    def band(
        self, outcome: str, zero_s: float, gaps_s: Sequence[Span] = ()
    ) -> Band | None:
        """Estimate with its 95 % band, thinned; None where there is none."""
        names = "time_s", f"value {outcome}", f"sd {outcome}"
        time_s, value, sd = self._columns.get(*names)
        known = np.flatnonzero(np.isfinite(value) & np.isfinite(sd))
        n = len(known)
        if not n:
            return None
        at = known[
            np.unique(np.append(np.arange(0, n, math.ceil(n / MOST_DRAWN)), n - 1))
        ]
        time_s, value, sd = time_s[at], value[at], sd[at]
        return Band(
            (time_s - zero_s) / 60,
            value,
            value - Z95 * sd,
            value + Z95 * sd,
            joined(time_s, gaps_s),
        )
