"""Sidebands of the water, from something that vibrates: that they were there."""

from __future__ import annotations

from monitor.run.levels import epoch_of_level
from monitor.run.result import Result


def phase_swings(result: Result) -> str:
    """Frequencies and places of such pairs in a sentence; empty where there are none.

    Of the epoch of the level, else of the first that has any: those of another epoch
    are undone there, too.  Plain ASCII, for terminals too.
    """
    course = result.course
    if not course.fitted:
        return ""
    counting = [e for e in course.sessions if e not in course.rejected]
    having = [e for e in counting if course.sessions[e].swings]
    of_level = epoch_of_level(course)
    if course.sessions[of_level].swings:
        having = [of_level, *(e for e in having if e != of_level)]
    if not having:
        return ""
    pairs = " and ".join(
        f"{s.hz:.0f} Hz beside it ({s.ppm[0]:.2f} and {s.ppm[1]:.2f} ppm)"
        for s in course.sessions[having[0]].swings
    )
    every = len(having) >= len(counting)
    where = "" if every else f" in {len(having)} of {len(counting)} parts"
    return (
        f"The water has sidebands{where} {pairs}, as from something that vibrates with "
        "the gradients: they are taken off before the fit. Better suppressed water has "
        "smaller ones."
    )
