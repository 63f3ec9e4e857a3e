"""Outcomes: amplitudes, sums and ratios, each with its propagated SD.

Every outcome is a sum over amplitudes or the ratio of two sums,

    X = (u'c) / (v'c),     dX = (u - X v)'dc / (v'c),

so that its variance is g' S g with g the gradient and S the covariance of all
amplitudes, their correlation included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis import names as naming
from monitor.analysis.spectrum import Real

SUMS = ("Glx", "tNAA", "tCr", "tCho")
RATIOS = (
    "Glu/tCr", "Gln/tCr", "Glx/tCr", "tNAA/tCr", "tCho/tCr", "mI/tCr", "Glu/tNAA",
    "Glx/tNAA",
)  # fmt: skip
CHANGING = ("Glu", "Gln", "Glx", "tNAA", "tCr", *RATIOS)
"""Outcomes whose change from the reference period is reported."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One outcome: numerator u and denominator v over the amplitudes (v empty: 1)."""

    name: str
    numerator: Real
    denominator: Real | None

    def value(self, c: Real) -> float:
        """X at amplitudes c (M,)."""
        top = float(self.numerator @ c)
        return top if self.denominator is None else top / float(self.denominator @ c)

    def gradient(self, c: Real) -> Real:
        """dX/dc, (M,)."""
        if self.denominator is None:
            return self.numerator
        bottom = float(self.denominator @ c)
        slope: Real = (self.numerator - self.value(c) * self.denominator) / bottom
        return slope


def outcomes_of(
    names: tuple[str, ...], water: float | None = None
) -> tuple[Outcome, ...]:
    """Every outcome that a set of basis names allows, in the order of the tables.

    `water` is the amplitude of the water reference, where there is one; it counts as
    known without error.
    """
    found = [Outcome(n, _indicator(names, (n,)), None) for n in names]
    have = {o.name for o in found}
    for name in SUMS:
        parts = naming.members(name, names)
        if parts and name not in have:
            found.append(Outcome(name, _indicator(names, parts), None))
    found += _ratios(names)
    if water:
        found += [
            Outcome(f"{n}/water", _indicator(names, (n,)) / water, None) for n in names
        ]
    return tuple(found)


def _ratios(names: tuple[str, ...]) -> list[Outcome]:
    """The ratios whose parts exist."""
    found = []
    for name in RATIOS:
        top, bottom = name.split("/")
        parts, base = naming.members(top, names), naming.members(bottom, names)
        if parts and base:
            u, v = _indicator(names, parts), _indicator(names, base)
            found.append(Outcome(name, u, v))
    return found


def _indicator(names: tuple[str, ...], parts: tuple[str, ...]) -> Real:
    return np.array([float(n in parts) for n in names])


def values_and_sds(
    outcomes: tuple[Outcome, ...], c: Real, covariance: Real
) -> tuple[dict[str, float], dict[str, float]]:
    """Values and SDs by name for amplitudes (M,) with covariance (M, M)."""
    with np.errstate(all="ignore"):
        values = {o.name: o.value(c) for o in outcomes}
        sds = {o.name: _sd(o.gradient(c), covariance) for o in outcomes}
    return values, sds


def _sd(g: Real, covariance: Real) -> float:
    variance = float(g @ covariance @ g)
    return float(np.sqrt(variance)) if variance >= 0 else float("nan")
