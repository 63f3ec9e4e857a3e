"""Water references of the present epoch, and the amplitude that they give."""

from __future__ import annotations

from dataclasses import dataclass, field

from monitor.analysis.course.course import Course
from monitor.analysis.course.water_reference import water_amplitude
from monitor.analysis.fit.model import Model
from monitor.analysis.preparation.combination import Combination
from streams.messages.transient import ComplexFID


@dataclass(slots=True)
class EpochWaters:
    """Takes water references; one owner, the `Intake`.

    Attributes
    ----------
    fids : those of the present epoch
    taken : of all epochs that are used
    """

    fids: list[ComplexFID] = field(default_factory=list)
    taken: int = 0
    _earlier: list[ComplexFID] = field(default_factory=list)

    def begin_series(self) -> None:
        """A series may be the epoch before it gone on: that one's stay at hand."""
        self._earlier, self.fids = self.fids, []

    def begin_epoch(self) -> None:
        """Nothing is measured of an epoch yet."""
        self.fids = []

    def push(self, fid: ComplexFID) -> None:
        """Take one (coils, points) that is used."""
        self.fids.append(fid)
        self.taken += 1

    def join(self) -> None:
        """A series is the epoch before it gone on, whose water stands for it too."""
        self.taken -= len(self.fids)
        self.fids = self._earlier

    def measure(self, course: Course, combination: Combination, model: Model) -> None:
        """Give a course the water's amplitude, on the scale of the combined FIDs."""
        water = water_amplitude(self.fids, combination)
        if water is None:
            return
        epoch = max(course.grids)
        course.water = course.waters[epoch] = water
        course.begin_epoch(epoch, model)
