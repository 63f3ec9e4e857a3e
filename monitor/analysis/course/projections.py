"""Transients projected for their epoch's session model: once each, and kept.

Windows average them, the tracker reads them (`fit.subspace`): 2 to 3 kB a transient.
They are made in blocks, so that a file of any length needs little beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.projected import Projected
from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import ComplexFID

BLOCK = 128
"""Transients that are projected at once."""


@dataclass(slots=True)
class _Epoch:
    """What is kept of an epoch's transients (room, r), of which `count` are made."""

    session: SessionModel
    first: int
    of_mean: Complex
    departures: ComplexFID
    count: int = 0

    @classmethod
    def begun(cls, session: SessionModel, first: int) -> _Epoch:
        """Nothing is projected yet."""
        of_mean = session.projected_mean
        return cls(session, first, of_mean, np.zeros((0, of_mean.size), np.complex64))

    def reserve(self, needed: int) -> None:
        """Room for so many; a little more where there was some, which grows."""
        held = self.departures
        if needed > len(held):
            rows = max(needed, 9 * len(held) // 8)
            self.departures = np.zeros((rows, held.shape[1]), held.dtype)
            self.departures[: self.count] = held[: self.count]


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
    ) -> Projected:
        """Projections of an epoch's transients from `first` up to `stop`.

        Parameters
        ----------
        session : of the epoch; another than before projects them anew
        first : the epoch's first transient
        fids : (points,) of the whole session
        """
        kept = self._epochs.get(epoch)
        if kept is None or kept.session is not session or kept.first != first:
            kept = self._epochs[epoch] = _Epoch.begun(session, first)
        kept.reserve(stop - first)
        for start in range(first + kept.count, stop, BLOCK):
            self._extend(kept, fids[start : min(start + BLOCK, stop)])
        return Projected(kept.of_mean, kept.departures[: stop - first])

    def _extend(self, kept: _Epoch, fids: Sequence[ComplexFID]) -> None:
        """Project the transients that follow those that are kept."""
        needed = kept.count + len(fids)
        made = kept.session.projected(np.stack(fids))
        kept.departures[kept.count : needed] = made - kept.of_mean
        kept.count = needed
