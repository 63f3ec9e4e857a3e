"""The water's evidence by hand: Gaussian numbers of which all is known."""

import math
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from monitor.analysis.preparation.navigator import (
    ENOUGH,
    ENOUGH_IN_STEP,
    Navigator,
    _inverse,
    _middle,
    _without_negative,
    _wrap,
)

OWN = np.array([[0.04, 0.001], [0.001, 0.0009]])
WATER = np.array([[0.01, 0.0], [0.0, 0.0001]])
CENTRE = np.array([2.0, 0.5])


@dataclass(frozen=True)
class Found:
    """As much of a registration as is corrected."""

    sighting: object
    shift_hz: float = 0.0
    phase_rad: float = 0.0
    shift_sd_hz: float = 0.2
    phase_sd_rad: float = 0.03


def sighting(difference) -> SimpleNamespace:
    """Water whose errors are its own, beside those of the metabolites."""
    return SimpleNamespace(
        difference=np.array(difference), noise=OWN + WATER, own=OWN, shared=OWN
    )


def taught(count: int, steps: int = 1, centres=(CENTRE,), turn: float = 0.0):
    """A navigator that has seen stable water: noise alone about each step's centre."""
    rng, made = np.random.default_rng(5), Navigator(steps)
    root = np.linalg.cholesky(OWN + WATER)
    for i in range(count):
        at = centres[i % len(centres)] + root @ rng.normal(size=2)
        at = at + np.array([0.0, turn])
        at[1] = math.remainder(at[1], math.tau)
        made.push(i, Found(sighting(at)))
    return made


def test_what_differs_is_shared_out_by_how_sure_both_are() -> None:
    """The metabolites' error shows in the difference, against the water's own."""
    count = 60
    made = taught(count)
    centre, X = made._centre_and_scatter(0)
    np.testing.assert_allclose(centre, CENTRE, atol=0.15)
    assert np.linalg.norm(X) < 0.5 * np.linalg.norm(OWN)
    off = np.array([0.3, 0.02])
    S = (X + OWN + WATER) * (1 + 0.5 * np.pi / count)
    gain = OWN @ np.linalg.inv(S)
    found = made.corrected(0, Found(sighting(centre + off), 1.0, 0.1))
    assert found.shift_hz == pytest.approx(1.0 + (gain @ off)[0])
    assert found.phase_rad == pytest.approx(0.1 + (gain @ off)[1])
    left = np.diag(OWN - gain @ OWN)
    assert found.shift_sd_hz == pytest.approx(math.sqrt(left[0]))
    assert found.phase_sd_rad == pytest.approx(math.sqrt(left[1]))
    assert found.shift_sd_hz < 0.2


def test_a_phase_beyond_the_circle_comes_round() -> None:
    made = taught(60, turn=math.pi - 0.5)  # water at pi
    centre, _ = made._centre_and_scatter(0)
    assert abs(math.remainder(centre[1] - math.pi, math.tau)) < 0.05
    low = sighting([centre[0], -math.pi + 0.01])
    found = made.corrected(0, Found(low, 0.0, math.pi - 1e-3))
    assert abs(found.phase_rad) <= math.pi
    assert abs(math.remainder(found.phase_rad - math.pi, math.tau)) < 0.05


def test_water_that_is_elsewhere_has_no_say() -> None:
    made = taught(60)
    far = Found(sighting(CENTRE + np.array([9.0, 0.0])), 1.0)
    assert made.corrected(0, far) is far
    none = Found(None, 1.0)
    assert made.corrected(0, none) is none


@pytest.mark.parametrize("count", [ENOUGH - 1, ENOUGH])
def test_it_begins_when_it_has_seen_enough(count: int) -> None:
    one = Found(sighting(CENTRE + 0.05), 1.0)
    assert (taught(count).corrected(0, one) is one) is (count < ENOUGH)


def test_each_step_of_a_cycle_has_its_own_centre() -> None:
    centres = (CENTRE, CENTRE + np.array([5.0, -1.0]))
    made = taught(60, 2, centres)
    for step, centre in enumerate(centres):
        found, X = made._centre_and_scatter(step)
        np.testing.assert_allclose(found, centre, atol=0.2)
        assert np.linalg.norm(X) < np.linalg.norm(OWN)
        one = Found(sighting(centre), 1.0)
        assert made.corrected(step + 2, one).shift_hz == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("own", [ENOUGH_IN_STEP - 1, ENOUGH_IN_STEP])
def test_a_step_that_was_seen_too_seldom_is_left_as_it_is(own: int) -> None:
    made = Navigator(2)
    rng = np.random.default_rng(6)
    for i in range(20 + own):
        at = CENTRE + 0.1 * rng.normal(size=2)
        made.push(0 if i < 20 else 1, Found(sighting(at)))
    one = Found(sighting(CENTRE), 1.0)
    assert (made.corrected(1, one) is one) is (own < ENOUGH_IN_STEP)
    assert made.corrected(0, one) is not one


@pytest.mark.parametrize("seed", range(6))
def test_a_matrix_without_its_negative_part(seed: int) -> None:
    rng = np.random.default_rng(seed)
    S = rng.normal(size=(2, 2)) + (seed - 3) * np.eye(2)
    S = S + S.T
    values, vectors = np.linalg.eigh(S)
    expected = (vectors * np.maximum(values, 0)) @ vectors.T
    np.testing.assert_allclose(_without_negative(S), expected, atol=1e-12)


def test_the_inverse_of_two_by_two() -> None:
    S = np.array([[2.0, 0.5], [0.5, 1.0]])
    np.testing.assert_allclose(_inverse(S), np.linalg.inv(S))
    assert np.isnan(_inverse(np.ones((2, 2)))).all()


def test_phases_are_counted_round_and_shifts_are_not() -> None:
    wrapped = _wrap(np.array([[7.0, 7.0], [-9.0, -4.0], [0.0, 3.0]]))
    expected = [[7.0, 7.0 - math.tau], [-9.0, math.tau - 4.0], [0.0, 3.0]]
    np.testing.assert_allclose(wrapped, expected)
    about = np.array([[1.0, 3.1], [2.0, -3.1], [9.0, 3.0]])
    middle = _middle(about)
    assert middle[0] == 2.0
    assert math.remainder(middle[1] - 3.1, math.tau) == pytest.approx(0.0, abs=1e-9)
