"""Zeros behind the signal of what is streamed or was recorded with them, left out.

Readers of files and of MRD cut them off; a site's own publisher may send them, and
recordings keep what was sent.  They show in the first transient of a session.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from streams.sources.filled_points import filled_points
from streams.transient import Start, Transient


@dataclass(slots=True)
class Unfilled:
    """Cuts transients to what was measured.

    Attributes
    ----------
    announced : points that the last start announced
    kept : points that hold signal; 0: not known yet
    """

    announced: int = 0
    kept: int = 0

    def start(self, start: Start) -> Start:
        """A start with the points that are kept, where that is known."""
        points = start.acquisition.points
        if points != self.announced:
            self.announced, self.kept = points, 0
        if not 0 < self.kept < points:
            return start
        return replace(start, acquisition=replace(start.acquisition, points=self.kept))

    def learn(self, transient: Transient) -> str:
        """Look at the first transient after a start; what is to be said, if anything.

        Only before anything was worked out can what was announced still be changed.
        """
        if self.kept or transient.fid.shape[-1] != self.announced:
            return ""
        filled = filled_points(transient.fid)
        self.kept = self.announced - filled
        if not filled:
            return ""
        return (
            f"The last {filled} of {self.announced} points are zeros that were filled "
            "in, and are left out."
        )

    def cut(self, transient: Transient) -> Transient:
        """A transient without what was filled in."""
        points = transient.fid.shape[-1]
        if points != self.announced or not 0 < self.kept < points:
            return transient
        return replace(transient, fid=transient.fid[:, : self.kept].copy())
