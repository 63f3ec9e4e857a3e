"""A series on trial: it may be the epoch before it, gone on after a pause.

Its first transients are prepared twice: as a new epoch, provisionally, and by the
state of the epoch before.  With the `TRIAL`-th one, or when the series ends before,
the two stretches are compared (`continuation`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from monitor.analysis.preparation.continuation import (
    TRIAL,
    Difference,
    Seen,
    coils_share,
    difference,
)
from monitor.analysis.preparation.epoch import Epoch, Place
from monitor.analysis.signal.noise import Coils
from streams.messages.transient import Acquisition

NEAR = 1e-7
"""Of the spectrometer frequency: what the scanner sets anew before each series."""
PLACE_MM, PLACE_TURN = 0.2, 0.005
"""Of a voxel's centre and of the cosines of its edges: what headers round away."""


@dataclass(slots=True)
class Trial:
    """One owner, the `Preparation`.

    Attributes
    ----------
    state : of the epoch before, which goes on if nothing has moved
    number : of that epoch
    declared : it goes on, whatever the transients say
    frozen : whether its template stayed as it was, and whether it was to later
    places, fids : transients of the series so far
    before : the last transients before the pause
    """

    state: Epoch
    number: int
    declared: bool
    frozen: tuple[bool, bool]
    places: list[Place] = field(default_factory=list)
    fids: list[Coils] = field(default_factory=list)
    before: tuple[Seen, ...] = ()

    @classmethod
    def of(
        cls, state: Epoch, number: int, declared: bool, frozen: tuple[bool, bool]
    ) -> Trial:
        """Begin with what the epoch before was at its end."""
        seen = tuple(state.recent)
        state.recent.clear()
        return cls(state, number, declared, frozen, before=seen)

    def push(self, place: Place, fid: Coils) -> bool:
        """Take a transient; whether there are enough of them."""
        self.places.append(place)
        self.fids.append(fid)
        return len(self.fids) >= TRIAL

    def difference(self) -> Difference:
        """How far they are from those before, once the state has seen them."""
        after = tuple(self.state.recent)
        self.state.recent.extendleft(reversed(self.before[len(after) :]))
        share = coils_share(self.state.combination, self.fids)
        template = self.state.template.fid
        return difference(self.before, after, template, self.state.axis, share)


def like(acquisition: Acquisition, other: Acquisition) -> bool:
    """Whether two series are acquired alike, but for the last digits of headers."""
    now_mhz, then_mhz = (one.spectrometer_frequency_mhz for one in (acquisition, other))
    same = replace(
        acquisition,
        spectrometer_frequency_mhz=then_mhz,
        voxel_place=other.voxel_place,
    )
    near = abs(now_mhz - then_mhz) <= NEAR * then_mhz
    return same == other and near and in_place(acquisition, other)


def in_place(acquisition: Acquisition, other: Acquisition) -> bool:
    """Whether two voxels lie in one place, as far as their headers tell."""
    here, there = acquisition.voxel_place, other.voxel_place
    if here is None or there is None:
        return True
    apart_mm = np.abs(np.subtract(here.centre_mm, there.centre_mm)).max()
    turned = np.abs(np.subtract(here.axes, there.axes)).max()
    return bool(apart_mm <= PLACE_MM and turned <= PLACE_TURN)
