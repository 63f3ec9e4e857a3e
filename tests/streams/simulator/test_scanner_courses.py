"""Courses of concentrations and plasma levels against closed forms and tables."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from streams.simulator.courses import (
    Plasma,
    Saturating,
    StepChange,
    Surge,
    fraction,
    multiplier,
)
from streams.simulator.pharmacokinetics import MODELS, plasma_level

INFUSION_S = (600.0, 3000.0)
MINUTES = np.array([5, 10, 20, 26, 30, 40, 45, 50, 60, 90.0])

# ng/ml after 0.5 mg/kg over 40 min, computed elsewhere from the same papers
LEVELS = {
    "Kamp": [109, 155, 198, 217, 228, 253, 155, 120, 96, 66],
    "Domino": [155, 182, 210, 220, 226, 238, 91, 71, 55, 43],
    "Clements": [33, 62, 109, 133, 147, 177, 157, 141, 115, 75],
}


@pytest.mark.parametrize("name", LEVELS)
def test_plasma_level_agrees_with_the_published_models(name):
    level = plasma_level(MODELS[name], 60 * MINUTES, 2400.0)
    np.testing.assert_allclose(level, LEVELS[name], atol=1.0, rtol=0.01)


@pytest.mark.parametrize("name", MODELS)
def test_plasma_level_agrees_with_integration(name):
    model = MODELS[name]

    def flow(minute, amounts):
        rate = 500.0 / 40.0 if minute < 40 else 0.0
        return model.matrix() @ amounts + [rate, 0, 0]

    minutes = np.array([1.0, 20.0, 40.0, 41.0, 70.0])
    solved = solve_ivp(
        flow, (0, 70), np.zeros(3), t_eval=minutes, rtol=1e-8, max_step=0.02
    )
    expected = solved.y[0] / model.central_l_per_kg
    level = plasma_level(model, 60 * minutes, 2400.0)
    np.testing.assert_allclose(level, expected, rtol=1e-3)


COURSES = [
    StepChange(10.0),
    Saturating(10.0, 480.0),
    Surge(10.0, 1560.0, 2.0),
    Plasma(10.0, "Kamp", 60.0),
    Plasma(10.0, "Clements", 0.0),
]


@pytest.mark.parametrize("course", COURSES)
def test_nothing_happens_before_the_infusion(course):
    g = fraction(course, np.linspace(-100, 599.9, 50), INFUSION_S)
    np.testing.assert_array_equal(g, 0.0)


@pytest.mark.parametrize("course", [Saturating(10.0, 480.0), Plasma(10.0, "Kamp", 0.0)])
def test_full_change_is_reached_at_the_stop(course):
    g = fraction(course, np.array([1200.0, 3000.0, 4000.0]), INFUSION_S)
    assert g[1] == pytest.approx(1.0)
    assert 0 < g[0] < 1
    assert 0 < g[2] < 1


def test_step_and_saturating_in_closed_form():
    t = np.array([600.0, 1080.0, 2999.0, 3001.0])
    np.testing.assert_array_equal(
        fraction(StepChange(1.0), t, INFUSION_S), [1, 1, 1, 0]
    )
    rise = fraction(Saturating(1.0, 480.0), t, INFUSION_S)[1]
    assert rise == pytest.approx((1 - np.exp(-1)) / (1 - np.exp(-5)))


def test_surge_peaks_when_it_says_and_returns():
    t = np.arange(600.0, 9000.0)
    g = fraction(Surge(10.0, 1560.0, 2.0), t, INFUSION_S)
    assert t[g.argmax()] - 600 == pytest.approx(26 * 60, abs=1)
    assert g.max() == pytest.approx(1.0)
    assert g[-1] < 0.05


def test_lag_moves_the_plasma_course():
    t = np.array([660.0, 720.0])
    late = fraction(Plasma(10.0, "Kamp", 60.0), t, INFUSION_S)
    prompt = fraction(Plasma(10.0, "Kamp", 0.0), t - 60, INFUSION_S)
    np.testing.assert_allclose(late, prompt)


def test_multiplier_without_an_infusion_is_one():
    np.testing.assert_array_equal(
        multiplier(StepChange(10.0), np.arange(3.0), None), 1.0
    )
    at_stop = multiplier(Saturating(10.0, 480.0), np.array([3000.0]), INFUSION_S)
    assert at_stop[0] == pytest.approx(1.10)
