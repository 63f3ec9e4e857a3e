"""A transient as a few numbers: what it measures of the amplitudes and the width.

A transient's projected spectrum z (`subspace`), in units of its own noise, is linear in
what is small.  With A the columns, A' their derivative, c0 the session's amplitudes and
p, d, w the transient's phase, shift and Lorentzian width against the session model,

    z = A c + i A c0 p + 2 pi i A' c0 d + pi A' c0 w + e.

p and d are free in each transient and are projected out.  What is left of z has the
information matrix L (M + 1) about m = (c, w); with L = G G' (eigenvalues below
TOLERANCE of the largest left out: no transient can tell them) the transient is the
vector

    o = G' m + e,    cov(e) = 1/u,

of at most M + 1 real numbers, u its weight.  L and G are the same for every transient
of an epoch, so that sums over transients of u o and u say all that a constant m can
be asked.

Beyond that, z holds what the width does to amplitudes that have moved, and its square:
for a line narrower by 1 Hz in 7, a third of a percent of every amplitude.  Those terms
of the series of `subspace` are taken off o at the last known amplitudes and width
(`beyond`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.fit.subspace import REACH_HZ, TIME_UNIT_S, Subspace
from monitor.analysis.signal.spectrum import Complex, Real

TOLERANCE = 1e-10
TERMS = 3
"""Of the series in the width that are not neglected, beside that of order 0."""


@dataclass(frozen=True)
class Measurement:
    """What a transient of one session model measures.

    Attributes
    ----------
    rows : (q, M + 1) G', in units of the noise of a transient of weight 1
    reduction : (q, r) complex; o is the real part of its product with z
    terms : (TERMS, q, M) what amplitudes add to o for each power of the width, Hz
    """

    rows: Real
    reduction: Complex
    terms: Real

    @property
    def information(self) -> Real:
        """L (M + 1, M + 1) of one transient of weight 1."""
        information: Real = self.rows.T @ self.rows
        return information

    def reduced(self, z: Complex) -> Real:
        """O (..., q) of projected spectra (..., r).

        Each by itself, so that it is the same to the last bit however many there are.
        """
        turned = np.hstack([self.reduction.real, -self.reduction.imag])
        apart = np.concatenate([z.real, z.imag], axis=-1)
        o: Real = (turned @ apart[..., None])[..., 0]
        return o

    def beyond(self, amplitudes: Real, width_hz: float) -> Real:
        """What is in o (q,) beyond the linear `rows`, for c (M,) and w."""
        w = min(max(width_hz, -REACH_HZ), REACH_HZ)
        powers = w ** np.arange(1, TERMS + 1)
        whole: Real = np.tensordot(powers, self.terms @ amplitudes, 1)
        return whole - w * self.rows[:, -1]


def measurement_of(subspace: Subspace) -> Measurement:
    """Linear measurement about a session model; phase and shift projected out."""
    A, slope = subspace.columns[0], -TIME_UNIT_S * subspace.columns[1]
    model, tangent = A @ subspace.amplitudes, slope @ subspace.amplitudes
    kept = np.column_stack([A, np.pi * tangent])
    free = np.column_stack([1j * model, 2j * np.pi * tangent])
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
    unit = -np.pi * TIME_UNIT_S
    higher = [
        unit**k * (reduction @ subspace.columns[k]).real for k in range(1, TERMS + 1)
    ]
    return Measurement(rows, reduction, np.stack(higher))
