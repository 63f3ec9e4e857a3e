"""Which of two stated dwell times is taken, in which unit, and when they contradict."""

import math

import pytest

from streams.errors import InputError
from streams.sources.mrd.dwell_time import LONGEST_MS, dwell_time_s, in_us


@pytest.mark.parametrize(
    ("stated", "expected_us"),
    [
        ([], 250.0),
        ([("DwellTime_0", None)], 250.0),
        ([("DwellTime_0", 0.2500001)], 250.0001),  # ms, more exact than the head
        ([("dwellTime", 250.0001)], 250.0001),  # us
        ([("dwellTime", 249.9999)], 249.9999),
        ([("DwellTime_0", 0.25002)], 250.0),  # rounded: the head's own
        ([("dwellTime", 249.98)], 250.0),
        ([("a", None), ("DwellTime_0", 0.2500001), ("b", 7.0)], 250.0001),
    ],
)
def test_the_more_exact_of_two_that_agree(stated, expected_us) -> None:
    assert dwell_time_s("x", 250.0, stated) == pytest.approx(
        1e-6 * expected_us, rel=1e-9
    )


def test_a_head_of_32_bits_means_what_is_written() -> None:
    import numpy as np

    assert dwell_time_s("x", np.float32(208.3), []) == 1e-6 * 208.3


@pytest.mark.parametrize("number", [0.2504, 0.2496, 250.4, 249.6, 500.0, 0.0])
def test_two_that_contradict_are_both_named(number) -> None:
    said = rf"x: k = {number:g} contradicts sample_time_us = 250"
    with pytest.raises(InputError, match=said):
        dwell_time_s("x", 250.0, [("k", number)])


@pytest.mark.parametrize("head", [0.0, -250.0, math.nan, math.inf])
def test_a_head_without_a_time_is_refused(head) -> None:
    with pytest.raises(InputError, match=r"^x has no dwell time: sample_time_us is"):
        dwell_time_s("x", head, [("DwellTime_0", 0.25)])


def test_a_number_below_any_in_us_is_one_of_ms() -> None:
    assert in_us(0.25) == 250.0
    assert in_us(250.0) == 250.0
    assert in_us(LONGEST_MS) == LONGEST_MS
    assert in_us(LONGEST_MS - 0.5) == 1e3 * (LONGEST_MS - 0.5)
