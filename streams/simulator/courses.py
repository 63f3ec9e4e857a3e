"""Courses: how a concentration follows the infusion.

Each course is a fraction g(t) of its full change, so that the concentration at time t
is c0 (1 + change/100 g(t)).  With u = t - start of the infusion (g = 0 for u < 0), T
the length of the infusion and tau, p the parameters:

    step        g = 1 until the infusion stops, 0 after
    saturating  g = (1 - exp(-u/tau)) / (1 - exp(-T/tau)) up to T,
                g = exp(-(u-T)/tau) after
    surge       g = (u/p exp(1 - u/p))^k: rises, peaks at u = p, returns; with
                p = 26 min the one published time to the peak of Glx (Milak 2016)
    plasma      g = plasma level of a pharmacokinetic model, `lag_s` late, relative to
                its level at the end of the infusion
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError
from streams.simulator.pharmacokinetics import MODELS, plasma_level

Real = NDArray[np.float64]


def _above_zero(name: str, value: float) -> None:
    if not value > 0:
        raise InputError(f"Scenario: {name} of a course must be above 0.")


@dataclass(frozen=True, slots=True)
class StepChange:
    """Full change from start to stop of the infusion."""

    change_percent: float


@dataclass(frozen=True, slots=True)
class Saturating:
    """Exponential rise to the full change at the stop, exponential return after it."""

    change_percent: float
    time_constant_s: float

    def __post_init__(self) -> None:
        _above_zero("time_constant_s", self.time_constant_s)


@dataclass(frozen=True, slots=True)
class Surge:
    """Rise, peak `peak_s` after the start, and return; larger `sharpness`, narrower."""

    change_percent: float
    peak_s: float
    sharpness: float

    def __post_init__(self) -> None:
        _above_zero("peak_s", self.peak_s)
        _above_zero("sharpness", self.sharpness)


@dataclass(frozen=True, slots=True)
class Plasma:
    """In step with the plasma level of a model in `pharmacokinetics`."""

    change_percent: float
    model: str
    lag_s: float

    def __post_init__(self) -> None:
        if self.model not in MODELS:
            raise InputError(
                f"Scenario: no pharmacokinetic model {self.model}: use one of "
                f"{', '.join(MODELS)}."
            )


Course = StepChange | Saturating | Surge | Plasma

SHAPES: dict[str, type[Course]] = {
    "step": StepChange,
    "saturating": Saturating,
    "surge": Surge,
    "plasma": Plasma,
}
"""The `shape` that a scenario file names, and its class."""


def fraction(course: Course, time_s: Real, infusion_s: tuple[float, float]) -> Real:
    """Fraction g of the full change at scanner times.

    Parameters
    ----------
    course : its shape and parameters
    time_s : scanner times, s, any shape
    infusion_s : start and stop of the infusion, s

    Returns
    -------
    g : same shape, 0 before the infusion
    """
    u = np.asarray(time_s, dtype=float) - infusion_s[0]
    length_s = infusion_s[1] - infusion_s[0]
    after_start = np.maximum(u, 0.0)
    match course:
        case StepChange():
            g = np.where(u < length_s, 1.0, 0.0)
        case Saturating():
            g = _saturating(after_start, length_s, course.time_constant_s)
        case Surge():
            x = after_start / course.peak_s
            g = (x * np.exp(1.0 - x)) ** course.sharpness
        case Plasma():
            g = _plasma(after_start, length_s, course)
    return np.where(u < 0, 0.0, g)


def _saturating(u: Real, length_s: float, tau: float) -> Real:
    """Rise to 1 at the end of the infusion, then decay."""
    rise = np.expm1(-np.minimum(u, length_s) / tau) / np.expm1(-length_s / tau)
    fall = np.exp(-np.maximum(u - length_s, 0.0) / tau)
    return np.asarray(rise * fall, dtype=float)


def _plasma(u: Real, length_s: float, course: Plasma) -> Real:
    """Plasma level relative to that at the end of the infusion."""
    model = MODELS[course.model]
    level = plasma_level(model, np.maximum(u - course.lag_s, 0.0), length_s)
    return np.asarray(level / plasma_level(model, np.array([length_s]), length_s)[0])


def multiplier(
    course: Course, time_s: Real, infusion_s: tuple[float, float] | None
) -> Real:
    """Factor on the concentration at scanner times; 1 without an infusion."""
    if infusion_s is None:
        return np.ones_like(time_s, dtype=float)
    return 1.0 + course.change_percent / 100.0 * fraction(course, time_s, infusion_s)
