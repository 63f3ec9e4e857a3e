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


@pytest.mark.parametrize(
    ("reference_s", "stop_s", "overlaps"),
    [
        ((0.0, 900.0), None, True),
        ((700.0, 800.0), 1200.0, True),
        ((0.0, 600.0), None, False),
        ((1200.0, 1500.0), 1200.0, False),
        (None, None, False),
    ],
)
def test_a_reference_period_in_the_infusion_is_said(reference_s, stop_s, overlaps):
    periods = Periods(None, reference_s, 600.0, stop_s)
    said = periods.overlap_said()
    assert bool(said) == overlaps
    assert not overlaps or "infusion, which begins at 600 s" in said
    periods.start_s = None
    assert periods.overlap_said() == ""


@pytest.mark.parametrize("text", ["", "10", "a:b", "20:10", "5:5", "1:2:3"])
def test_a_range_that_is_none_is_one_sentence(text):
    with pytest.raises(InputError, match="reference"):
        range_of(text)
