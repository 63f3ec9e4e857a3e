"""Outcomes: amplitudes, sums and ratios, each with its propagated SD.

Every outcome is a sum over amplitudes or the ratio of two sums,

    X = (u'c) / (v'c),     dX = (u - X v)'dc / (v'c),

so that its variance is g' S g with g the gradient and S the covariance of all
amplitudes, their correlation included.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.signal.spectrum import Real

SUMS = ("Glx", "tNAA", "tCr", "tCho")
RATIOS = (
    "Glu/tCr", "Gln/tCr", "Glx/tCr", "tNAA/tCr", "tCho/tCr", "mI/tCr", "Glu/tNAA",
    "Glx/tNAA",
)  # fmt: skip
CHANGING = ("Glu", "Gln", "Glx", "tNAA", "tCr", *RATIOS)
"""Outcomes whose change from the reference period is reported."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """All outcomes that a set of basis names allows, in the order of the tables.

    Attributes
    ----------
    names : (n,) of the outcomes
    numerators, denominators : (n, M) rows u and v; v = 0 where there is none
    """

    names: tuple[str, ...]
    numerators: Real
    denominators: Real

    def row(self, name: str) -> int | None:
        """Where an outcome stands; None where the basis set does not allow it."""
        return self.names.index(name) if name in self.names else None

    def lacking(self, name: str) -> tuple[str, ...]:
        """What is to be said where the basis set does not give an outcome."""
        if name.endswith("/water") or name in self.names:
            return ()
        given = ", ".join(n for n in self.names if "/" in n) or self.names[0]
        absent = naming.absent(name.split("/"), self.names)
        if absent and name in RATIOS + SUMS:
            return (
                f"The outcome {name} needs {' and '.join(absent)}, which the basis set "
                f"lacks: give one that has it, or choose an outcome such as {given}.",
            )
        return (
            f"The outcome {name} is none that this basis set gives, such as {given}: "
            f"check its spelling.",
        )

    def subset(self, names: tuple[str, ...]) -> Outcomes:
        """Those of `names` that exist, in that order."""
        rows = [self.names.index(name) for name in names if name in self.names]
        kept = tuple(self.names[row] for row in rows)
        return Outcomes(kept, self.numerators[rows], self.denominators[rows])

    def values(self, c: Real) -> Real:
        """X for amplitudes (..., M), (..., n)."""
        with np.errstate(all="ignore"):
            values: Real = (c @ self.numerators.T) / self._bottoms(c)
        return values

    def gradients(self, c: Real) -> Real:
        """dX/dc for amplitudes (..., M), (..., n, M)."""
        with np.errstate(all="ignore"):
            top = self.numerators - self.values(c)[..., None] * self.denominators
            slopes: Real = top / self._bottoms(c)[..., None]
        return slopes

    def sds(self, c: Real, covariance: Real) -> Real:
        """SD of X for amplitudes (..., M) with covariance (..., M, M), (..., n)."""
        return root_of(quadratic(self.gradients(c), covariance))

    def _bottoms(self, c: Real) -> Real:
        plain = ~np.any(self.denominators, axis=1)
        bottoms: Real = c @ self.denominators.T + plain
        return bottoms


def needs_gain(name: str) -> bool:
    """Whether an outcome is an amplitude, on the scale of its epoch, and no ratio."""
    return "/" not in name


def quadratic(g: Real, covariance: Real, h: Real | None = None) -> Real:
    """G' S h of gradients (..., n, M), row by row, (..., n)."""
    with np.errstate(all="ignore"):
        product: Real = np.sum((g @ covariance) * (g if h is None else h), axis=-1)
    return product


def root_of(variance: Real) -> Real:
    """Root of a variance; nan where it is none."""
    with np.errstate(all="ignore"):
        return np.asarray(np.sqrt(variance), float)


def outcomes_of(names: tuple[str, ...], water: float | None = None) -> Outcomes:
    """Every outcome that a set of basis names allows.

    `water` is the amplitude of the water reference, where there is one; it counts as
    known without error.
    """
    rows: list[tuple[str, Real, Real | None]] = [
        (name, _indicator(names, (name,)), None) for name in names
    ]
    rows += [
        (name, _indicator(names, parts), None)
        for name in SUMS
        if name not in names and (parts := _parts(name, names))
    ]
    rows += [
        (f"{top}/{bottom}", _indicator(names, parts), _indicator(names, base))
        for top, bottom in (ratio.split("/") for ratio in RATIOS)
        if (parts := _parts(top, names)) and (base := _parts(bottom, names))
    ]
    if water:
        rows += [(f"{n}/water", _indicator(names, (n,)) / water, None) for n in names]
    none = np.zeros(len(names))
    return Outcomes(
        tuple(name for name, _, _ in rows),
        np.stack([u for _, u, _ in rows]),
        np.stack([none if v is None else v for _, _, v in rows]),
    )


def _parts(total: str, names: tuple[str, ...]) -> tuple[str, ...]:
    """Members of a sum (or the metabolite itself); none where one is essential.

    Glu without Gln is no Glx; NAA without NAAG is what a basis set means by tNAA.
    """
    parts = naming.members(total, names)
    alone = len(parts) == 1 and naming.canonical(parts[0]) == total
    return () if total == "Glx" and len(parts) < 2 and not alone else parts


def _indicator(names: tuple[str, ...], parts: tuple[str, ...]) -> Real:
    return np.array([float(n in parts) for n in names])
