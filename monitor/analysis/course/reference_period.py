"""The reference period of a course: which transients, and what they say."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.response import Reference, excess_scatter, unseen_outcomes
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.fitted_windows import FittedWindow, fit_averages, repeated
from monitor.analysis.fit.window import Window
from monitor.analysis.preparation.quality import Quality


def reference_window(
    qualities: Sequence[Quality],
    reference_s: tuple[float, float],
    rejected: frozenset[int],
) -> Window | None:
    """Transients of the reference period that have weight, of its best-filled epoch."""
    start, end = reference_s
    inside = [
        (q.epoch, i)
        for i, q in enumerate(qualities)
        if start <= q.time_s < end and q.epoch not in rejected and q.weight > 0
    ]
    if not inside:
        return None
    epochs = [epoch for epoch, _ in inside]
    best = max(set(epochs), key=lambda epoch: (epochs.count(epoch), epoch))
    own = [i for epoch, i in inside if epoch == best]
    return Window(own[0], own[-1] + 1)


def reference_of(
    course: Course,
    window: Window,
    reference_s: tuple[float, float],
    fitted: list[FittedWindow],
) -> Reference:
    """The reference period with the scatter of its independent windows."""
    average = course.average(window)
    session = course.sessions[course.qualities[window.first].epoch]
    mean = fit_averages(session, course.fids, [average])[0]
    parts = [
        f
        for f in fitted
        if f.average.window.independent
        and f.converged
        and f.average.n_effective > 0
        and window.first <= f.average.window.first
        and f.average.window.stop <= window.stop
    ]
    return Reference(
        *reference_s,
        window.first,
        window.stop,
        average.weights,
        mean.amplitudes,
        repeated(mean, session),
        _excess(course, parts),
        _unseen(course, mean, session),
    )


def _unseen(
    course: Course, mean: FittedWindow, session: SessionModel
) -> frozenset[str]:
    """Outcomes whose level may be 0."""
    if course.outcomes is None:
        return frozenset()
    return unseen_outcomes(course.outcomes, mean.amplitudes, session.level_covariance)


def _excess(course: Course, parts: list[FittedWindow]) -> dict[str, float]:
    """Scatter of independent windows beyond their bound."""
    if not parts or course.outcomes is None:
        return {}
    return excess_scatter(
        course.outcomes,
        np.stack([f.amplitudes for f in parts]),
        np.stack([repeated(f, course.session_of(f)) for f in parts]),
    )
