"""Whether an epoch began in another state than its good part.

The template is begun from the first transients of an epoch.  Where the judge finds that
these lie in a stretch unlike the rest (lost water suppression, lipid), the epoch is
prepared anew as if it had begun behind it (`Preparation.begin_again`).

It is asked at numbers of transients, so that live and offline give the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.contamination.judge import Judge
from monitor.analysis.contamination.states import ENOUGH
from monitor.analysis.course.course import Course
from monitor.analysis.preparation.epoch import Place
from monitor.analysis.preparation.preparation import FIRST, Preparation
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.signal.spectrum import Complex, moved

EARLIEST = 48
"""Transients of an epoch at which its beginning is first judged."""
LATER = 0.1
"""Of what it had the last time, until the next."""


@dataclass(slots=True)
class Beginnings:
    """When the beginning of an epoch is next judged; one owner, the `Intake`."""

    _epoch: int = -1
    _due: int = EARLIEST

    def good_from(
        self, course: Course, judge: Judge, epoch: int, begun_at: int
    ) -> int | None:
        """Where in an epoch its good part begins, if its template began elsewhere.

        `begun_at` is the number in the epoch of the template's first transient.  None
        where it need not be made anew, or not yet.
        """
        count = len(course.transients_of(epoch))
        if epoch != self._epoch:
            self._epoch, self._due = epoch, EARLIEST
        if count < self._due:
            return None
        self._due = count + max(FIRST, int(LATER * count))
        good = judge.good_from(epoch, begun_at, FIRST)
        return None if good is None or count - good < ENOUGH else good

    def prepared_anew(
        self,
        course: Course,
        judge: Judge,
        preparation: Preparation,
        epoch: int,
        steps: Sequence[int],
        aligned: bool,
    ) -> list[Prepared]:
        """All of an epoch prepared anew from its good part on; empty where not due.

        `steps` are those of all transients' phase cycles; see `as_it_came`.
        """
        good = self.good_from(course, judge, epoch, preparation.begun_at)
        if good is None:
            return []
        own = course.transients_of(epoch)
        came = [as_it_came(course, i, steps[i], aligned) for i in own]
        return preparation.begin_again(came, good)


def as_it_came(
    course: Course, i: int, step: int, aligned: bool
) -> tuple[Place, Complex]:
    """Where a transient stands, and its combined FID (points,) that was not moved.

    `step` is that of its phase cycle, `aligned` whether it has been moved since.
    """
    q, fid = course.qualities[i], np.asarray(course.fids[i], complex)
    settling, saturated = "settling" in q.flags, "saturated" in q.flags
    place = Place(i, q.seq, q.epoch, q.time_s, settling, saturated, step)
    if not (aligned and np.any(fid)):
        return place, fid
    dwell_s = course.grids[q.epoch].axis.dwell_time_s
    return place, moved(fid, dwell_s, q.shift_hz, q.phase_rad)
