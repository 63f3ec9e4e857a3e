"""Levels of a spectrum by name, and the sums and ratios made of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from monitor.analysis.basis.names import members
from monitor.analysis.signal.spectrum import Real

Levels = Mapping[str, float]
"""Level of each entry of the basis set, in the units of one program."""

OUTCOMES = (
    *("Glu", "Gln", "Glx", "tNAA", "tCr"),
    *("Glu/tCr", "Glx/tCr", "tNAA/tCr", "Glx/tNAA"),
)
"""What is compared beside the outcome of the protocol."""


def level_of(outcome: str, levels: Levels) -> float:
    """A level, a sum or a ratio; NaN where it cannot be formed."""
    above, _, below = outcome.partition("/")
    if below:
        divisor = level_of(below, levels)
        return level_of(above, levels) / divisor if divisor > 0 else np.nan
    parts = members(above, levels)
    return sum(levels[name] for name in parts) if parts else np.nan


def changes_percent(values: Real, in_reference: Sequence[bool]) -> Real:
    """Change of each value from the mean of those in the reference period, in percent.

    Values that are missing are NaN.  All are NaN without a value in the period.
    """
    before = values[np.asarray(in_reference, bool) & np.isfinite(values)]
    if not before.size or before.mean() <= 0:
        return np.full(values.shape, np.nan)
    return np.asarray(100 * (values / before.mean() - 1))
