"""Whether the template of an epoch was made of another state than its good part.

The template is begun from the first transients of an epoch.  Where the judge finds that
these lie in a stretch unlike the rest (lost water suppression, lipid), the epoch is
prepared anew as if it had begun behind it; where a stretch came into the template
later, as if it had not been there (`Preparation.begin_again`).

It is asked at numbers of transients, so that live and offline give the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.analysis.contamination.judge import Judge
from monitor.analysis.contamination.stretch import ENOUGH
from monitor.analysis.course.course import Course
from monitor.analysis.preparation.epoch import Place
from monitor.analysis.preparation.preparation import FIRST, Preparation
from monitor.analysis.preparation.prepared import Prepared
from monitor.analysis.signal.spectrum import Complex, moved

EARLIEST = 48
"""Transients of an epoch at which its beginning is first judged."""
LATER = 0.1
"""Of what it had the last time, until the next."""
APART_SHARE = 0.05
"""Of a template's transients, from which on it is made anew without them.  With lipid
of 1.5 NAA in a quarter of them widths of good lines scatter by 0.8 Hz, not by 0.3."""


@dataclass(slots=True)
class Beginnings:
    """When the beginning of an epoch is next judged; one owner, the `Intake`."""

    _epoch: int = -1
    _due: int = EARLIEST

    def due(self, epoch: int, count: int) -> bool:
        """Whether an epoch of so many transients is to be judged now."""
        if epoch != self._epoch:
            self._epoch, self._due = epoch, EARLIEST
        if count < self._due:
            return False
        self._due = count + max(FIRST, int(LATER * count))
        return True

    def prepared_anew(
        self,
        course: Course,
        judge: Judge,
        preparation: Preparation,
        epoch: int,
        steps: Sequence[int],
        aligned: bool,
    ) -> list[Prepared]:
        """All of an epoch prepared anew by its good part; empty where not due.

        `steps` are those of all transients' phase cycles; see `as_it_came`.
        """
        own = course.transients_of(epoch)
        if not self.due(epoch, len(own)):
            return []
        apart = apart_in(judge, preparation, epoch, own)
        if not apart or len(own) - len(apart) < ENOUGH:
            return []
        came = [as_it_came(course, i, steps[i], aligned) for i in own]
        return preparation.begin_again(came, apart)


def apart_in(
    judge: Judge, preparation: Preparation, epoch: int, own: Sequence[int]
) -> frozenset[int]:
    """Numbers in the epoch of transients that its template must not hold.

    `own` are those in the session.  Empty where it holds hardly any of them.
    """
    begun_at = preparation.begun_at
    good = judge.good_from(epoch, begun_at, FIRST)
    if good is not None:
        return frozenset(range(good))
    out = judge.left_out(epoch)
    held = sum(i in out for i in preparation.taught)
    if held <= APART_SHARE * len(preparation.taught):
        return frozenset()
    return frozenset(range(begun_at)) | {i - own[0] for i in out}


def as_it_came(
    course: Course, i: int, step: int, aligned: bool
) -> tuple[Place, Complex]:
    """Where a transient stands, and its combined FID (points,) that was not moved.

    `step` is that of its phase cycle, `aligned` whether it has been moved since.
    """
    q = course.qualities[i]
    fid = np.asarray(course.gains.came(i, course.fids[i]), complex)
    settling, saturated = "settling" in q.flags, "saturated" in q.flags
    place = Place(i, q.seq, q.epoch, q.time_s, settling, saturated, step)
    if not (aligned and np.any(fid)):
        return place, fid
    dwell_s = course.grids[q.epoch].axis.dwell_time_s
    return place, moved(fid, dwell_s, q.shift_hz, q.phase_rad)
