"""The page while its window is being resized: a picture of it, stretched.

To lay out and draw all panels at every step of a drag takes ten times as long as a
frame may at 3840 x 2160.  So the page keeps its size, covered by a picture of itself,
until the window's has rested.
"""

from __future__ import annotations

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PyQt6.QtWidgets import QWidget

REST_MS = 150


class Picture(QWidget):
    """A picture that fills its place; nothing below it is drawn."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._picture = QPixmap()

    def take(self, picture: QPixmap) -> None:
        """Show a picture."""
        self._picture = picture

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Draw it, stretched without smoothing, which takes longer than the drag."""
        with QPainter(self) as painter:
            painter.drawPixmap(self.rect(), self._picture)


class Stretched(QWidget):
    """Holds a page; emits `rested` once it has the size of the window again."""

    rested = pyqtSignal()

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        page.setParent(self)
        self._page = page
        self._picture = Picture(self)
        self._picture.hide()
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.settle)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Stretch the picture where the page is seen, else the page itself."""
        super().resizeEvent(event)
        if not self._page.isVisible():
            self.settle()
            return
        if self._picture.isHidden():
            self._picture.take(self._page.grab())
            self._picture.raise_()
            self._picture.show()
        self._picture.setGeometry(self.rect())
        self._rest.start()

    def settle(self) -> None:
        """Give the page the size of the window."""
        self._rest.stop()
        self._page.setGeometry(self.rect())
        self._picture.hide()
        self._picture.take(QPixmap())
        self.rested.emit()
