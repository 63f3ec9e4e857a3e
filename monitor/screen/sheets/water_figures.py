"""Water references in the closer look: quality, which a blinded screen shows too."""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.screen.number_words import DASH, plain, signed
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.windows import NEAR_S
from monitor.screen.sheets.compare_windows import Figure

UNITS = {"shift": "Hz", "line width": "Hz", "amplitude": "%"}
USUAL = {"shift": 1.0, "line width": 0.5, "amplitude": 2.0}
"""By how much two windows may differ before they are marked."""


def water_figures(
    this: Estimate, other: Estimate | None, waters: Columns
) -> tuple[Figure, ...]:
    """Newest water reference at the end of a window and of the one before it.

    Shift from 4.65 ppm, line width, and amplitude since the first reference of the
    session; nothing where none came among the metabolites by then.
    """
    now = _at_end(this, waters)
    if not now:
        return ()
    before = {} if other is None else _at_end(other, waters, any_kind=True)
    return tuple(
        Figure(
            f"water: {name}",
            _text(name, before.get(name, math.nan)),
            _text(name, value),
            abs(value - before.get(name, math.nan)) > USUAL[name],
        )
        for name, value in now.items()
    )


def _at_end(
    window: Estimate, waters: Columns, any_kind: bool = False
) -> dict[str, float]:
    came = waters["time_s"] <= window.time_end_s + NEAR_S
    if not np.any(came & (any_kind | (waters["interleaved"] > 0))):
        return {}
    last = waters.row(int(np.flatnonzero(came)[-1]))
    first = float(waters["amplitude"][0])
    return {
        "shift": last["shift_hz"],
        "line width": last["fwhm_hz"],
        "amplitude": 100 * (last["amplitude"] / first - 1) if first > 0 else math.nan,
    }


def _text(name: str, value: float) -> str:
    if not math.isfinite(value):
        return DASH
    number = plain(value) if name == "line width" else signed(value)
    return f"{number} {UNITS[name]}"
