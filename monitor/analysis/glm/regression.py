"""The general linear model at each point of the ppm axis.

    y_b = m_e(b) + beta x_b + e_b,

with a level m of each epoch, the course x, and noise of variance s^2 / W_b (W_b the
weight of block b) that is a first-order autoregression in time, r its coefficient, at
each point of its own.  r comes from the residuals of ordinary least squares and is not
below 0; the model is then solved once more with y_b - r y_(b-1) in the place of y_b,
and x and m likewise (Cochrane & Orcutt 1949).  t = beta / SD(beta) has n - p - 1
degrees of freedom.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from monitor.analysis.signal.spectrum import Real

LEAST_DEGREES = 6
MOST_CORRELATED = 0.9
TOGETHER_POINTS = 8.0
"""SD of the neighbourhood that has one autocorrelation."""


@dataclass(frozen=True)
class Regression:
    """`slope` and `t` (K,) of a course at each point; `degrees` of freedom of t."""

    slope: Real
    t: Real
    degrees: int


def regression_of(
    y: Real, course: Real, level: Real, weight: Real
) -> Regression | None:
    """Regress spectra y (n, K) on a course (n,); None where nothing can be told.

    Parameters
    ----------
    level : (n, E) 1 in the column of the block's epoch, 0 elsewhere
    weight : (n,) of the blocks
    """
    root = np.sqrt(weight / weight.mean())[:, None]
    X = np.column_stack([course, level])
    degrees = len(y) - X.shape[1] - 1
    own = course - level @ (np.linalg.pinv(level) @ course)
    if degrees < LEAST_DEGREES or not np.ptp(own) > 1e-6 * np.ptp(course):
        return None
    e = y - X @ np.linalg.lstsq(root * X, root * y, rcond=None)[0]
    scaled, same = e * root, np.all(level[1:] == level[:-1], axis=1)
    r = _correlation(scaled, same, X.shape[1])
    whole, target = _whiten(root * X, r, same), _whiten(root * y, r, same)
    gram = np.einsum("nkp,nkq->kpq", whole, whole)
    inverse = np.linalg.inv(gram + 1e-12 * np.eye(X.shape[1]))
    beta = np.einsum("kpq,nkq,nk->kp", inverse, whole, target[:, :, 0])
    rest = target[:, :, 0] - np.einsum("nkp,kp->nk", whole, beta)
    variance = np.sum(rest**2, axis=0) / degrees
    sd = np.sqrt(np.maximum(variance * inverse[:, 0, 0], 1e-300))
    return Regression(beta[:, 0], beta[:, 0] / sd, degrees)


def _correlation(e: Real, same: np.ndarray, parameters: int) -> Real:
    """Autocorrelation (K,) of neighbouring blocks, common to neighbouring points.

    That of residuals is too low by some (p + (p + 2) r) / n for p parameters (Kendall
    1954, whose case is p = 1).
    """
    n, points = e.shape
    away = np.subtract.outer(np.arange(points), np.arange(points)) / TOGETHER_POINTS
    near = np.exp(-0.5 * away**2)
    pairs = np.sum(e[1:][same] * e[:-1][same], axis=0) / max(int(same.sum()), 1)
    power = np.mean(e**2, axis=0)
    r = (near @ pairs) / np.maximum(near @ power, 1e-300)
    unbiased = (r + parameters / n) / max(1 - (parameters + 2) / n, 0.5)
    clipped: Real = np.clip(unbiased, 0.0, MOST_CORRELATED)
    return clipped


def _whiten(values: Real, r: Real, same: np.ndarray) -> Real:
    """What is new in each block (n, K, p): values (n, p), or (n, K) for p = 1."""
    spread = values[:, :, None] if values.shape[1] == r.size else values[:, None, :]
    spread = np.broadcast_to(spread, (len(values), r.size, spread.shape[2]))
    new = np.array(spread)
    new[1:] -= np.where(same[:, None, None], r[None, :, None] * spread[:-1], 0.0)
    first = np.append(True, ~same)
    new[first] *= np.sqrt(1 - r**2)[None, :, None]
    return new
