"""The reference period as a window: means by weight, medians, and who counts."""

import math
from dataclasses import replace

import numpy as np
import pytest
from fake_session import ACQUISITION, SETTINGS
from screen_cases import LIVE

from monitor.analysis.course.response import Estimate
from monitor.screen.sheets.reference_window import reference_window
from monitor.screen.state import SessionState

OUTCOME = SETTINGS.outcome
SPAN_S = (10.0, 42.0)


def estimate(n: int, start_s: float, value: float, sd: float, **more) -> Estimate:
    return replace(
        Estimate(
            n, start_s, start_s + 14.0, 8, 7.5, True, 3, {OUTCOME: value}, {OUTCOME: sd}
        ),
        **more,
    )


def state_of(estimates, weights=None, span_s=SPAN_S) -> SessionState:
    state = SessionState(SETTINGS, LIVE, ACQUISITION)
    state.reference_s = span_s
    for one in estimates:
        state.estimates.append(one)
    for i, weight in enumerate(np.ones(24) if weights is None else weights):
        row = dict.fromkeys(("shift_hz", "fwhm_hz", "snr", "water", "lipid"), 0.0)
        state.quality.append_named({**row, "time_s": 2.0 * i, "weight": weight})
    return state


def test_values_are_means_by_weight_and_quality_is_a_median() -> None:
    three = [
        estimate(0, 10.0, 1.0, 0.1, shift_hz=0.1, fwhm_hz=5.0, snr=20.0, phase_rad=0.3),
        estimate(1, 24.0, 1.6, 0.2, shift_hz=0.9, fwhm_hz=7.0, snr=30.0, phase_rad=0.1),
        estimate(2, 28.0, 9.0, 0.1, shift_hz=0.2, fwhm_hz=6.0, snr=26.0, phase_rad=0.2),
        estimate(3, 60.0, 9.0, 0.1),
    ]
    three[2] = replace(three[2], converged=False)
    found = reference_window(state_of(three))
    assert found is not None
    mean = (1.0 / 0.01 + 1.6 / 0.04) / (1 / 0.01 + 1 / 0.04)
    assert found.values[OUTCOME] == pytest.approx(mean)
    assert found.sds[OUTCOME] == pytest.approx((1 / 0.01 + 1 / 0.04) ** -0.5)
    assert found.changes_percent == {OUTCOME: 0.0}
    assert (found.shift_hz, found.fwhm_hz) == (0.2, 6.0)
    assert (found.snr, found.phase_rad) == (26.0, 0.2)
    assert not found.converged
    assert (found.window, found.epoch) == (-1, 3)
    assert (found.time_start_s, found.time_end_s) == SPAN_S


def test_transients_at_both_ends_count_and_their_weights_tell_how_much() -> None:
    weights = np.full(24, 9.0)
    weights[5:22] = np.linspace(0.2, 1.0, 17)  # those of 10 s to 42 s
    found = reference_window(state_of([estimate(0, 10.0, 1.0, 0.1)], weights))
    assert found is not None
    inside = weights[5:22]
    assert found.n_transients == 17
    assert found.n_effective == pytest.approx(inside.sum() ** 2 / (inside @ inside))


def test_without_weight_nothing_counts_and_without_windows_there_is_none() -> None:
    found = reference_window(state_of([estimate(0, 10.0, 1.0, 0.1)], np.zeros(24)))
    assert found is not None
    assert math.isnan(found.n_effective)
    assert reference_window(state_of([])) is None
    assert reference_window(state_of([estimate(0, 60.0, 1.0, 0.1)])) is None
    lacking = state_of([estimate(0, 10.0, 1.0, 0.1)])
    lacking.reference_s = None
    assert reference_window(lacking) is None
