"""Labels whose text never runs out of its place: it shrinks first, then is cut."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy

from monitor.app.widgets.theme import Theme

STEP = 0.92


class Text(QLabel):
    """A line of text as large as it fits, between two sizes.

    The size is kept while the text gets shorter again, so that a running clock does
    not make it breathe; `dress` starts afresh.
    """

    def __init__(
        self, size: float, least: float, bold: bool = False, role: str = ""
    ) -> None:
        super().__init__()
        self._size, self._least, self._bold = size, least, bold
        self._theme: Theme | None = None
        self._full = ""
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)

    def make_bold(self, bold: bool) -> None:
        """Use bold letters from the next `dress` on."""
        self._bold = bold

    def make_size(self, size: float) -> None:
        """Use letters of another size from the next `dress` on."""
        self._size = size

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._theme = theme
        self.setFont(theme.font(self._size, self._bold))
        self._fit()

    def show_text(self, text: str) -> None:
        """Show this text."""
        if text != self._full:
            self._full = text
            self._fit()

    @property
    def full_text(self) -> str:
        """What is meant to be read, even where it had to be cut."""
        return self._full

    @property
    def cut(self) -> bool:
        """Whether the text had to be cut."""
        return self.text() != self._full

    def least_px(self, text: str) -> int:
        """Room that a text needs at the least size, and a little more."""
        if self._theme is None:
            return 1
        font = self._theme.font(self._least, self._bold)
        return round(_width(font, text)) + self._theme.px(16)

    def whole_px(self, text: str) -> int:
        """Room that a text needs at the full size, and a little more."""
        if self._theme is None:
            return 1
        font = self._theme.font(self._size, self._bold)
        return round(_width(font, text)) + self._theme.px(8)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fit again, from the full size down."""
        super().resizeEvent(event)
        self.refit()

    def refit(self) -> None:
        """Begin with the full size again."""
        if self._theme is not None:
            self.setFont(self._theme.font(self._size, self._bold))
            self._fit()

    def _fit(self) -> None:
        if self._theme is None:
            return
        least = self._theme.font(self._least).pixelSize()
        font = self.font()
        room = self.contentsRect().width() - self._theme.px(4)
        while font.pixelSize() > least and _width(font, self._full) > room:
            font.setPixelSize(max(least, int(font.pixelSize() * STEP)))
        if font.pixelSize() != self.font().pixelSize():
            self.setFont(font)
        elided = QFontMetricsF(font).elidedText(
            self._full, Qt.TextElideMode.ElideRight, max(room, 0)
        )
        self.setText(elided)


def _width(font: QFont, text: str) -> float:
    return QFontMetricsF(font).horizontalAdvance(text)
