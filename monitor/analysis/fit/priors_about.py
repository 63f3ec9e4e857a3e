"""Priors that a first fit of the same spectrum has told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.lineshape import gauss_rate
from monitor.analysis.fit.model import GAUSS, LORENTZ
from monitor.analysis.fit.problem import Problem
from monitor.analysis.fit.ratio_priors import prior_rows

WIDTH_FREEDOM = 0.15
NARROW_LORENTZ, NARROW_GAUSS = 0.15, 0.5
"""Parts of the first fit's width that a Voigt has beside a kernel."""


def with_width_near(problem: Problem, first: Fit) -> Problem:
    """The problem with the Voigt's widths held near a first fit's."""
    return _with_widths(problem, first, *first.theta[[LORENTZ, GAUSS]])


def with_narrow_voigt(problem: Problem, first: Fit) -> Problem:
    """The problem with a Voigt that is narrower than a first fit's.

    A kernel of positive coefficients makes a line wider and skews it; from a Voigt that
    is as wide as the whole line it would have to be negative, and rests in optima where
    all of the width is Lorentzian.
    """
    width_hz = first.broadening_hz
    lorentz, gauss = NARROW_LORENTZ * width_hz, gauss_rate(NARROW_GAUSS * width_hz)
    return _with_widths(problem, first, lorentz, gauss)


def _with_widths(problem: Problem, first: Fit, lorentz: float, gauss: float) -> Problem:
    """The problem with priors on the Voigt's widths.

    Beside a kernel they would be told apart by nothing.
    """
    mean, sd = problem.priors.mean.copy(), problem.priors.sd.copy()
    mean[[LORENTZ, GAUSS]] = lorentz, gauss
    sd[LORENTZ] = WIDTH_FREEDOM * first.broadening_hz
    sd[GAUSS] = WIDTH_FREEDOM * gauss_rate(first.broadening_hz)
    return replace(problem, priors=replace(problem.priors, mean=mean, sd=sd))


def with_ratio_priors(problem: Problem, first: Fit) -> Problem:
    """The problem with soft ratio priors about a first fit's Big 3."""
    rows = prior_rows(first.names, first.amplitudes)
    priors = replace(problem.priors, rows=rows, targets=np.zeros(len(rows)))
    return replace(problem, priors=priors)


def with_firm_rates(problem: Problem, misfit: float) -> Problem:
    """The problem with rates 1 / T2 held against what is left over, not noise alone."""
    sd = problem.priors.sd.copy()
    sd[problem.model.layout.rates] /= np.sqrt(max(misfit, 1.0))
    return replace(problem, priors=replace(problem.priors, sd=sd))
