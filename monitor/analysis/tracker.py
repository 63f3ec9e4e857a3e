"""The tracker: a state-space estimate of the amplitudes, transient by transient.

State x = (c, w, s):  amplitudes c (M), Lorentzian width w against the session model,
and a slope s per transient for Glu and Gln.  Between transients

    c_m' = c_m + s_m + n_m,   s' = d s + n_s,   w' = w + n_w,

with independent Gaussian n (a smooth course for Glu and Gln, random walks for the
rest).  Glu, Gln, tNAA and tCr move freely.  Every other amplitude is *tied*: it may
depart from its value in the reference period by TIED_PERCENT over an hour (one SD of a
random walk).  What this assumes is that lactate, inositol and the like hold nearly
still; where they do not, part of their change is booked to what overlaps them.  The
free estimate of the windows stands beside the tracker for that reason.

A transient's projected spectrum z (`subspace`) is linear in what is small: about
amplitudes c0 and widths of the session model,

    z = A c + i A c0 p + 2 pi i A' c0 d + pi A' c0 w + e,

its own phase p and shift d are free and are projected out, which leaves an information
matrix L (M + 1, the same for each transient) and a vector B z.  A transient of weight u
counts u times.  Kalman's update in information form,

    P^-1 <- P^-1 + u L,   x <- x + P u (B z - L x_cw).

The change from the reference period needs the joint uncertainty of X now and X then:
the state also carries the running means over the reference period of the sums that the
outcomes are made of.  `filtered` is what the transients up to then say, `smoothed`
(Rauch, Tung & Striebel 1965) what the session up to now says.

Process noise: one scale for the slopes of Glu and Gln, by maximum likelihood over a
grid, with a floor from `FLOOR`, so that a quiet reference period cannot make the filter
deaf to what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis import names as naming
from monitor.analysis.spectrum import Complex, Real
from monitor.analysis.subspace import TIME_UNIT_S, Subspace
from monitor.analysis.update import TrackerPoint

TRACKED = ("Glu", "Glx", "Glx/tNAA", "Glu/tCr")
SUMS = ("Glu", "Glx", "tNAA", "tCr")
"""What the tracked outcomes are made of; their means in the reference period."""
FREE = ("Glu", "Gln", "NAA", "NAAG", "tNAA", "Cr", "PCr", "tCr")
SLOPING = ("Glu", "Gln")

TIED_PERCENT = 3.0
FREE_PERCENT = 3.0
"""Random walk of free amplitudes without a slope (tNAA, tCr) in an hour, one SD."""
HOUR = 1800.0
"""Transients in an hour at TR 2 s: the unit of the strengths above."""
SLOPE_MEMORY = 0.995
SLOPE_PERCENT = (0.002, 0.005, 0.01, 0.02, 0.04)
"""Trial SDs of the slope's noise per transient, percent of Glu's amplitude."""
FLOOR = 0.005
WIDTH_WALK_HZ = 0.01
GAP_TRANSIENTS = 100.0
GAIN_SD = 0.2


@dataclass(frozen=True, slots=True)
class Measurement:
    """What the transients of one session model say: L and B of the module docstring.

    Attributes
    ----------
    information : (M + 1, M + 1) L, for one transient of weight 1
    gain : (M + 1, r) B, complex; the real part of B z is meant
    """

    information: Real
    gain: Complex


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
    return Measurement(0.5 * (information + information.T), gain)


@dataclass(frozen=True, slots=True)
class Dynamics:
    """How the state moves from one transient to the next.

    Attributes
    ----------
    transition : (n, n)
    noise : (n,) variances added to each component in one step
    sums : (4, M) rows of `SUMS` over the amplitudes
    """

    transition: Real
    noise: Real
    sums: Real


def dynamics_of(names: tuple[str, ...], c0: Real, slope_percent: float) -> Dynamics:
    """Transition and process noise for amplitudes about c0 (M,)."""
    M = len(names)
    sloping = [i for i, n in enumerate(names) if naming.canonical(n) in SLOPING]
    n = M + 1 + len(sloping) + len(SUMS)
    transition, noise = np.eye(n), np.zeros(n)
    size = np.maximum(np.abs(c0), 0.05 * np.abs(c0).max())
    for i, name in enumerate(names):
        free = naming.canonical(name) in FREE
        percent = FREE_PERCENT if free else TIED_PERCENT
        noise[i] = (0.01 * percent * size[i]) ** 2 / HOUR
    noise[M] = WIDTH_WALK_HZ**2
    for k, i in enumerate(sloping):
        transition[i, M + 1 + k] = 1.0
        transition[M + 1 + k, M + 1 + k] = SLOPE_MEMORY
        noise[M + 1 + k] = (0.01 * slope_percent * size[i]) ** 2
    return Dynamics(transition, noise, _sums(names))


def _sums(names: tuple[str, ...]) -> Real:
    rows = [naming.members(total, names) for total in SUMS]
    return np.array([[float(n in parts) for n in names] for parts in rows])


@dataclass(slots=True)
class Tracker:
    """The filter: one owner, a state that only `step` moves.

    Attributes
    ----------
    names : of the amplitudes
    dynamics : how the state moves
    reference_count : weight of the transients that the reference means are made of
    mean, covariance : (n,) and (n, n)
    """

    names: tuple[str, ...]
    dynamics: Dynamics
    mean: Real
    covariance: Real
    reference_count: float = 0.0
    likelihood: float = 0.0

    @classmethod
    def about(cls, names: tuple[str, ...], c0: Real, slope_percent: float) -> Tracker:
        """Begin with hardly any knowledge about amplitudes c0 (M,)."""
        dynamics = dynamics_of(names, c0, slope_percent)
        M, n = len(names), len(dynamics.noise)
        mean, variance = np.zeros(n), np.zeros(n)
        mean[:M] = c0
        size = np.maximum(np.abs(c0), 0.05 * np.abs(c0).max())
        variance[:M] = (0.5 * size) ** 2
        variance[M] = 1.0
        # Overwritten by the first transient of the reference period; it keeps the
        # covariance regular until then.
        variance[n - len(SUMS) :] = np.max(size) ** 2
        return cls(names, dynamics, mean, np.diag(variance))

    def predict(self, steps: float = 1.0) -> None:
        """Let time pass: one transient, or more where some never came."""
        F = self.dynamics.transition
        self.mean = F @ self.mean
        self.covariance = F @ self.covariance @ F.T
        self.covariance[np.diag_indices_from(self.covariance)] += (
            self.dynamics.noise * min(max(steps, 1.0), GAP_TRANSIENTS)
        )

    def measure(self, measurement: Measurement, z: Complex, weight: float) -> None:
        """Take in one transient's projected spectrum (r,)."""
        if weight <= 0:
            return
        M1 = measurement.information.shape[0]
        L = weight * measurement.information
        score = weight * (measurement.gain @ z).real - L @ self.mean[:M1]
        cross = self.covariance[:, :M1]
        inner = np.eye(M1) + L @ cross[:M1]
        self.likelihood += _log_likelihood(inner, score, cross[:M1])
        moved = np.linalg.solve(inner, np.column_stack([score, L @ cross.T]))
        self.mean = self.mean + cross @ moved[:, 0]
        covariance = self.covariance - cross @ moved[:, 1:]
        self.covariance = 0.5 * (covariance + covariance.T)

    def remember(self, weight: float) -> None:
        """Count the present sums into the means of the reference period."""
        if weight <= 0:
            return
        T = self.remembering(weight)
        self.reference_count += weight
        self.mean = T @ self.mean
        self.covariance = T @ self.covariance @ T.T

    def remembering(self, weight: float) -> Real:
        """Matrix (n, n) that counts the present sums into the reference means."""
        M, n = len(self.names), self.mean.size
        T = np.eye(n)
        if weight > 0:
            share = weight / (self.reference_count + weight)
            rows = slice(n - len(SUMS), n)
            T[rows, rows] *= 1 - share
            T[rows, :M] = share * self.dynamics.sums
        return T

    def change_gain(self) -> None:
        """A new epoch: all amplitudes may have changed by one common factor."""
        M = len(self.names)
        common = GAIN_SD * self.mean[:M]
        self.covariance[:M, :M] += np.outer(common, common)


def _log_likelihood(inner: Real, score: Real, prior: Real) -> float:
    """Log likelihood of one transient, up to what does not depend on the dynamics."""
    gain = np.linalg.solve(inner, score)
    _, volume = np.linalg.slogdet(inner)
    return 0.5 * float(score @ prior @ gain) - 0.5 * float(volume)


def point_of(
    tracker: Tracker, mean: Real, covariance: Real, index: int, time_s: float
) -> TrackerPoint:
    """Changes of the tracked outcomes in percent from a state and its covariance."""
    M, n = len(tracker.names), mean.size
    sums = tracker.dynamics.sums
    now = sums @ mean[:M]
    then = mean[n - len(SUMS) :]
    values: dict[str, float] = {}
    sds: dict[str, float] = {}
    for name in TRACKED:
        row = np.zeros(n)
        change = 1.0
        for part, sign in zip(name.split("/"), (1.0, -1.0), strict=False):
            k = SUMS.index(part)
            if not (sums[k].any() and now[k] > 0 and then[k] > 0):
                break
            change *= (now[k] / then[k]) ** sign
            row[:M] += sign * sums[k] / now[k]
            row[n - len(SUMS) + k] -= sign / then[k]
        else:
            values[name] = 100 * (change - 1)
            variance = float(row @ covariance @ row)
            sds[name] = 100 * abs(change) * float(np.sqrt(max(variance, 0.0)))
    return TrackerPoint(index, time_s, values, sds)


@dataclass(frozen=True, slots=True)
class Observed:
    """One transient as the tracker sees it.

    Attributes
    ----------
    index, time_s : which transient
    measurement : of its epoch's session model
    z : (r,) projected spectrum
    weight : 0 ... 1
    steps : transients since the one before, more than 1 across a gap
    reference : whether it lies in the reference period
    begins_epoch : whether it is the first of an epoch after another
    """

    index: int
    time_s: float
    measurement: Measurement
    z: Complex
    weight: float
    steps: float
    reference: bool
    begins_epoch: bool


def take(tracker: Tracker, seen: Observed) -> None:
    """Predict and measure one transient."""
    tracker.predict(seen.steps)
    if seen.begins_epoch:
        tracker.change_gain()
    tracker.measure(seen.measurement, seen.z, seen.weight)


def advance(tracker: Tracker, seen: Observed) -> TrackerPoint:
    """One transient further, and what can be said then."""
    take(tracker, seen)
    if seen.reference:
        tracker.remember(seen.weight)
    return point_of(tracker, tracker.mean, tracker.covariance, seen.index, seen.time_s)


def choose_slope(names: tuple[str, ...], c0: Real, seen: Sequence[Observed]) -> float:
    """SD of the slope's noise (percent per transient) by maximum likelihood."""
    scores = {}
    for percent in SLOPE_PERCENT:
        trial = Tracker.about(names, c0, percent)
        for one in seen:
            take(trial, one)
        scores[percent] = trial.likelihood
    return max(FLOOR, max(scores, key=lambda percent: scores[percent]))


def smooth(tracker: Tracker, seen: Sequence[Observed]) -> tuple[TrackerPoint, ...]:
    """What all transients together say of each, in order.

    `tracker` is a fresh one.  With a_k the state after the measurement, T_k the
    remembering and F the transition, a_{k+1}^- = F T_k a_k + n, the usual recursion

        G = P_k (F T_k)' Pp_{k+1}^-1

    gives state and covariance; C = cov(a_k, r), r the final reference means, follows
    as C_k = G C_{k+1}.
    """
    F, n = tracker.dynamics.transition, tracker.mean.size
    predicted, measured, moves = [], [], []
    for one in seen:
        tracker.predict(one.steps)
        if one.begins_epoch:
            tracker.change_gain()
        predicted.append((tracker.mean, tracker.covariance.copy()))
        tracker.measure(one.measurement, one.z, one.weight)
        measured.append((tracker.mean, tracker.covariance.copy()))
        moves.append(tracker.remembering(one.weight if one.reference else 0.0))
        if one.reference:
            tracker.remember(one.weight)
    if not measured:
        return ()
    K = n - len(SUMS)
    then, own = tracker.mean[K:], tracker.covariance[K:, K:]
    T = moves[-1]
    state, spread = measured[-1]
    cross = (spread @ T.T)[:, K:]
    points = [_joint_point(tracker, state, spread, cross, then, own, seen[-1])]
    for k in range(len(seen) - 2, -1, -1):
        (m, P), (mp, Pp) = measured[k], predicted[k + 1]
        G = _gain(Pp, F @ moves[k] @ P)
        state = m + G @ (state - mp)
        spread = P + G @ (spread - Pp) @ G.T
        cross = G @ cross
        points.append(_joint_point(tracker, state, spread, cross, then, own, seen[k]))
    return tuple(reversed(points))


def _gain(Pp: Real, FP: Real) -> Real:
    """(Pp^-1 F P)', with the components scaled to one first."""
    scale = np.sqrt(np.clip(np.diag(Pp), 1e-300, None))
    scaled = Pp / np.outer(scale, scale)
    scaled[np.diag_indices_from(scaled)] += 1e-10
    solved = np.linalg.solve(scaled, FP / scale[:, None])
    gain: Real = (solved / scale[:, None]).T
    return gain


def _joint_point(
    tracker: Tracker,
    state: Real,
    spread: Real,
    cross: Real,
    then: Real,
    own: Real,
    seen: Observed,
) -> TrackerPoint:
    """Point of a smoothed state against the final reference means."""
    K = state.size - len(SUMS)
    joint = np.block([[spread[:K, :K], cross[:K]], [cross[:K].T, own]])
    mean = np.concatenate([state[:K], then])
    return point_of(tracker, mean, joint, seen.index, seen.time_s)
