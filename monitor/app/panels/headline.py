"""The one big number with its interval, its verdict, and why to believe it."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout

from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Palette, Theme, mixed
from monitor.screen.number_words import DASH
from monitor.screen.screen import Headline

NUMBER, INTERVAL, VERDICT, LINE, MEANING = 128, 60, 48, 24, 20
LINES = 2
WIDE = "+28.8"  # as wide as numbers usually become
PARTED = (" \N{MIDDLE DOT} ", "; ", ": ")  # parts of a line, the widest apart first


class HeadlinePanel(QFrame):
    """Draws a `Headline`."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._theme: Theme | None = None
        self._shown: Headline | None = None
        self._least = 0
        self._rows = QVBoxLayout(self)
        self.title = Text(LINE, 17)
        self.meaning = Text(MEANING, 12, role="secondary")
        self.number = Text(NUMBER, 48, bold=True)
        self.interval = Text(INTERVAL, 30, bold=True)
        self.verdict = Text(VERDICT, 20, bold=True)
        self.lines = tuple(Text(LINE, 17, role="secondary") for _ in range(LINES))
        bottom = Qt.AlignmentFlag.AlignBottom
        self.number.setAlignment(bottom)
        self.interval.setAlignment(bottom)
        fixed = QSizePolicy.Policy.Fixed
        self.number.setSizePolicy(fixed, QSizePolicy.Policy.Preferred)
        self.over = Text(LINE, 17, role="secondary")  # both, where neither has room
        beside = QVBoxLayout()
        beside.addWidget(self.title)
        beside.addWidget(self.meaning)
        beside.addWidget(self.interval, 1)
        numbers = QHBoxLayout()
        numbers.addWidget(self.number)
        numbers.addLayout(beside, 1)
        self._rows.addWidget(self.over)
        self._rows.addLayout(numbers, 1)
        for text in (self.verdict, *self.lines):
            self._rows.addWidget(text)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._theme, shown, self._shown = theme, self._shown, None
        self._rows.setContentsMargins(*(theme.px(v) for v in (20, 8, 20, 8)))
        self._rows.setSpacing(0)
        for text in (self.over, self.title, self.meaning, self.number, self.interval):
            text.dress(theme)
        for text in (self.verdict, *self.lines):
            text.dress(theme)
        self.verdict.setFixedHeight(theme.line_px(VERDICT, True))
        for text in self.lines:
            text.setFixedHeight(theme.line_px(LINE))
        rows = theme.line_px(NUMBER, True) + theme.line_px(VERDICT, True)
        self._least = rows + LINES * theme.line_px(LINE) + theme.px(16)
        self.setFixedHeight(self._least)
        # the interval stands on the foot of the big number
        drop = theme.font(NUMBER).pixelSize() - theme.font(INTERVAL).pixelSize()
        self.interval.setContentsMargins(0, 0, 0, round(0.22 * drop))
        if shown is not None:
            self.draw(shown)

    def draw(self, headline: Headline) -> None:
        """Show a headline; one that is old or in doubt fades to secondary text."""
        if headline is self._shown or self._theme is None:
            return
        self._shown = headline
        self._colour(self._theme.palette, headline)
        number, _, unit = headline.number.partition(" ")
        number = "" if number == DASH else number  # it would look like a cover
        self._make_room(number, alone=not headline.interval)
        self._show_title(headline.title)
        self._show_meaning(headline)
        self.number.show_text(number)
        self.number.refit()
        self.interval.show_text(f"{unit} {headline.interval}".strip())
        self.verdict.show_text(headline.verdict)
        self.verdict.refit()
        self._show_lines(headline.lines)

    def _show_lines(self, said: tuple[str, ...]) -> None:
        """Lines below the verdict; of one that is too long its parts, or the first."""
        if self._theme is None:
            return
        room = self.width() - 2 * self._theme.px(20)
        if len(said) == 1 and self.lines[0].least_px(said[0]) > room:
            said = tuple(parts(said[0])[:LINES])
        words = (*said, *("" for _ in self.lines))
        for text, line in zip(self.lines, words, strict=False):
            text.show_fullest((line, parts(line)[0]), room)

    def _show_title(self, title: str) -> None:
        """The title, or its beginning where the number leaves no room for more."""
        if self._theme is None:
            return
        taken = 0 if self.number.isHidden() else self.number.width()
        room = self.width() - taken - 2 * self._theme.px(20)
        if self._theme.cramped or self.title.least_px(title) > room:
            title = title.partition(" from ")[0]
        self.title.show_text(title)

    def _show_meaning(self, headline: Headline) -> None:
        """Below the title; where it finds no room there, above the number."""
        if self._theme is None:
            return
        letters = QFontMetricsF(self._theme.font(NUMBER, bold=True))
        number = letters.horizontalAdvance(WIDE) + self._theme.px(24)
        room = self.width() - number - 2 * self._theme.px(20)
        over = self._theme.cramped or self.meaning.least_px(headline.meaning) > room
        over = over and bool(headline.meaning)
        above = self._theme.line_px(LINE) if over else 0
        if self.height() != self._least + above:
            self.setFixedHeight(self._least + above)
        self.over.setVisible(over)
        self.title.setHidden(over)
        self.meaning.setHidden(over)
        self.meaning.show_text(headline.meaning)
        self.meaning.refit()
        short = headline.title.partition(",")[0]
        self.over.show_fullest((f"{short}: {headline.meaning}", headline.meaning))

    def _colour(self, p: Palette, headline: Headline) -> None:
        nothing = headline.number == DASH
        number = mixed(p.accent, p.baseline, headline.fade)
        second = mixed(p.text, p.baseline, headline.fade)
        self.number.setStyleSheet(f"color: {number}")
        self.interval.setStyleSheet(f"color: {second}")
        self.verdict.setStyleSheet(f"color: {p.text if nothing else second}")

    def _make_room(self, number: str, alone: bool) -> None:
        """As wide as the number is, so that its unit and interval stand beside it."""
        if self._theme is None:
            return
        font = self._theme.font(NUMBER, bold=True)
        self.number.setVisible(bool(number))
        wanted = QFontMetricsF(font).horizontalAdvance(number) + self._theme.px(24)
        most = (0.62 if alone else 0.55) * self.width()
        self.number.setFixedWidth(round(min(wanted, most)))


def parts(line: str) -> list[str]:
    """What a line says, one after the other."""
    for between in PARTED:
        if between in line:
            return line.split(between)
    return [line]
