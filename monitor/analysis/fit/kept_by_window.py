"""What is worked out of a window once, while session model and weights are the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from monitor.analysis.fit.epoch_model import SessionModel
from monitor.analysis.fit.window import Average, Window

Found = TypeVar("Found")


@dataclass(slots=True)
class KeptByWindow(Generic[Found]):
    """The last finding of each window; one owner."""

    _last: dict[Window, tuple[SessionModel, Average, Found]] = field(
        default_factory=dict
    )

    def has(self, session: SessionModel, average: Average) -> bool:
        """Whether there is a finding of an average, and nothing has changed since."""
        held = self._last.get(average.window)
        return held is not None and held[0] is session and average.same_as(held[1])

    def of(
        self, session: SessionModel, average: Average, find: Callable[[], Found]
    ) -> Found:
        """The finding of an average; the last one, where nothing has changed."""
        if not self.has(session, average):
            self.put(session, average, find())
        return self.last(average.window)

    def put(self, session: SessionModel, average: Average, found: Found) -> None:
        """Keep the finding of an average."""
        self._last[average.window] = session, average, found

    def last(self, window: Window) -> Found:
        """The last finding of a window."""
        return self._last[window][2]

    def forget(self) -> None:
        """FIDs have changed."""
        self._last.clear()
