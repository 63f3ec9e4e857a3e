"""The peak of a course that is only known by noisy windows.

The largest of n noisy changes d (n,) of covariance C lies above the course even where
nothing happens.  So the course is smoothed first: a line plus an integrated random walk
(the cubic smoothing spline) at the windows' middles t, 0 ... 1,

    d = X b + u + e,   X = (1, t),   u ~ N(0, q K),   e ~ N(0, C),
    K_ij = m^2 (3 M - m) / 6,   m = min(t_i, t_j), M = max(t_i, t_j),

its roughness q by restricted maximum likelihood.  With V = C + q K and
P = V^-1 - V^-1 X (X' V^-1 X)^-1 X' V^-1,

    -2 ln L = ln |V| + ln |X' V^-1 X| + d' P d,
    f = d - C P d,      cov(f) = C - C P C

(Wahba 1985; Rasmussen & Williams 2006, section 2.7).  The peak is the largest f in the
direction of the mean.  A course cannot have its peak below its own mean or plateau, so
that the larger of those is the peak where the smoothed course stays below it.

Draws from N(f, cov(f)) give the SDs of peak and time and their intervals: percentiles,
the peak's about its value, the time's anywhere within the windows.  Where nothing
changes the peak is some SD away from zero all the same, in the direction that noise
gave the mean: that is what a largest value does.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real

DRAWS = 500
"""Draws of the smoothed course; 12 of them lie beyond each end of an interval."""
LEAST_WINDOWS = 3
"""A line takes two; what departs from it needs a third."""
ROUGHNESS = np.logspace(-1, 5, 25)
"""q in units of the mean variance of a window."""
TAILS = (2.5, 97.5)
"""Percentiles of a 95 % interval."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """A value, its 1 SD and its 95 % interval."""

    value: float
    sd: float
    low: float
    high: float


UNKNOWN = Estimated(math.nan, math.nan, math.nan, math.nan)


@dataclass(frozen=True, slots=True)
class SmoothedChanges:
    """The smoothed course (n,) in percent and its covariance (n, n)."""

    percent: Real
    covariance: Real


def smooth(place: Real, percent: Real, covariance: Real) -> SmoothedChanges:
    """Smooth changes (n,), n >= 3, at ascending places 0 ... 1."""
    X = np.stack([np.ones_like(place), place], axis=1)
    low, high = np.minimum.outer(place, place), np.maximum.outer(place, place)
    K = low**2 * (3 * high - low) / 6
    unit = float(np.trace(covariance)) / len(place)
    P = min(
        (_projection(covariance + q * unit * K, X, percent) for q in ROUGHNESS),
        key=lambda found: found[0],
    )[1]
    off = covariance @ P
    return SmoothedChanges(percent - off @ percent, covariance - off @ covariance)


def _projection(V: Real, X: Real, d: Real) -> tuple[float, Real]:
    """-2 ln L and P of the module docstring."""
    inverse = np.linalg.inv(V)
    weighted = inverse @ X
    normal = X.T @ weighted
    P = inverse - weighted @ np.linalg.solve(normal, weighted.T)
    logs = np.linalg.slogdet(V)[1] + np.linalg.slogdet(normal)[1]
    return float(logs + d @ P @ d), np.asarray(P, float)


def peak_of(
    start_min: Real,
    end_min: Real,
    percent: Real,
    covariance: Real,
    mean: Estimated,
    plateau: Estimated,
) -> tuple[Estimated, Estimated]:
    """Height of the peak and its time in min; unknown below three windows.

    Parameters
    ----------
    start_min, end_min : (n,) of the windows, ascending
    percent, covariance : (n,) and (n, n), their changes
    mean, plateau : of the infusion, which the peak cannot lie below
    """
    at_min = 0.5 * (start_min + end_min)
    if len(percent) < LEAST_WINDOWS or at_min[-1] <= at_min[0]:
        return UNKNOWN, UNKNOWN
    place = (at_min - at_min[0]) / (at_min[-1] - at_min[0])
    course = smooth(place, percent, covariance)
    middle = mean.value if math.isfinite(mean.value) else percent.mean()
    sign = 1.0 if middle >= 0 else -1.0
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((DRAWS, len(percent)))
    drawn = sign * (course.percent + noise @ _root(course.covariance).T)
    best = int(np.argmax(sign * course.percent))
    height = _height(sign, course.percent[best], drawn.max(axis=1), (mean, plateau))
    places = drawn.argmax(axis=1)
    times_min = rng.uniform(start_min[places], end_min[places])
    return height, _when(float(at_min[best]), times_min)


def _height(
    sign: float, top: float, tops: Real, least: tuple[Estimated, ...]
) -> Estimated:
    """The peak from the smoothed course's top and the draws', not below `least`."""
    spread = sign * (np.percentile(tops, TAILS) - tops.mean())
    estimated = Estimated(
        float(top),
        float(tops.std()),
        float(top + spread.min()),
        float(top + spread.max()),
    )
    for one in least:
        if sign * one.value > sign * estimated.value:
            estimated = Estimated(
                one.value,
                max(one.sd, estimated.sd),
                min(one.low, estimated.low),
                max(one.high, estimated.high),
            )
    return estimated


def _when(value: float, times_min: Real) -> Estimated:
    """Time of the peak: the middle of a window, known no better than to that window."""
    low, high = np.percentile(times_min, TAILS).tolist()
    sd = float(times_min.std())
    return Estimated(value, sd, min(low, value), max(high, value))


def _root(covariance: Real) -> Real:
    """A square root, also of a covariance that is barely positive."""
    values, vectors = np.linalg.eigh(0.5 * (covariance + covariance.T))
    root: Real = vectors * np.sqrt(np.clip(values, 0, None))
    return root
