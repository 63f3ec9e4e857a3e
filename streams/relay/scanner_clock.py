"""What time it is on the scanner: its clock and this machine's, fitted to each other.

A transient of scanner time t_i is seen here at h_i (this machine's clock, times the
speed of a replay), never before it was acquired:

    h_i = a + b t_i + l_i,    l_i >= 0,

b - 1 being the drift between the clocks and l_i the delay of this one.  The line below
all points that is nearest to them lies along the edge of their lower convex hull that
spans the mean of t_i (Moon, Skelly and Towsley, INFOCOM 1999, as a linear programme;
the hull: Zhang, Liu and Xia, INFOCOM 2002).  Then

    now = (h - a) / b,

in which late transients and pauses between series do no harm.  The drift is fitted once
`LEAST_SPAN_S` were seen, b = 1 before.  The smallest delay cannot be separated from a:
an event is placed late by that much, some ms.

Without a steady pace (a series that arrives at once, a source whose times jump) the
fit begins anew, and scanner time goes on from the last transient.

The offset between the clocks is how far this one has got ahead since the first
transient: what the line gives for h - t at the newest one, less what it gave for the
first.  It grows with the drift, and keeps the step of a clock that was set.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

LEAST_SPAN_S = 600.0  # over less, a slope follows the delays and not the clocks
MOST_DRIFT = 500e-6  # more is no drift of clocks but a source without a pace
OFF_S = 1.0  # further from the line than this is no delay, or a lasting one
LASTING = 5  # late transients in a row: the delay lasts, so the fit begins anew


class ScannerClock:
    """Scanner time now, s; 0 before the first transient."""

    def __init__(
        self, speed: float = 1.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._speed, self._clock = speed, clock
        self._latest_s: float | None = None
        self._first_s = 0.0
        self._ahead_at_first_s: float | None = None  # once its line is left
        self._begin()

    @property
    def started(self) -> bool:
        """Whether a transient was seen."""
        return self._latest_s is not None

    @property
    def drift_ppm(self) -> float | None:
        """How much faster this machine's clock runs; None until it is known."""
        return None if self._rate is None else 1e6 * (self._rate - 1)

    @property
    def ahead_s(self) -> float | None:
        """How far this clock got ahead of the scanner's, s; None if not known."""
        if self._latest_s is None or not self._hull:
            return None
        return self._line_s(self._latest_s) - self._at_first_s()

    def note_transient(self, time_s: float, ago_s: float = 0.0) -> None:
        """Note a transient of scanner time `time_s` that arrived `ago_s` ago."""
        if self._latest_s is None:
            self._first_s = time_s
        self._latest_s = time_s
        if math.isinf(self._speed):
            return
        here_s = (self._clock() - ago_s) * self._speed
        if self._is_off(time_s, here_s):
            self._ahead_at_first_s = self._at_first_s()
            self._begin()
        if not self._hull or time_s > self._hull[-1][0]:
            self._add(time_s, here_s)

    def now_s(self) -> float:
        """Scanner time now, s."""
        if not self._hull:  # nothing has come, or it comes without a pace
            return self._latest_s or 0.0
        return (self._clock() * self._speed - self._offset_s) / (self._rate or 1.0)

    def _line_s(self, time_s: float) -> float:
        """What the line gives for this clock less the scanner's, s."""
        return self._offset_s + ((self._rate or 1.0) - 1.0) * time_s

    def _at_first_s(self) -> float:
        """The same at the first transient, by the line fitted at that time."""
        if self._ahead_at_first_s is not None:
            return self._ahead_at_first_s
        return self._line_s(self._first_s)

    def _begin(self) -> None:
        self._hull: list[tuple[float, float]] = []
        self._count, self._mean_s, self._late = 0, 0.0, 0
        self._offset_s = 0.0
        self._rate: float | None = None

    def _is_off(self, time_s: float, here_s: float) -> bool:
        """Whether a transient does not belong to the clock fitted so far."""
        if not self._hull:
            return False
        delay_s = here_s - self._offset_s - (self._rate or 1.0) * time_s
        tolerance_s = OFF_S * max(1.0, 0.1 * self._speed)
        self._late = self._late + 1 if delay_s > tolerance_s else 0
        backwards = time_s < self._hull[0][0]
        return delay_s < -tolerance_s or self._late >= LASTING or backwards

    def _add(self, time_s: float, here_s: float) -> None:
        hull = self._hull
        while len(hull) > 1 and _above(hull[-2], hull[-1], (time_s, here_s)):
            hull.pop()
        hull.append((time_s, here_s))
        self._count += 1
        self._mean_s += (time_s - self._mean_s) / self._count
        self._rate = self._hull_slope()
        rate = self._rate or 1.0
        self._offset_s = min(here - rate * then for then, here in hull)

    def _hull_slope(self) -> float | None:
        """Slope of the hull's edge over the mean, if it can be that of two clocks."""
        hull = self._hull
        if hull[-1][0] - hull[0][0] < LEAST_SPAN_S:
            return None
        right = next(i for i, (then, _) in enumerate(hull) if then >= self._mean_s)
        (t0, h0), (t1, h1) = hull[max(right - 1, 0)], hull[max(right, 1)]
        rate = (h1 - h0) / (t1 - t0)
        return rate if abs(rate - 1) < MOST_DRIFT else None


def _above(
    first: tuple[float, float], middle: tuple[float, float], last: tuple[float, float]
) -> bool:
    """Whether the middle point lies on or above the line between the others."""
    (t0, h0), (t1, h1), (t2, h2) = first, middle, last
    return (h1 - h0) * (t2 - t0) >= (h2 - h0) * (t1 - t0)
