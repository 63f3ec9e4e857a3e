"""Curves that a response may follow: none before the infusion, each of its shape."""

import math

import numpy as np
import pytest

from monitor.analysis.tracking.joint_models import MODELS

INFUSION_S = (600.0, 3000.0)
BY_NAME = {model.name: model for model in MODELS}


def at(name: str, *minutes: float, **shape: float) -> np.ndarray:
    """A curve at minutes since the infusion began."""
    curve = BY_NAME[name].curve
    assert curve is not None
    return curve(600.0 + 60 * np.array(minutes), INFUSION_S, shape)


@pytest.mark.parametrize("model", [m for m in MODELS if m.curve], ids=lambda m: m.name)
def test_nothing_follows_before_the_infusion(model) -> None:
    for shape in model.trials():
        early = model.curve(np.array([0.0, 300.0, 599.9]), INFUSION_S, shape)
        assert early.tolist() == [0.0, 0.0, 0.0]
        later = model.curve(np.linspace(610.0, 6000.0, 90), INFUSION_S, shape)
        assert (later >= 0).all()
        assert 0.2 < later.max() < 1.2


def test_a_step_lasts_as_long_as_the_infusion() -> None:
    assert at("step", -0.01, 0, 20, 40, 40.01).tolist() == [0, 1, 1, 1, 0]


def test_a_first_order_system_rises_and_returns_by_its_time_constant() -> None:
    found = at("saturating", 10, 40, 50, 60, tau_s=600.0)
    end = 1 - math.exp(-4)
    expected = [1 - math.exp(-1), end, end * math.exp(-1), end * math.exp(-2)]
    np.testing.assert_allclose(found, expected)


def test_a_surge_has_its_peak_where_it_is_said_and_is_narrower_the_sharper() -> None:
    for sharpness in (1.0, 4.0):
        found = at("surge and return", 5, 10, 20, peak_s=600.0, sharpness=sharpness)
        assert found[1] == pytest.approx(1.0)
        half = (0.5 * math.exp(0.5)) ** sharpness
        twice = (2 * math.exp(-1)) ** sharpness
        np.testing.assert_allclose(found[[0, 2]], [half, twice])


def test_a_trapezoid_goes_straight_up_and_down() -> None:
    shape = {"rise_s": 600.0, "fall_s": 1200.0}
    found = at("trapezoid", 5, 10, 25, 40, 50, 60, 70, **shape)
    np.testing.assert_allclose(found, [0.5, 1, 1, 1, 0.5, 0, 0], atol=1e-12)


def test_a_plasma_curve_comes_late_by_its_lag() -> None:
    now, late = at("Kamp", 10.0, lag_s=0.0), at("Kamp", 12.0, lag_s=120.0)
    np.testing.assert_allclose(late, now)


def test_what_is_fitted_is_counted() -> None:
    """Sizes of Glu and Gln, and the shape; of no change there is nothing to fit."""
    counted = {name: BY_NAME[name].parameters for name in BY_NAME}
    assert counted.pop("none") == 0
    assert counted == {
        "step": 2, "saturating": 3, "surge and return": 4, "trapezoid": 4,
        "Kamp": 3, "Domino": 3, "Clements": 3,
    }  # fmt: skip
    assert BY_NAME["none"].trials() == [{}]
    assert len(BY_NAME["surge and return"].trials()) == 30
