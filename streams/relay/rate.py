"""A bound on how often something may happen: so many at once, then so many a second.

The bucket of tokens: it holds `burst` at most, gets `per_s` a second, and each time
takes one.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class Rate:
    """Whether it may happen once more; used by one thread."""

    def __init__(
        self, per_s: float, burst: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_s, self._burst, self._clock = per_s, float(burst), clock
        self._left, self._at_s = self._burst, clock()

    def allows(self) -> bool:
        """Take a token, if there is one."""
        now_s = self._clock()
        gained = self._per_s * (now_s - self._at_s)
        self._left, self._at_s = min(self._burst, self._left + gained), now_s
        if self._left < 1:
            return False
        self._left -= 1
        return True
