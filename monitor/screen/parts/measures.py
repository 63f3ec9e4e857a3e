"""Quality as answers: each measure with its limit, whether it is kept, and what to do.

The values are medians over the last window's transients, those that the go or no-go
card holds against the same limits.
"""

from __future__ import annotations

import math

from monitor.screen.number_words import DASH, brief
from monitor.screen.screen import Measure
from monitor.screen.window_conditions import LOW_WEIGHT_SHARE, Limits, action_of

NAMES = {
    "drift": ("drift", "Hz/min"),
    "fwhm": ("width", "Hz"),
    "snr": ("SNR", ""),
    "lipid": ("lipid", ""),
    "rejected": ("low weight", ""),
    "water": ("water", ""),
}
"""The measures in their order, with their units."""
FROM_BELOW = frozenset({"snr"})  # measures that should stay above their limit


def measures(
    values: dict[str, float], limits: Limits, window: int, infusing: bool
) -> tuple[Measure, ...]:
    """An answer for each of `NAMES`; values are nan where nothing is known.

    Those of low weight are counted among the transients of a `window`.
    """
    lim = {
        "drift": limits.drift_hz_per_min,
        "fwhm": limits.fwhm_hz,
        "snr": limits.snr,
        "lipid": limits.lipid,
        "rejected": LOW_WEIGHT_SHARE * window,
        "water": limits.water,
    }
    return tuple(_measure(key, values[key], lim[key], infusing) for key in NAMES)


def _measure(key: str, value: float, limit: float, infusing: bool) -> Measure:
    good = None
    if math.isfinite(value) and math.isfinite(limit):
        good = value >= limit if key in FROM_BELOW else value <= limit
    said = brief(value) if math.isfinite(value) else DASH
    bound = brief(limit) if math.isfinite(limit) else ""
    return Measure(
        key, *NAMES[key], said, bound, good, "" if good else action_of(key, infusing)
    )
