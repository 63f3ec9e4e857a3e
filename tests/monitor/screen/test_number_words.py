"""Numbers and times as an operator reads them."""

import math

import pytest

from monitor.screen.number_words import ago, brief, clock, measured, plain, signed
from monitor.screen.parts.strips import nice


@pytest.mark.parametrize(("value", "words"), [(8.14, "+8.1"), (-0.04, "0.0")])
def test_signed(value, words):
    assert signed(value) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.062, "0.06"), (0.277, "0.28"), (1.73, "1.7"), (12.3, "12"), (-8.0, "−8")],
)
def test_brief(value, words):
    assert brief(value) == words


def test_words():
    assert signed(-3.26) == "−3.3"
    assert (plain(0.09366), plain(12.34), plain(1234.5)) == ("0.0937", "12.3", "1234")
    assert (clock(380), clock(3980), clock(5, True)) == (
        "06:20",
        "01:06:20",
        "00:00:05",
    )
    assert (ago(9.6), ago(300)) == ("10 s", "5 min")
    assert (nice(0.7), nice(14.1), nice(0.0)) == (1.0, 20.0, 1.0)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00012345, "1.23e−4"), (-0.00012345, "−1.23e−4"), (0.0321, "0.0321"),
        (8.134, "8.13"), (0.0, "0"), (math.nan, "–"), (12345678.0, "1.23e7"),
        (1.5e-12, "1.50e−12"),
    ],
)  # fmt: skip
def test_amplitudes_of_any_unit_fit_into_the_table(value, words):
    assert measured(value) == words
