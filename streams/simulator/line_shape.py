"""The line shape: the distribution of the field that a shim leaves in the voxel.

The residual field is a low-order polynomial over the voxel (x, y, z in -1..1),

    f = s [ x + 0.6 y + 0.3 z + a (0.9 x^2 - 0.5 y^2 + 0.5 x z) ],

weighted by a slice profile with soft edges.  Its distribution p(f), a histogram of K
bins, gives in the time domain

    L(t) = exp(-pi G t) sum_k p_k exp(-2 pi i f_k t),

with G the Lorentzian width of microscopic dephasing.  Neither Voigt nor symmetric: the
linear terms give a flat top with shoulders, the quadratic ones (a = `asymmetry`) a
tail.  s is found so that the real line, a sum of Lorentzians, has the FWHM asked for,
and f is counted from its top.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from streams.errors import InputError

Real = NDArray[np.float64]
Complex = NDArray[np.complex128]

MICROSCOPIC_HZ = 0.8
"""G: dephasing within a cell's reach, which no shim removes."""

BINS = 201
"""K: bins of the field's histogram."""
GRID = 32
"""Points along each axis of the voxel."""


@dataclass(frozen=True, slots=True)
class FieldDistribution:
    """Residual field in the voxel: offsets in Hz from the line's top, and weights.

    `offset_hz` and `weight` are (bins,), the weights sum to 1.
    """

    offset_hz: Real
    weight: Real

    def line(self, time_s: Real) -> Complex:
        """L(t), (points,); 1 at t = 0."""
        turns = np.exp(-2j * np.pi * np.outer(time_s, self.offset_hz))
        line: Complex = (turns @ self.weight) * np.exp(-np.pi * MICROSCOPIC_HZ * time_s)
        return line


@lru_cache(maxsize=64)
def field_distribution(
    fwhm_hz: float, asymmetry: float, lorentz_hz: float
) -> FieldDistribution:
    """The shim that gives a line this wide.

    Parameters
    ----------
    fwhm_hz : full width at half maximum of the whole line
    asymmetry : weight of the quadratic field terms
    lorentz_hz : width that the line has from T2 besides

    Raises
    ------
    InputError : the line cannot be as narrow as that
    """
    offset, weight = _unit_distribution(asymmetry)
    intrinsic_hz = MICROSCOPIC_HZ + lorentz_hz
    if fwhm_hz <= 1.02 * intrinsic_hz:
        raise InputError(
            f"Scenario: fwhm_hz = {fwhm_hz} is below the {intrinsic_hz:.1f} Hz that "
            "relaxation alone gives; make it larger."
        )
    low, high = 0.0, 4.0 * fwhm_hz
    for _ in range(40):
        middle = (low + high) / 2
        wide = _top_and_width(middle * offset, weight, intrinsic_hz)[1] > fwhm_hz
        low, high = (low, middle) if wide else (middle, high)
    top_hz, _ = _top_and_width(low * offset, weight, intrinsic_hz)
    shim = FieldDistribution(low * offset - top_hz, weight)
    for array in (shim.offset_hz, shim.weight):
        array.setflags(write=False)  # shared by all who ask for this shim
    return shim


def _unit_distribution(asymmetry: float) -> tuple[Real, Real]:
    """Histogram of the field polynomial for s = 1."""
    axis = (np.arange(GRID) + 0.5) / GRID * 2 - 1
    x, y, z = np.meshgrid(axis, axis, axis, indexing="ij", sparse=True)
    field = x + 0.6 * y + 0.3 * z
    field = field + asymmetry * (0.9 * x**2 - 0.5 * y**2 + 0.5 * x * z)
    profile = 1.0 / (1.0 + axis**8)  # soft edges of the slices
    weight = profile[:, None, None] * profile[None, :, None] * profile[None, None, :]
    counts, edges = np.histogram(field.ravel(), BINS, weights=weight.ravel())
    return (edges[1:] + edges[:-1]) / 2, counts / counts.sum()


def _top_and_width(
    offset: Real, weight: Real, lorentz_hz: float
) -> tuple[float, float]:
    """Place and FWHM of the sum of Lorentzians at the offsets."""
    reach = np.abs(offset).max() + 3 * lorentz_hz
    axis = np.linspace(-reach, reach, 1201)
    half = lorentz_hz / 2
    distance = axis[:, None] - offset[None, :]
    line = (half / (distance**2 + half**2)) @ weight
    above = np.flatnonzero(line >= line.max() / 2)
    left, right = above[0], above[-1]
    return float(axis[line.argmax()]), _crossing(
        axis, line, right, right + 1
    ) - _crossing(axis, line, left, left - 1)


def _crossing(axis: Real, line: Real, inside: int, outside: int) -> float:
    """Where the line crosses its half height between two points."""
    rise = line[inside] - line[outside]
    part = (line[inside] - line.max() / 2) / rise
    return float(axis[inside] + part * (axis[outside] - axis[inside]))
