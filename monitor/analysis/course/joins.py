"""Where a further series went on with the epoch before it.

Transients do not tell every shim (`preparation.continuation`): behind a join the levels
may be apart by a step of covariance J that nobody saw (`epoch_offset`).  With f_k the
share of a window's weight behind join k and r_k that of the reference period's, what
the steps add to the covariance of the changes of two windows is

    sum_k (f_k - r_k) (f'_k - r_k) J.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.course.response import Reference
from monitor.analysis.fit.window import Window
from monitor.analysis.signal.spectrum import Real


@dataclass(slots=True)
class Joins:
    """Joins of a session; one owner, the `Course`.

    `places` are the numbers of the first transients behind them, in order.
    """

    places: list[int] = field(default_factory=list)

    def add(self, place: int) -> None:
        """A series that begins with this transient has gone on with its epoch."""
        self.places.append(place)

    def before(self, index: int) -> int:
        """How many joins lie before a transient."""
        return bisect_right(self.places, index)

    def departures(
        self, windows: Sequence[Window], reference: Reference, weights: Real
    ) -> Real:
        """F - r (n, joins) of windows, from the weights of all transients (T,)."""
        home = Window(reference.first, reference.stop)
        shares = self.behind([*windows, home], weights)
        return np.asarray(shares[:-1] - shares[-1])

    def behind(self, windows: Sequence[Window], weights: Real) -> Real:
        """Shares (n, joins) of the weights of windows that lie behind each join."""
        sums = np.concatenate([[0.0], np.cumsum(weights)])
        first, stop = np.array([(w.first, w.stop) for w in windows]).T[..., np.newaxis]
        cut = np.clip(np.array(self.places, int), first, stop)
        whole = sums[stop] - sums[first]
        return np.asarray((sums[stop] - sums[cut]) / np.where(whole > 0, whole, 1.0))
