"""Words on as many lines as there is room for, as large as they fit."""

from __future__ import annotations

import math

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QFont, QFontMetricsF, QResizeEvent
from PyQt6.QtWidgets import QSizePolicy

from monitor.app.widgets.fitted_label import STEP, FittedLabel
from monitor.app.widgets.theme import Theme

WRAPPED = int(Qt.TextFlag.TextWordWrap)
TALL_PX = 1e5


class Paragraph(FittedLabel):
    """Words that shrink until they fit into a height.

    What fits at no size has its last words cut.
    """

    def __init__(self, size: float, least: float, bold: bool = False) -> None:
        super().__init__(size, least, bold, QSizePolicy.Policy.Fixed)
        self._height = 0
        self.setWordWrap(True)
        self.setAlignment(Qt.AlignmentFlag.AlignTop)

    def show_text(self, text: str, height: int) -> None:
        """Show these words within a height, px."""
        if (text, height) != (self._full, self._height):
            self._full, self._height = text, height
            if self._theme is not None:
                self._fit(self._theme)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fit again, from the full size down, where the width has changed."""
        super().resizeEvent(event)
        if event is not None and event.oldSize().width() != event.size().width():
            self.refit()

    def _fit(self, theme: Theme) -> None:
        if self._height <= 0:
            return
        least, font = theme.font(self._least).pixelSize(), self.font()
        while font.pixelSize() > least and self._needs(font, self._full) > self._height:
            font.setPixelSize(max(least, int(font.pixelSize() * STEP)))
        if font.pixelSize() != self.font().pixelSize():
            self.setFont(font)
        said, words = self._full, self._full.split(" ")
        while len(words) > 1 and self._needs(font, said) > self._height:
            words.pop()
            said = " ".join(words) + "…"
        self.setText(said)
        self.setFixedHeight(min(self._height, self._needs(font, said)))

    def _needs(self, font: QFont, text: str) -> int:
        """Height of these words at this width, px."""
        place = QRectF(0.0, 0.0, max(1.0, self.width() - 2.0), TALL_PX)
        return math.ceil(
            QFontMetricsF(font).boundingRect(place, WRAPPED, text).height()
        )
