"""When the first transient of a file was acquired, by a clock that files share.

Scanners and their converters write a time of day.  Dates are not read: a session is
shorter than half a day, which tells one that goes over midnight.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DAY_S = 86_400.0
SCANNER, RELAY = "the scanner's clock", "the relay's clock"
_TIME = re.compile(r"(?:^|[T ])(\d{2}):?(\d{2}):?(\d{2}(?:\.\d{1,9})?)(?![\d:])")


@dataclass(frozen=True, slots=True)
class ClockTime:
    """A time of day by one clock.

    Attributes
    ----------
    clock : which one, in words; times of different clocks cannot be compared
    time_s : s since a midnight of that clock
    """

    clock: str
    time_s: float

    def since(self, other: ClockTime) -> float | None:
        """How much later than another it is, within half a day, s; None: unknown."""
        if self.clock != other.clock:
            return None
        return (self.time_s - other.time_s + DAY_S / 2) % DAY_S - DAY_S / 2


def scanner_time(time_s: float) -> ClockTime | None:
    """A time by the scanner's clock; midnight to the tick is one that was removed."""
    return ClockTime(SCANNER, time_s % DAY_S) if time_s > 0 else None


def scanner_time_of(text: str) -> ClockTime | None:
    """A time that a header has as text: 10:32:45, 103245.5, 2009-06-16T10:32:45."""
    found = _TIME.search(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (float(part) for part in found.groups())
    if not (hours < 24 and minutes < 60 and seconds < 61):
        return None
    return scanner_time(3600 * hours + 60 * minutes + seconds)
