"""Infusion and reference period: given, marked, corrected."""

import pytest

from monitor.analysis.course.periods import Periods, range_of
from streams.errors import InputError


def test_markers_go_before_times_that_were_given():
    periods = Periods((60.0, 90.0), None)
    assert periods.infusion_s == (60.0, 90.0)
    (note,) = periods.mark(72.0, starts=True)
    assert "60 to 90 s that were given are left aside" in note
    assert periods.mark(80.0, starts=False) == ()
    assert periods.infusion_s == (72.0, 80.0)


def test_a_further_marker_corrects_the_one_before():
    periods = Periods(None, None)
    for time_s, starts, wanted in (
        (245.0, True, (245.0,)),
        (317.0, True, (317.0,)),
        (900.0, False, (317.0, 900.0)),
        (905.0, False, (317.0, 905.0)),
        (320.0, True, (320.0,)),
    ):
        periods.mark(time_s, starts)
        assert periods.infusion_s == wanted


def test_a_stop_alone_leaves_what_was_given_aside():
    periods = Periods((60.0, 90.0), None)
    periods.mark(120.0, starts=False)
    assert (periods.start_s, periods.stop_s) == (None, 120.0)


def test_a_given_reference_period_ends_with_the_first_transient_after_it():
    periods = Periods(None, (10.0, 50.0))
    assert periods.over(49.9, 0.0) is None
    assert periods.over(50.0, 0.0) == (10.0, 50.0)
    periods.reference_s = (10.0, 50.0)
    assert periods.over(60.0, 0.0) is None


def test_without_one_it_is_all_before_the_given_infusion():
    periods = Periods((60.0, 90.0), None)
    assert periods.over(59.0, 4.0) is None
    assert periods.over(60.0, 4.0) == (4.0, 60.0)
    assert Periods(None, None).over(1e6, 4.0) is None


@pytest.mark.parametrize("text", ["", "10", "a:b", "20:10", "5:5", "1:2:3"])
def test_a_range_that_is_none_is_one_sentence(text):
    with pytest.raises(InputError, match="reference"):
        range_of(text)
