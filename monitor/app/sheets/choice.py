"""A list to choose from that looks like one."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QComboBox

ARROW = "▾"


class Choice(QComboBox):
    """Draws the arrow that a style sheet without pictures leaves out."""

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the arrow at the right edge."""
        super().paintEvent(event)
        with QPainter(self) as painter:
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            inside = self.rect().adjusted(0, 0, -self.height() // 4, 0)
            painter.drawText(inside, right, ARROW)
