"""What time it is at the scanner, as far as a live window can know it.

The newest transient of a window that follows came just now, and from then on the
scanner's clock runs as the host's does, whatever the analysis does meanwhile.  A window
that was opened late has a backlog: how far the scanner is cannot be told from messages
that are long past, so that until they are worked through there is no time at all.

A virtual scanner may be forty times as quick: what came within the last second is under
way there, and nothing to catch up with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

UNDER_WAY = 2  # messages recorded and not shown, in ordinary times at a scanner
WITHIN_S = 1.0  # what came in so long is under way, however quick they come
BACKLOG = 16  # messages more than can have come since the clock was set


@dataclass(slots=True)
class ScannerTime:
    """Owned by one `SessionState`; `now_s` is the reading of the caller's clock.

    Attributes
    ----------
    done : messages of the session that were shown
    known : messages that are known to exist
    interval_s : between transients, s
    set_at : scanner time and reading of the caller's clock at one moment, s
    counted_at : reading of the caller's clock and `known`, when they were counted last
    came_per_s : messages that came to be in a second of the last two counts, each
    pace_per_s : the lower of these: what is found at once is no pace
    under_way : messages that may be recorded and not shown in ordinary times
    """

    done: int = 0
    known: int = 0
    interval_s: float = 2.0
    set_at: tuple[float, float] | None = None
    counted_at: tuple[float, int] | None = None
    came_per_s: tuple[float, float] = (0.0, 0.0)
    pace_per_s: float = 0.0
    under_way: int = UNDER_WAY

    @property
    def behind(self) -> int:
        """Messages that exist and are not shown."""
        return max(0, self.known - self.done)

    @property
    def is_late(self) -> bool:
        """Whether more are recorded and not shown than are under way."""
        return self.behind > self.under_way

    @property
    def behind_s(self) -> float:
        """About how long the newest transient that is shown is past, s."""
        return self.interval_s * max(0, self.known - self.done - self.under_way)

    @property
    def catching_up(self) -> tuple[int, int] | None:
        """Messages that are shown, of how many, while no time can be told."""
        waits = self.set_at is None and self.is_late
        return (self.done, self.known) if waits else None

    def at(self, now_s: float) -> float | None:
        """Scanner time, s; None where it cannot be told."""
        if self.set_at is None:
            return None
        time_s, read_s = self.set_at
        return time_s + max(0.0, now_s - read_s)

    def take(self, seq: int) -> None:
        """A message was shown."""
        self.done = max(self.done, seq + 1)

    def hear(self, lag: int, now_s: float, newest_s: float | None) -> None:
        """So many messages are not shown yet; `newest_s` is the newest that is, s."""
        self.known = self.done + lag
        self._count(now_s)
        if self.set_at is None:
            self.take_transient(newest_s, now_s)
            return
        since_s = max(0.0, now_s - self.set_at[1])
        pace_per_s = max(1 / self.interval_s, self.pace_per_s)
        if self.is_late and self.behind > BACKLOG + since_s * pace_per_s:
            self.set_at = None

    def take_transient(self, time_s: float | None, now_s: float) -> None:
        """The newest transient is of this scanner time, s; it sets the clock."""
        if time_s is not None and not self.is_late:
            self.set_at = time_s + self.behind * self.interval_s, now_s

    def _count(self, now_s: float) -> None:
        """Count what has come since a second ago.

        A backlog that is heard of at once is in one count, and not in the one behind.
        """
        since_s, before = self.counted_at or (now_s, self.known)
        if self.counted_at is None or now_s - since_s >= WITHIN_S:
            self.counted_at = now_s, self.known
        if now_s - since_s >= WITHIN_S:
            came = (self.known - before) / (now_s - since_s)
            self.came_per_s = self.came_per_s[1], came
            self.pace_per_s = min(self.came_per_s)
            self.under_way = max(UNDER_WAY, math.ceil(self.pace_per_s * WITHIN_S))
