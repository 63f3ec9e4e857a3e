"""One window of a session looked at again: its curves, as it would be fitted now."""

from __future__ import annotations

from monitor.analysis.course.course import Course
from monitor.analysis.course.curves import window_curves
from monitor.analysis.fit.curves import Curves
from monitor.analysis.fit.window import Window

NEAR_S = 1e-6  # times of windows are sums of times and may differ by rounding


def curves_between(course: Course, start_s: float, end_s: float) -> Curves | None:
    """Spectra and fit of the transients of a stretch of scanner time, s.

    None where no transient lies in it, or its epoch has not been fitted yet.
    """
    inside = [
        i
        for i, quality in enumerate(course.qualities)
        if start_s - NEAR_S <= quality.time_s <= end_s + NEAR_S
    ]
    if not inside or course.qualities[inside[0]].epoch not in course.sessions:
        return None
    epoch = course.qualities[inside[0]].epoch
    own = [i for i in inside if course.qualities[i].epoch == epoch]
    fitted = course.fit_windows([Window(own[0], own[-1] + 1)])
    return window_curves(course, fitted[0]) if fitted else None
