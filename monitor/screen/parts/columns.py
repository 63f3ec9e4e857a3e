"""Named columns of numbers that grow by one row at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from monitor.screen.graphs import Line

FIRST_ROWS = 256


class Columns:
    """Rows of figures kept as columns; appending costs the same however many.

    A name that is new to a row begins a column, which is nan in the rows before.

    Attributes
    ----------
    rows : how many there are so far
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._place = {name: i for i, name in enumerate(names)}
        self._table = np.full((len(self._place), FIRST_ROWS), np.nan)
        self.rows = 0

    def __getitem__(self, name: str) -> Line:
        """Column so far, (rows,) float64, read-only."""
        column: Line = self._table[self._place[name], : self.rows]
        column.flags.writeable = False
        return column

    def get(self, *names: str) -> tuple[Line, ...]:
        """Columns so far, read-only; nan where no row has named one."""
        rows = self._table[:, : self.rows]
        rows.flags.writeable = False
        blank = np.full(self.rows, np.nan)
        places = [self._place.get(name) for name in names]
        return tuple(blank if place is None else rows[place] for place in places)

    def row(self, at: int) -> dict[str, float]:
        """One row by name."""
        values = self._table[:, at].tolist()
        return dict(zip(self._place, values, strict=True))

    def append(self, *row: float) -> None:
        """Add a row, in the order of the names."""
        self._make_room()
        self._table[:, self.rows] = row
        self.rows += 1

    def append_named(self, row: Mapping[str, float]) -> None:
        """Add a row by name; columns that it does not name are nan."""
        self.extend(tuple(row), [list(row.values())])

    def extend(self, names: Sequence[str], rows: Sequence[Sequence[float]]) -> None:
        """Add rows of the named columns; the others are nan in them."""
        for name in names:
            if name not in self._place:
                self._place[name] = len(self._place)
        missing = len(self._place) - len(self._table)
        if missing:
            blank = np.full((missing, self._table.shape[1]), np.nan)
            self._table = np.concatenate([self._table, blank])
        self._make_room(len(rows))
        until = self.rows + len(rows)
        self._table[:, self.rows : until] = np.nan
        places = [self._place[name] for name in names]
        self._table[places, self.rows : until] = np.asarray(rows, float).T
        self.rows = until

    def pop(self) -> None:
        """Leave out the last row."""
        self.rows -= 1

    def _make_room(self, rows: int = 1) -> None:
        held = self._table.shape[1]
        if self.rows + rows > held:
            room = max(FIRST_ROWS, held // 8, rows)
            more = np.full((len(self._table), room), np.nan)
            self._table = np.concatenate([self._table, more], axis=1)
