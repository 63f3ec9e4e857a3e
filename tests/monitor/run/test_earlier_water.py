"""Water of the series before goes with metabolites that were acquired alike."""

from dataclasses import replace

import numpy as np
import pytest

from monitor.run.earlier_water import MOST, EarlierWater
from streams.messages.transient import Acquisition, Kind, Transient
from streams.voxel.place import VoxelPlace

AXES = ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0))
TILTED = ((1.0, 0.0, 0.0), (0.0, 0.9982, 0.06), (0.0, -0.06, 0.9982))
HERE = VoxelPlace((0.0, 10.0, 20.0), AXES)
ACQUISITION = Acquisition(
    123.25, "1H", 5e-4, 16, 1, 0.03, voxel_mm=(20.0, 20.0, 20.0), voxel_place=HERE
)


def water(count: int = 0) -> Transient:
    return Transient(count, 0.0, Kind.WATER, np.ones((1, 16), np.complex64))


def lent(later: Acquisition, own: int = 0, before: int = 2) -> int:
    """Water references that the first metabolites of a later series get."""
    held = EarlierWater()
    held.start(ACQUISITION)
    for count in range(before):
        held.water(water(count))
    held.start(later)
    for count in range(own):
        held.water(water(count))
    given = held.for_metabolite()
    assert held.for_metabolite() == []
    return len(given)


@pytest.mark.parametrize(
    ("changes", "alike"),
    [
        ({}, True),
        ({"spectrometer_frequency_mhz": 123.25 * 1.00009}, True),
        ({"spectrometer_frequency_mhz": 123.25 * 0.9998}, False),
        ({"spectrometer_frequency_mhz": 123.25 * 1.0002}, False),
        ({"dwell_time_s": 4e-4}, False),
        ({"echo_time_s": 0.035}, False),
        ({"points": 32}, False),
        ({"coils": 2}, False),
        ({"nucleus": "31P"}, False),
        ({"voxel_mm": (20.0, 20.0, 21.0)}, False),
        ({"voxel_place": None}, True),
        ({"voxel_place": VoxelPlace((0.9, 9.1, 20.9), AXES)}, True),
        ({"voxel_place": VoxelPlace((0.0, 11.1, 20.0), AXES)}, False),
        ({"voxel_place": VoxelPlace((0.0, 8.9, 20.0), AXES)}, False),
        ({"voxel_place": VoxelPlace((0.0, 10.0, 20.0), TILTED)}, False),
    ],
)
def test_only_what_was_acquired_alike(changes, alike):
    assert lent(replace(ACQUISITION, **changes)) == (2 if alike else 0)


def test_own_water_stays_and_no_more_than_some_is_held():
    assert lent(ACQUISITION, own=1) == 0
    assert lent(ACQUISITION, before=MOST + 3) == MOST
    assert lent(ACQUISITION, before=0) == 0


def test_water_of_a_series_with_metabolites_of_its_own_is_not_lent():
    held = EarlierWater()
    held.start(ACQUISITION)
    held.water(water())
    assert held.for_metabolite() == []
    held.start(ACQUISITION)
    assert held.for_metabolite() == []


def test_a_series_without_anything_between_keeps_the_water_waiting():
    held = EarlierWater()
    for waters in (1, 0, 0):
        held.start(ACQUISITION)
        for _ in range(waters):
            held.water(water())
    assert len(held.for_metabolite()) == 1
