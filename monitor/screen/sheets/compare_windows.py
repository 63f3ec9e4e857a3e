"""Why did it move?  Two windows beside each other, figure by figure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course.response import Z95, Estimate
from monitor.analysis.fit.curves import Curves
from monitor.analysis.preparation.quality import median_of
from monitor.analysis.tracking.finding import is_no_number
from monitor.screen.graphs import Line
from monitor.screen.number_words import DASH, from_to, plain, signed
from monitor.screen.parts.columns import Columns
from monitor.screen.parts.windows import NEAR_S

FIT_PPM = (1.8, 4.2)
LONGER = 2  # times this window: then what follows from the length is no move
BY_LENGTH = frozenset(
    {"SD of the level", "effective transients", "residual / tallest line"}
)


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the comparison; `moved` marks what differs by more than usual."""

    name: str
    before: str
    this: str
    moved: bool = False


def title(estimate: Estimate, zero_s: float, infusion: bool) -> str:
    """A window in words: where it lies on the axis and what is in it.

    Times from the start of an `infusion` have a sign, as in the strip at the top.
    """
    start_s, end_s = estimate.time_start_s - zero_s, estimate.time_end_s - zero_s
    return f"{from_to(start_s, end_s, infusion)}, {estimate.n_transients} transients"


def figures(
    this: Estimate,
    other: Estimate | None,
    quality: Columns,
    curves: tuple[Curves | None, Curves | None],
    outcome: str | None,
) -> tuple[Figure, ...]:
    """All that may have moved a value: of this window and what it is compared with.

    `outcome` is None where the protocol hides it.
    """
    one = _of(this, quality, curves[0], outcome)
    two = {} if other is None else _of(other, quality, curves[1], outcome)
    alike = other is None or other.n_transients < LONGER * this.n_transients
    rows = []
    for name, (value, text, usual) in one.items():
        earlier = two.get(name, (math.nan, DASH, math.nan))
        moved = abs(value - earlier[0]) > usual
        moved = moved and (alike or name not in BY_LENGTH)
        rows.append(Figure(name, earlier[1], text, bool(moved)))
    return tuple(rows)


Value = tuple[float, str, float]
"""A number, as text, and by how much it may differ before it is marked."""


def _of(
    e: Estimate, quality: Columns, curves: Curves | None, outcome: str | None
) -> dict[str, Value]:
    time_s = quality["time_s"]
    near = (time_s >= e.time_start_s - NEAR_S) & (time_s <= e.time_end_s + NEAR_S)

    def of(name: str) -> Line:
        column: Line = quality[name][near]
        return column[np.isfinite(column)]

    found: dict[str, Value] = {}
    if outcome is not None:
        change, half = change_of(e, outcome)
        found[f"{outcome}, change"] = (change, change_words(change, half), half)
        found |= _level(e, outcome)
    weight = of("weight")
    share = float(np.mean(weight)) if len(weight) else math.nan
    residual = _residual(curves) if curves is not None else math.nan
    found |= {
        "alignment: shift": _value(e.shift_hz, "Hz", 1.0),
        "alignment: spread": _value(_spread(of("shift_hz")), "Hz", 1.0),
        "phase": _value(math.degrees(e.phase_rad), "deg", 5.0),
        "line width": _value(e.fwhm_hz, "Hz", 0.5),
        "SNR of the window": _value(e.snr, "", 0.1 * abs(e.snr)),
        "mean weight": _value(share, "", 0.1),
        "effective transients": _value(e.n_effective, "", 0.1 * e.n_effective),
        "residual / tallest line": _value(100 * residual, "%", 0.5),
        "residual water / NAA": _value(median_of(of("water")), "", 1.0),
        "lipid / NAA": _value(median_of(of("lipid")), "", 0.2),
        "fit": (float(e.converged), "converged" if e.converged else "FAILED", 0.5),
    }
    return found


def change_of(window: Estimate, outcome: str) -> tuple[float, float]:
    """A window's change and half its 95 % interval, percent; nan: it is no number."""
    change = window.changes_percent.get(outcome, math.nan)
    sd = window.change_sds_percent.get(outcome, math.nan)
    return (math.nan, math.nan) if is_no_number((change, sd)) else (change, Z95 * sd)


def change_words(change: float, half: float) -> str:
    """A change with its interval, as far as they are known; else a dash."""
    if not math.isfinite(change):
        return DASH
    interval = f" ± {half:.1f}" if math.isfinite(half) else ""
    return f"{signed(change)}{interval} %"


def _level(e: Estimate, outcome: str) -> dict[str, Value]:
    """SD in percent, and the level where unmeasured macromolecules leave doubt.

    Nothing of a window that is left out.
    """
    if e.left_out:
        return {}
    doubt, value = Z95 * e.doubts.get(outcome, 0.0), e.values.get(outcome, math.nan)
    half = Z95 * e.sds.get(outcome, math.nan)
    percent = 100 * half / Z95 / abs(value) if value else math.nan
    known = {"SD of the level": _value(percent, "%", 0.2 * percent)}
    if not doubt > 0 or not math.isfinite(value):
        return known
    text = f"{value:.2f} ± {half:.2f}, MM ± {doubt:.2f}"
    return known | {f"{outcome}, level": (value, text, half)}


def _value(value: float, unit: str, usual: float) -> Value:
    return value, f"{plain(value)} {unit}".strip(), usual


def _residual(curves: Curves) -> float:
    """RMS of the residual over the tallest line of the model."""
    inside = (curves.ppm >= FIT_PPM[0]) & (curves.ppm <= FIT_PPM[1])
    rms = float(np.sqrt(np.mean(np.asarray(curves.residual[inside], float) ** 2)))
    return rms / curves.tallest_line if curves.tallest_line else math.nan


def _spread(values: Line) -> float:
    return float(np.ptp(values)) if len(values) else math.nan
