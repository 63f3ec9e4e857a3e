"""The mean change since the infusion began, from sums over transients.

A transient's reduced spectrum is linear in what is asked (`measurement`), so that the
sums of u and u o over the reference period and over the time since say all that two
constant sets of amplitudes can be asked.  One linear Gaussian model,

    o = G' (c + a d + g c0, w, v) + e,     a = 0 in the reference period, 1 since,

with amplitudes c, departures d, and for each sum widths w and v and, but for that of
the reference period, a gain g of its own.  In another epoch than the reference period's
c is c + U (b_e - b_h), b_e and b_h N(0, 1/2) of that epoch and of the reference
period's (`course.epoch_offset`).  Departures of tied amplitudes are N(0,
TIED_PERCENT of their size), the rest is as good as free.  No course is assumed: where
the outcome moves, the estimate is its mean over the transients since the infusion
began.  Where series went on with their epoch (`course.joins`), the steps that nobody
saw between both means are added to the covariance.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.course.response import Changes, without_gain
from monitor.analysis.fit.fitted_windows import TIED_PERCENT, sizes
from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.dynamics import (
    EPOCH_GAIN,
    EPOCH_WIDTH_HZ,
    FREE,
    REMEMBERED,
    SLOPING,
    START_SHARE,
    sums_of,
)
from monitor.analysis.tracking.growing_sum import GrowingSum
from monitor.analysis.tracking.measurement import WIDTHS, Measurement
from monitor.analysis.tracking.tracker import TRACKED, tracked_changes
from monitor.analysis.tracking.transient_view import Observed
from monitor.analysis.tracking.unseen_steps import step_covariance

Key = tuple[int, bool]
OWN = 1 + WIDTHS
"""Numbers that each sum has of its own: gain and widths."""


@dataclass(slots=True)
class Accumulated:
    """Sums over the reference period and over the time since; one owner.

    Attributes
    ----------
    names, c0 : of the amplitudes in the reference period
    epoch : the one that the reference period lies in
    offsets : U (M, M) by epoch, None in the reference period's
    weights, moments : sums of u and u o by (epoch, since the infusion began)
    series : sums of u by (joins before, since the infusion began)
    rescaled : whether any had another gain than the reference period
    """

    names: tuple[str, ...]
    c0: Real
    epoch: int
    weights: dict[Key, float] = field(default_factory=dict)
    moments: dict[Key, Real] = field(default_factory=dict)
    offsets: Mapping[int, Real | None] = field(default_factory=dict)
    series: dict[Key, float] = field(default_factory=dict)
    rescaled: bool = False
    _measurements: dict[int, Measurement] = field(default_factory=dict)
    _rows: dict[Key, Real] = field(default_factory=dict)
    _grams: dict[Key, Real] = field(default_factory=dict)
    _asked: Real | None = None
    _growing: GrowingSum | None = None
    _newest: Key = (0, False)
    _sums: Real = field(init=False)
    _precision: tuple[Real, Real] = field(init=False)

    def __post_init__(self) -> None:
        size = sizes(self.names, self.c0)
        loose = 1 / (START_SHARE * size) ** 2
        kinds = [naming.canonical(name) for name in self.names]
        moves = np.array([kind in (*FREE, *SLOPING) for kind in kinds])
        tied = 1 / (0.01 * TIED_PERCENT * size) ** 2
        self._precision = loose, np.where(moves, loose, tied)
        self._sums = sums_of(self.names)

    def copy(self) -> Accumulated:
        """The same as it is now, to go on from."""
        return replace(
            self,
            weights=dict(self.weights),
            moments=dict(self.moments),
            series=dict(self.series),
            _measurements=dict(self._measurements),
        )

    def blank(self) -> Accumulated:
        """The same question, of which nothing is known yet."""
        return Accumulated(self.names, self.c0, self.epoch, offsets=self.offsets)

    def push(self, one: Observed, measurement: Measurement, after: bool) -> None:
        """Take in a transient of the reference period or of the time since."""
        if one.weight <= 0 or not (one.reference or after):
            return
        key = (one.epoch, after and not one.reference)
        add = one.weight * one.o
        if key not in self.weights:
            self.weights[key], self.moments[key] = 0.0, np.zeros_like(add)
            self._measurements[one.epoch] = measurement
            self.set_out()
        self.rescaled |= one.rescaled
        self._newest, place = key, (one.series, key[1])
        self.weights[key] += one.weight
        self.series[place] = self.series.get(place, 0.0) + one.weight
        self.moments[key] = self.moments[key] + add

    def mean_changes(self) -> dict[str, tuple[float, float]] | None:
        """Percent change and SD by outcome; None while there is nothing to compare."""
        if self._asked is None:
            return None
        key = self._newest
        growing = self._growing_by(key, self._asked)
        return self._known(*growing.answered(self.weights[key], self.moments[key]))

    def _growing_by(self, key: Key, asked: Real) -> GrowingSum:
        """All but one sum, put together again where that has changed."""
        others = {other: w for other, w in self.weights.items() if other != key}
        if self._growing is None or self._growing.others != (key, others):
            precision, M = self._prior(), len(self.names)
            score = np.zeros(precision.size)
            score[:M] = precision[:M] * self.c0
            for other in others:
                score += self.moments[other] @ self._rows[other]
            A, H = self._information(others), self._rows[key]
            self._growing = GrowingSum.of((key, others), A, H, asked, score)
        return self._growing

    def expecting(
        self,
        epoch: int,
        measurement: Measurement,
        after: bool,
        weight: float,
        series: int = 0,
    ) -> Accumulated:
        """The same with so much more weight in the reference period or since.

        What it would say is not known, so that only its `flat_sds` may be asked.
        """
        key, blank = (epoch, after), np.zeros(len(measurement.rows))
        place = (series, after)
        more = replace(
            self,
            weights={**self.weights, key: self.weights.get(key, 0.0) + weight},
            moments={key: blank, **self.moments},
            series={**self.series, place: self.series.get(place, 0.0) + weight},
            _measurements={**self._measurements, epoch: measurement},
        )
        more.set_out()
        return more

    def reference_alone(self) -> Accumulated:
        """The same without what came since the infusion began."""
        own = [key for key in self.weights if not key[1]]
        alone = replace(
            self,
            weights={key: self.weights[key] for key in own},
            moments={key: self.moments[key] for key in own},
            series={key: w for key, w in self.series.items() if not key[1]},
        )
        alone.set_out()
        return alone

    def flat_sds(self) -> dict[str, float]:
        """SD of the mean change by outcome, percent, if nothing changes.

        From what is known before and from the weights alone, so that it tells nothing
        of the outcome; empty while there is nothing to compare, and without amplitudes
        where another epoch is compared with the reference period's.
        """
        if self._asked is None:
            return {}
        B = self._asked
        _, solved, _ = lapack().dposv(self._information(self.weights), B.T, lower=1)
        level = np.append(self._sums @ self.c0, 1.0)
        known = self._known(np.tile(level, 2), B @ solved)
        return {name: sd for name, (_, sd) in known.items()}

    def _known(self, joint: Real, covariance: Real) -> dict[str, tuple[float, float]]:
        """Changes and SDs of those outcomes that have any, the gain being unknown."""
        away = any(after and epoch != self.epoch for epoch, after in self.weights)
        away |= self.rescaled
        covariance = covariance + self._unseen()
        known = Changes(TRACKED, *tracked_changes(joint, covariance))
        known = without_gain(known, np.array(away))
        found = zip(TRACKED, known.percents.tolist(), known.sds.tolist(), strict=True)
        return {name: (v, sd) for name, v, sd in found if np.isfinite(sd) and sd > 0}

    def _unseen(self) -> Real | float:
        """What steps at joins add to the covariance (10, 10) of now and then."""
        last, between = max((k for k, _ in self.series), default=0), 0.0
        for join in range(1, last + 1):
            before, since = (self._behind(join, after) for after in (False, True))
            between += (since - before) ** 2
        if between == 0.0:
            return 0.0
        return between * step_covariance(self.names, self.c0)

    def _behind(self, join: int, after: bool) -> float:
        """Share of one sum's weight that lies behind a join."""
        own = {
            series: w for (series, since), w in self.series.items() if since == after
        }
        whole = sum(own.values())
        behind = sum(w for series, w in own.items() if series >= join)
        return behind / whole if whole > 0 else 0.0

    def _information(self, weights: Mapping[Key, float]) -> Real:
        """Of (c, d, and g, w and v of each sum), prior and sums of these weights."""
        information = np.diag(self._prior())
        for key, weight in weights.items():
            information += weight * self._grams[key]
        return information

    def set_out(self) -> None:
        """What the sums measure, and what is asked of them, where there is one more."""
        self._growing, keys = None, list(self.weights)
        size = self._prior().size
        self._rows = {key: self._seen(key, k, size) for k, key in enumerate(keys)}
        self._grams = {key: H.T @ H for key, H in self._rows.items()}
        since = [k for k, (_, after) in enumerate(keys) if after]
        compared = since and (self.epoch, False) in keys
        self._asked = self._outcomes(since[0], size) if compared else None

    def _outcomes(self, since: int, size: int) -> Real:
        """Rows (10, size) of the sums since, of one's gain, and of those before."""
        M, sums = len(self.names), self._sums
        B = np.zeros((2 * REMEMBERED, size))
        B[: REMEMBERED - 1, :M] = B[: REMEMBERED - 1, M : 2 * M] = sums
        B[: REMEMBERED - 1, 2 * M + OWN * since] = sums @ self.c0
        B[REMEMBERED:-1, :M] = sums
        return B

    def _prior(self) -> Real:
        """Precision of (c, d, and g, w and v of each sum)."""
        sds = np.array([EPOCH_GAIN, *[EPOCH_WIDTH_HZ] * WIDTHS])
        own = np.tile(sds**-2.0, len(self.weights))
        between = np.full(len(self.names) * self._spans, 2.0)
        return np.concatenate([*self._precision, own, between])

    @property
    def _others(self) -> list[int]:
        """Other epochs than the reference period's."""
        return sorted({epoch for epoch, _ in self.weights} - {self.epoch})

    @property
    def _spans(self) -> int:
        """Sets of b: that of the reference period's epoch, and of each other."""
        return 1 + len(self._others) if self._others else 0

    def _seen(self, key: Key, place: int, size: int) -> Real:
        """Rows (q, size) with which a sum measures (c, d, g, w, v)."""
        M, G = len(self.names), self._measurements[key[0]].rows
        H = np.zeros((len(G), size))
        H[:, :M] = G[:, :M]
        if key[1]:
            H[:, M : 2 * M] = G[:, :M]
        if key != (self.epoch, False):
            H[:, 2 * M + OWN * place] = G[:, :M] @ self.c0
        widths = 2 * M + OWN * place + 1
        H[:, widths : widths + WIDTHS] = G[:, M:]
        U = self.offsets.get(key[0])
        if key[0] != self.epoch and U is not None:
            first = size - M * self._spans
            at = first + M * (1 + self._others.index(key[0]))
            H[:, at : at + M] = G[:, :M] @ U
            H[:, first : first + M] = -H[:, at : at + M]
        return H
