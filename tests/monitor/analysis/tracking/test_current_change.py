"""The one number, and when there is none yet."""

import math
from dataclasses import replace

import pytest

from monitor.analysis.course.response import Estimate
from monitor.analysis.tracking.current_change import CurrentChange, current_change
from monitor.analysis.tracking.free_against_tied import tie_departure, tie_is_doubtful
from monitor.analysis.tracking.point import TrackerPoint

REFERENCE_S = (0.0, 100.0)
POINT = TrackerPoint(9, 130.0, {"Glu": 4.0}, {"Glu": 1.5})
WINDOW = Estimate(
    3,
    100.0,
    160.0,
    16,
    16.0,
    True,
    0,
    {},
    {},
    {"Gln": 7.0, "Glu": 5.0},
    {"Gln": 2.0, "Glu": 1.0},
)


def now(
    outcome: str = "Glu",
    point: TrackerPoint | None = POINT,
    estimate: Estimate | None = WINDOW,
    full: int = 16,
    reference_s: tuple[float, float] | None = REFERENCE_S,
) -> CurrentChange | None:
    return current_change(outcome, point, estimate, full, reference_s, 30.0)


def test_the_tracker_comes_first() -> None:
    assert now() == CurrentChange(4.0, 1.5, True)


def test_a_window_says_what_the_tracker_does_not_know() -> None:
    assert now("Gln") == CurrentChange(7.0, 2.0, False)
    assert now(point=None) == CurrentChange(5.0, 1.0, False)


@pytest.mark.parametrize(
    "point",
    [
        replace(POINT, time_s=129.9),
        replace(POINT, filtered={"Glu": math.nan}),
        replace(POINT, filtered_sd={"Glu": math.inf}),
        replace(POINT, filtered_sd={}),
    ],
)
def test_a_tracker_without_a_number_is_not_replaced_by_a_window(
    point: TrackerPoint,
) -> None:
    assert now(point=point) is None


def test_nothing_before_it_means_something() -> None:
    assert now(reference_s=None) is None
    assert now("Gln", estimate=None) is None
    assert now("Gln", full=17) is None


@pytest.mark.parametrize(
    ("free", "free_sd", "z"),
    [(8.0, 2.5, 2.0), (0.0, 2.5, -2.0), (4.0, 2.5, 0.0), (8.0, 1.5, math.nan)],
)
def test_free_and_tied_by_hand(free: float, free_sd: float, z: float) -> None:
    point = replace(POINT, free={"Glu": free}, free_sd={"Glu": free_sd})
    assert tie_departure(point, "Glu") == pytest.approx(z, nan_ok=True)
    assert tie_is_doubtful(point, "Glu") == (abs(z) > 1.96)
    assert math.isnan(tie_departure(replace(point, free={}), "Glu"))
    assert math.isnan(tie_departure(point, "Gln"))


def test_a_point_of_before_the_newest_window_says_nothing_of_now() -> None:
    """Its epoch has no fit, so that the tracker saw none of it."""
    later = replace(WINDOW, time_start_s=131.0, time_end_s=190.0)
    assert now(estimate=later) == CurrentChange(5.0, 1.0, False)
    assert now(estimate=replace(later, converged=False)) is None
