"""The tracker: a state-space estimate of the amplitudes, transient by transient.

State and dynamics are in `dynamics`, the measurement o = H x + e, cov(e) = 1/u, in
`measurement`.  Kalman's update in covariance form (Kalman 1960), with C C' the
covariance H P H' + 1/u of the innovation v = o - H x,

    W = C^-1 H P,    x <- x + W' C^-1 v,    P <- P - W' W,

adds -|C^-1 v|^2 / 2 - log det C to the log likelihood.  A transient of weight 0 says
nothing; a new epoch adds an unknown gain, unknown widths, and offsets of the
amplitudes where it is another than the reference period's.

The change from the reference period needs the joint uncertainty of X now and X then:
after each transient of the reference period the state's own means r of the outcomes'
sums take in the present sums, r <- (1 - a) r + a B x with a the transient's share of
the weight so far, so that the covariance of now and then is in P.  The change of
X = n / b is

    100 (q - 1) %,   q = (n / b) / (n_r / b_r),

its SD to first order in all four.  `filtered` is what the transients up to then say;
what the whole session says is in `smoothing`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.lapack import lapack
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.dynamics import (
    EPOCH_GAIN,
    EPOCH_WIDTH_HZ,
    REMEMBERED,
    SUMS,
    Dynamics,
    sums_of,
)

TRACKED = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")
PARTS = tuple(
    tuple(SUMS.index(part) for part in outcome.split("/")) for outcome in TRACKED
)
TOP = np.array([top for top, *_ in PARTS])
BOTTOM = np.array([(*parts, REMEMBERED)[1] for parts in PARTS])
"""Places of n and b among what is remembered; behind it stands a 1."""
UNITS = np.eye(REMEMBERED + 1)[:, :REMEMBERED]
POWERS = np.hstack([UNITS[TOP] - UNITS[BOTTOM], UNITS[BOTTOM] - UNITS[TOP]])
"""Of q in the sums now and then."""
TOLD = POWERS != 0
IN_COMMON = 0.5
"""Of the variance of two epochs' offsets: both are against the reference period's."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one measurement did, kept for the smoother.

    Attributes
    ----------
    whitened : (q, n) C^-1 H
    moved : (q, n) W
    innovation : (q,) C^-1 v, standard normal where the model holds
    """

    whitened: Real
    moved: Real
    innovation: Real


@dataclass(slots=True)
class Tracker:
    """The filter: one owner; arrays are replaced, never changed in place.

    Attributes
    ----------
    dynamics : how the state moves
    mean, covariance : (n,) and (n, n)
    reference_weight : weight of the transients that r is made of
    log_likelihood : of all measurements so far, up to a constant
    foreign : whether the present epoch is another than the reference period's
    """

    dynamics: Dynamics
    mean: Real
    covariance: Real
    reference_weight: float = 0.0
    log_likelihood: float = 0.0
    foreign: bool = False

    @classmethod
    def fresh(cls, dynamics: Dynamics) -> Tracker:
        """Begin with hardly any knowledge."""
        return cls(dynamics, *dynamics.start())

    @property
    def amplitudes(self) -> Real:
        """C + g c0 (M,), the gain included."""
        M, c0 = len(self.dynamics.names), self.dynamics.c0
        amplitudes: Real = self.mean[:M] + self.mean[M] * c0
        return amplitudes

    @property
    def widths_hz(self) -> Real:
        """W and v, against the session model."""
        return self.mean[self.dynamics.widths]

    def predict(self, steps: int = 1) -> Real:
        """Let a number of transients pass; the transition (n, n) that this was."""
        F, Q = self.dynamics.jump(steps)
        if (more := self.mean.size - self.dynamics.size) > 0:
            F, Q = (np.pad(A, ((0, more), (0, more))) for A in (F, Q))
            F[-more:, -more:] = np.eye(more)
        self.mean = F @ self.mean
        self.covariance = F @ self.covariance @ F.T + Q
        return F

    def measure(
        self, rows: Real, o: Real, weight: float, smoothed: bool = True
    ) -> Step | None:
        """Take in a mean o (q,) of transients with a sum of weights above 0.

        Where nothing is to be `smoothed` the step has no whitened rows.
        """
        if weight <= 0:
            return None
        rows = self.wide(rows)
        seen = rows @ self.covariance
        S = seen @ rows.T
        S.flat[:: len(S) + 1] += 1 / weight
        C, failed = lapack().dpotrf(S.T, lower=1, overwrite_a=1)
        diagonal = C.diagonal().copy()
        if failed:
            raise np.linalg.LinAlgError("the covariance of an innovation")
        inverse, _ = lapack().dtrtri(C, lower=1, overwrite_c=1)
        W, v = inverse @ seen, inverse @ (o - rows @ self.mean)
        self.mean = self.mean + v @ W
        covariance = self.covariance - W.T @ W
        self.covariance = 0.5 * (covariance + covariance.T)
        self.log_likelihood -= 0.5 * float(v @ v) + float(np.log(diagonal).sum())
        return Step(inverse @ rows if smoothed else rows[:0], W, v)

    def remember(self, weight: float) -> Real:
        """Take the present sums into r; the matrix (n, n) that this was."""
        T = np.eye(self.mean.size)
        if weight > 0:
            share = weight / (self.reference_weight + weight)
            T[self.dynamics.memory] *= 1 - share
            T[self.dynamics.memory] += share * self.wide(self.dynamics.rows)
            self.reference_weight += weight
            self.mean = T @ self.mean
            self.covariance = T @ self.covariance @ T.T
        return T

    def begin_epoch(self, foreign: bool = False) -> Real:
        """All amplitudes may have changed by one factor, and the widths too.

        `foreign`: the epoch is another than the reference period's.  The transition is
        returned; it has more rows than columns where the offsets come with it.
        """
        M, n, size = len(self.dynamics.names), self.mean.size, self.dynamics.size
        kept = IN_COMMON if foreign and self.foreign else 0.0
        T = np.eye(size + M if foreign else n, n)
        T[size:, size:] *= kept
        self.mean = T @ self.mean
        self.covariance = T @ self.covariance @ T.T
        self.covariance[M, M] += EPOCH_GAIN**2
        widths = np.arange(size)[self.dynamics.widths]
        self.covariance[widths, widths] += EPOCH_WIDTH_HZ**2
        if foreign:
            offsets = np.arange(size, size + M)
            self.covariance[offsets, offsets] += 1 - kept**2
        self.foreign = foreign
        return T

    def step_gain(self) -> None:
        """The gain has stepped, and was measured: what is left of it is not known."""
        M, covariance = len(self.dynamics.names), self.covariance.copy()
        covariance[M, M] += EPOCH_GAIN**2
        self.covariance = covariance

    def wide(self, rows: Real) -> Real:
        """Rows (m, n) for the state with its offsets, where it has them."""
        return widened(rows, self.mean.size)

    def bend(self) -> None:
        """The course may bend now: the infusion starts, or stops."""
        added = self.wide(self.dynamics.bend()[None])[0]
        self.covariance = self.covariance + np.diag(added)

    def joint(self) -> tuple[Real, Real]:
        """Sums and width now and in the reference period, (10,) and (10, 10)."""
        rows = self.wide(self.dynamics.now_and_then)
        return rows @ self.mean, rows @ self.covariance @ rows.T


def widened(rows: Real, n: int) -> Real:
    """Rows (m, n) that say nothing of what a state has more, its offsets."""
    more = n - rows.shape[1]
    return np.pad(rows, ((0, 0), (0, more))) if more else rows


def tracked_changes(joint: Real, covariance: Real) -> tuple[Real, Real]:
    """Percent changes of `TRACKED` and SDs, each (..., 4), from `Tracker.joint`s.

    `joint` is (..., 10), `covariance` (..., 10, 10); not finite where the basis set
    does not hold the parts of an outcome.
    """
    sums = np.ones((*joint.shape[:-1], REMEMBERED + 1))
    g = np.zeros((*joint.shape[:-1], *POWERS.shape))
    with np.errstate(all="ignore"):
        sums[..., :-1] = joint[..., :REMEMBERED] / joint[..., REMEMBERED:]
        q = sums[..., TOP] / sums[..., BOTTOM]
        np.divide(POWERS, joint[..., None, :], out=g, where=TOLD)
        variance = np.maximum(((g @ covariance) * g).sum(axis=-1), 0.0)
        return 100 * (q - 1), 100 * np.abs(q) * np.sqrt(variance)


def shared_doubt(doubt: Real, names: tuple[str, ...]) -> Real | float:
    """Covariance to add to a `Tracker.joint`'s (10, 10) for an error of amplitudes.

    `doubt` (M, M) is the same error's now and in the reference period.
    """
    if not doubt.any():
        return 0.0
    sums = np.zeros((REMEMBERED, len(names)))
    sums[:-1] = sums_of(names)
    return np.tile(sums @ doubt @ sums.T, (2, 2))
