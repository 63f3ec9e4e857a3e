"""The last rows of numbers that came, as one array.

A step of the preparation that looks back does so at every transient: what it looks at
is kept side by side, and never put together again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.signal.spectrum import Real

ROOM = 8
"""Times its length that are laid out before rows are moved to the front again."""


@dataclass(slots=True)
class Rolling:
    """The last `length` rows of `width` numbers; one owner."""

    length: int
    width: int
    _laid_out: Real = field(init=False)
    _stop: int = 0

    def __post_init__(self) -> None:
        self._laid_out = np.empty((ROOM * self.length, self.width))

    def __len__(self) -> int:
        return min(self._stop, self.length)

    @property
    def rows(self) -> Real:
        """The rows (up to length, width), the oldest first; not to be kept."""
        return self._laid_out[max(self._stop - self.length, 0) : self._stop]

    def append(self, row: Real) -> None:
        """Add a row (width,)."""
        if self._stop == len(self._laid_out):
            self.keep(self.length)
        self._laid_out[self._stop] = row
        self._stop += 1

    def keep(self, count: int) -> None:
        """Forget all but the last `count` rows."""
        kept = self.rows[-count:].copy()
        self._laid_out[: len(kept)], self._stop = kept, len(kept)


def middle(values: Real) -> Real:
    """Median along the first axis of values without nan: `np.median`, but at once."""
    ordered, half = np.sort(values, axis=0), len(values) // 2
    if len(values) % 2:
        return np.asarray(ordered[half], float)
    return np.asarray(0.5 * (ordered[half - 1] + ordered[half]), float)
