"""What a physical quantity cannot be is refused with its name, value and range."""

import json
import re
from dataclasses import asdict, replace

import pytest
from stream_cases import ACQUISITION

from streams.errors import InputError
from streams.messages import wire
from streams.messages.ranges import RANGES
from streams.messages.transient import Acquisition, Message, Start

IMPOSSIBLE = [
    ("dwell_time_s", 400, "400 s"),
    ("dwell_time_s", 4e-7, "4e-07 s"),
    ("dwell_time_s", 250, "250 s"),  # in us
    ("spectrometer_frequency_mhz", 123.25e6, "MHz"),
    ("phase_cycle_steps", 2**50, "1.1259e+15"),
    ("points", 2**40, "1.099512e+12"),
    ("coils", 2**20, "1048576"),
    ("echo_time_s", 30.0, "30 s"),  # in ms
    ("repetition_time_s", 2000.0, "2000 s"),
    ("mixing_time_s", 11.0, "11 s"),
    ("voxel_mm", (20.0, 20.0, 1e9), "1e+09 mm"),
]


@pytest.mark.parametrize(("name", "value", "shown"), IMPOSSIBLE)
def test_what_cannot_be_is_refused_by_name_whatever_the_source(name, value, shown):
    with pytest.raises(InputError, match=f"{name} is .*{re.escape(shown)}"):
        replace(ACQUISITION, **{name: value})
    topic, header, payload = wire.encode(Message("s", 0, 0, Start(ACQUISITION, "x")))
    table = json.loads(header)
    table["acquisition"][name] = value
    with pytest.raises(InputError, match=f"{name} is .*outside the possible"):
        wire.decode([topic, json.dumps(table).encode(), payload])


@pytest.mark.parametrize("name", RANGES)
def test_the_ends_of_each_range_are_possible(name):
    for end in (RANGES[name].low, RANGES[name].high):
        value = 3 * (end,) if name == "voxel_mm" else end
        assert getattr(replace(ACQUISITION, **{name: value}), name) == value


@pytest.mark.parametrize(
    ("frequency_mhz", "nucleus"),
    [(21.3, "1H"), (894.0, "1H"), (3.27, "2H"), (8.6, "31P")],
)
def test_every_usual_scanner_is_possible(frequency_mhz, nucleus):
    Acquisition(frequency_mhz, nucleus, 2e-4, 2048, 64, 0.0)


def test_every_physical_field_has_a_range():
    numbers = {
        name for name, value in asdict(ACQUISITION).items()
        if isinstance(value, (int, float, tuple))
    }  # fmt: skip
    assert numbers <= set(RANGES)
