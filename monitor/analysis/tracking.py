"""The tracker of a session: fed from the course, done again whenever the course is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from monitor.analysis.course import Course
from monitor.analysis.tracker import (
    Measurement,
    Observed,
    Tracker,
    advance,
    choose_slope,
    measurement_of,
    smooth,
)
from monitor.analysis.update import TrackerPoint

FLOOR_SHARE = 0.05
"""A transient with less weight than this says nothing to the tracker."""


@dataclass(slots=True)
class Tracking:
    """Keeps the tracker in step with a course; nothing before a reference period."""

    course: Course
    tracker: Tracker | None = None
    slope_percent: float = 0.0
    measurements: dict[int, Measurement] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether there is something to track against."""
        return self.course.reference is not None and self.course.aligned

    def redo(self) -> tuple[TrackerPoint, ...]:
        """Begin anew with the course's session models; points of all transients."""
        self.tracker = None
        self.measurements = {
            epoch: measurement_of(session.subspace)
            for epoch, session in self.course.sessions.items()
        }
        reference = self.course.reference
        if reference is None or not self.course.aligned:
            return ()
        seen = self._observed(0)
        names, c0 = self.course.names, reference.amplitudes
        inside = [one for one in seen if one.reference]
        self.slope_percent = choose_slope(names, c0, inside)
        self.tracker = Tracker.about(names, c0, self.slope_percent)
        return tuple(advance(self.tracker, one) for one in seen)

    def step(self) -> TrackerPoint | None:
        """The newest transient; None while there is nothing to track against."""
        if self.tracker is None:
            return None
        epoch = self.course.qualities[-1].epoch
        if epoch not in self.measurements:
            if epoch not in self.course.sessions:
                return None
            subspace = self.course.sessions[epoch].subspace
            self.measurements[epoch] = measurement_of(subspace)
        return advance(self.tracker, self._observed(len(self.course.fids) - 1)[0])

    def smoothed(self) -> tuple[TrackerPoint, ...]:
        """What the whole session so far says of each transient."""
        reference = self.course.reference
        if self.tracker is None or reference is None:
            return ()
        fresh = Tracker.about(
            self.course.names, reference.amplitudes, self.slope_percent
        )
        return smooth(fresh, self._observed(0))

    def _observed(self, first: int) -> list[Observed]:
        """Transients from `first` on whose epoch has a session model."""
        course = self.course
        qualities = course.qualities
        seen = []
        interval_s = _interval_s([q.time_s for q in qualities])
        for epoch, session in course.sessions.items():
            own = [
                i for i in range(first, len(qualities)) if qualities[i].epoch == epoch
            ]
            if not own or epoch not in self.measurements:
                continue
            z = session.projected(np.stack([course.fids[i] for i in own]))
            seen += [
                self._one(i, z[k], self.measurements[epoch], interval_s)
                for k, i in enumerate(own)
            ]
        return sorted(seen, key=lambda one: one.index)

    def _one(
        self,
        i: int,
        z: np.ndarray[tuple[int], np.dtype[np.complex128]],
        measurement: Measurement,
        interval_s: float,
    ) -> Observed:
        """One transient as the tracker sees it."""
        qualities, reference = self.course.qualities, self.course.reference
        quality = qualities[i]
        since_s = quality.time_s - qualities[i - 1].time_s if i else interval_s
        inside = reference is not None and reference.first <= i < reference.stop
        weight = quality.weight if quality.weight >= FLOOR_SHARE else 0.0
        return Observed(
            i, quality.time_s, measurement, z, weight,
            since_s / interval_s if interval_s > 0 else 1.0, inside,
            i > 0 and qualities[i - 1].epoch != quality.epoch,
        )  # fmt: skip


def _interval_s(times_s: list[float]) -> float:
    """Usual time between transients: the median; 0 with fewer than two."""
    return float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
