"""The mean change since the infusion began, from sums over transients.

A transient's reduced spectrum is linear in what is asked (`measurement`), so that the
sums of u and u o over the reference period and over the time since say all that two
constant sets of amplitudes can be asked.  One linear Gaussian model,

    o = G' (c + a d + g c0, w) + e,     a = 0 in the reference period, 1 since,

with amplitudes c, departures d, and for each sum a width w and, but for that of the
reference period, a gain g of its own.  Departures of tied amplitudes are N(0,
TIED_PERCENT of their size), the rest is as good as free.  No course is assumed: where
the outcome moves, the estimate is its mean over the transients since the infusion
began.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from monitor.analysis import names as naming
from monitor.analysis.dynamics import (
    EPOCH_GAIN,
    EPOCH_WIDTH_HZ,
    FREE,
    REMEMBERED,
    SLOPING,
    START_SHARE,
    TIED_PERCENT,
    sizes,
    sums_of,
)
from monitor.analysis.measurement import Measurement
from monitor.analysis.observed import Observed
from monitor.analysis.spectrum import Real
from monitor.analysis.tracker import TRACKED, tracked_changes

Key = tuple[int, bool]


@dataclass(slots=True)
class Accumulated:
    """Sums over the reference period and over the time since; one owner.

    Attributes
    ----------
    names, c0 : of the amplitudes in the reference period
    epoch : the one that the reference period lies in
    weights, moments : sums of u and u o by (epoch, since the infusion began)
    """

    names: tuple[str, ...]
    c0: Real
    epoch: int
    measurements: dict[int, Measurement] = field(default_factory=dict)
    weights: dict[Key, float] = field(default_factory=dict)
    moments: dict[Key, Real] = field(default_factory=dict)
    _sums: Real = field(init=False)
    _precision: tuple[Real, Real] = field(init=False)

    def __post_init__(self) -> None:
        size = sizes(self.c0)
        loose = 1 / (START_SHARE * size) ** 2
        kinds = [naming.canonical(name) for name in self.names]
        moves = np.array([kind in (*FREE, *SLOPING) for kind in kinds])
        tied = 1 / (0.01 * TIED_PERCENT * size) ** 2
        self._precision = loose, np.where(moves, loose, tied)
        self._sums = sums_of(self.names)

    def push(self, one: Observed, measurement: Measurement, after: bool) -> None:
        """Take in a transient of the reference period or of the time since."""
        if one.weight <= 0 or not (one.reference or after):
            return
        key = (one.epoch, after and not one.reference)
        self.measurements[one.epoch] = measurement
        self.weights[key] = self.weights.get(key, 0.0) + one.weight
        held = self.moments.get(key)
        add = one.weight * one.o
        self.moments[key] = add if held is None else held + add

    def mean_changes(self) -> dict[str, tuple[float, float]] | None:
        """Percent change and SD by outcome; None while there is nothing to compare."""
        keys = sorted(self.weights)
        if (self.epoch, False) not in keys or len(keys) < 2:
            return None
        M = len(self.names)
        precision = self._prior(len(keys))
        information, score = np.diag(precision), np.zeros(precision.size)
        score[:M] = precision[:M] * self.c0
        for place, key in enumerate(keys):
            H = self._rows(key, place, precision.size)
            information += self.weights[key] * (H.T @ H)
            score += H.T @ self.moments[key]
        factor = cho_factor(information, lower=True, check_finite=False)
        x = cho_solve(factor, score, check_finite=False)
        since = [k for k, (_, after) in enumerate(keys) if after]
        return self._changes(x, factor, 2 * M + 2 * since[0]) if since else None

    def _changes(
        self, x: Real, factor: tuple[Real, bool], gain: int
    ) -> dict[str, tuple[float, float]]:
        """Changes of the outcomes, the first gain since the infusion included."""
        M, sums = len(self.names), self._sums
        B = np.zeros((2 * REMEMBERED, x.size))
        B[: REMEMBERED - 1, :M] = B[: REMEMBERED - 1, M : 2 * M] = sums
        B[: REMEMBERED - 1, gain] = sums @ self.c0
        B[REMEMBERED:-1, :M] = sums
        covariance = B @ cho_solve(factor, B.T, check_finite=False)
        values, sds = tracked_changes(B @ x, covariance)
        found = zip(TRACKED, values.tolist(), sds.tolist(), strict=True)
        return {name: (v, sd) for name, v, sd in found if np.isfinite(sd) and sd > 0}

    def _prior(self, sums: int) -> Real:
        """Precision of (c, d, g and w of each sum)."""
        own = np.tile([EPOCH_GAIN**-2.0, EPOCH_WIDTH_HZ**-2.0], sums)
        return np.concatenate([*self._precision, own])

    def _rows(self, key: Key, place: int, size: int) -> Real:
        """Rows (q, size) with which a sum measures (c, d, g, w)."""
        M, G = len(self.names), self.measurements[key[0]].rows
        H = np.zeros((len(G), size))
        H[:, :M] = G[:, :M]
        if key[1]:
            H[:, M : 2 * M] = G[:, :M]
        if key != (self.epoch, False):
            H[:, 2 * M + 2 * place] = G[:, :M] @ self.c0
        H[:, 2 * M + 2 * place + 1] = G[:, M]
        return H
