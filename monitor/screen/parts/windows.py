"""The course of windows, kept as columns: a long session must stay small.

An `Estimate` has some hundred figures in five dictionaries, 11 kB each; as columns of
what can be shown it takes less than one.  A row becomes an `Estimate` again where it
is asked for.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress, groupby
from typing import overload

import numpy as np
from numpy.typing import NDArray

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.quality import median_of
from monitor.screen.graphs import Line
from monitor.screen.parts.columns import Columns

FIGURES = (
    "window", "time_start_s", "time_end_s", "n_transients", "n_effective",
    "independent", "epoch", "shift_hz", "phase_rad", "fwhm_hz", "snr", "converged",
    "other_gain",
)  # fmt: skip
TABLES = ("values", "sds", "changes_percent", "change_sds_percent", "doubts")
OF_COURSE = (
    *("converged", "n_effective", "time_start_s", "time_end_s"),
    *("independent", "epoch", "n_transients"),
)
"""What a `Course` is made of beside change and SD."""
UNSHOWN = "/water"
NEAR_S = 1e-6  # times of windows are sums of times and may differ by rounding
RECENT = 12  # windows among which the headline's is looked for


@dataclass(frozen=True, slots=True)
class Course:
    """Estimates of one outcome as columns; times in s, changes in percent, all (n,)."""

    start_s: Line
    end_s: Line
    change: Line
    sd: Line
    independent: Line
    epoch: Line
    transients: Line

    @property
    def drawn(self) -> bool:
        """Whether there is a point to be drawn: a window that shares no transient."""
        return bool(self.independent.any())

    @property
    def middle_s(self) -> Line:
        """Centre of each window, s."""
        return 0.5 * (self.start_s + self.end_s)


class Windows(Sequence[Estimate]):
    """A growing sequence of estimates.

    Attributes
    ----------
    revision : counts what changed it
    most_transients : in the fullest window; 0 where there is none
    none_converged : whether there are some, and not one has converged
    newest_whole : the newest window that is no shorter than the others of late; where
        a stretch of time has just begun, the newest may be short
    """

    revision: int
    most_transients: int
    none_converged: bool
    newest_whole: Estimate | None

    def __init__(self, estimates: Iterable[Estimate] = ()) -> None:
        self._columns = Columns(FIGURES)
        self._names: dict[str, tuple[str, ...]] = dict.fromkeys(TABLES, ())
        self.revision = 0
        self.extend(estimates)

    def append(self, estimate: Estimate) -> None:
        """Add the newest one."""
        self.extend((estimate,))

    def extend(self, estimates: Iterable[Estimate]) -> None:
        """Add later ones; those that know the same figures are taken in at once."""
        for tables, alike in groupby(estimates, _names_of):
            shown = [tuple(not n.endswith(UNSHOWN) for n in names) for names in tables]
            columns = list(FIGURES)
            for table, names, show in zip(TABLES, tables, shown, strict=True):
                kept = tuple(compress(names, show))
                self._names[table] = tuple(dict.fromkeys((*self._names[table], *kept)))
                columns += [f"{table} {name}" for name in kept]
            self._columns.extend(columns, [_row(e, shown) for e in alike])
        self._find_anew()

    def pop(self) -> None:
        """Leave out the newest one."""
        self._columns.pop()
        self._find_anew()

    def _find_anew(self) -> None:
        """Find what follows from all windows: every screen asks for it."""
        self.revision += 1
        transients, converged = self._columns.get("n_transients", "converged")
        self.most_transients = int(np.max(transients, initial=0))
        self.none_converged = converged.size > 0 and not converged.any()
        late = transients[-RECENT:]
        whole = np.flatnonzero(late >= np.max(late, initial=0))
        self.newest_whole = self[int(whole[-1]) - len(late)] if whole.size else None

    def __len__(self) -> int:
        return self._columns.rows

    @overload
    def __getitem__(self, at: int) -> Estimate: ...

    @overload
    def __getitem__(self, at: slice) -> list[Estimate]: ...

    def __getitem__(self, at: int | slice) -> Estimate | list[Estimate]:
        places = range(len(self))[at]
        if isinstance(places, range):
            return [self._estimate(i) for i in places]
        return self._estimate(places)

    def __iter__(self) -> Iterator[Estimate]:
        return (self._estimate(i) for i in range(len(self)))

    def _estimate(self, at: int) -> Estimate:
        row = self._columns.row(at)
        values, sds, changes, change_sds, doubts = (
            {name: row[f"{table} {name}"] for name in self._names[table]}
            for table in TABLES
        )
        return Estimate(
            int(row["window"]),
            row["time_start_s"],
            row["time_end_s"],
            int(row["n_transients"]),
            row["n_effective"],
            bool(row["independent"]),
            int(row["epoch"]),
            values,
            sds,
            changes,
            change_sds,
            row["shift_hz"],
            row["phase_rad"],
            row["fwhm_hz"],
            row["snr"],
            bool(row["converged"]),
            doubts,
            bool(row["other_gain"]),
        )

    @property
    def outcomes(self) -> tuple[str, ...]:
        """Names that a change is known of."""
        return self._names["changes_percent"]

    @property
    def width_hz(self) -> float:
        """Median line width of those that share no transient, Hz; nan without one."""
        width, independent = self._columns.get("fwhm_hz", "independent")
        return median_of(width[independent > 0])

    def place_of(self, time_s: float) -> int:
        """Which window's middle is nearest to a scanner time, s."""
        return int(np.argmin(np.abs(self._middle_s - time_s)))

    def nearest(self, time_s: float) -> Estimate | None:
        """That window; None where there is none."""
        return self[self.place_of(time_s)] if len(self) else None

    def before(self, this: Estimate) -> Estimate | None:
        """The newest window before this one that shares no transient with it.

        One of its own kind (independent or not) where there is one.
        """
        end_s, kind = self._columns.get("time_end_s", "independent")
        earlier = np.flatnonzero(end_s < this.time_start_s)
        own = earlier[kind[earlier] == this.independent]
        at = own if len(own) else earlier
        return self[int(at[np.argmax(end_s[at])])] if len(at) else None

    def same(self, this: Estimate) -> Estimate | None:
        """The newest window of the same transients."""
        start_s, end_s = self._columns.get("time_start_s", "time_end_s")
        found = np.flatnonzero(
            (start_s == this.time_start_s) & (end_s == this.time_end_s)
        )
        return self[int(found[-1])] if len(found) else None

    def inside(self, span_s: tuple[float, float]) -> list[Estimate]:
        """The independent windows in a span, s."""
        return [self[int(i)] for i in np.flatnonzero(self._own_in(span_s))]

    def course(self, outcome: str) -> Course:
        """Converged windows with a finite change of the outcome."""
        names = (f"{table} {outcome}" for table in TABLES[2:4])
        return _converged(*self._columns.get(*names, *OF_COURSE))

    def provisional(self, outcome: str) -> Course:
        """Converged windows that count against the mean of all: before a reference."""
        names = (f"{table} {outcome}" for table in TABLES[:2])
        value, sd, *others = self._columns.get(*names, *OF_COURSE)
        mean, _ = self.mean_of(outcome)
        return _converged(100 * (value / mean - 1), 100 * sd / abs(mean), *others)

    def mean_of(
        self, outcome: str, span_s: tuple[float, float] = (-np.inf, np.inf)
    ) -> tuple[float, float]:
        """Mean of independent windows in a span, s, by 1 / variance, and its SD."""
        names = f"values {outcome}", f"sds {outcome}", "converged", "n_effective"
        value, sd, converged, effective = self._columns.get(*names)
        use = self._own_in(span_s) & (converged > 0) & (effective > 0)
        use &= (sd > 0) & np.isfinite(value)
        if not use.any():
            return math.nan, math.nan
        weight = sd[use] ** -2.0
        total = float(weight.sum())
        return float(weight @ value[use]) / total, total**-0.5

    def _own_in(self, span_s: tuple[float, float]) -> NDArray[np.bool_]:
        """Which windows are independent and lie in a span, s."""
        starts_s, ends_s, independent = self._columns.get(
            "time_start_s", "time_end_s", "independent"
        )
        inside = starts_s >= span_s[0] - NEAR_S
        inside &= ends_s <= span_s[1] + NEAR_S
        return inside & (independent > 0)

    @property
    def _middle_s(self) -> Line:
        start_s, end_s = self._columns.get("time_start_s", "time_end_s")
        return 0.5 * (start_s + end_s)


def _converged(
    change: Line, sd: Line, converged: Line, effective: Line, *others: Line
) -> Course:
    """Converged windows that count, with a finite change; of columns of all, (n,)."""
    use = (converged > 0) & (effective > 0) & np.isfinite(change) & np.isfinite(sd)
    start_s, end_s, *kinds = (one[use] for one in others)
    return Course(start_s, end_s, change[use], sd[use], *kinds)


def _names_of(estimate: Estimate) -> tuple[tuple[str, ...], ...]:
    """Names in each of its tables."""
    return tuple(tuple(getattr(estimate, table)) for table in TABLES)


def _row(estimate: Estimate, shown: list[tuple[bool, ...]]) -> list[float]:
    """Figures of one, in the order of the columns."""
    row = [float(getattr(estimate, name)) for name in FIGURES]
    for table, show in zip(TABLES, shown, strict=True):
        row += compress(getattr(estimate, table).values(), show)
    return row
