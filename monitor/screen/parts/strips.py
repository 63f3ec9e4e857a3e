"""Quality strips: one figure each against time, its limit, and its value now.

Long runs are thinned to at most `MOST` points by keeping the lowest and the highest of
each stretch, so that no outlier disappears.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from monitor.screen.graphs import NO_POINTS, Line, Points, Strip
from monitor.screen.number_words import signed
from monitor.screen.parts.axis import joined

MOST = 1200


class Times:
    """When the transients were, minutes (n,), and gaps in which nothing was measured.

    All strips share them, and most share all of their points.
    """

    def __init__(self, at_min: Line, gaps_min: Sequence[tuple[float, float]] = ()):
        self._at_min, self._gaps_min = at_min, gaps_min
        self._connect = joined(at_min, gaps_min)

    def curve(self, y: Line) -> tuple[Line, Line, NDArray[np.bool_]]:
        """Times and figures to be drawn, and whether each is joined to the next."""
        if len(y) <= MOST and np.isfinite(y).all():
            return self._at_min, y, self._connect
        x, y = thinned(self._at_min, y)
        return x, y, joined(x, self._gaps_min)


def thinned(x: Line, y: Line, most: int = MOST) -> tuple[Line, Line]:
    """At most `most` points: minimum and maximum of each stretch, in order of time."""
    finite = np.isfinite(y)
    x, y = x[finite], y[finite]
    if len(x) <= most:
        return x, y
    stretch = math.ceil(2 * len(x) / most)
    whole = len(x) // stretch * stretch
    rows = y[:whole].reshape(-1, stretch)
    ends = np.sort(np.stack([rows.argmin(1), rows.argmax(1)], 1), axis=1)
    keep = (ends + np.arange(0, whole, stretch)[:, None]).ravel()
    keep = np.concatenate([keep, np.arange(whole, len(x))])
    return x[keep], y[keep]


def nice(value: float) -> float:
    """Smallest of 1, 2, 5, 10, 20 ... that is not below the value."""
    if not math.isfinite(value) or value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    ladder = (m * power for m in (1, 2, 3, 5, 10))
    return next(step for step in ladder if value <= step * (1 + 1e-9))


def _top(y: Line, limit: float) -> float:
    """End of an axis that holds nearly all values and the limit."""
    most = float(np.percentile(y, 99)) if len(y) else 0.0
    return nice(max(most, limit if math.isfinite(limit) else 0.0) * 1.1)


def shift_strip(at: Times, shift_hz: Line, water: Points = NO_POINTS) -> Strip:
    """Shift of each transient, and of water references."""
    x, y, connect = at.curve(shift_hz)
    both = (values for values in (y, water.value) if len(values))
    top = max((2.0, *(_top(np.abs(values), math.nan) for values in both)))
    now = signed(float(shift_hz[-1])) if len(y) else ""
    shown = np.clip(y, -top, top)
    return Strip(
        "drift", "shift", "Hz", x, shown, connect, -top, top, (0.0,), now, False, water
    )


def width_strip(
    at: Times, fwhm_hz: Line, limit: float, now: str, water: Points = NO_POINTS
) -> Strip:
    """Line width of each transient, and of water references."""
    top = _top(water.value, math.nan) if len(water.value) else 0.0
    strip = level_strip("fwhm", "FWHM", "Hz", at, fwhm_hz, limit, now, top)
    return replace(strip, water=water)


def level_strip(
    key: str,
    name: str,
    unit: str,
    at: Times,
    values: Line,
    limit: float,
    now: str,
    least_top: float = 0.0,
) -> Strip:
    """A figure that should stay on one side of its limit (nan: no limit).

    `now` are the words of its measure, which the value beside the strip is, too.
    """
    x, y, connect = at.curve(values)
    top = max(least_top, _top(y, limit))
    limits = (limit,) if math.isfinite(limit) else ()
    shown = np.minimum(y, top)
    return Strip(key, name, unit, x, shown, connect, 0.0, top, limits, now, False)


def weight_strip(at: Times, weight: Line) -> Strip:
    """Share of each transient in the averages, 0 ... 1."""
    x, y, connect = at.curve(weight)
    now = f"{weight[-1]:.2f}" if len(weight) else ""
    return Strip("rejected", "weight", "", x, y, connect, 0.0, 1.08, (), now, False)


def pressing(
    strips: Sequence[Strip], past: frozenset[str], conditions: frozenset[str]
) -> tuple[Strip, ...]:
    """The strips with those first whose conditions are on; marked where past now.

    Conditions come on late and go late, so that the order does not flicker.
    """
    marked = [replace(s, past_limit=True) if s.key in past else s for s in strips]
    first = [strip for strip in marked if strip.key in conditions]
    return (*first, *(strip for strip in marked if strip.key not in conditions))
