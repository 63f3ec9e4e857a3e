"""Water references as points of the strips, in minutes from the infusion."""

import math

import pytest

from monitor.screen.parts.columns import Columns
from monitor.screen.parts.water import water_points


def waters(interleaved: bool) -> Columns:
    held = Columns(("time_s", "shift_hz", "fwhm_hz", "amplitude", "interleaved"))
    for k in range(3):
        width = math.nan if k == 1 else 8.0 + k
        held.append(60.0 * k, 5.0 - 0.5 * k, width, 1.0, float(interleaved))
    return held


def test_points_count_from_a_time_and_shifts_from_the_first():
    shift, width = water_points(waters(True), 90.0)
    assert shift.time_min.tolist() == [-1.5, -0.5, 0.5]
    assert shift.value.tolist() == [0.0, -0.5, -1.0]
    assert width.time_min.tolist() == [-1.5, 0.5]
    assert width.value.tolist() == [8.0, 10.0]


def test_water_before_all_metabolites_is_no_course():
    shift, width = water_points(waters(False), 0.0)
    assert len(shift.value) == len(width.value) == 0


def test_columns_know_what_they_were_given():
    held = Columns(("a",))
    held.append(1.0)
    held.append_named({"b": 3.0})
    held.extend(("a", "b"), [(5.0, 6.0), (7.0, 8.0)])
    one, two, none = held.get("a", "b", "c")
    assert one.tolist() == pytest.approx([1.0, math.nan, 5.0, 7.0], nan_ok=True)
    assert two.tolist() == pytest.approx([math.nan, 3.0, 6.0, 8.0], nan_ok=True)
    assert [math.isnan(v) for v in none] == [True] * 4
    with pytest.raises(ValueError, match="read-only"):
        one[0] = 2.0
    assert held.row(3) == {"a": 7.0, "b": 8.0}
    held.pop()
    assert held.rows == 3
    for k in range(600):
        held.append(float(k), 0.0)
    assert held["a"][-600:].tolist() == list(range(600))
