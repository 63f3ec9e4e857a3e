"""Steps of the phase cycle, by the scanner's counter, which loses none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class CycleSteps:
    """Counts the transients of a series; one owner, the `Intake`.

    Attributes
    ----------
    series : the present one, -1 before the first
    """

    series: int = -1
    _first: int = 0

    def of(self, count: int, series: int) -> int:
        """Step of a transient, counted from the first of its series."""
        if series != self.series:
            self.series, self._first = series, count
        return count - self._first
