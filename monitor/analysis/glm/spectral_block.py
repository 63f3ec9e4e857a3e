"""Mean spectra of neighbouring transients: what the general linear model is fed with.

Of each block of at most LENGTH transients of one epoch and one side of each mark the
weighted mean of the aligned spectra is kept, and nothing of single transients: a
session of an hour is some hundred spectra.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.analysis.signal.spectrum import Complex
from monitor.analysis.tracking.transient_view import Observed

LENGTH = 16


@dataclass(slots=True)
class SpectralBlock:
    """Transients that belong together; grows while it is the newest.

    Attributes
    ----------
    epoch, part : common to all; `part` counts the marks of the infusion before it
    lagged_percent : the tracker's course before its first transient, percent
    total : (K,) sum of weighted spectra
    weight : sum of weights
    transients : how many
    times : sum of weighted scanner times, s
    """

    epoch: int
    part: int
    lagged_percent: float
    total: Complex
    weight: float = 0.0
    transients: int = 0
    times: float = 0.0

    def takes(self, one: Observed) -> bool:
        """Whether a transient belongs to it."""
        alike = (self.epoch, self.part) == (one.epoch, one.part)
        return alike and self.transients < LENGTH

    def add(self, one: Observed, spectrum: Complex) -> None:
        """Take in one transient's spectrum (K,)."""
        self.transients += 1
        if one.weight > 0:
            self.total = self.total + one.weight * spectrum
            self.weight += one.weight
            self.times += one.weight * one.time_s

    @property
    def mean(self) -> Complex:
        """(K,), of a block with any weight."""
        mean: Complex = self.total / self.weight
        return mean

    @property
    def time_s(self) -> float:
        """Middle, scanner time."""
        return self.times / self.weight


@dataclass(slots=True)
class SpectralBlocks:
    """The blocks of a session, in order; one owner."""

    blocks: list[SpectralBlock] = field(default_factory=list)

    def add(self, one: Observed, spectrum: Complex, lagged_percent: float) -> bool:
        """Take in one transient; whether that completed a block."""
        newest = self.blocks[-1] if self.blocks else None
        if newest is None or not newest.takes(one):
            newest = SpectralBlock(one.epoch, one.part, lagged_percent, 0 * spectrum)
            self.blocks.append(newest)
        newest.add(one, spectrum)
        return newest.transients == LENGTH
