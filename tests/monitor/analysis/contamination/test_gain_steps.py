"""Steps of gain, found in figures drawn from a known brain and a known course."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.analysis.contamination.dirtier import LIPIDS
from monitor.analysis.contamination.features import BANDS
from monitor.analysis.contamination.gain_steps import (
    BESIDE,
    Gain,
    Heights,
    gain_at,
    gains_of,
)

GOOD = np.abs(np.random.default_rng(4).normal(size=2 * BANDS)) * 0.3
LIPID = np.where(LIPIDS, 0.3, 0.0)
N = 240


def heights(course, noise=None, bands=0.0, width=0.0, water=0.0) -> Heights:
    """Of N transients whose signal has a course, the noise its own or the same."""
    rng, course = np.random.default_rng(1), np.asarray(course, float)
    noisier = course if noise is None else noise * np.ones(N)
    x = course[:, None] * (GOOD + bands)
    x = 40 * (x + 0.035 * noisier[:, None] * rng.normal(size=(N, 2 * BANDS)))
    level = np.log(40 * course) + 0.03 * noisier / course * rng.normal(size=N)
    wet = np.log(course) + 0.1 * rng.normal(size=N) + water
    wide = 9.0 + 0.3 * rng.normal(size=N) + width
    return Heights(level, x, wet, wide, np.log(noisier) + 0.03 * rng.normal(size=N))


def within(first: int, stop: int, inside: float, else_: float = 1.0) -> np.ndarray:
    """A course that is another in [first, stop)."""
    places = np.arange(N)
    return np.where((places >= first) & (places < stop), inside, else_)


@pytest.mark.parametrize("gain", [2.5, 0.4, 1.2, 1e6])
@pytest.mark.parametrize("first", [30, 120, N - BESIDE])
def test_a_step_is_found_where_it_is_and_as_large_as_it_is(gain, first):
    (found,) = gains_of(heights(within(first, N, gain)))
    assert found.first == pytest.approx(first, abs=1 if gain == 1.2 else 0)
    assert found.gain == pytest.approx(gain, rel=0.03)
    assert found.water == pytest.approx(gain, rel=0.03)
    assert found.worth == 1.0


@pytest.mark.parametrize("gain", [2.5, 0.4])
def test_where_the_noise_stays_a_transient_is_worth_another_number(gain):
    (found,) = gains_of(heights(within(120, N, gain), noise=1.0))
    assert found.gain == pytest.approx(gain, rel=0.05)
    assert found.worth == pytest.approx(gain**2, rel=0.1)


@pytest.mark.parametrize("times", [0.35, 3.0])
def test_noise_that_steps_alone_changes_what_a_transient_is_worth(times):
    (found,) = gains_of(heights(np.ones(N), noise=within(120, N, times)))
    assert found.first == pytest.approx(120, abs=1)
    assert (found.gain, found.water) == (1.0, 1.0)
    assert found.worth == pytest.approx(times**-2, rel=0.1)


def test_water_that_does_not_follow_is_compared_as_it_came():
    still = -np.log(within(120, N, 2.5))
    (found,) = gains_of(heights(within(120, N, 2.5), noise=1.0, water=still))
    assert (found.water, found.first) == (1.0, 120)


def test_two_steps_add_up_and_one_that_goes_back_is_two():
    course = within(60, N, 2.5) * within(150, N, 0.4)
    one, two = gains_of(heights(course))
    assert (one.first, two.first) == (60, 150)
    assert (one.gain, two.gain) == (
        pytest.approx(2.5, rel=0.03),
        pytest.approx(1.0, rel=0.03),
    )


def test_a_step_under_lipid_is_found_by_the_noise_and_by_what_is_alike():
    fat = np.multiply.outer(within(90, 150, 1.0, 0.0), LIPID)
    (found,) = gains_of(heights(within(120, N, 2.5), bands=fat))
    assert found.gain == pytest.approx(2.5, rel=0.03)
    assert found.first == 120


@pytest.mark.parametrize("rise", [1.15, 1.3, 0.8])
def test_a_height_that_moves_alone_under_lipid_is_no_gain(rise: float):
    """What is found at the place of tNAA under lipid is not tNAA."""
    fat = 3 * np.multiply.outer(within(90, N, 1.0, 0.0), LIPID)
    seen = heights(np.ones(N), bands=fat)
    level = seen.level + np.log(within(90, N, 1.12)) + np.log(within(110, N, rise))
    assert gains_of(replace(seen, level=level)) == []


@pytest.mark.parametrize(
    "course",
    [
        {"course": np.ones(N)},
        {"course": np.exp(np.linspace(0.0, 0.5, N))},  # slowly
        {"course": within(100, 105, 0.5)},  # too short
        {
            "course": within(180, N, 0.02),
            "noise": 1.0,
        },  # nobody there: any shape is alike
        {
            "course": within(100, 160, 0.5),
            "noise": 1.0,
            "width": within(100, 160, 2, 0),
        },
        {
            "course": within(100, 160, 0.5),
            "noise": 1.0,
            "bands": np.multiply.outer(within(100, 160, 1.0, 0.0), LIPID),
        },
    ],
)
def test_drift_motion_and_lipid_are_no_step(course):
    assert gains_of(heights(**course)) == []


def test_what_was_found_stays_as_more_comes():
    whole = heights(within(100, N, 2.5))
    found = []
    for count in range(100 + BESIDE, N, 4):
        parts = (getattr(whole, name)[:count] for name in Heights.__slots__)
        (one,) = gains_of(Heights(*parts))
        found.append(one)
    assert {one.first for one in found} == {100}
    assert len({one.gain for one in found}) <= 12


def test_gains_by_place():
    steps = (Gain(3, 2.0, 2.0), Gain(5, 4.0, 1.0, 4.0))
    gain, water, worth = gain_at(steps, np.array([0, 2, 3, 4, 5, 9]))
    assert gain.tolist() == [1, 1, 2, 2, 4, 4]
    assert water.tolist() == [1, 1, 2, 2, 1, 1]
    assert worth.tolist() == [1, 1, 1, 1, 4, 4]
    assert steps[0].is_same(Gain(3 + BESIDE - 1, 2.0, 2.0))
    assert not steps[0].is_same(Gain(3 + BESIDE, 2.0, 2.0))
    assert not steps[0].is_same(Gain(3, 2.0, 2.0, epoch=1))
    assert not steps[0].is_same(None)
