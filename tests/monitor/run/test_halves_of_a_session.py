"""What a known change is put into, how much of it, and whether it was read back."""

import math
from dataclasses import replace

import pytest
from course_cases import quality

from monitor.run.known_change import (
    LEAST,
    NOTHING,
    PERCENT,
    RISE,
    STEP,
    Halves,
    Intervals,
    Recovery,
    halves_before,
)

HALVES = Halves(0.0, 100.0, 180.0, 90)
READ = Recovery(STEP, 4.0, 3.8, 4.0, 3.0)


@pytest.mark.parametrize(
    ("course", "time_s", "percent"),
    [
        (STEP, 99.9, 0.0), (STEP, 100.0, PERCENT), (STEP, 180.0, PERCENT),
        (STEP, 180.1, 0.0),
        (RISE, 99.0, 0.0), (RISE, 100.0, 0.0), (RISE, 140.0, PERCENT / 2),
        (RISE, 180.0, PERCENT), (RISE, 181.0, 0.0),
    ],
)  # fmt: skip
def test_it_is_put_into_the_second_half_alone(course, time_s, percent) -> None:
    assert HALVES.percent(course, time_s) == pytest.approx(percent)


def test_halves_are_of_the_last_epoch_before_the_infusion() -> None:
    qualities = [quality(i, int(i >= 10)) for i in range(80)]
    found = halves_before(qualities, None, 100.0)
    assert found == Halves(20.0, 59.0, 98.0, 40)
    assert halves_before(qualities, None, None) == Halves(20.0, 89.0, 158.0, 70)


def test_they_lie_in_the_reference_period_and_end_with_the_infusion() -> None:
    qualities = [quality(i) for i in range(80)]
    assert halves_before(qualities, (20.0, 120.0), None).end_s == 118.0
    assert halves_before(qualities, (20.0, 120.0), 110.0).end_s == 108.0
    assert halves_before(qualities, (20.0, 120.0), 150.0).start_s == 20.0
    assert halves_before(qualities, (20.0, 120.0), 150.0).end_s == 118.0


def test_too_few_are_not_halved() -> None:
    qualities = [quality(i) for i in range(LEAST)]
    assert halves_before(qualities, None, None).transients == LEAST
    assert halves_before(qualities[1:], None, None) is None
    assert halves_before([], None, None) is None


def test_what_windows_read_of_it_is_a_share() -> None:
    assert READ.windows_share == 0.75
    assert math.isnan(replace(READ, windows_put=0.0).windows_share)


def test_intervals_hold_where_none_misses() -> None:
    assert Intervals(1.0, ()).hold
    assert not Intervals(1.0, (NOTHING,)).hold
