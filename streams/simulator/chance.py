"""Random numbers by name: the same seed gives the same bytes in any order.

Each purpose, and within it each transient, has a generator of its own: SFC64 seeded
from SeedSequence(seed, spawn_key=(purpose, index)).  So a transient can be generated
alone, twice or after its successor, and switching one artefact off leaves the random
numbers of the others as they were.  numpy promises the stream of its generators within
one version only.
"""

from __future__ import annotations

from enum import IntEnum, unique

import numpy as np


@unique
class Purpose(IntEnum):
    """What random numbers are drawn for; the values must never change."""

    RECEIVER_NOISE = 0
    COILS = 1
    SHIFT = 2
    PHASE = 3
    PHASE_WANDER = 4
    BREATHING = 5
    HEART = 6
    WATER = 7
    LIPIDS = 8
    BASELINE = 9
    MOTION_TIMES = 10
    MOTION = 11
    TRANSPORT = 12
    AMPLITUDE = 13


def generator(seed: int, purpose: Purpose, index: int = 0) -> np.random.Generator:
    """The generator of one purpose (and one transient) of a session."""
    sequence = np.random.SeedSequence(seed, spawn_key=(int(purpose), index))
    return np.random.Generator(np.random.SFC64(sequence))
