"""One window of a session looked at again: its curves, as it would be fitted now."""

from __future__ import annotations

from monitor.analysis.fit.curves import Curves
from monitor.analysis.fit.window import Window
from monitor.analysis.pipeline import Pipeline

NEAR_S = 1e-6


def curves_between(pipeline: Pipeline, start_s: float, end_s: float) -> Curves | None:
    """Spectra and fit of the transients of a stretch of scanner time, s.

    None where no transient lies in it, or its epoch has not been fitted yet.
    """
    course = pipeline.course
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
    return pipeline.window_curves(fitted[0]) if fitted else None
