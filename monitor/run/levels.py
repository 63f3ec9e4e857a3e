"""How well a level is known, and what of that macromolecules are to blame for."""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.course.level_doubt import doubt_shares
from monitor.analysis.course.response import Z95
from monitor.run.result import Result


def unmeasured(result: Result) -> str:
    """A sentence on the level of the outcome; empty where macromolecules are known.

    Plain ASCII, for terminals too.
    """
    course, name = result.course, result.settings.outcome
    outcomes = course.outcomes
    if outcomes is None or outcomes.row(name) is None or not course.sessions:
        return ""
    epoch = min(course.sessions)
    if course.reference is not None:
        epoch = course.qualities[course.reference.first].epoch
    made, one = course.sessions[epoch], outcomes.subset((name,))
    share = doubt_shares(made, one)[name]
    c, scale = made.fit.amplitudes, max(made.fit.misfit, 1.0)
    sd = one.sds(c, scale * made.fit.covariance)[0] / abs(one.values(c)[0])
    if not share or not np.isfinite(sd):
        return ""
    whole = 100 * Z95 * float(sd)
    source = (
        "the macromolecules that the session measured"
        if result.measured_mm_used
        else "macromolecules that were not measured"
    )
    return (
        f"The level of {name} is known to +- {whole:.0f} % (95 %), of which "
        f"+- {math.sqrt(share) * whole:.0f} % come from {source}."
    )
