"""One verdict: what stands beside it never contradicts it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.analysis.course.response import Z95
from monitor.analysis.tracking.answer import Answer
from monitor.analysis.tracking.finding import (
    Finding,
    finding,
    is_no_number,
    least_seen_percent,
    leaves_out_zero,
)
from monitor.analysis.tracking.sequential import (
    STEADY_PERCENT,
    Sequential,
    least_seen,
)

PERCENT = st.floats(-20.0, 20.0)
SD = st.floats(0.05, 15.0)
TAU = 5.0
NAN = float("nan")


def answer_of(mean: float, sd: float, before: float = 0.0) -> Answer:
    """The answer of a session whose mean was first as it was before."""
    test = Sequential(TAU)
    test.push(1.0, {"Glu": (before, 0.3)})
    return test.push(2.0, {"Glu": (mean, sd)})["Glu"]


@given(PERCENT, SD, PERCENT, SD, st.sampled_from([-9.0, 0.0, 9.0]))
def test_no_interval_that_leaves_zero_out_stands_beside_no_change(
    mean, sd, now, now_sd, before
):
    found = finding(answer_of(mean, sd, before), TAU, (now, now_sd))
    clear = abs(mean) > Z95 * sd or abs(now) > Z95 * now_sd
    if found in (Finding.NONE, Finding.UNCLEAR):
        assert not clear
    elif found.possible:
        assert clear
        if found == Finding.PERHAPS_INCREASE:
            assert mean > Z95 * sd or now > Z95 * now_sd
            assert mean >= -Z95 * sd
            assert now >= -Z95 * now_sd
    else:
        assert abs(mean) > Z95 * sd  # its own interval agrees
        assert (mean > 0) == (found == Finding.INCREASE)


@given(PERCENT, SD, PERCENT, SD)
def test_it_is_proven_where_the_answer_says_so_and_nowhere_else(mean, sd, now, now_sd):
    answer = answer_of(mean, sd)
    assert finding(answer, TAU, (now, now_sd)).proven == answer.changed


@given(PERCENT, SD)
def test_what_is_seen_is_the_verdict_s_own_figure(mean, sd):
    answer = answer_of(mean, sd)
    assert least_seen_percent(answer) == pytest.approx(least_seen(sd, TAU))
    assert STEADY_PERCENT > 0


def test_a_change_that_is_not_known_says_nothing():
    answer = answer_of(0.1, 0.5)
    assert finding(answer, TAU, (NAN, NAN)) == Finding.NONE
    assert finding(answer, 0.5, (NAN, NAN)) == Finding.UNCLEAR
    assert not leaves_out_zero((NAN, NAN), True)


@pytest.mark.parametrize(
    ("seen", "none"),
    [
        ((-245.0, 3070.0), True),
        ((-803.6, 48.0), True),
        ((20.0, 52.0), True),
        ((-120.0, 30.0), False),
        ((300.0, 60.0), False),
        ((20.0, 51.0), False),
        ((NAN, NAN), False),
        ((6.0, NAN), False),
    ],
)
def test_of_what_cannot_be_or_may_be_anything_no_number_is_given(seen, none):
    assert is_no_number(seen) == none
    assert not none or finding(answer_of(9.0, 1.0), TAU, seen) == Finding.UNCLEAR


@pytest.mark.parametrize(
    ("now", "sd", "possible"), [(-803.6, 48.0, False), (-120.0, 30.0, True)]
)
def test_nothing_falls_by_more_than_all_of_itself(now, sd, possible):
    answer = answer_of(-20.0, 2.0)
    assert answer.changed
    found = finding(answer, TAU, (now, sd))
    assert found == (Finding.DECREASE if possible else Finding.UNCLEAR)
    impossible = answer_of(-150.0, 3.0)
    assert finding(impossible, TAU) == Finding.UNCLEAR
