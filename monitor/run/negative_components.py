"""Single components of the fit that noise alone does not explain.

Amplitudes may be negative (`docs/decisions/0008-fit.md`): of substances that overlap,
or that stand-ins for macromolecules cover, one can come out so by many of its SDs while
their sum is well measured.  That is a fault of the basis set and not of the session,
and whoever reads the column should know.
"""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis.names import SUMS, canonical, members
from monitor.run.levels import epoch_of_level
from monitor.run.result import Result

LEAST_SDS = 3.0
"""Of 20 components without any substance one is so far off in 3 of 100 sessions."""
DIFFERENCES = ("CrCH2",)
"""No substances: what one has more or less than its entry."""


def negative_components(result: Result) -> str:
    """Components that are negative in the mean of the reference period, in a sentence.

    Without a reference period it is the mean of the first epoch that counts.  Empty
    where there is none.
    """
    course = result.course
    if not course.fitted:
        return ""
    session = course.sessions[epoch_of_level(course)]
    fit, sds = session.fit, np.sqrt(session.level_covariance.diagonal())
    with np.errstate(all="ignore"):
        below = -fit.amplitudes / sds
    parts = [
        f"{name} by {float(z):.1f} SD{_sum_to_use(name, fit.names)}"
        for name, z in zip(fit.names, below, strict=True)
        if z > LEAST_SDS and canonical(name) not in DIFFERENCES
    ]
    if not parts:
        return ""
    return (
        f"Negative beyond noise, which no substance is: {', '.join(parts)}. Basis set, "
        "macromolecules or baseline do not fit there: such a component alone is not "
        "measured."
    )


def _sum_to_use(name: str, names: tuple[str, ...]) -> str:
    """Which sum to use, where there is one that holds more than this component."""
    totals = (total for total, parts in SUMS.items() if canonical(name) in parts)
    total = next(totals, None)
    if total is None or len(members(total, names)) < 2:
        return ""
    return f" (use {total})"
