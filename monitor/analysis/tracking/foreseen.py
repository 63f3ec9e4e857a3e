"""What a session can detect now and at its planned end."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What can be detected now and at the planned end, percent; times in s.

    Attributes
    ----------
    outcome : what it is about
    target_percent : change that the protocol wants to be able to see
    reference_s, infusion_s : usable time so far: weights times the time between
        transients
    now_percent : mean since the infusion began, so far; nan before it
    whole_percent : the same at the planned end; nan where no end is planned
    last_percent : mean over the last ten minutes of the infusion
    longer_reference_s : what the reference period lacks for the planned end to see the
        target; inf where none is long enough
    to_target_s : how much more of the infusion the mean needs to see it; inf likewise
    """

    outcome: str
    target_percent: float
    reference_s: float
    infusion_s: float
    now_percent: float
    whole_percent: float
    last_percent: float
    longer_reference_s: float
    to_target_s: float

    @property
    def deciding_percent(self) -> float:
        """What the target is held against: the whole infusion where one is planned."""
        known = math.isfinite(self.whole_percent)
        return self.whole_percent if known else self.last_percent
