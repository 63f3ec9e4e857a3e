"""A stretch of transients that is unlike the rest of the session, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

SPAN = 9
"""Transients that are looked at together, and behind a stretch for its end."""
ENOUGH = 24
"""Transients that may be the good part though others are more."""


class Cause(StrEnum):
    """What sets a stretch apart.

    `FAT_MOVED`: the head moves, and fat comes with it.
    `EMPTY`: nobody is there, or nothing is heard of him.
    `CLEANER`: it has less lipid, water or width than the rest, and is too short yet
    to be taken for the good part.
    """

    LIPID = "lipid"
    WATER = "water"
    MOTION = "motion"
    FAT_MOVED = "motion with lipid"
    WIDTH = "line width"
    BASELINE = "baseline"
    CLEANER = "cleaner"
    EMPTY = "no signal"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Stretch:
    """Transients [first, stop) of one epoch that are unlike the rest.

    Attributes
    ----------
    first, stop : numbers of metabolite transients in the session
    epoch : the epoch that they lie in
    start_s, end_s : scanner time of the first and of the last of them
    cause : what sets them apart
    left_out : whether they are left out of windows, reference period and tracker
    """

    first: int
    stop: int
    epoch: int
    start_s: float
    end_s: float
    cause: Cause
    left_out: bool = True

    @property
    def transients(self) -> int:
        """How many."""
        return self.stop - self.first

    def lasts(self, transients: int) -> bool:
        """Whether it may still grow after so many transients of the session."""
        return self.stop + SPAN >= transients

    def is_same(self, other: Stretch) -> bool:
        """Whether another is the same, found again: they overlap."""
        near = self.first < other.stop and other.first < self.stop
        return near and self.epoch == other.epoch


def is_enough(stretch: Stretch) -> bool:
    """Whether it is cleaner than what counts, and long enough to be the good part.

    Then what counts has lipid, water or width that was not there all the time.
    """
    return stretch.cause == Cause.CLEANER and stretch.transients >= ENOUGH


def most_left_out(stretches: Iterable[Stretch], transients: int) -> int:
    """How many transients of a session are left out, if that is most of them; else 0.

    What the operator takes out does not count: he knows.
    """
    found = (s for s in stretches if s.left_out and s.cause != Cause.OPERATOR)
    count = sum(one.transients for one in found)
    return count if 2 * count > transients else 0
