"""The line of a session as windows may widen or narrow it.

Beside a kernel the fit's Voigt is narrower than the line (`first_fit`): at 3 T one of
5 or 6 Hz, under a comb of offsets 2 Hz apart, where the line has 8.  Their sum is the
line as well as the mean knows it, and amplitudes need no more.  What a change of width
does is its slope, -t^2 E(t), late in the FID, where such a comb is mostly noise of the
mean: of a line narrower in its Gaussian part a window then took half for a Lorentzian
change, and the rest for amplitude.

So the slopes are those of another fit of the same mean, with a Voigt that starts as
wide as the whole line and that no prior keeps narrow: its kernel holds what is skewed
and nothing else.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from monitor.analysis.fit.first_fit import SUSPECT
from monitor.analysis.fit.fit import Fit
from monitor.analysis.fit.lineshape import gauss_rate
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.model import GAUSS, LORENTZ, SHIFT
from monitor.analysis.fit.problem import Problem
from monitor.analysis.signal.spectrum import Real

LORENTZ_SHARE, GAUSS_SHARE = 0.15, 0.85
"""Parts of the line's width that the Voigt begins with."""
TOLERANCE = 0.1


def moving_line(problem: Problem, fit: Fit, fwhm_hz: float) -> Real:
    """Parameters (T,) whose line has the slopes of a mean's line.

    Parameters
    ----------
    problem, fit : of the mean; the fit's own parameters where its line has no kernel,
        or where no wider Voigt beside one is found
    fwhm_hz : width of its lines
    """
    kernel = problem.model.layout.kernel
    if not fit.theta[kernel].any() or not np.isfinite(fwhm_hz):
        return fit.theta
    start, sd = fit.theta.copy(), problem.priors.sd.copy()
    start[kernel] = 0.0
    start[LORENTZ] = LORENTZ_SHARE * fwhm_hz
    start[GAUSS] = gauss_rate(GAUSS_SHARE * fwhm_hz)
    sd[[LORENTZ, GAUSS]] = np.inf
    free = replace(problem, priors=replace(problem.priors, sd=sd))
    moved = np.array([SHIFT, LORENTZ, GAUSS, *range(kernel.start, kernel.stop)])
    found = minimise(free, start, moved, tolerance=TOLERANCE)
    as_good = found.converged and found.misfit <= SUSPECT * fit.misfit
    wider = found.theta[GAUSS] > fit.theta[GAUSS]
    return found.theta if as_good and wider else fit.theta
