"""A small part of `first_order`; the whole table is committed as `first_order.md`."""

import pytest
from first_order import cases, found_in, tallies


@pytest.mark.slow
def test_points_before_the_top_are_told_rightly_or_not_at_all():
    rows = [(case, *found_in(case)) for case in cases(24, 50, points=True)]
    _, told, good = tallies(rows)
    assert told >= 6
    assert good == told


@pytest.mark.slow
def test_nothing_is_told_where_nothing_is_wrong():
    rows = [(case, *found_in(case)) for case in cases(24, 50, points=False)]
    assert tallies(rows)[1] == 0
