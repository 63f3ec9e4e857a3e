"""Labels whose words never run out of their place: they shrink first, then are cut."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QSizePolicy

from monitor.app.widgets.theme import Theme

STEP = 0.92


class FittedLabel(QLabel):
    """Words as large as they fit, between two sizes.

    The size is kept while the words get shorter again, so that a running clock does
    not make it breathe; `refit` starts afresh.
    """

    def __init__(
        self, size: float, least: float, bold: bool, height: QSizePolicy.Policy
    ) -> None:
        super().__init__()
        self._size, self._least, self._bold = size, least, bold
        self._theme: Theme | None = None
        self._full = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, height)

    @property
    def full_text(self) -> str:
        """What is meant to be read, even where it had to be cut."""
        return self._full

    @property
    def cut(self) -> bool:
        """Whether words had to be cut."""
        return self.text() != self._full

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._theme = theme
        self.refit()

    def refit(self) -> None:
        """Begin with the full size again."""
        if self._theme is not None:
            self.setFont(self._theme.font(self._size, self._bold))
            self._fit(self._theme)

    def _fit(self, theme: Theme) -> None:
        """Make the words smaller where they need it, and cut what is still too much."""
        raise NotImplementedError
