"""The strip at the top: recording, phase and counts, readable from two metres."""

from __future__ import annotations

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

SHARES, CRAMPED = (30, 34, 36), (30, 30, 40)
"""Of the strip's width: stream and recording, phase, details."""


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

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._row.setSpacing(theme.px(24))
        for place, share in enumerate(CRAMPED if theme.cramped else SHARES):
            self._row.setStretch(place, share)
        self.setFixedHeight(theme.px(84))
        for text in (self.stream, self.phase, *self.details):
            text.dress(theme)
        self.menu.setFont(theme.font(28))
        self.menu.setFixedSize(theme.text_px(40), theme.text_px(40))
        margin = theme.px(16)
        layout = self._tile.layout()
        if layout is not None:
            layout.setContentsMargins(margin, 0, margin, 0)

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
