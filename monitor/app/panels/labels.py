"""Words at the verticals of events, in rows where they would run into one another."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PyQt6.QtGui import QFontMetricsF

from monitor.app.widgets.plots import Plot, brush
from monitor.app.widgets.theme import Theme
from monitor.screen.graphs import TimeAxis
from monitor.screen.parts.axis import places

MARGIN = 3  # around the words, px


class Labels:
    """Draws the marks of a `TimeAxis` below the upper edge of a plot."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._theme: Theme | None = None
        self.items: list[Any] = []

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._theme = theme
        for item in self.items:
            self._dress(item)

    def draw(self, axis: TimeAxis, top: float, bottom: float) -> None:
        """Show the words of an axis; `top` and `bottom` are the plot's edges."""
        theme = self._theme
        marks = [mark for mark in axis.marks if mark.text]
        if theme is None:
            return
        while len(self.items) < len(marks):
            self.items.append(self._item())
        box, font = self._plot.getViewBox(), QFontMetricsF(theme.font(20))
        minutes_per_px = (axis.end_min - axis.start_min) / max(1.0, box.width())
        high = theme.line_px(20) + 2 * MARGIN
        row = (top - bottom) * high / max(1.0, box.height())
        widths = [
            minutes_per_px * (font.horizontalAdvance(mark.text) + theme.px(24))
            for mark in marks
        ]
        at = places(marks, widths, axis.end_min)
        for i, item in enumerate(self.items):
            item.setVisible(i < len(marks))
            if i < len(marks):
                item.setText(marks[i].text)
                item.setAnchor((1 if at[i].leftwards else 0, 0))
                item.setPos(marks[i].time_min, top - row * at[i].row)

    def _item(self) -> Any:
        item = pg.TextItem(anchor=(0, 0))
        item.textItem.document().setDocumentMargin(MARGIN)
        item.setZValue(20)
        self._dress(item)
        self._plot.addItem(item)
        return item

    def _dress(self, item: Any) -> None:
        if self._theme is not None:
            item.setFont(self._theme.font(20))
            item.setColor(self._theme.palette.text)
            item.fill = brush(self._theme.palette.panel, 150)
