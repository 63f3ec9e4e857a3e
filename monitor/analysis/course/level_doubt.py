"""How much of the doubt of a level comes from what, noise aside."""

from __future__ import annotations

import numpy as np

from monitor.analysis.course.outcomes import Outcomes
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.signal.spectrum import Real


def doubt_shares(made: SessionModel, outcomes: Outcomes) -> dict[str, float]:
    """Part of each outcome's variance that comes from unmeasured macromolecules.

    Of the level in the mean of the reference period; 0 where they are known.
    """
    return _shares(made, outcomes, made.doubt)


def left_over_shares(made: SessionModel, outcomes: Outcomes) -> dict[str, float]:
    """Part of each outcome's variance beyond bound and misfit (`fit.left_over`)."""
    return _shares(made, outcomes, made.left_over)


def _shares(
    made: SessionModel, outcomes: Outcomes, part: Real | float
) -> dict[str, float]:
    """A part (M, M) of the level's covariance over the whole, of each outcome."""
    part = np.asarray(part, float)
    if not part.any():
        return dict.fromkeys(outcomes.names, 0.0)
    c = made.fit.amplitudes
    with np.errstate(all="ignore"):
        found = (outcomes.sds(c, part) / outcomes.sds(c, made.level_covariance)) ** 2
    return dict(zip(outcomes.names, np.clip(found, 0, 1).tolist(), strict=True))
