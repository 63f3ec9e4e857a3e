"""Subject and visit, as typed, on their way into the recording."""

from __future__ import annotations

from collections.abc import Callable

from monitor.run.identity import IDENTITY, Identity
from monitor.run.worker_messages import Command, SendEvent
from monitor.screen.state import SessionState


class Identifying:
    """Sends them once, as soon as there is a session that they belong to."""

    def __init__(self) -> None:
        self._sent = Identity()

    def step(
        self, state: SessionState, who: Identity, send: Callable[[Command], None]
    ) -> None:
        """Send what has not been sent."""
        begun = state.quality.rows > 0
        if not begun or who in (Identity(), self._sent, state.identity):
            return
        self._sent = who
        send(SendEvent(IDENTITY, who.text))
