"""A small tracking problem, and the same solved by plain Gaussian conditioning."""

from dataclasses import dataclass

import numpy as np

from monitor.analysis.fit.subspace import ORDER
from monitor.analysis.tracking.dynamics import (
    EPOCH_GAIN,
    EPOCH_WIDTH_HZ,
    Dynamics,
    dynamics_of,
)
from monitor.analysis.tracking.measurement import WIDTHS, Measurement
from monitor.analysis.tracking.transient_view import Observed

NAMES = ("Glu", "Gln", "NAA", "Cr", "mI")
C0 = np.array([9.0, 2.5, 11.0, 8.5, 6.0])


def measurement(seed: int = 1) -> Measurement:
    """Overlapping, noisy: a transient tells an amplitude to some 10 %."""
    random = np.random.default_rng(seed)
    rows = random.standard_normal((9, len(NAMES) + WIDTHS)) + 1.0
    rows[:, -WIDTHS:] *= 3.0
    terms = np.zeros((ORDER, 9, len(NAMES)))
    return Measurement(rows, np.zeros((9, 0), complex), terms, 0.5)


def with_widths(amplitudes: np.ndarray) -> np.ndarray:
    """What is measured where these are the amplitudes and no width has changed."""
    return np.append(amplitudes, np.zeros(WIDTHS))


def dynamics(slope_percent: float = 0.05, tied: bool = True) -> Dynamics:
    return dynamics_of(NAMES, C0, slope_percent, tied)


def transients(
    count: int,
    reference: int,
    seed: int = 2,
    missing: dict[int, int] | None = None,
    epochs: dict[int, int] | None = None,
) -> list[Observed]:
    """Transients of amplitudes that wander; `missing` come late, `epochs` begin."""
    random = np.random.default_rng(seed)
    measured, place, epoch, seen = measurement(), -1, 0, []
    now = with_widths(C0)
    for i in range(count):
        place += 1 + (missing or {}).get(i, 0)
        epoch = (epochs or {}).get(i, epoch)
        now = now * (1 + 0.002 * random.standard_normal(now.size))
        o = measured.rows @ now + random.standard_normal(len(measured.rows))
        weight = float(random.choice([0.0, 0.4, 1.0, 1.0]))
        seen.append(Observed(i, epoch, 2.0 * place, place, o, weight, i < reference))
    return seen


@dataclass(frozen=True)
class Brute:
    """All states of all transients at once: mean (K n,) and covariance."""

    mean: np.ndarray
    covariance: np.ndarray
    prior_mean: np.ndarray
    prior: np.ndarray


def brute_force(seen: list[Observed], model: Dynamics, upto: int) -> Brute:
    """Joint posterior of every transient's state given the first `upto` spectra.

    The state here holds no reference means: they are linear in the others.
    """
    n = model.size - 5
    start, P = (part[..., :n] for part in model.start())
    F1, Q1 = (part[:n, :n] for part in model.jump(1))
    M, K = len(model.names), len(seen)
    A, noises, means = np.zeros((K * n, K * n)), [], []
    mean, covariance = start, P[:n, :n]
    for k, one in enumerate(seen):
        steps = 1 if k == 0 else one.place - seen[k - 1].place
        F, Q = np.eye(n), np.zeros((n, n))
        for _ in range(steps):
            F, Q = F1 @ F, F1 @ Q @ F1.T + Q1
        if k and one.epoch != seen[k - 1].epoch:
            Q = Q.copy()
            Q[M, M] += EPOCH_GAIN**2
            widths = range(M + 1, M + 1 + WIDTHS)
            Q[widths, widths] += EPOCH_WIDTH_HZ**2
        own = slice(k * n, (k + 1) * n)
        A[own, own] = np.eye(n)
        if k:
            A[own] += F @ A[(k - 1) * n : k * n]
            mean = F @ mean
            noises.append(Q)
        else:
            mean = F @ mean
            noises.append(F @ covariance @ F.T + Q)
        means.append(mean)
    blocks = np.zeros((K * n, K * n))
    for k, Q in enumerate(noises):
        blocks[k * n : (k + 1) * n, k * n : (k + 1) * n] = Q
    prior, prior_mean = A @ blocks @ A.T, np.concatenate(means)
    rows = model.observed(measurement().rows)[:, :n]
    used = [k for k in range(upto) if seen[k].weight > 0]
    H = np.zeros((len(used) * len(rows), K * n))
    R, y = [], []
    for j, k in enumerate(used):
        H[j * len(rows) : (j + 1) * len(rows), k * n : (k + 1) * n] = rows
        R += [1 / seen[k].weight] * len(rows)
        y.append(seen[k].o)
    S = H @ prior @ H.T + np.diag(R)
    gain = np.linalg.solve(S, H @ prior).T
    posterior = prior_mean + gain @ (np.concatenate(y) - H @ prior_mean)
    return Brute(posterior, prior - gain @ H @ prior, prior_mean, prior)


def joint_rows(seen: list[Observed], model: Dynamics, k: int, upto: int) -> np.ndarray:
    """Rows (10, K n): sums and width at transient k and over the reference period."""
    n = model.size - 5
    rows = np.zeros((10, len(seen) * n))
    B = model.rows[:, :n]
    rows[:5, k * n : (k + 1) * n] = B
    inside = [i for i in range(upto) if seen[i].reference and seen[i].weight > 0]
    total = sum(seen[i].weight for i in inside)
    for i in inside:
        rows[5:, i * n : (i + 1) * n] += seen[i].weight / total * B
    return rows
