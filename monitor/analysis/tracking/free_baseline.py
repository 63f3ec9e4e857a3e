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
`epoch_model`): what the reference period told of it is refuted.  So it is where the
signal has stepped and the baseline has not been seen to follow (`baseline_share`).
Intervals then hold a baseline that may bend, and are wider.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import accumulate, takewhile

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.plan import Plan
from monitor.analysis.fit.epoch_model import DEPARTURE_STIFFNESS, SessionModel
from monitor.analysis.fit.fitted_windows import MOVING, mean_fid, window_problem
from monitor.analysis.fit.minimise import minimise
from monitor.analysis.fit.window import Average, Window, window_ending
from monitor.analysis.fit.window_fit import WarmFits, warm_fits
from monitor.analysis.signal.spectrum import Real
from monitor.analysis.tracking.baseline_share import has_followed
from monitor.analysis.tracking.difference import SURELY
from monitor.analysis.tracking.window_departure import Value

SURELY_NOT = 2.0
"""SD in the subspace, behind which nothing reaches that in full."""
LAST = 128
"""Transients that are asked, counted by their weights."""
FEWEST = 16
ASKED = ("Glx/tNAA", "Glu/tCr")
"""Outcomes of which `decide_bending` asks, whichever is shown."""
Estimated = tuple[Real, Real]
"""Amplitudes (M,) and their covariance (M, M)."""
Fits = tuple[Estimated, Estimated]
"""With a stiff and with a free baseline."""
Asked = tuple[SessionModel, Average]


def bends_now(course: Course, plan: Plan) -> bool:
    """Whether the newest transients say for the first time that the baseline bends.

    Asked where they complete an independent window.  Behind a step of the signal more
    transients may say that it need not, too.
    """
    stepped = bool(course.gains.signal_steps)
    if course.bending_held or plan.reference_s is None:
        return False
    if course.bending and not stepped:
        return False
    epochs, times_s, length = course.epochs, course.times_s, plan.length
    newest = window_ending(epochs, times_s.tolist(), plan.boundaries_s, length, length)
    if newest is None or not newest.independent:
        return False
    behind = times_s[newest.first] >= plan.reference_s[1]
    if behind and stepped:
        return _bends(course, plan) != course.bending
    return bool(behind) and _any_bent(course, plan, [newest])


def decide_bending(course: Course, plan: Plan) -> bool:
    """Let the baseline bend, or not, by all transients; whether that is new."""
    before, course.bending = course.bending, _bends(course, plan)
    return course.bending != before


def _bends(course: Course, plan: Plan) -> bool:
    """Whether the baseline is to bend, by all transients."""
    if not all(has_followed(course, step) for step in course.gains.signal_steps):
        return True
    return _any_bent(course, plan, _asked_at(course, plan))


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


def _any_bent(course: Course, plan: Plan, windows: Sequence[Window]) -> bool:
    """Whether the last transients at the end of any of these windows show it."""
    since_s = (plan.reference_s or (0.0, 0.0))[1]
    means = [_asked_of(course, since_s, window.stop) for window in windows]
    asked = [one for one in means if one is not None and not course.bends.has(*one)]
    fitted = zip(asked, _in_subspace(course, asked), strict=True)
    nearly = {id(one): fits for one, fits in fitted}
    return any(
        course.bends.of(*one, partial(_is_bent, course, *one, nearly.get(id(one))))
        for one in means
        if one is not None
    )


def _is_bent(
    course: Course, session: SessionModel, average: Average, nearly: Fits | None
) -> bool:
    """Whether a mean shows it; fitted in full only where the subspace does not say no.

    The two differ by some tenth of an SD where the line is another than the session's.
    `nearly` are the fits in the subspace, where it reaches.
    """
    if nearly is not None:
        near = _departures(course, ASKED, session, average, nearly)
        if not _beyond(near, SURELY_NOT):
            return False
    found = _departures(
        course, ASKED, session, average, _in_full(course, session, average)
    )
    return _beyond(found, SURELY)


def _beyond(found: Mapping[str, Value], limit: float) -> bool:
    return any(abs(off) > limit * sd for off, sd in found.values())


def free_baseline_departures(
    course: Course, outcomes: tuple[str, ...], since_s: float, stop: int
) -> dict[str, Value]:
    """Outcomes with a free baseline over those with a stiff one, percent, with SDs.

    Of the last transients before `stop`, of one epoch, that came after `since_s`;
    nothing of fewer than FEWEST, or where the windows' baseline is as free.
    """
    asked = _asked_of(course, since_s, stop)
    if asked is None:
        return {}
    return _departures(course, outcomes, *asked, _in_full(course, *asked))


def _asked_of(course: Course, since_s: float, stop: int) -> Asked | None:
    """Which mean is asked, and its session model; None where nothing is."""
    average = _last_mean(course, since_s, stop)
    session = course.sessions.get(course.qualities[stop - 1].epoch)
    if average is None or session is None or session.stiffness <= DEPARTURE_STIFFNESS:
        return None
    return session, average


def _departures(
    course: Course,
    outcomes: tuple[str, ...],
    session: SessionModel,
    average: Average,
    fits: Fits,
) -> dict[str, Value]:
    """Outcomes that are finite, of a mean that was fitted both ways."""
    noise = _with_mean(session, average)
    found = {name: _apart(course, name, *fits, noise) for name in outcomes}
    return {name: off for name, off in found.items() if all(map(math.isfinite, off))}


def _in_full(course: Course, session: SessionModel, average: Average) -> Fits:
    """A mean fitted with a stiff and with a free baseline."""
    fid = mean_fid(course.fids, average)
    problem = window_problem(session, fid, average.noise)
    stiff, loose = (
        minimise(replace(problem, stiffness=lam), session.fit.theta, MOVING)
        for lam in (session.stiffness, DEPARTURE_STIFFNESS)
    )
    return (stiff.amplitudes, stiff.covariance), (loose.amplitudes, loose.covariance)


def _in_subspace(course: Course, asked: Sequence[Asked]) -> list[Fits | None]:
    """The same of several means, as windows are fitted: those of one session at once.

    None where they leave its reach.
    """
    found: list[Fits | None] = [None] * len(asked)
    for session in {id(session): session for session, _ in asked}.values():
        own = [k for k, (other, _) in enumerate(asked) if other is session]
        averages = [asked[k][1] for k in own]
        fids = np.stack([mean_fid(course.fids, one) for one in averages])
        noise = np.array([one.noise for one in averages])
        stiff, loose = (
            warm_fits(subspace, session.projected_in(subspace, fids), noise)
            for subspace in (session.asked, session.free)
        )
        for row, k in enumerate(own):
            if stiff.converged[row] and loose.converged[row]:
                found[k] = _estimate_of(stiff, row), _estimate_of(loose, row)
    return found


def _estimate_of(fits: WarmFits, row: int) -> Estimated:
    """Amplitudes of one window, and their covariance."""
    M = fits.amplitudes.shape[1]
    return fits.amplitudes[row], fits.covariance[row, :M, :M]


def _last_mean(course: Course, since_s: float, stop: int) -> Average | None:
    """Mean of the last transients before `stop` that came after a time."""
    own = course.transients_of(course.qualities[stop - 1].epoch)
    first = max(own.start, course.first_from(since_s))
    newest_first = reversed(course.qualities[first:stop])
    behind = accumulate(quality.weight for quality in newest_first)
    counted = list(takewhile(lambda weight: weight < LAST + 1, behind))
    if not counted or counted[-1] < FEWEST:
        return None
    return course.average(Window(stop - len(counted), stop))


def _apart(
    course: Course, outcome: str, stiff: Estimated, loose: Estimated, noise: float
) -> Value:
    """One outcome of the loose fit over the stiff one's, percent, and its SD."""
    held, held_sd = _value(course, outcome, stiff)
    free, free_sd = _value(course, outcome, loose)
    variance = (free_sd**2 - held_sd**2) * noise
    if not (held > 0 and variance > 0):
        return math.nan, math.nan
    return 100 * (free / held - 1), 100 * math.sqrt(variance) / held


def _value(course: Course, outcome: str, fit: Estimated) -> Value:
    """An outcome and its SD."""
    outcomes, (amplitudes, covariance) = course.outcomes, fit
    if outcomes is None or outcome not in outcomes.names:
        return math.nan, math.nan
    one = outcomes.subset((outcome,))
    sd = one.sds(amplitudes, covariance)[0]
    return float(one.values(amplitudes)[0]), float(sd)


def _with_mean(session: SessionModel, average: Average) -> float:
    """Noise of a mean whose residual against another's is fitted, over its own."""
    mean = session.mean
    return 1.0 if mean is None else 1 + (mean.noise / average.noise) ** 2
