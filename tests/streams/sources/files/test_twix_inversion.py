"""TI of a Siemens raw file: only where its header says that something is inverted."""

import pytest

from streams.sources.files.twix_inversion import inversion_time_s

PULSE, TI = ("sPrepPulses", "ucInversion"), ("alTI", "0")


@pytest.mark.parametrize(
    ("header", "ti_s"),
    [
        ({PULSE: "0x1", TI: 670_000.0}, 0.67),
        ({PULSE: 2, TI: "670000"}, 0.67),
        ({PULSE: "0x4", TI: 670_000.0}, None),
        ({PULSE: 4.0, TI: 670_000.0}, None),
        ({TI: 670_000.0}, None),
        ({PULSE: 1}, None),
        ({PULSE: 1, TI: 0.0}, None),
        ({PULSE: 1, TI: 3e8}, None),
        ({PULSE: 1, TI: float("nan")}, None),
        ({PULSE: "none", TI: 670_000.0}, None),
    ],
)
def test_the_time_counts_where_a_pulse_inverts(header, ti_s):
    assert inversion_time_s(header) == pytest.approx(ti_s)
