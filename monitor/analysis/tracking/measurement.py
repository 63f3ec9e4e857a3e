"""A transient as a few numbers: what it measures of the amplitudes and the widths.

A transient's projected spectrum z (`subspace`), in units of its own noise, is linear in
what is small.  With A the columns, c0 the session's amplitudes, s its own spectrum and
p, d, w, v the transient's phase, shift, Lorentzian and Gaussian width against the
session model,

    z = A c + i s p + ds/dd d + ds/dw w + ds/dv v + e.

p and d are free in each transient and are projected out.  What is left of z has the
information matrix L (M + 2) about m = (c, w, v); with L = G G' (eigenvalues below
TOLERANCE of the largest left out: no transient can tell them) the transient is the
vector

    o = G' m + e,    cov(e) = 1/u,

of at most M + 2 real numbers, u its weight.  L and G are the same for every transient
of an epoch, so that sums over transients of u o and u say all that a constant m can
be asked.

Beyond that, z holds what the widths do to amplitudes that have moved, and their
squares: for a line narrower by 1 Hz in 7, a third of a percent of every amplitude.
Those terms b(m) of the series of `subspace` are taken off o at the last known m, and a
filter measures with their slope there, too (`Beyond`): along widths that hardly change
a line, one up and one down, b is steeper than what is linear, and a filter without the
slope is driven away along them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from monitor.analysis.fit.subspace import (
    ORDER,
    TIME_UNIT_S,
    WIDTH_REACH_HZ,
    Subspace,
    coefficients,
)
from monitor.analysis.signal.spectrum import Complex, Real

TOLERANCE = 1e-10
WIDTHS = 2
"""Of a line: Lorentzian and Gaussian."""
_POWERS = np.arange(1, ORDER + 1)[:, np.newaxis]
_BY_WIDTH = np.stack(
    [
        -_POWERS * np.eye(ORDER, ORDER + 1),
        -_POWERS * (_POWERS - 1) * np.eye(ORDER, ORDER + 1, -1),
    ]
)
"""da_k/du and da_k/dv (2, ORDER, ORDER + 1) from the a_k, for k from 1."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What o holds beyond the linear rows, about a known m0 = (c, w, v).

    value : (q,) b(m0)
    slope : (q, M + 2) db/dm there
    known : (M + 2,) m0
    """

    value: Real
    slope: Real
    known: Real

    def measured(self, o: Real) -> Real:
        """What `rows + slope` measure of m, from o (q,) less `value`."""
        measured: Real = o + self.slope @ self.known
        return measured


@dataclass(frozen=True)
class Measurement:
    """What a transient of one session model measures.

    Attributes
    ----------
    rows : (q, M + 2) G', in units of the noise of a transient of weight 1
    reduction : (q, r) complex; o is the real part of its product with z
    terms : (ORDER, q, M) what amplitudes add to o for each coefficient of the series
    gauss_unit : of `Subspace`
    """

    rows: Real
    reduction: Complex
    terms: Real
    gauss_unit: float

    @property
    def information(self) -> Real:
        """L (M + 2, M + 2) of one transient of weight 1."""
        information: Real = self.rows.T @ self.rows
        return information

    def reduced(self, z: Complex) -> Real:
        """O (..., q) of projected spectra (..., r or more).

        Each by itself, so that it is the same to the last bit however many there are.
        """
        turned = np.hstack([self.reduction.real, -self.reduction.imag])
        own = z[..., : self.reduction.shape[1]]
        apart = np.concatenate([own.real, own.imag], axis=-1)
        o: Real = (turned @ apart[..., None])[..., 0]
        return o

    def beyond(self, amplitudes: Real, widths_hz: Real) -> Beyond:
        """What is in o beyond the linear `rows`, about c (M,), w and v."""
        w: Real = np.minimum(np.maximum(widths_hz, -WIDTH_REACH_HZ), WIDTH_REACH_HZ)
        units, linear = self._units, self.rows[:, -WIDTHS:]
        u, v = (units * w)[:, np.newaxis]
        a = coefficients(u, v)[0]
        added = self.terms @ amplitudes  # (ORDER, q), of each power of t
        within = np.abs(widths_hz) < WIDTH_REACH_HZ
        moved = (_BY_WIDTH @ a @ added * units[:, np.newaxis]).T
        slope = np.empty(self.rows.shape)
        slope[:, :-WIDTHS] = (a[1:] @ self._flat).reshape(len(slope), -1)
        slope[:, -WIDTHS:] = (moved - linear) * within
        value = a[1:] @ added - linear @ w
        return Beyond(value, slope, np.append(amplitudes, widths_hz))

    @cached_property
    def _units(self) -> Real:
        """Of u and v, in those of w and v."""
        return np.array([np.pi * TIME_UNIT_S, self.gauss_unit])

    @cached_property
    def _flat(self) -> Real:
        """The terms side by side, (ORDER, q M)."""
        return self.terms.reshape(len(self.terms), -1)


def measurement_of(subspace: Subspace) -> Measurement:
    """Linear measurement about a session model; phase and shift projected out."""
    *moved, wider, rounder = subspace.tangents
    kept = np.column_stack([subspace.columns[0], wider, rounder])
    free = np.column_stack(moved)
    cross = (free.conj().T @ kept).real
    inner = np.linalg.inv((free.conj().T @ free).real)
    gain = kept.conj().T - cross.T @ inner @ free.conj().T
    information = (kept.conj().T @ kept).real - cross.T @ inner @ cross
    scale = np.sqrt(np.clip(np.diag(information), 1e-300, None))
    values, vectors = np.linalg.eigh(information / np.outer(scale, scale))
    told = values > TOLERANCE * values[-1]
    root, V = np.sqrt(values[told]), vectors[:, told]
    rows = np.ascontiguousarray((V * root * scale[:, None]).T)
    reduction = np.ascontiguousarray((V / root / scale[:, None]).T @ gain)
    terms = np.ascontiguousarray((reduction @ subspace.columns[1:]).real)
    return Measurement(rows, reduction, terms, subspace.gauss_unit)
