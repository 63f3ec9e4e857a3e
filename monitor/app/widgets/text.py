"""A line of text that never runs out of its place: it shrinks first, then is cut."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy

from monitor.app.widgets.fitted_label import STEP, FittedLabel
from monitor.app.widgets.theme import Theme


class Text(FittedLabel):
    """A line of text that shrinks until it fits into its width."""

    def __init__(
        self, size: float, least: float, bold: bool = False, role: str = ""
    ) -> None:
        super().__init__(size, least, bold, QSizePolicy.Policy.Preferred)
        self.setProperty("role", role)

    def make_bold(self, bold: bool) -> None:
        """Use bold letters from the next `dress` on."""
        self._bold = bold

    def make_size(self, size: float) -> None:
        """Use letters of another size from the next `dress` on."""
        self._size = size

    def show_text(self, text: str) -> None:
        """Show this text."""
        if text != self._full:
            self._full = text
            if self._theme is not None:
                self._fit(self._theme)

    def show_fullest(self, ways: Sequence[str], room: float | None = None) -> None:
        """Show the first of some wordings, the fullest first, that fits into a width.

        The last one where none does; the width is the text's own unless given, px.
        """
        width = self.width() if room is None else room
        fits = (words for words in ways if self.least_px(words) <= width)
        self.show_text(next(fits, ways[-1]))
        self.refit()

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

    def _fit(self, theme: Theme) -> None:
        least = theme.font(self._least).pixelSize()
        font = self.font()
        room = self.contentsRect().width() - theme.px(4)
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
