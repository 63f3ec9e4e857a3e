"""Is the scanner as the protocol expects, to the tolerance of each quantity."""

import pytest

from monitor.protocol.expectations import expectations
from monitor.protocol.settings import Settings
from streams.messages.transient import Acquisition


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        ({}, True),
        ({"mhz": 123.2 * 1.049}, True),
        ({"mhz": 123.2 * 0.949}, False),
        ({"te_s": 0.031}, True),
        ({"te_s": 0.0312}, False),
        ({"te_s": 0.0288}, False),
        ({"tr_s": 2.039}, True),
        ({"tr_s": 2.05}, False),
        ({"tr_s": 1.95}, False),
        ({"tr_s": None}, None),
        ({"nucleus": "31P"}, False),
        ({"sequence": "STEAM"}, False),
        ({"sequence": ""}, None),
    ],
)
def test_is_the_scanner_as_expected(changes, met):
    made = {
        "mhz": 123.2,
        "te_s": 0.03,
        "tr_s": 2.0,
        "nucleus": "1H",
        "sequence": "PRESS",
    }
    made |= changes
    acquisition = Acquisition(
        made["mhz"],
        made["nucleus"],
        5e-4,
        64,
        1,
        made["te_s"],
        made["tr_s"],
        sequence=made["sequence"],
    )
    settings = Settings(
        expect_frequency_mhz=123.2,
        expect_echo_time_s=0.03,
        expect_repetition_time_s=2.0,
        expect_sequence="PRESS",
    )
    found = [one.met for one in expectations(acquisition, settings)]
    assert len(found) == 5
    assert [one for one in found if one is not True] == ([] if met is True else [met])


def test_what_is_not_expected_is_not_asked():
    acquisition = Acquisition(123.2, "1H", 5e-4, 64, 1, 0.03)
    (nucleus,) = expectations(acquisition, Settings())
    assert nucleus.quantity == "nucleus"
