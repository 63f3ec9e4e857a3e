"""How far the ways to the change lie apart, and whether they agree."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.analysis.contamination.stretch import Stretch

SURELY = 3.3
"""SD: an hour of looking at all ways to a change rarely reaches it by chance."""


class Way(StrEnum):
    """What is compared with the tracker."""

    TIES = "ties"
    WINDOWS = "windows"
    LAST = "last"
    BASELINE = "baseline"
    STRETCH = "stretch"


@dataclass(frozen=True, slots=True)
class Difference:
    """How far another way to the change lies from the tracker's.

    Attributes
    ----------
    way : which
    percent, sd_percent : the other less the tracker, and the SD that chance gives it
    stretch : without which the change was asked again
    """

    way: Way
    percent: float
    sd_percent: float
    stretch: Stretch | None = None

    @property
    def sure(self) -> bool:
        """Whether it is more than chance."""
        return abs(self.percent) > SURELY * self.sd_percent

    @property
    def mended(self) -> bool:
        """Whether it is what a stretch that is left out would have changed."""
        return self.stretch is not None and self.stretch.left_out


@dataclass(frozen=True, slots=True)
class Agreement:
    """All comparisons of an outcome that could be made, as they stand."""

    outcome: str
    differences: tuple[Difference, ...]

    @property
    def apart(self) -> tuple[Difference, ...]:
        """What differs by more than chance and is not mended."""
        return tuple(d for d in self.differences if d.sure and not d.mended)

    @property
    def agrees(self) -> bool:
        """Whether nothing does."""
        return not self.apart
