"""What the last transients say if their baseline may bend.

Windows and tracker let the baseline depart from the reference period's as stiffly as
that asks for.  Whatever broad comes later (lipid, water, a hump) is then taken for
metabolites, in all of them alike.  So the mean of the last transients is fitted twice:
with the baseline as stiff as the reference period asks, and as free as that of another
epoch.  The first uses all that the second does and more: the variance of the difference
is the difference of their variances (Hausman).  The residual of the reference period's
mean was taken off both, so that its noise is in it too.

Where they are SURELY apart once, at the end of any independent window, the baseline of
all windows and of the tracker is let bend (`decide_bending`; BENT_STIFFNESS of
`epoch_model`): what the reference period told of it is refuted.  Intervals then hold a
baseline that may bend, and are wider.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from monitor.analysis.course.course import Course, Plan
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fit import Fit, minimise
from monitor.analysis.fit.fitted_windows import MOVING, mean_fid, window_problem
from monitor.analysis.fit.make_epoch_model import DEPARTURE_STIFFNESS
from monitor.analysis.fit.window import Average, Window, average_with
from monitor.analysis.tracking.window_departure import Value

SURELY = 3.3
"""SD: an hour of looking at all ways to a change rarely reaches it by chance."""
LAST = 128
"""Transients that are asked, counted by their weights."""
FEWEST = 16
ASKED = ("Glx/tNAA", "Glu/tCr")
"""Outcomes of which `decide_bending` asks, whichever is shown."""


def bends_now(course: Course, plan: Plan) -> bool:
    """Whether the newest transients say for the first time that the baseline bends.

    Asked where they complete an independent window.
    """
    if course.bending:
        return False
    stop, asked = len(course.qualities), _asked_at(course, plan)
    return bool(asked) and asked[-1].stop == stop and _bent_at(course, plan, stop)


def decide_bending(course: Course, plan: Plan) -> bool:
    """Let the baseline bend, or not, by all transients; whether that is new."""
    before = course.bending
    asked = _asked_at(course, plan)
    course.bending = any(_bent_at(course, plan, window.stop) for window in asked)
    return course.bending != before


def _asked_at(course: Course, plan: Plan) -> list[Window]:
    """Independent windows behind the reference period: it is asked at their ends."""
    if plan.reference_s is None:
        return []
    times_s = course.times_s
    return [
        w
        for w in course.independent_windows(plan)
        if w.length == plan.length and times_s[w.first] >= plan.reference_s[1]
    ]


def _bent_at(course: Course, plan: Plan, stop: int) -> bool:
    """Whether the last transients before `stop` show it."""
    since_s = (plan.reference_s or (0.0, 0.0))[1]
    found = free_baseline_departures(course, ASKED, since_s, stop)
    return any(abs(off) > SURELY * sd for off, sd in found.values())


def free_baseline_departures(
    course: Course, outcomes: tuple[str, ...], since_s: float, stop: int
) -> dict[str, Value]:
    """Outcomes with a free baseline over those with a stiff one, percent, with SDs.

    Of the last transients before `stop`, of one epoch, that came after `since_s`;
    nothing of fewer than FEWEST, or where the windows' baseline is as free.
    """
    average, session = _last_mean(course, since_s, stop), None
    if average is not None:
        session = course.sessions.get(course.qualities[stop - 1].epoch)
    if average is None or session is None or session.stiffness <= DEPARTURE_STIFFNESS:
        return {}
    problem = window_problem(session, mean_fid(course.fids, average), average.noise)
    stiff, loose = (
        minimise(replace(problem, stiffness=lam), session.fit.theta, MOVING)
        for lam in (session.stiffness, DEPARTURE_STIFFNESS)
    )
    noise = _with_mean(session, average)
    found = {name: _apart(course, name, stiff, loose, noise) for name in outcomes}
    return {name: off for name, off in found.items() if all(map(math.isfinite, off))}


def _last_mean(course: Course, since_s: float, stop: int) -> Average | None:
    """Mean of the last transients before `stop` that came after a time."""
    own = course.transients_of(course.qualities[stop - 1].epoch)
    first = max(own.start, int(np.searchsorted(course.times_s, since_s)))
    weights = course.weights[first:stop]
    behind = np.cumsum(weights[::-1])[::-1]
    if not behind.size or behind[0] < FEWEST:
        return None
    first += int(np.count_nonzero(behind >= LAST + 1))
    return average_with(Window(first, stop), course.weights[first:stop])


def _apart(course: Course, outcome: str, stiff: Fit, loose: Fit, noise: float) -> Value:
    """One outcome of the loose fit over the stiff one's, percent, and its SD."""
    held, held_sd = _value(course, outcome, stiff)
    free, free_sd = _value(course, outcome, loose)
    variance = (free_sd**2 - held_sd**2) * noise
    if not (held > 0 and variance > 0):
        return math.nan, math.nan
    return 100 * (free / held - 1), 100 * math.sqrt(variance) / held


def _value(course: Course, outcome: str, fit: Fit) -> Value:
    """An outcome and its SD."""
    outcomes = course.outcomes
    if outcomes is None or outcome not in outcomes.names:
        return math.nan, math.nan
    one = outcomes.subset((outcome,))
    sd = one.sds(fit.amplitudes, fit.covariance)[0]
    return float(one.values(fit.amplitudes)[0]), float(sd)


def _with_mean(session: SessionModel, average: Average) -> float:
    """Noise of a mean whose residual against another's is fitted, over its own."""
    mean = session.mean
    return 1.0 if mean is None else 1 + (mean.noise / average.noise) ** 2
