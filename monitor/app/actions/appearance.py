"""How a session is looked at: theme, full screen, the trend's scale, plasma level."""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtCore import Qt

from monitor.app.page.page import Page
from monitor.app.widgets.theme import DARK, LIGHT
from monitor.screen.parts.trend import after
from monitor.screen.rewindable import Session
from monitor.screen.screen import Screen

UNPLANNED = (
    "plasma: how long the infusion takes is not known; mark its stop, or give "
    "infusion_length_s in the protocol"
)


class Host(Protocol):
    """What the window lends."""

    page: Page
    session: Session

    def seen(self) -> Screen:
        """What is to be seen now."""
        ...

    def tell(self, sentence: str) -> None:
        """Tell a sentence of the window itself."""
        ...

    def windowState(self) -> Qt.WindowState:
        """Whether it fills the screen."""
        ...

    def setWindowState(self, state: Qt.WindowState) -> None:
        """Let it fill the screen, or no more."""
        ...


class Appearance:
    """Owned by a window."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @property
    def theme(self) -> str:
        """Name of the theme in use."""
        return "dark" if self._host.page.palette_in_use is DARK else "light"

    @property
    def full_screen(self) -> bool:
        """Whether the window fills the screen without a frame."""
        return bool(self._host.windowState() & Qt.WindowState.WindowFullScreen)

    def turn_theme(self) -> None:
        """Dark or light."""
        page = self._host.page
        page.palette_in_use = LIGHT if page.palette_in_use is DARK else DARK
        page.dress()
        page.draw(self._host.seen(), everything=True)

    def turn_full_screen(self) -> None:
        """Full screen, or as it was."""
        state = self._host.windowState()
        self._host.setWindowState(state ^ Qt.WindowState.WindowFullScreen)

    def scale(self, steps: int) -> None:
        """Scale of the trend so many steps wider, or narrower."""
        display = self._host.session.display
        display.show(wider=display.view.wider + steps)

    def turn_plasma(self) -> None:
        """The next of the published plasma curves, or none."""
        display = self._host.session.display
        display.show(plasma=after(display.view.plasma))
        if display.view.plasma and display.state.planned_infusion() is None:
            self._host.tell(UNPLANNED)
