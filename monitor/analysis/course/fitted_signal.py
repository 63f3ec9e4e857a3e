"""The signal of one metabolite as the fit of a session's mean has it."""

from __future__ import annotations

import numpy as np

from monitor.analysis.basis import names as naming
from monitor.analysis.course.outcomes import Outcomes
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.model import PHASE
from monitor.analysis.signal.spectrum import Complex, Real, moved


def fitted_fid(session: SessionModel, name: str) -> Complex | None:
    """FID (points,) of a metabolite beside aligned transients; None: it is not fitted.

    Its line is the fitted one: what is wrong in that cannot be seen by putting it in.
    """
    model, fit = session.problem.model, session.fit
    found = naming.find(name, model.names)
    if found is None:
        return None
    place = model.names.index(found)
    shaped = model.shaped(fit.theta)[place] * model.kernel(fit.theta)
    whole = fit.amplitudes[place] * np.exp(1j * fit.theta[PHASE]) * shaped
    return moved(whole, model.dwell_time_s, session.offset_hz, 0.0)


def change_by(
    session: SessionModel,
    outcomes: Outcomes,
    reference: Real,
    name: str,
    percent: float,
) -> dict[str, float]:
    """Change of each outcome, in percent, by some percent of one fitted metabolite.

    `reference` (M,): the amplitudes that changes are counted from.
    """
    found = naming.find(name, session.problem.model.names)
    more = reference.copy()
    if found is not None:
        place = session.problem.model.names.index(found)
        more[place] += 0.01 * percent * session.fit.amplitudes[place]
    with np.errstate(all="ignore"):
        ratio = outcomes.values(more) / outcomes.values(reference)
    return dict(zip(outcomes.names, (100 * (ratio - 1)).tolist(), strict=True))


def level_sds_percent(session: SessionModel, outcomes: Outcomes) -> dict[str, float]:
    """How well the level of each outcome is known, 1 SD in percent of it."""
    c = session.fit.amplitudes
    with np.errstate(all="ignore"):
        sds = outcomes.sds(c, session.level_covariance) / outcomes.values(c)
    return dict(zip(outcomes.names, (100 * np.abs(sds)).tolist(), strict=True))
