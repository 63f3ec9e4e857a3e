"""Unsuppressed water among what came as metabolites, told by measurement.

Whatever was announced, a transient of unsuppressed water must enter no metabolite
window: it would be thousands of times what is meant.  It is one where its own spectrum
says so (`streams.sources.checks.water`) and its water is far above that of the
session's metabolite transients.  Before there are any of these the spectrum alone
decides; a session that goes on as it began is one without suppression, and is left as
it is.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

import numpy as np

from monitor.analysis.signal.looked_ahead import LookedAhead
from streams.messages.transient import Acquisition, Transient
from streams.sources.checks.water import (
    LEAST_DOMINANCE,
    Peaks,
    peaks,
    peaks_of_each,
)

MOST_AT_FIRST = 32
"""Transients of water that a session may begin with, whatever it was told to be."""
FAR_ABOVE = 4.0
"""Times the usual water of the session's metabolite transients (peak heights)."""
IN_NOISE, FAR_IN_NOISE = 50.0, 50.0
"""The same two where noise hides the lines: dominance, and times the usual water."""
KEPT = 16


@dataclass(slots=True)
class WaterWatch:
    """Looks at each metabolite transient of a session.

    Attributes
    ----------
    found : transients that were water
    unsuppressed : the session goes on as it began: it has no suppressed water
    """

    found: int = 0
    unsuppressed: bool = False
    _usual: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT))
    _first: int = 0
    _ahead: LookedAhead[Peaks | None] = field(default_factory=LookedAhead)

    def foresee(
        self, transients: Sequence[Transient], acquisition: Acquisition
    ) -> None:
        """Look at metabolite transients that are to come, all at once."""
        fids = [] if self.unsuppressed else [one.fid for one in transients]
        self._ahead.look(
            fids,
            (acquisition.coils, acquisition.points),
            lambda whole: peaks_of_each(np.stack(whole), acquisition),
        )

    def is_water(self, transient: Transient, acquisition: Acquisition) -> bool:
        """Whether a metabolite transient holds unsuppressed water."""
        if self.unsuppressed or transient.fid.shape[0] != acquisition.coils:
            return False
        fid = transient.fid
        seen = self._ahead.take(fid, lambda: peaks(fid[np.newaxis], acquisition))
        if seen is None:
            return False
        if not self._looks_like_water(seen):
            self._usual.append(seen.water)
            return False
        if not self._usual:
            self._first += 1
            self.unsuppressed = self._first > MOST_AT_FIRST
        self.found += not self.unsuppressed
        return not self.unsuppressed

    def _looks_like_water(self, seen: Peaks) -> bool:
        """By the spectrum itself, and beside the metabolite transients so far."""
        if seen.suppressed:
            return False
        above = seen.water / median(self._usual) if self._usual else np.nan
        if seen.dominance < LEAST_DOMINANCE:
            return seen.dominance >= IN_NOISE and above >= FAR_IN_NOISE
        return not above <= FAR_ABOVE  # nan, too
