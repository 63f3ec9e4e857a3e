"""Projections of a session's transients, as they are kept."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.signal.spectrum import Complex
from streams.messages.transient import ComplexFID


@dataclass(frozen=True, slots=True)
class Projected:
    """What `SessionModel.projected` makes of n transients, in half of its room.

    Single precision is enough for how they differ from the mean: it errs by some 1e-7
    of their noise, whatever the signal.

    Attributes
    ----------
    of_mean : (r + q,) of the mean that the session model was made of
    departures : (n, r + q) complex64, what they are besides
    """

    of_mean: Complex
    departures: ComplexFID

    def __len__(self) -> int:
        return len(self.departures)

    def __getitem__(self, rows: slice) -> Complex:
        """Projections (rows, r + q) of some of them."""
        some: Complex = self.of_mean + self.departures[rows]
        return some
