"""By how much windows differ from the tracker that knows them.

A window is part of what the tracker knows, so that the variance of their difference is
the difference of their variances (Hausman, Econometrica 1978), held from below because
the tracker is not exactly efficient.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

LEAST_SHARE = 0.25
"""Of the window's variance in that of the difference."""
AGREEING = 2.58
"""SD by which one window may differ: 99 of 100 do by less."""
TOGETHER = 4
"""Windows that are asked together, and are so many apart."""
Value = tuple[float, float]
"""Percent and its SD."""


def departure(window: Value, tracked: Value) -> Value:
    """Window less tracker, and the SD that chance gives it; may be nan."""
    variance = max(window[1] ** 2 - tracked[1] ** 2, LEAST_SHARE * window[1] ** 2)
    return window[0] - tracked[0], math.sqrt(variance) if variance > 0 else math.nan


def departures_together(pairs: Sequence[tuple[Value, Value]]) -> Value | None:
    """Mean departure of TOGETHER windows that share no transient; None of fewer."""
    found = [departure(*pair) for pair in pairs]
    shares = [1 / sd**2 for off, sd in found if math.isfinite(off) and sd > 0]
    if len(shares) < TOGETHER:
        return None
    mean = sum(w * off for w, (off, _) in zip(shares, found, strict=True)) / sum(shares)
    return mean, 1 / math.sqrt(sum(shares))
