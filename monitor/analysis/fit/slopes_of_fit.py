"""Slopes of all that a fit has moved, and what its priors know of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.problem import Point, Problem, evaluate, slopes, target
from monitor.analysis.signal.spectrum import Real


class Slopes(NamedTuple):
    """A fit about its optimum, amplitudes first, then what else moved (m in all).

    Attributes
    ----------
    point : at the fit's parameters
    G : (m, 2 K) slopes after R, as rows, in units of the noise
    prior : (m, m) precision of the priors
    """

    point: Point
    G: Real
    prior: Real


def slopes_of(fit: Fit, problem: Problem) -> Slopes | None:
    """G and P of a fit of this problem; None of no fit."""
    if not fit.converged:
        return None
    with np.errstate(all="ignore"):
        try:
            return _slopes_of(fit, problem)
        except LinAlgError:
            return None


def _slopes_of(fit: Fit, problem: Problem) -> Slopes:
    point = evaluate(problem, target(problem), fit.theta)
    M, moved = point.c.size, np.flatnonzero(fit.theta_sd)
    G = np.concatenate([point.X, slopes(problem, point, moved)])
    prior = np.zeros((len(G), len(G)))
    prior[:M, :M] = problem.priors.rows.T @ problem.priors.rows
    rest = np.arange(M, len(G))
    prior[rest, rest] = 1 / problem.priors.sd[moved] ** 2
    return Slopes(point, G, prior)
