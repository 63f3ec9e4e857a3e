"""Transients projected for their epoch's session model: once each, and kept.

Windows average them, the tracker reads them (`fit.subspace`): 4 to 5 kB a transient.
They are made in blocks, so that a file of any length needs little beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import ComplexFID

BLOCK = 128
"""Transients that are projected at once."""


@dataclass(slots=True)
class _Epoch:
    """Projections (room, r) of an epoch's transients, of which `count` are made."""

    session: SessionModel
    first: int
    z: Complex
    count: int = 0

    def reserve(self, needed: int) -> None:
        """Room for so many; a little more where there was some, which grows."""
        if needed > len(self.z):
            rows = max(needed, 9 * len(self.z) // 8)
            room = np.zeros((rows, self.z.shape[1]), complex)
            room[: self.count] = self.z[: self.count]
            self.z = room


@dataclass(slots=True)
class Projections:
    """What was projected, by epoch; one owner."""

    _epochs: dict[int, _Epoch] = field(default_factory=dict)

    def forget(self) -> None:
        """FIDs have changed: project all of them anew when they are asked for."""
        self._epochs.clear()

    def of(
        self,
        session: SessionModel,
        epoch: int,
        first: int,
        fids: Sequence[ComplexFID],
        stop: int,
    ) -> Complex:
        """Projections (stop - first, r) of an epoch's transients up to `stop`.

        Parameters
        ----------
        session : of the epoch; another than before projects them anew
        first : the epoch's first transient
        fids : (points,) of the whole session
        """
        kept = self._epochs.get(epoch)
        if kept is None or kept.session is not session or kept.first != first:
            kept = _Epoch(session, first, np.zeros((0, session.subspace.size), complex))
            self._epochs[epoch] = kept
        kept.reserve(stop - first)
        for start in range(first + kept.count, stop, BLOCK):
            self._extend(kept, fids[start : min(start + BLOCK, stop)])
        return kept.z[: stop - first]

    def _extend(self, kept: _Epoch, fids: Sequence[ComplexFID]) -> None:
        """Project the transients that follow those that are kept."""
        needed = kept.count + len(fids)
        kept.z[kept.count : needed] = kept.session.projected(np.stack(fids))
        kept.count = needed
