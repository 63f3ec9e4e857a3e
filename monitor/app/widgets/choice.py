"""A list to choose from that looks like one."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QPainter, QPaintEvent
from PyQt6.QtWidgets import QComboBox, QStyledItemDelegate

from monitor.app.widgets.calm_wheel import CalmWheel

ARROW = "▾"


class Choice(QComboBox):
    """Draws the arrow that a style sheet without pictures leaves out."""

    def __init__(self) -> None:
        super().__init__()
        # the usual one of a list leaves the highlighted line nearly as the others
        self.setItemDelegate(QStyledItemDelegate(self))
        CalmWheel(self)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw the arrow at the right edge."""
        super().paintEvent(event)
        with QPainter(self) as painter:
            right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            inside = self.rect().adjusted(0, 0, -self.height() // 4, 0)
            painter.drawText(inside, right, ARROW)


class EditableChoice(Choice):
    """A list of texts to choose from, in which another may be typed."""

    def __init__(self) -> None:
        super().__init__()
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)

    def setFont(self, font: QFont) -> None:
        """What is typed has the letters of the field."""
        super().setFont(font)
        line = self.lineEdit()
        if line is not None:
            line.setFont(font)

    def explain(self, words: str) -> None:
        """Say in the empty field what is typed there."""
        line = self.lineEdit()
        if line is not None:
            line.setPlaceholderText(words)

    def offer(self, texts: tuple[str, ...]) -> None:
        """Texts to choose from; what has been typed stays."""
        typed = self.text() or (texts[0] if texts else "")
        self.clear()
        self.addItems(texts)
        self.setText(typed)
        line = self.lineEdit()
        if line is not None:
            line.selectAll()  # typing replaces it

    def text(self) -> str:
        """What is chosen or typed."""
        return self.currentText()

    def setText(self, text: str) -> None:
        """Choose or type a text."""
        self.setEditText(text)
