"""What not knowing the T2 of metabolites without a rate of their own does to a fit.

Rates 1 / T2 of some pools are fitted (`relaxation`); those of glutamate, glutamine and
the rest are the table's, and of a brain they are off as much as published ones scatter.
Fitted, they would take up what lies below their multiplets.  So they are considered:
with G the slopes of all that was fitted (rows, in units of the noise), P the precision
of its priors and H those of the widths that were not, the amplitudes are off by

    d = (G G' + P)^-1 G H' q,      q ~ N(0, RATE_SCATTER^2)

(Schmidt 1966: parameters that are considered, not estimated).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.linalg import LinAlgError

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.normal import factored
from monitor.analysis.fit.problem import Point, Problem
from monitor.analysis.fit.relaxation import RATE_SCATTER, own_rates_hz
from monitor.analysis.fit.slopes_of_fit import Slopes
from monitor.analysis.signal.spectrum import Real


def with_t2_doubt(fit: Fit, problem: Problem, slopes: Slopes | None) -> Fit:
    """The fit with that doubt in its covariance, where it has rates of T2 at all.

    Like the rest of the covariance it is over the misfit.  `slopes` are those of this
    fit; None of no fit.
    """
    layout = problem.model.layout
    if slopes is None or not fit.theta_sd[layout.rates].any():
        return fit
    with np.errstate(all="ignore"):
        try:
            doubt = _doubt(problem, slopes) / max(fit.misfit, 1.0)
        except LinAlgError:
            return fit
    return replace(fit, covariance=fit.covariance + doubt)


def _doubt(problem: Problem, slopes: Slopes) -> Real:
    """Covariance (M, M) of d."""
    point, G, prior = slopes
    H = _rate_slopes(problem, point)
    off = RATE_SCATTER * factored(G @ G.T + prior).solve(G @ H.T)[: point.c.size]
    return np.asarray(off @ off.T, float)


def _rate_slopes(problem: Problem, point: Point) -> Real:
    """Slopes with the rate of each metabolite that has none of its own, (n, 2 K)."""
    model = problem.model
    rates = own_rates_hz(model.names, model.macromolecule)
    told = np.flatnonzero(rates)
    fids = (rates[told] * point.c[told])[:, None] * point.shaped[told]
    fids = -np.pi * model.t * fids * model.kernel(point.theta)
    spectra = model.in_band(fids) * model.turn(point.theta)
    rows = problem.baseline.stacked_rows(spectra, problem.stiffness)
    return np.asarray(rows / problem.noise_sd, float)
