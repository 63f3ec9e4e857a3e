"""The one big number with its interval."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from monitor.app.text import Text
from monitor.app.theme import Theme, mixed
from monitor.screen.screen import Headline


class HeadlinePanel(QFrame):
    """Draws a `Headline`."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._theme: Theme | None = None
        self._shown: Headline | None = None
        self._rows = QVBoxLayout(self)
        self.title = Text(24, 17)
        self.number = Text(128, 48, bold=True)
        self.interval = Text(60, 30, bold=True)
        self.caption = Text(22, 17, role="secondary")
        bottom = Qt.AlignmentFlag.AlignBottom
        self.number.setAlignment(bottom)
        self.interval.setAlignment(bottom)
        fixed = QSizePolicy.Policy.Fixed
        self.number.setSizePolicy(fixed, QSizePolicy.Policy.Preferred)
        numbers = QHBoxLayout()
        numbers.addWidget(self.number)
        numbers.addWidget(self.interval, 1)
        self._rows.addWidget(self.title)
        self._rows.addLayout(numbers, 1)
        self._rows.addWidget(self.caption)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._theme, shown, self._shown = theme, self._shown, None
        self._rows.setContentsMargins(*(theme.px(v) for v in (20, 8, 20, 6)))
        self._rows.setSpacing(0)
        for text in (self.title, self.number, self.interval, self.caption):
            text.dress(theme)
        lines = theme.line_px(24) + theme.line_px(128, True) + theme.line_px(22)
        self.setFixedHeight(lines + theme.px(14))
        # the interval stands on the foot of the big number
        drop = theme.font(128).pixelSize() - theme.font(60).pixelSize()
        self.interval.setContentsMargins(0, 0, 0, round(0.22 * drop))
        if shown is not None:
            self.draw(shown)

    def draw(self, headline: Headline) -> None:
        """Show a headline; stale ones fade to the colour of secondary text."""
        if headline is self._shown or self._theme is None:
            return
        self._shown = headline
        p = self._theme.palette
        colour = mixed(p.accent, p.baseline, headline.fade)
        second = mixed(p.text, p.baseline, headline.fade)
        self.number.setStyleSheet(f"color: {colour}")
        self.interval.setStyleSheet(f"color: {second}")
        self.title.show_text(headline.title)
        number, _, unit = headline.number.partition(" ")
        self._make_room(number, alone=not headline.interval)
        self.number.show_text(number)
        self.number.refit()
        self.interval.show_text(f"{unit} {headline.interval}".strip())
        self.caption.show_text(headline.caption)

    def _make_room(self, number: str, alone: bool) -> None:
        """As wide as the number is, so that its unit and interval stand beside it."""
        if self._theme is None:
            return
        font = self._theme.font(128, bold=True)
        wanted = QFontMetricsF(font).horizontalAdvance(number) + self._theme.px(24)
        most = (0.94 if alone else 0.62) * self.width()
        self.number.setFixedWidth(round(min(wanted, most)))
