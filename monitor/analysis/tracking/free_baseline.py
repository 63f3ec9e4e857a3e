"""What the last transients say if their baseline may bend.

Windows and tracker let the baseline depart from the reference period's as stiffly as
that asks for.  Whatever broad comes later (lipid, water, a hump) is then taken for
metabolites, in all of them alike.  So the mean of the last transients is fitted twice:
with the baseline as stiff as windows hold it, and as free as that of another epoch.
The first uses all that the second does and more: the variance of the difference is the
difference of their variances (Hausman).  The residual of the reference period's mean
was taken off both, so that its noise is in it too.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.fit.epoch_model import DEPARTURE_STIFFNESS, SessionModel
from monitor.analysis.fit.fit import minimise
from monitor.analysis.fit.fitted_windows import MOVING, mean_fid, window_problem
from monitor.analysis.fit.problem import Problem
from monitor.analysis.fit.window import Average, Window, average_with
from monitor.analysis.tracking.window_departure import Value

LAST = 128
"""Transients that are asked, counted by their weights."""
FEWEST = 32


def free_baseline_departure(
    course: Course, outcome: str, since_s: float
) -> Value | None:
    """The outcome with a free baseline over that with a stiff one, percent, and its SD.

    Of the last transients of the newest epoch that came after `since_s`; None of fewer
    than FEWEST, or where the windows' baseline is as free.
    """
    average = _last_mean(course, since_s)
    session = course.sessions.get(course.epochs[-1])
    if average is None or session is None:
        return None
    held = window_problem(session, mean_fid(course.fids, average), average.noise)
    if held.stiffness <= DEPARTURE_STIFFNESS:
        return None
    stiff = _value(course, outcome, session, held)
    free = replace(held, stiffness=DEPARTURE_STIFFNESS)
    loose = _value(course, outcome, session, free)
    if not stiff[0] > 0:
        return None
    variance = (loose[1] ** 2 - stiff[1] ** 2) * _with_mean(session, average)
    sd = math.sqrt(variance) if variance > 0 else math.nan
    return 100 * (loose[0] / stiff[0] - 1), 100 * sd / stiff[0]


def _last_mean(course: Course, since_s: float) -> Average | None:
    """Mean of the last transients that came after a time."""
    own = course.transients_of(course.epochs[-1])
    first = max(own.start, int(np.searchsorted(course.times_s, since_s)))
    weights = course.weights[first : own.stop]
    behind = np.cumsum(weights[::-1])[::-1]
    if not behind.size or behind[0] < FEWEST:
        return None
    first += int(np.count_nonzero(behind >= LAST + 1))
    window = Window(first, own.stop)
    return average_with(window, course.weights[first : own.stop])


def _value(
    course: Course, outcome: str, session: SessionModel, problem: Problem
) -> Value:
    """An outcome and its SD, of a mean's fit."""
    if course.outcomes is None:
        return math.nan, math.nan
    fit = minimise(problem, session.fit.theta, MOVING)
    one = course.outcomes.subset((outcome,))
    sd = one.sds(fit.amplitudes, fit.covariance)[0]
    return float(one.values(fit.amplitudes)[0]), float(sd)


def _with_mean(session: SessionModel, average: Average) -> float:
    """Noise of a mean whose residual against another's is fitted, over its own."""
    mean = session.mean
    return 1.0 if mean is None else 1 + (mean.noise / average.noise) ** 2
