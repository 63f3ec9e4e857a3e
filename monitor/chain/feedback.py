"""Feedback to the scanner: by how much its frequency should change (off by default).

The line's shift against the start of its epoch is averaged over a few transients; what
is more than chance is asked of the scanner, and the transients that may still be of the
frequency before are left out.  So a message that is lost is asked for again, since the
line has not moved; nothing is added up that the scanner may not have done.

No scanner has obeyed it yet: the virtual one does (`kit probe --drift`).
"""

from __future__ import annotations

import math
import statistics
from dataclasses import dataclass, field

from monitor.analysis.preparation.quality import Quality
from streams.chain.frequency_change import FrequencyChange

AVERAGED = 16
"""Transients of one measurement: breathing and noise leave 0.1 Hz of SD, and in
these 32 s a drift of 8 Hz/h moves 0.07 Hz."""
LEFT_OUT = 2
"""After a correction: one may be on its way, one excited before it was obeyed."""
CERTAIN = 2.0  # SDs of the mean, from the scatter of those averaged
LEAST_HZ = 0.05
MOST_HZ = 10.0
"""More than this at once is a moved subject or a wrong line: not asked for."""


@dataclass(slots=True)
class FrequencyWatch:
    """Averages shifts and says when the frequency should change.

    Attributes
    ----------
    asked_hz : sum of all changes that were asked for, Hz
    """

    asked_hz: float = 0.0
    _last_hz: float = 0.0
    _epoch: int = -1
    _skip: int = 0
    _shifts_hz: list[float] = field(default_factory=list)

    def take(self, quality: Quality, transients: int) -> FrequencyChange | None:
        """Take a transient in; the change to ask for, if there is one now."""
        if quality.epoch != self._epoch:  # its template is another
            self._epoch, self._skip = quality.epoch, 0
            self._shifts_hz.clear()
        if self._skip:
            self._skip -= 1
            return None
        if not (quality.counts and math.isfinite(quality.shift_hz)):
            return None
        self._shifts_hz.append(quality.shift_hz)
        if len(self._shifts_hz) < AVERAGED:
            return None
        return self._ask(transients)

    @property
    def sentence(self) -> str:
        """What was asked for, for pages and for the recording."""
        return (
            f"frequency: {self._last_hz:+.2f} Hz asked of the scanner, "
            f"{self.asked_hz:+.2f} Hz in all"
        )

    def _ask(self, transients: int) -> FrequencyChange | None:
        mean_hz = statistics.fmean(self._shifts_hz)
        sd_hz = statistics.stdev(self._shifts_hz) / math.sqrt(AVERAGED)
        self._shifts_hz.clear()
        if not max(LEAST_HZ, CERTAIN * sd_hz) < abs(mean_hz) < MOST_HZ:
            return None
        self._skip = LEFT_OUT
        change_hz = round(mean_hz, 3)
        self.asked_hz += change_hz
        self._last_hz = change_hz
        return FrequencyChange(change_hz, transients)
