"""How well a level is known, and what of that macromolecules are to blame for."""

from __future__ import annotations

import math

import numpy as np

from monitor.analysis.course.course import Course
from monitor.analysis.course.level_doubt import doubt_shares, left_over_shares
from monitor.analysis.course.response import Z95
from monitor.run.result import Result

UNSEEN = (
    "No change of {name} is given, since it, or what it is divided by, is not seen "
    "before the infusion: the 95 % interval of its level holds 0. Choose another "
    "outcome, or look at the spectrum and the basis set."
)
LEAST_LEFT_OVER = 0.25
"""Of the variance, to be told: noise alone seldom looks like a seventh."""

UNKNOWN_PERCENT = 100.0
"""Half of an interval that holds nothing and twice the level."""


def unseen_level(result: Result) -> str:
    """That there are no percents of the outcome's level; empty where there are."""
    reference, name = result.course.reference, result.settings.outcome
    if reference is None or name not in reference.unseen:
        return ""
    return UNSEEN.format(name=name)


def epoch_of_level(course: Course) -> int:
    """The epoch whose level is told.

    That of the reference period, else the first that counts, else the first.
    """
    if course.reference is not None:
        return course.qualities[course.reference.first].epoch
    counting = [e for e in course.sessions if e not in course.rejected]
    return min(counting or course.sessions)


def doubt_of_level(result: Result) -> str:
    """A sentence on the level of the outcome; empty where noise says all.

    Plain ASCII, for terminals too.
    """
    course, name = result.course, result.settings.outcome
    outcomes = course.outcomes
    if outcomes is None or outcomes.row(name) is None or not course.sessions:
        return ""
    if unseen_level(result):
        return ""
    made, one = course.sessions[epoch_of_level(course)], outcomes.subset((name,))
    c = made.fit.amplitudes
    sd = one.sds(c, made.level_covariance)[0] / abs(one.values(c)[0])
    if len(result.estimates) == 1:  # it is the level: one number for it everywhere
        level = result.estimates[0]
        sd = np.abs(np.divide(level.sds[name], level.values[name]))
    whole = 100 * Z95 * float(sd)
    source = (
        "the macromolecules that the session measured"
        if result.measured_mm_used
        else "macromolecules that were not measured"
    )
    left_over = left_over_shares(made, one)[name]
    shares = (
        (doubt_shares(made, one)[name], source),
        (left_over if left_over > LEAST_LEFT_OVER else 0.0, "what the fit leaves over"),
    )
    parts = [
        f"+- {math.sqrt(share) * whole:.0f} % come from {source}"
        for share, source in shares
        if share
    ]
    if not parts or not np.isfinite(sd):
        return ""
    if whole > UNKNOWN_PERCENT:
        return f"The level of {name} is not known: its 95 % interval holds 0."
    known = f"The level of {name} is known to +- {whole:.0f} % (95 %), of which"
    return f"{known} {' and '.join(parts)}."
