"""A first point that was taken late turns a spectrum; a fit says by how much."""

from functools import cache

import numpy as np
import pytest
from fit_cases import CONCENTRATIONS, make_model, noisy_fid

from monitor.analysis.fit.first_fit import cold_fit
from monitor.analysis.fit.freedom import LATE_POINTS, Chosen, usual
from monitor.analysis.fit.model import PHASE_SLOPE
from monitor.analysis.fit.model_choice import Traits

SD = 0.3


@cache
def fitted(points: float):
    """The fit of a spectrum that was turned by so many points."""
    model = make_model()
    freedom = usual(model, 0.030)
    slope = points / LATE_POINTS * freedom.phase_slope_rad_per_ppm
    spectrum = model.in_band(noisy_fid(model, 5, SD)) * np.exp(1j * slope * model.x)
    fit, _ = cold_fit(model, spectrum, SD * np.sqrt(model.points), freedom)
    return model, fit, slope


@pytest.mark.parametrize("points", [-0.5, 0.5])
def test_it_is_found_where_it_shows(points: float) -> None:
    model, fit, slope = fitted(points)
    assert fit.theta[PHASE_SLOPE] == pytest.approx(slope, abs=0.1 * abs(slope))
    glu = model.names.index("Glu")
    assert fit.amplitudes[glu] == pytest.approx(CONCENTRATIONS[glu], rel=0.04)


def test_it_is_not_asked_where_it_does_not() -> None:
    _, fit, _ = fitted(0.0)
    assert fit.theta[PHASE_SLOPE] == 0.0
    assert fit.theta_sd[PHASE_SLOPE] == 0.0


def test_other_epochs_of_a_session_take_it_over() -> None:
    model, fit, _ = fitted(0.5)
    chosen = Chosen(1.0, Traits(False, True), fit.theta)
    assert PHASE_SLOPE in chosen.brain(model)
