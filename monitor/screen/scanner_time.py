"""What time it is at the scanner, as far as a live window can know it.

The newest transient of a window that follows came just now, and from then on the
scanner's clock runs as the host's does, whatever the analysis does meanwhile.  A window
that was opened late has a backlog: how far the scanner is cannot be told from messages
that are long past, so that until they are worked through there is no time at all.
"""

from __future__ import annotations

from dataclasses import dataclass

UNDER_WAY = 2  # messages recorded and not shown, in ordinary times
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
    """

    done: int = 0
    known: int = 0
    interval_s: float = 2.0
    set_at: tuple[float, float] | None = None

    @property
    def behind(self) -> int:
        """Messages that exist and are not shown."""
        return max(0, self.known - self.done)

    @property
    def behind_s(self) -> float:
        """About how long the newest transient that is shown is past, s."""
        return self.interval_s * max(0, self.known - self.done - UNDER_WAY)

    @property
    def catching_up(self) -> tuple[int, int] | None:
        """Messages that are shown, of how many, while no time can be told."""
        waits = self.set_at is None and self.behind > UNDER_WAY
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
        if self.set_at is None:
            self.take_transient(newest_s, now_s)
            return
        since_s = max(0.0, now_s - self.set_at[1])
        if self.behind > BACKLOG + since_s / self.interval_s:
            self.set_at = None

    def take_transient(self, time_s: float | None, now_s: float) -> None:
        """The newest transient is of this scanner time, s; it sets the clock."""
        if time_s is not None and self.behind <= UNDER_WAY:
            self.set_at = time_s + self.behind * self.interval_s, now_s
