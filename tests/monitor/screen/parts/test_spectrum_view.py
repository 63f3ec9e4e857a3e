"""The spectrum of the newest window."""

from dataclasses import replace

import numpy as np
from screen_cases import shown

from monitor.analysis.update import Update


def test_spectrum_keeps_the_scale_of_the_reference(updates):
    display = shown(updates, 900.0)
    before = display.screen(900.5).spectrum
    louder = display.state.curves
    assert louder is not None
    louder = replace(louder, data=2 * louder.data, model=2 * louder.model)
    estimate = replace(display.state.estimates[-1], time_end_s=1e5)
    display.fold(Update(9000, 0, estimate=estimate, curves=louder), 901.0)
    after = display.screen(904.0).spectrum
    np.testing.assert_allclose(after.measured, 2 * before.measured)
    assert after.ppm.min() >= 0.5
    assert after.high == before.high


def test_names_of_the_spectrum_stand_clear_of_one_another(updates):
    view = shown(updates, 900.0).screen(900.5).spectrum
    heights = sorted(height for height, _ in view.labels)
    assert np.diff(heights).min() > 0.2
    names = [name for _, name in view.labels]
    assert names == ["Glu", "Gln", "tNAA", "tCr", "tCho", "mI", "baseline", "residual"]
    assert view.low < heights[0] < heights[-1] < view.high
