"""How far the epochs of a session may be apart, worked out once for each pair.

What lies between two epochs is said in `epoch_offset`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.course.epoch_offset import offset_covariance, offsets_in_common
from monitor.analysis.course.places import Places
from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.signal.spectrum import Real

Kept = tuple[SessionModel, SessionModel, bool, Real]


@dataclass(slots=True)
class Offsets:
    """Offsets of epochs against the reference period's; one owner, the `Course`.

    Attributes
    ----------
    places : which epochs lie in one place
    """

    places: Places = field(default_factory=Places)
    _kept: dict[int, Kept] = field(default_factory=dict)

    def covariance(
        self, home: int, epoch: int, sessions: Mapping[int, SessionModel]
    ) -> Real | None:
        """V (M, M) of an epoch against `home`; None in that itself, or unknown."""
        one, other = sessions.get(home), sessions.get(epoch)
        if one is None or other is None or epoch == home:
            return None
        apart, held = self.places.apart(home, epoch), self._kept.get(epoch)
        same = held is not None and held[0] is one and held[1] is other
        if held is None or not same or held[2] != apart:
            V = offset_covariance(one, other, apart)
            held = self._kept[epoch] = one, other, apart, V
        return held[3]

    def between(
        self, home: int, epochs: Sequence[int], sessions: Mapping[int, SessionModel]
    ) -> Real:
        """Covariances (n, n, M, M) of the offsets of n windows' epochs."""
        M = sessions[home].fit.amplitudes.size
        found = np.zeros((len(epochs), len(epochs), M, M))
        pairs = {
            (one, other): self._pair(home, one, other, sessions)
            for one in set(epochs)
            for other in set(epochs)
        }
        for i, one in enumerate(epochs):
            for k, other in enumerate(epochs):
                V = pairs[one, other]
                if V is not None:
                    found[i, k] = V
        return found

    def _pair(
        self, home: int, one: int, other: int, sessions: Mapping[int, SessionModel]
    ) -> Real | None:
        """What the offsets of two epochs have in common."""
        V = self.covariance(home, one, sessions)
        if one == other or V is None:
            return V
        if self.covariance(home, other, sessions) is None:
            return None
        apart = self.places.apart
        elsewhere = apart(home, one) and apart(home, other)
        return offsets_in_common(sessions[home], elsewhere, not apart(one, other))
