"""What a window lends to its sheets."""

from __future__ import annotations

from typing import Protocol

from monitor.app.page.page import Page
from monitor.screen.rewindable import Session
from monitor.screen.sheets.new_session import Opening


class Host(Protocol):
    """What the window lends."""

    page: Page
    session: Session

    def ask(self, kind: str, text: str) -> None:
        """Send an event."""
        ...

    def begin_asked(self, opening: Opening) -> None:
        """Begin with what was chosen."""
        ...
