"""A course whose session has ended, all of it aligned again."""

from __future__ import annotations

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.preparation.realignment import session_realigned
from streams.messages.span import Span


def put_realigned(course: Course, reference_s: Span | None, cycle_steps: int) -> None:
    """Put the transients of a course in their places, aligned by a second pass."""
    again = session_realigned(
        course.fids,
        course.qualities,
        {epoch: model.axis for epoch, model in course.grids.items()},
        reference_s,
        cycle_steps,
    )
    fids = [fid.astype(np.complex64) for fid in again.fids]
    course.put_all(fids, again.qualities)
