"""Named columns of numbers that grow by one row at a time."""

from __future__ import annotations

import numpy as np

from monitor.screen.parts import Line


class Columns:
    """Rows of figures kept as columns; appending costs the same however many."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._place = {name: i for i, name in enumerate(names)}
        self._table = np.empty((len(names), 256))
        self._rows = 0

    def __len__(self) -> int:
        return self._rows

    def __getitem__(self, name: str) -> Line:
        """Column so far, (rows,) float64, read-only."""
        column: Line = self._table[self._place[name], : self._rows]
        column.flags.writeable = False
        return column

    def append(self, *row: float) -> None:
        """Add a row, in the order of the names."""
        if self._rows == self._table.shape[1]:
            self._table = np.concatenate(
                [self._table, np.empty_like(self._table)], axis=1
            )
        self._table[:, self._rows] = row
        self._rows += 1
