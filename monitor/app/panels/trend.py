"""The trend: change of the outcome against minutes from the start of the infusion."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from monitor.app.panels.trend_plot import TrendPlot
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.graphs import Trend

TRACKER = "━ tracker, 95 % band"
SLIDING = "— sliding window"
WINDOWS = "  ● window, 95 %"
POOLED = "  ● mean of {} windows, 95 %"
PLASMA_LEGEND = "  ┈ plasma ({}, own scale)"
LEFT_OUT = "  ▨ left out"


class TrendPanel(QFrame):
    """Draws a `Trend` below its title and legend."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._rows = QVBoxLayout(self)
        self._head = QHBoxLayout()
        self.title = Text(24, 17)
        self.legend = Text(20, 17, role="secondary")
        self.legend.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self._head.addWidget(self.title, 40)
        self._head.addWidget(self.legend, 60)
        self._said = self._title = ""
        self._legends: tuple[str, ...] = ("",)
        self.plot = TrendPlot()
        self._rows.addLayout(self._head)
        self._rows.addWidget(self.plot, 1)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._rows.setContentsMargins(0, theme.px(6), 0, 0)
        self._rows.setSpacing(theme.px(4))
        self._head.setContentsMargins(theme.px(20), 0, theme.px(20), 0)
        self.title.dress(theme)
        self.legend.dress(theme)
        self.plot.dress(theme)
        self._show_words(again=True)

    def say(self, text: str) -> None:
        """Say something in the place of the legend; empty: the legend again."""
        self._said = text
        self._show_words()

    def draw(self, trend: Trend, fade: float = 0.0) -> None:
        """Show a trend; its newest points pale as `fade` goes from 0 to 1."""
        self._title = trend.title
        self._legends = _legends(trend)
        self._show_words()
        self.plot.draw(trend)
        self.plot.draw_age(fade)

    def _show_words(self, again: bool = False) -> None:
        """Title and legend, each with as much of the line as its words need."""
        left = self._whole(self._title)
        if self._said and self._cut(left, self._said):
            left = ""  # what lies at the pointer comes first
        right = self._said or self._fitting(left)
        shown = (self.title.full_text, self.legend.full_text)
        if (left, right) == shown and not again:
            return
        self._head.setStretch(0, self.title.least_px(left))
        self._head.setStretch(1, self.legend.least_px(right))
        self._head.activate()
        for text, words in ((self.title, left), (self.legend, right)):
            text.show_text(words)
            text.refit()

    def _cut(self, left: str, right: str) -> bool:
        """Whether there is no room for both beside each other."""
        needed = self.title.least_px(left) + self.legend.least_px(right)
        return needed > self._head.contentsRect().width()

    def _whole(self, title: str) -> str:
        """The title, or what stands before its last comma where it would be cut."""
        room = self._head.contentsRect().width()
        cut = self.title.least_px(title) > room
        return title.rpartition(", ")[0] or title if cut else title

    def _fitting(self, title: str) -> str:
        """The fullest legend that there is room for beside the title."""
        room = self._head.contentsRect().width() - self.title.least_px(title)
        fits = (w for w in self._legends if self.legend.least_px(w) <= room)
        return next(fits, "")


def _legends(trend: Trend) -> tuple[str, ...]:
    """What the lines are, the fullest first."""
    drawn = len(trend.points) > 0
    line = TRACKER if trend.band is not None else SLIDING
    windows = POOLED.format(trend.pooled) if trend.pooled > 1 else WINDOWS
    plasma = PLASMA_LEGEND.format(trend.plasma.name) if trend.plasma else ""
    plasma += LEFT_OUT if trend.axis.left_out else ""
    whole = line + windows if drawn else ""
    return whole + plasma, (line if drawn else "") + plasma, plasma, ""
