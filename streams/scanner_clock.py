"""What time it is on the scanner, told from the transients that arrive.

The last transient left the scanner at scanner time t and arrived when this machine's
clock showed m, so that now, m', it is

    t + (m' - m) v,

v being scanner seconds per second (1, but for a replay).  The delay from excitation to
arrival is not corrected: an event is placed late by that much, well under one TR.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class ScannerClock:
    """Scanner time now, s; 0 before the first transient."""

    def __init__(
        self, speed: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._speed, self._clock = speed, clock
        self._last: tuple[float, float] | None = None

    @property
    def started(self) -> bool:
        """Whether a transient was seen."""
        return self._last is not None

    def saw(self, time_s: float, ago_s: float = 0.0) -> None:
        """Note a transient of scanner time `time_s` that arrived `ago_s` ago."""
        self._last = (time_s, self._clock() - ago_s)

    def now_s(self) -> float:
        """Scanner time now, s."""
        if self._last is None:
            return 0.0
        time_s, arrived = self._last
        if math.isinf(self._speed):
            return time_s
        return time_s + (self._clock() - arrived) * self._speed
