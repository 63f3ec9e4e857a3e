"""The plan of a session: its windows and its reference period."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Which windows are fitted, and against what.

    Attributes
    ----------
    length, step : transients in a window and between windows
    boundaries_s : start and stop of the infusion, scanner time
    reference_s : (start, end) of the reference period, None without
    """

    length: int
    step: int
    boundaries_s: tuple[float, ...] = ()
    reference_s: tuple[float, float] | None = None
