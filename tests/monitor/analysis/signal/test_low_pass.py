"""The low-pass before water is looked for: what it passes and what it keeps out."""

import numpy as np
import pytest

from monitor.analysis.signal.water import PASS_PPM, _low_pass


@pytest.mark.parametrize("step", [2, 3, 4])
def test_it_passes_the_water_and_keeps_out_what_would_fold_onto_it(step: int):
    dwell_s, mhz = 2e-4, 123.25
    h = _low_pass(step, dwell_s, mhz)
    low_hz = PASS_PPM * mhz
    high_hz = 1 / (step * dwell_s) - low_hz

    def gain(frequency_hz: float) -> float:
        return abs(h @ np.exp(2j * np.pi * frequency_hz * dwell_s * np.arange(h.size)))

    assert gain(0.0) == pytest.approx(1.0)
    assert gain(0.9 * low_hz) == pytest.approx(1.0, abs=0.05)
    assert gain(0.5 * (low_hz + high_hz)) == pytest.approx(0.5, abs=0.02)
    for folded_hz in np.linspace(high_hz, 0.5 / dwell_s, 9):
        assert gain(folded_hz) < 0.05
    assert _low_pass(1, dwell_s, mhz).tolist() == [1.0]
