"""The strip at the top: recording, phase and counts, readable from two metres."""

from __future__ import annotations

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from monitor.app.text import Text
from monitor.app.theme import Theme
from monitor.screen.screen import Status

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
        details = QVBoxLayout()
        details.setSpacing(0)
        self.details = (Text(22, 17), Text(22, 17, role="secondary"))
        details.addStretch()
        for line in self.details:
            details.addWidget(line)
        details.addStretch()
        self._row.addWidget(self._tile)
        self._row.addWidget(self.phase)
        self._row.addLayout(details)
        self.menu = QPushButton("☰")
        self.menu.setToolTip("menu")
        self.menu.hide()
        self._row.addWidget(self.menu)
        self._shown: Status | None = None
        self._theme: Theme | None = None
        self._details_px = 0

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._row.setSpacing(theme.px(24))
        self.setFixedHeight(theme.px(84))
        for text in (self.stream, self.phase, *self.details):
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
        """Stream and phase at their full size, as far as the details leave room.

        What the details once needed they keep: the clock would make the rest breathe.
        """
        if self._theme is None:
            return
        needed = (line.least_px(line.full_text) for line in self.details)
        self._details_px = max(self._details_px, *needed)
        menu = 0 if self.menu.isHidden() else self.menu.width() + self._row.spacing()
        room = self.width() - 2 * self._row.spacing() - menu
        stream, phase = (
            text.whole_px(usual)
            for text, usual in zip((self.stream, self.phase), USUAL, strict=True)
        )
        stream += 2 * self._theme.px(16)
        share = max(0.0, min(1.0, (room - self._details_px) / (stream + phase)))
        widths = [int(share * stream), int(share * phase)]
        for place, width in enumerate((*widths, room - sum(widths))):
            self._row.setStretch(place, max(1, width))

    def offer(self, menu: QMenu) -> None:
        """Show the button of a menu."""
        self.menu.clicked.connect(
            lambda: menu.exec(self.menu.mapToGlobal(self.menu.rect().bottomLeft()))
        )
        self.menu.show()

    def draw(self, status: Status) -> None:
        """Show a status."""
        if status is self._shown:
            return
        self._shown = status
        self.stream.show_text(status.stream)
        self.phase.show_text(status.phase)
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
