"""Plasma levels against what any linear kinetics must obey."""

import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from monitor.analysis.tracking import plasma
from monitor.analysis.tracking.plasma import (
    PLASMA,
    Compartments,
    plasma_level,
    relative_plasma,
)
from streams.errors import InputError

DOSE, LENGTH_S = 0.5, 2400.0


def test_one_compartment_fills_and_empties_by_its_rate(monkeypatch) -> None:
    monkeypatch.setitem(plasma.PLASMA, "one", Compartments(2.0, 0.1, (), ()))
    minutes = np.array([-5.0, 0.0, 10.0, 40.0, 55.0])
    found = plasma_level("one", 60 * minutes, LENGTH_S, DOSE)
    full = 1000 * DOSE / 40 / 2.0 / 0.1
    end = full * (1 - math.exp(-4.0))
    expected = [0, 0, full * (1 - math.exp(-1.0)), end, end * math.exp(-1.5)]
    np.testing.assert_allclose(found, expected, atol=1e-9)


@pytest.mark.parametrize("name", PLASMA)
def test_what_came_in_is_cleared_and_no_more(name: str) -> None:
    """The area under the level is the dose over the clearance."""
    model = PLASMA[name]
    t_s = np.concatenate([[0], np.geomspace(1.0, 3e7, 60000)])
    level = plasma_level(name, t_s, LENGTH_S, DOSE)
    area = np.trapezoid(level, t_s / 60)
    clearance = model.central_l_per_kg * model.elimination
    assert area == pytest.approx(1000 * DOSE / clearance, rel=1e-3)


@pytest.mark.parametrize("name", PLASMA)
def test_it_is_what_the_rates_say(name: str) -> None:
    model = PLASMA[name]

    def rates(minute: float, a: np.ndarray) -> list[float]:
        centre, outer = a[0], a[1:]
        given = 1000 * DOSE / 40 / model.central_l_per_kg * (minute < 40)
        gone = centre * (model.elimination + sum(model.out))
        back = sum(k * o for k, o in zip(model.back, outer, strict=True))
        moved = [
            centre * k - o * b
            for k, b, o in zip(model.out, model.back, outer, strict=True)
        ]
        return [given - gone + back, *moved]

    at = [5.0, 20.0, 40.0]
    start = np.zeros(1 + len(model.out))
    solved = solve_ivp(rates, (0, 40), start, t_eval=at, rtol=1e-8, atol=1e-8)
    found = plasma_level(name, 60 * np.array(at), LENGTH_S, DOSE)
    np.testing.assert_allclose(found, solved.y[0], rtol=1e-5)


@pytest.mark.parametrize("lag_s", [0.0, 120.0])
def test_the_overlay_is_one_at_the_end_of_the_infusion(lag_s: float) -> None:
    times_s = 300.0 + lag_s + np.array([-60.0, 0.0, 1200.0, 2400.0, 3000.0])
    found = relative_plasma("Kamp", times_s, (300.0, 2700.0), lag_s)
    assert found[:2].tolist() == [0.0, 0.0]
    assert 0 < found[2] < 1
    assert found[3] == pytest.approx(1.0)
    assert 0 < found[4] < 1


def test_what_is_no_model_or_no_infusion_is_refused() -> None:
    with pytest.raises(InputError, match="No plasma model X"):
        plasma_level("X", np.zeros(1), 60.0, 1.0)
    for length_s in (0.0, -1.0, math.nan):
        with pytest.raises(InputError, match="above 0 s"):
            plasma_level("Kamp", np.zeros(1), length_s, 1.0)
