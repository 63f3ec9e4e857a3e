"""Sidebands of the water, from something that vibrates: that they were there."""

from __future__ import annotations

from monitor.run.levels import epoch_of_level
from monitor.run.result import Result


def phase_swings(result: Result) -> str:
    """Frequencies and places of such pairs in a sentence; empty where there are none.

    Plain ASCII, for terminals too.
    """
    course = result.course
    if not course.fitted:
        return ""
    swings = course.sessions[epoch_of_level(course)].swings
    if not swings:
        return ""
    pairs = " and ".join(
        f"{s.hz:.0f} Hz beside it ({s.ppm[0]:.2f} and {s.ppm[1]:.2f} ppm)"
        for s in swings
    )
    return (
        f"The water has sidebands {pairs}, as from something that vibrates with the "
        "gradients: they are taken off before the fit. Better suppressed water has "
        "smaller ones."
    )
