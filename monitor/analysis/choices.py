"""What the data of a session decided with a yes or a no, for copies of it to hold.

Decided anew, a copy that differs in almost nothing may come out on the other side, and
then its noise is fitted otherwise, so that no difference of the two is what differs.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.analysis.course.course import Course
from monitor.analysis.tracking.noise_scale import Switches
from monitor.analysis.tracking.tracking import Tracking


@dataclass(frozen=True, slots=True)
class Choices:
    """What one session chose.

    Attributes
    ----------
    bending : the baseline was seen to bend
    noise : when the tracker's process noise switched; None: there was no tracker
    """

    bending: bool
    noise: Switches | None

    @staticmethod
    def of(course: Course, tracking: Tracking) -> Choices:
        """Those of a session that was worked through."""
        following = tracking.following
        noise = following.scale.switches if following else None
        return Choices(course.bending, noise)

    def hold(self, course: Course, tracking: Tracking) -> None:
        """Have another session hold them, before its first transient."""
        course.bending, course.bending_held = self.bending, True
        tracking.held = self.noise
