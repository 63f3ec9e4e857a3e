"""Medians of the quality of a session's transients, for the limits and the sheets."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.analysis.course.response import Estimate
from monitor.analysis.preparation.drift import DRIFT_TRANSIENTS, drift_now_hz_per_min
from monitor.analysis.preparation.quality import LOW_WEIGHT, median_of
from monitor.protocol.settings import Settings
from monitor.screen.state import SessionState
from monitor.screen.window_conditions import Judged, Limits


@dataclass(frozen=True, slots=True)
class Figures:
    """What is held against the limits; nan where it is not known."""

    drift_hz_per_min: float
    fwhm_hz: float
    snr: float
    water: float
    lipid: float
    low_weight: float


def judged_with(state: SessionState, estimate: Estimate) -> Judged:
    """What is held against the limits when a window has come."""
    of = state.settings.window
    recent, weight = figures_of(state, of), state.quality["weight"][-of:]
    return Judged(
        fwhm_hz=estimate.fwhm_hz,
        snr=recent.snr,
        drift_hz_per_min=recent.drift_hz_per_min,
        water=recent.water,
        lipid=recent.lipid,
        rejected=int(np.sum(weight < LOW_WEIGHT)),
        of=len(weight),
        converged=estimate.converged,
        snr_loss=_snr_loss(state, of),
    )


def limits_of(settings: Settings) -> Limits:
    """The protocol's limits of these."""
    return Limits(
        settings.fwhm_limit_hz,
        settings.snr_limit,
        settings.drift_limit_hz_per_min,
        settings.water_limit,
        settings.lipid_limit,
    )


def figures_of(state: SessionState, last: int | None = None) -> Figures:
    """Medians over the last transients (None: all); the width is of windows."""
    rows = slice(None if last is None else -last, None)
    time_s, shift_hz, *quality, weight = state.quality.get(
        *("time_s", "shift_hz", "fwhm_hz", "snr", "water", "lipid", "weight")
    )
    most = max(time_s.size if last is None else 0, DRIFT_TRANSIENTS)
    widths_hz, snr, water, lipid = (median_of(one[rows]) for one in quality)
    weight = weight[rows]
    return Figures(
        drift_now_hz_per_min(time_s, shift_hz, most),
        _width_hz(state, last, widths_hz),
        snr,
        water,
        lipid,
        float(np.mean(weight < LOW_WEIGHT)) if len(weight) else math.nan,
    )


def _width_hz(state: SessionState, last: int | None, of_transients: float) -> float:
    """Line width, Hz: as fitted to the newest window, as the spectrum's caption has it.

    Of all windows the median where `last` is None.  That of single transients, which
    noise and drift within a window make another, stands in before the first window,
    and where none has come for its own length: then all of late is left out.
    """
    if last is None:
        width = state.estimates.width_hz
    else:
        newest = state.fitted
        late = newest is None or state.time_s - newest.time_end_s > state.window_s
        width = math.nan if newest is None or late else newest.fwhm_hz
    return width if math.isfinite(width) else of_transients


def _snr_loss(state: SessionState, of: int) -> float:
    """Share of the SNR lost since the first transients of the epoch."""
    begun = state.quality["time_s"] >= state.epoch_starts_s[-1]
    snr = state.quality["snr"][begun]
    before = median_of(snr[:of])
    return 1 - median_of(snr[-of:]) / before if before > 0 else 0.0
