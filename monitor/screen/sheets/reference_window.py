"""The reference period as if it were a window, to be compared with one."""

from __future__ import annotations

import math
from statistics import median

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.screen.parts.windows import NEAR_S
from monitor.screen.state import SessionState


def reference_window(state: SessionState) -> Estimate | None:
    """Means of its windows, medians of what they say of quality; None without one."""
    span_s = state.reference_s
    if span_s is None:
        return None
    inside = state.estimates.inside(span_s)
    if not inside:
        return None
    outcome = state.settings.outcome
    value, sd = state.estimates.mean_of(outcome, span_s)
    time_s, weight = state.quality["time_s"], state.quality["weight"]
    own = (time_s >= span_s[0] - NEAR_S) & (time_s <= span_s[1] + NEAR_S)
    total, squares = float(weight[own].sum()), float((weight[own] ** 2).sum())
    return Estimate(
        window=-1,
        time_start_s=span_s[0],
        time_end_s=span_s[1],
        n_transients=int(np.sum(own)),
        n_effective=total**2 / squares if squares > 0 else math.nan,
        independent=True,
        epoch=inside[0].epoch,
        values={outcome: value},
        sds={outcome: sd},
        changes_percent={outcome: 0.0},
        shift_hz=median(e.shift_hz for e in inside),
        phase_rad=median(e.phase_rad for e in inside),
        fwhm_hz=median(e.fwhm_hz for e in inside),
        snr=median(e.snr for e in inside),
        converged=all(e.converged for e in inside),
    )
