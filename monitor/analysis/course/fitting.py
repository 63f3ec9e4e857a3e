"""Windows of a course fitted: the newest as it completes, or all of them again.

`refit` fits all windows of all epochs in one call, on whatever settings; `fit_newest`
fits the window that the last transient completed, with the session model of the moment.
"""

from __future__ import annotations

from monitor.analysis.course.course import Course
from monitor.analysis.course.estimates import estimates_of
from monitor.analysis.course.plan import Plan
from monitor.analysis.course.reference_period import reference_of, reference_window
from monitor.analysis.course.response import Estimate
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fitted_windows import FittedWindow, fit_averages
from monitor.analysis.fit.window import Window, windows_of


def fit_newest(course: Course, plan: Plan) -> tuple[Estimate, FittedWindow] | None:
    """Estimate and fit of the window that the last transient completed, if any."""
    window = course.window_completed(plan)
    if window is None:
        return None
    session = begin_session(course, plan, window)
    average = course.average(window)
    fitted = fit_averages(session, course.fids, [average])[0]
    course.last_fitted = fitted
    return estimates_of(course, [fitted])[0], fitted


def begin_session(course: Course, plan: Plan, window: Window) -> SessionModel:
    """Session model of a window's epoch; made from the window where there is none."""
    epoch = course.qualities[window.first].epoch
    session = course.sessions.get(epoch)
    return session or course.make_session(epoch, window, plan.length)


def refit(course: Course, plan: Plan, anew: bool = True) -> tuple[Estimate, ...]:
    """Do everything again: session models, reference period, all windows.

    The session models stay as they are where `anew` is False: other windows of the
    same transients, for which nothing else has changed.
    """
    if anew:
        course.sessions.clear()
    course.reference = None
    epochs, reference = course.epochs, None
    if plan.reference_s is not None:
        reference = reference_window(
            course.qualities, plan.reference_s, course.rejected
        )
    home = None if reference is None else epochs[reference.first]
    # The reference period's first: others take its macromolecules over.  Of one that is
    # left out nothing is taken over.
    new = set(epochs) - set(course.sessions)
    for epoch in sorted(new, key=lambda e: (e != home, e in course.rejected, e)):
        own = Window(epochs.index(epoch), len(epochs) - epochs[::-1].index(epoch))
        mine = reference is not None and epochs[reference.first] == epoch
        course.make_session(
            epoch, reference if mine and reference else own, plan.length
        )
    course.sessions = dict(sorted(course.sessions.items()))
    wanted = windows_of(
        epochs, course.times_s, plan.boundaries_s, plan.length, plan.step
    )
    fitted = course.fit_windows(
        [w for w in wanted if epochs[w.first] not in course.rejected]
    )
    course.fitted, course.last_fitted = fitted, fitted[-1] if fitted else None
    if reference is not None and plan.reference_s is not None:
        course.reference = reference_of(course, reference, plan.reference_s, fitted)
    return estimates_of(course, fitted)
