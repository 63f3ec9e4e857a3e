"""A session's course reduced to response measures, each with its SD.

Measures that are linear in the changes d of independent windows, m = a'd, have
var(m) = a'C a with the covariance C of `analysis.course.window_changes`:

    mean      over the infusion, windows weighted by how long they lie in it
    area      from the start of the infusion to the end of the recording, in % min
    plateau   likewise over the last third of the infusion

Their 95 % intervals are Gaussian; peak and its time are those of `monitor.judge.peak`.
A session without an infusion is measured from the end of its reference period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course.detectable import FACTOR
from monitor.analysis.course.response import Z95
from monitor.analysis.course.window_changes import OutcomeChanges
from monitor.analysis.tracking.finding import is_no_number
from monitor.judge.peak import UNKNOWN, Estimated, peak_of

OUTCOMES = ("Glx/tNAA", "Glx", "Glu", "Glu/tCr")


REPEATED = ("Glx/tNAA", "Glu/tCr", "Glx/tCr", "tNAA/tCr", "Glu/water", "Gln/water")
"""Outcomes that can be compared between sessions: no receiver gain is in them."""


UNITS = {
    "mean": "%",
    "area": "% min",
    "peak": "%",
    "peak_time": "min",
    "plateau": "%",
}
"""Of the response measures, in their order."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure, its 1 SD and 95 % interval; nan where the session allows none."""

    name: str
    value: float
    sd: float
    low: float
    high: float
    unit: str


def measures(
    changes: OutcomeChanges, infusion_s: tuple[float, float]
) -> tuple[Measure, ...]:
    """The response measures of one outcome; times count from the infusion's start.

    None is a number where the mean cannot be a change, or may be any.
    """
    start_s, stop_s = infusion_s
    after = changes.within(start_s, math.inf)
    mean = _mean(changes, start_s, stop_s)
    if is_no_number((mean.value, mean.sd)):
        return tuple(_measure(name, UNKNOWN, unit) for name, unit in UNITS.items())
    plateau = _mean(changes, stop_s - (stop_s - start_s) / 3, stop_s)
    starts, ends = ((at_s - start_s) / 60 for at_s in (after.start_s, after.end_s))
    peak, when = peak_of(starts, ends, after.percent, after.covariance, mean, plateau)
    found = mean, _area(after), peak, when, plateau
    return tuple(
        _measure(name, one, unit)
        for (name, unit), one in zip(UNITS.items(), found, strict=True)
    )


def _measure(name: str, of: Estimated, unit: str) -> Measure:
    return Measure(name, of.value, of.sd, of.low, of.high, unit)


def _mean(part: OutcomeChanges, low_s: float, high_s: float) -> Estimated:
    """Mean over a period, each window weighted by how long it lies in it."""
    return _estimate_of(*part.mean(low_s, high_s))


def _area(part: OutcomeChanges) -> Estimated:
    """Area under the course in % min."""
    if not len(part):
        return UNKNOWN
    return _estimate_of(*part.sum((part.end_s - part.start_s) / 60))


def _estimate_of(value: float, sd: float) -> Estimated:
    return Estimated(value, sd, value - Z95 * sd, value + Z95 * sd)


def detectable_percent(
    changes: OutcomeChanges, infusion_s: tuple[float, float]
) -> float:
    """Mean change over the infusion that this session shows with a power of 80 %.

    From the precision alone: the changes are taken as zero (`OutcomeChanges.flat`).
    """
    return FACTOR * _mean(changes.flat, *infusion_s).sd


@dataclass(frozen=True, slots=True)
class Achieved:
    """What windows of other lengths would show against this reference period.

    Attributes
    ----------
    sigma_percent : SD of one transient, from the SDs of the infusion's windows less
        what the reference period adds to them
    windows : by transients in a window, the change in percent shown with a power of
        80 %
    """

    sigma_percent: float
    windows: dict[int, float]


def detectable_by_window(
    changes: OutcomeChanges, infusion_s: tuple[float, float], lengths: Sequence[int]
) -> Achieved | None:
    """Detectable change by length of the window; None without a window."""
    inside = changes.inside_s(*infusion_s)
    if not inside.any():
        return None
    common = changes.reference_sd**2
    own = np.clip(np.diag(changes.flat.covariance) - common, 0, None)
    variance = float(np.average(own * changes.effective, weights=inside))
    return Achieved(
        math.sqrt(variance),
        {n: FACTOR * math.sqrt(variance / n + common) for n in sorted(set(lengths))},
    )
