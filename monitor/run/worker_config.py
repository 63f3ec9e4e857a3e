"""How the worker opens its feed, and a run for each session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from monitor.analysis.fit.curves import Curves
from monitor.analysis.update import Update
from monitor.run.feed import Feed
from monitor.run.known_change import Copies
from streams.messages.transient import (
    Message,
)


class Run(Protocol):
    """What the worker asks of a `SessionRun`."""

    def push(self, message: Message) -> Update:
        """Work through one message."""
        ...

    def copies(self) -> Copies | None:
        """What a known change can be put into by now; None: too little."""
        ...

    def curves_between(self, start_s: float, end_s: float) -> Curves | None:
        """Spectra and fit of a stretch of scanner time, s."""
        ...


@dataclass(frozen=True)
class WorkerConfig:
    """How the worker opens its feed and a run for each session (picklable)."""

    open_feed: Callable[[], Feed]
    open_run: Callable[[], Run]
