"""The water reference of a series before, for metabolites that come without their own.

Scanners measure it as a series of its own, before the other.  It goes with the next
series that has no water and was acquired alike: frequency, dwell time, points, coils,
echo time and voxel.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from streams.messages.transient import Acquisition, Transient

MOST = 16
FREQUENCY_TOLERANCE = 1e-4  # a centre frequency that was adjusted anew
MOVED_MM, TURNED = 1.0, 0.02  # of the centre; of a direction's parts (1 degree)


@dataclass(slots=True)
class EarlierWater:
    """What the series so far hold of water."""

    _acquisition: Acquisition | None = None
    _waters: list[Transient] = field(default_factory=list)
    _metabolites: bool = False
    _before: tuple[Acquisition, list[Transient]] | None = None

    def start(self, acquisition: Acquisition) -> None:
        """A series begins."""
        if self._acquisition is not None and self._waters and not self._metabolites:
            self._before = (self._acquisition, self._waters)
        self._acquisition, self._waters, self._metabolites = acquisition, [], False

    def water(self, transient: Transient) -> None:
        """A water reference of the series came."""
        if len(self._waters) < MOST:
            self._waters.append(transient)

    def for_metabolite(self) -> list[Transient]:
        """Water that goes with the first metabolite transient, if it has none."""
        first, self._metabolites = not self._metabolites, True
        if not first or self._waters or self._before is None:
            return []
        acquisition, waters = self._before
        own = self._acquisition
        return waters if own is not None and _are_alike(acquisition, own) else []


def _are_alike(one: Acquisition, other: Acquisition) -> bool:
    off = one.spectrometer_frequency_mhz / other.spectrometer_frequency_mhz - 1
    return (
        abs(off) < FREQUENCY_TOLERANCE
        and _in_one_place(one, other)
        and all(
            getattr(one, name) == getattr(other, name)
            for name in (
                "nucleus",
                "dwell_time_s",
                "points",
                "coils",
                "echo_time_s",
                "voxel_mm",
            )
        )
    )


def _in_one_place(one: Acquisition, other: Acquisition) -> bool:
    """Whether the voxel lies where it lay, as far as both say."""
    here, there = one.voxel_place, other.voxel_place
    if here is None or there is None:
        return True
    moved_mm = np.subtract(here.centre_mm, there.centre_mm)
    turned = np.subtract(here.axes, there.axes)
    return bool(np.abs(moved_mm).max() <= MOVED_MM and np.abs(turned).max() <= TURNED)
