"""The strip at the top: recording, phase and counts, readable from two metres."""

from __future__ import annotations

import time

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.screen import Status

TIME = "00:00:00"
USUAL = ("● REC 00:00:00", "INFUSION +00:00")
"""Stream and phase as they read for most of a session."""


class StatusPanel(QWidget):
    """Draws a `Status`."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._tile = QFrame()
        self._tile.setProperty("role", "panel")
        inside = QHBoxLayout(self._tile)
        inside.setContentsMargins(0, 0, 0, 0)
        self.stream = Text(60, 30, bold=True)
        inside.addWidget(self.stream)
        self.phase = Text(60, 30, bold=True)
        self.plan = Text(36, 17)
        self.time = Text(44, 17)
        details = QVBoxLayout()
        details.setSpacing(0)
        self.details = (Text(22, 17), Text(22, 17, role="secondary"))
        details.addStretch()
        for line in self.details:
            details.addWidget(line)
        details.addStretch()
        self._row.addWidget(self._tile)
        self._row.addWidget(self.phase)
        self._row.addWidget(self.plan)
        self._row.addWidget(self.time)
        self._row.addLayout(details)
        self.menu = QPushButton("☰")
        self.menu.setToolTip("menu")
        self.menu.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves Space alone
        self.menu.hide()
        self._row.addWidget(self.menu)
        self._shown: Status | None = None
        self._theme: Theme | None = None
        self._details_px = 0

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._row.setSpacing(theme.px(24))
        self.setFixedHeight(theme.px(84))
        for text in (self.stream, self.phase, self.plan, self.time, *self.details):
            text.dress(theme)
        self.menu.setFont(theme.font(28))
        self.menu.setFixedSize(theme.text_px(40), theme.text_px(40))
        margin = theme.px(16)
        layout = self._tile.layout()
        if layout is not None:
            layout.setContentsMargins(margin, 0, margin, 0)
        self._theme, self._details_px = theme, 0
        self._make_room()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Share the new width."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Stream and phase at their full size, as far as the rest leaves room.

        What the details once needed they keep: the clock would make the rest breathe.
        """
        if self._theme is None:
            return
        needed = (line.least_px(line.full_text) for line in self.details)
        self._details_px = max(self._details_px, *needed)
        menu = 0 if self.menu.isHidden() else self.menu.width() + self._row.spacing()
        room = self.width() - 4 * self._row.spacing() - menu
        texts = (self.stream, self.phase, self.plan, self.time)
        wanted = [
            text.whole_px(usual) if usual else 0
            for text, usual in zip(texts, self._usual(), strict=True)
        ]
        wanted[0] += 2 * self._theme.px(16)
        share = max(0.0, min(1.0, (room - self._details_px) / sum(wanted)))
        least = [
            text.least_px(text.full_text) if width else 0
            for text, width in zip(texts, wanted, strict=True)
        ]
        widths = [
            max(int(share * width), min(width, need))
            for width, need in zip(wanted, least, strict=True)
        ]
        for place, width in enumerate((*widths, room - sum(widths))):
            self._row.setStretch(place, max(1, width))

    def _usual(self) -> tuple[str, str, str, str]:
        """As they read for most of a session; a small page has no time of day."""
        cramped = self._theme is not None and self._theme.cramped
        return (*USUAL, self.plan.full_text, "" if cramped else TIME)

    def tick(self) -> None:
        """Show the time of day."""
        cramped = self._theme is not None and self._theme.cramped
        self.time.show_text("" if cramped else time.strftime("%H:%M:%S"))

    def _beside_button(self, width: int) -> QPoint:
        """Where a menu of this width leaves its button free, on low screens too.

        Else a second click on it is one on the first line: the infusion's start.
        """
        corner = self.menu.mapToGlobal(self.menu.rect().bottomLeft())
        return corner - QPoint(width, 0)

    def offer(self, menu: QMenu) -> None:
        """Show the button of a menu."""
        self.menu.clicked.connect(
            lambda: menu.exec(self._beside_button(menu.sizeHint().width()))
        )
        self.menu.show()

    def draw(self, status: Status) -> None:
        """Show a status, and the time of day."""
        self.tick()
        if status is self._shown:
            return
        self._shown = status
        self.stream.show_text(status.stream)
        self.phase.show_text(status.phase)
        self.plan.show_text(status.plan)
        self.setToolTip(status.more)
        for line, text in zip(self.details, status.details, strict=True):
            line.show_text(text)
        self._make_room()
        restate(self._tile, "attention" if status.stream_attention else "")


def restate(frame: QWidget, state: str) -> None:
    """Give a frame another state of the style sheet."""
    if frame.property("state") == state:
        return
    frame.setProperty("state", state)
    for widget in (frame, *frame.findChildren(QWidget)):
        style = widget.style()
        if style is not None:
            style.unpolish(widget)
            style.polish(widget)
