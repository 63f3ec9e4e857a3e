"""How much of the doubt of a level comes from macromolecules that nobody measured."""

from __future__ import annotations

import numpy as np

from monitor.analysis.course.outcomes import Outcomes
from monitor.analysis.fit.epoch_model import SessionModel


def doubt_shares(made: SessionModel, outcomes: Outcomes) -> dict[str, float]:
    """Part of each outcome's variance that comes from unmeasured macromolecules.

    Of the level in the mean of the reference period; 0 where they are known.
    """
    fit = made.fit
    if not made.doubt.any():
        return dict.fromkeys(outcomes.names, 0.0)
    whole = outcomes.sds(fit.amplitudes, fit.covariance * max(fit.misfit, 1.0))
    with np.errstate(all="ignore"):
        parts = (outcomes.sds(fit.amplitudes, made.doubt) / whole) ** 2
    return dict(zip(outcomes.names, np.clip(parts, 0, 1).tolist(), strict=True))
