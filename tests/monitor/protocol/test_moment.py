"""Moments as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.protocol.moment import Moment, moment_of


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("612", Moment(612.0)), ("612.5 s", Moment(612.5)), ("10m", Moment(600.0)),
        ("10:12", Moment(612.0)), ("1:10:12", Moment(4212.0)),
        ("-90s", Moment(90.0, ago=True)), ("-90", Moment(90.0, ago=True)),
        ("-1:30", Moment(90.0, ago=True)), ("2 min ago", Moment(120.0, ago=True)),
        (" 2m ago ", Moment(120.0, ago=True)), ("0", Moment(0.0)),
    ],
)  # fmt: skip
def test_moments_are_read(text, wanted):
    assert moment_of(text) == wanted


@pytest.mark.parametrize(
    "text", ["", "-", "ago", "10:72", "ten", "1e3", "--5", "5 5", "nan", "1:2:3:4"]
)
def test_what_says_no_moment_is_none(text):
    assert moment_of(text) is None


def test_a_moment_before_now_has_a_scanner_time():
    assert Moment(90.0, ago=True).at_s(612.0) == 522.0
    assert Moment(90.0).at_s(612.0) == 90.0


@given(st.text())
def test_no_text_does_harm(text):
    found = moment_of(text)
    assert found is None or found.seconds >= 0


@given(st.integers(0, 10**6))
def test_the_clock_and_seconds_say_the_same(seconds):
    minutes, rest = divmod(seconds, 60)
    assert moment_of(f"{minutes}:{rest:02d}") == moment_of(f"{seconds}")
