"""Measures of quality held against their limits, from both sides."""

import math

import pytest

from monitor.screen.number_words import DASH
from monitor.screen.parts.measures import NAMES, measures
from monitor.screen.window_conditions import LOW_WEIGHT_SHARE, Limits

LIMITS = Limits(10.0, 5.0, 2.0, 3.0, 4.0)
WINDOW = 32
AT_LIMIT = {
    "drift": LIMITS.drift_hz_per_min,
    "fwhm": LIMITS.fwhm_hz,
    "snr": LIMITS.snr,
    "lipid": LIMITS.lipid,
    "rejected": LOW_WEIGHT_SHARE * WINDOW,
    "water": LIMITS.water,
}


def good_of(key: str, value: float, limits: Limits = LIMITS) -> bool | None:
    found = measures(AT_LIMIT | {key: value}, limits, WINDOW, infusing=False)
    (one,) = (measure for measure in found if measure.key == key)
    assert (one.action == "") is bool(one.good)
    return one.good


@pytest.mark.parametrize("key", NAMES)
def test_each_is_good_up_to_its_limit_and_snr_from_it_on(key: str) -> None:
    limit = AT_LIMIT[key]
    assert good_of(key, limit) is True
    assert good_of(key, 1.01 * limit) is (key == "snr")
    assert good_of(key, 0.99 * limit) is (key != "snr")


def test_what_is_not_known_is_neither_good_nor_bad() -> None:
    assert good_of("fwhm", math.nan) is None
    unlimited = Limits(math.inf, 5.0, 2.0, 3.0, 4.0)
    assert good_of("fwhm", 7.0, unlimited) is None
    found = measures(AT_LIMIT | {"fwhm": math.nan}, unlimited, WINDOW, infusing=False)
    (one,) = (measure for measure in found if measure.key == "fwhm")
    assert (one.value, one.limit) == (DASH, "")
