"""Numbers as reports write them."""

import math

import pytest

from monitor.report import digits


@pytest.mark.parametrize(
    ("value", "sd", "words"),
    [
        (8.126, 1.2, "+8.1 (1.2)"),
        (8.126, 3.54, "+8.1 (3.5)"),
        (8.126, 3.56, "+8 (4)"),
        (-0.0126, 0.0041, "\N{MINUS SIGN}0.013 (0.004)"),
        (math.nan, 1.0, "not measured"),
        (0.001, 0.5, "0.0 (0.5)"),
        (12.0, 0.0, "+12.0 (0.0)"),
    ],
)
def test_values_have_the_decimals_of_their_sd(value, sd, words):
    assert digits.with_sd(value, sd) == words


def test_numbers_in_reports():
    minus = digits.MINUS
    assert [digits.plain(v) for v in (None, 0.0, 12.345, -0.01234)] == [
        digits.DASH,
        "0",
        "12.3",
        f"{minus}0.0123",
    ]
    assert [digits.usual(v) for v in (0.001, -0.001, 0.0123, 1234.5, math.inf)] == [
        "< 0.01",
        "< 0.01",
        "0.01",
        "1234",
        digits.DASH,
    ]
    assert [digits.percent(p) for p in (0.0009, 0.001, 0.999, 0.9991)] == [
        "< 0.1 %",
        "0.1 %",
        "99.9 %",
        "> 99.9 %",
    ]
    assert digits.exact(0.1) == "0.1"
    assert digits.exact(math.inf) == digits.exact(None) == ""
    assert [digits.with_sign(v) for v in (0.04, -0.06, 3.0, None)] == [
        "0.0",
        f"{minus}0.1",
        "+3.0",
        digits.DASH,
    ]
