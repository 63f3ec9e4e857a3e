"""Infusion and reference period: given, marked, corrected."""

import pytest

from monitor.analysis.course.periods import Periods, range_of
from streams.errors import InputError


def test_a_further_marker_corrects_the_one_before():
    periods = Periods(None)
    for time_s, starts, wanted in (
        (245.0, True, (245.0,)),
        (317.0, True, (317.0,)),
        (900.0, False, (317.0, 900.0)),
        (905.0, False, (317.0, 905.0)),
        (320.0, True, (320.0,)),
    ):
        periods.mark(time_s, starts)
        assert periods.infusion_s == wanted


def test_a_given_reference_period_ends_with_the_first_transient_after_it():
    periods = Periods((10.0, 50.0))
    assert periods.over(49.9) is None
    assert periods.over(50.0) == (10.0, 50.0)
    periods.reference_s = (10.0, 50.0)
    assert periods.over(60.0) is None
    assert Periods(None).over(1e6) is None


@pytest.mark.parametrize("text", ["", "10", "a:b", "20:10", "5:5", "1:2:3"])
def test_a_range_that_is_none_is_one_sentence(text):
    with pytest.raises(InputError, match="reference"):
        range_of(text)
