"""Small sessions for the tests of exports."""

from collections.abc import Sequence

import numpy as np

from streams.messages.transient import Acquisition, Body, Kind, Start, Transient
from streams.voxel.place import VoxelPlace

POINTS = 16
STEAM = Acquisition(
    spectrometer_frequency_mhz=123.2512345,
    nucleus="1H",
    dwell_time_s=1 / 6000,
    points=POINTS,
    coils=3,
    echo_time_s=0.03,
    repetition_time_s=2.0,
    mixing_time_s=0.01,
    sequence="STEAM",
    voxel_mm=(20.0, 25.5, 30.0),
    vendor="SIEMENS",
    model="Prisma",
    voxel_place=VoxelPlace(
        (-12.5, 30.25, 41.0), ((0.6, 0.0, -0.8), (0.0, -1.0, 0.0), (-0.8, 0.0, -0.6))
    ),
)


def fids(*shape: int, seed: int = 0) -> np.ndarray:
    """Complex noise, complex64."""
    noise = np.random.default_rng(seed).standard_normal((2, *shape))
    return (noise[0] + 1j * noise[1]).astype(np.complex64)


def water_first(acquisition: Acquisition, times_s: Sequence[float]) -> list[Body]:
    """A start, one water transient, and metabolite transients at these times."""
    signals = fids(len(times_s) + 1, acquisition.coils, POINTS)
    return [
        Start(acquisition, "test"),
        Transient(0, -2.0, Kind.WATER, signals[-1]),
        *(
            Transient(1 + i, time_s, Kind.METABOLITE, signals[i])
            for i, time_s in enumerate(times_s)
        ),
    ]
