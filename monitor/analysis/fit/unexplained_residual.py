"""What a fit leaves over and noise does not explain: how far it may be off by that.

Noise of neighbouring points is independent.  What a basis set, a line or a baseline
that is not quite right leaves over is as broad as a line, and so acts on an amplitude
more than noise of the same size does.  With G the slopes of all that was fitted (rows,
after R, in units of the noise), J = G G', P the precision of the priors, f the misfit,
and r the residual (real and imaginary part of point k together, s_k = G_k r_k), scores
scatter by

    S = sum_|l|<=L (1 - |l| / (L + 1)) sum_k s_k s_(k+l)'

(Newey & West, Econometrica 1987;55:703), L the width of the line, where white noise of
the residual's size has f J.  Of a white residual S scatters about that, so only what it
has beyond counts, in each direction: f S+ with S+ >= J.  The covariance then is that of
a fit to data of so much noise, under its priors,

    V = f (J S+^-1 J + P)^-1    instead of    f (J + P)^-1.
"""

from __future__ import annotations

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.normal import factored
from monitor.analysis.fit.problem import Problem
from monitor.analysis.fit.slopes_of_fit import Slopes
from monitor.analysis.signal.spectrum import Real

LEAST_LAG_HZ = 4.0
"""Lines are not narrower; a broadening may come out near nothing."""
NOTHING = 1e-10
"""Of the largest eigenvalue: directions in which nothing is doubtful."""


def left_over(fit: Fit, problem: Problem, slopes: Slopes | None) -> Real:
    """Covariance (M, M) of the amplitudes beyond bound times misfit.

    `slopes` are those of this fit; 0 of no fit, which has none.
    """
    none = np.zeros_like(fit.covariance)
    if slopes is None:
        return none
    with np.errstate(all="ignore"):
        try:
            return _left_over(fit, problem, slopes)
        except LinAlgError:
            return none


def beyond(robust: Real, white: Real) -> Real:
    """What a covariance (M, M) has beyond another, where it has more.

    Raises
    ------
    LinAlgError : something is not finite
    """
    scale = np.sqrt(np.clip(white.diagonal(), 1e-300, None))
    sizes = np.outer(scale, scale)
    values, vectors = np.linalg.eigh(white / sizes)
    kept = values > NOTHING * values[-1]
    root = vectors[:, kept] * np.sqrt(values[kept])
    back = vectors[:, kept] / np.sqrt(values[kept])
    ratio = back.T @ (robust / sizes) @ back
    more, ways = np.linalg.eigh(0.5 * (ratio + ratio.T))
    turned = root @ ways
    extra = (turned * np.clip(more - 1.0, 0.0, None)) @ turned.T
    return np.asarray(extra * sizes, float)


def _left_over(fit: Fit, problem: Problem, slopes: Slopes) -> Real:
    """V - V0 of the amplitudes, (M, M)."""
    point, G, prior = slopes
    M, m, K = point.c.size, len(G), problem.spectrum.size
    weighed = G * point.residual
    scores = weighed[:, :K] + weighed[:, K:]
    lost = m + 2 * fit.baseline_dimension
    factor = max(fit.misfit, 1.0)
    S = together(scores, _lag(fit, problem)) * 2 * K / max(2 * K - lost, 1.0)
    J = G @ G.T
    S = J + beyond(S / factor, J)
    robust = factored(J @ factored(S).solve(J) + prior).solve(np.eye(m))
    white = factored(J + prior).solve(np.eye(m))
    return np.asarray(factor * (robust - white)[:M, :M], float)


def together(scores: Real, lag: int) -> Real:
    """S (m, m) of scores (m, K): products of points up to `lag` apart, tapered."""
    padded = np.concatenate([scores, np.zeros((len(scores), lag))], axis=1)
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1)
    # The mean of all runs of lag + 1 points has that taper of their products.
    before = np.pad(sums[:, :-1], ((0, 0), (lag, 0)))[:, : padded.shape[1]]
    runs = sums[:, 1:] - before
    return np.asarray(runs @ runs.T / (lag + 1), float)


def _lag(fit: Fit, problem: Problem) -> int:
    """L: points in the width of the line."""
    point_hz = 1 / (problem.model.points * problem.model.dwell_time_s)
    return round(max(fit.broadening_hz, LEAST_LAG_HZ) / point_hz)
