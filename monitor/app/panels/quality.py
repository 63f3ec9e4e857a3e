"""Quality strips under the trend, three at a time, on the same time axis."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from monitor.app.panels.context import Context
from monitor.app.widgets.plots import Plot, connected, curve
from monitor.app.widgets.theme import PLOT_TEXT, Theme
from monitor.screen.graphs import Strip, TimeAxis
from monitor.screen.number_words import minutes, plain

WATER = "● water"


class StripPlot(Plot):
    """Draws one `Strip`: name at the left, value now at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.let_zoom()
        self._strip: Strip | None = None
        self._theme: Theme | None = None
        self._context = Context(self)
        self._curve = curve(self)
        self._limits: list[Any] = []
        self._water = pg.ScatterPlotItem(symbol="o")
        self.addItem(self._water)
        self._legend = pg.TextItem(WATER, anchor=(1, 0))
        self._legend.setParentItem(self.getViewBox())
        self.bare("bottom")
        self.axis("bottom").setHeight(0)

    def dress(self, theme: Theme, ground: str | None = None) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme, ground)
        self._theme = theme
        self._context.dress(theme)
        self.bare("bottom")
        self.axis("bottom").setHeight(0)
        for side in ("left", "right"):
            self.axis(side).setStyle(tickLength=0)
            self.axis(side).setPen(None)
        self.axis("left").setTextPen(theme.palette.secondary)
        self._curve.setPen(theme.pen(theme.palette.measured))
        self._water.setPen(theme.pen(theme.palette.panel))
        self._water.setBrush(theme.palette.text)
        self._water.setSize(theme.px(9))
        self._legend.setFont(theme.font(17))
        self._legend.setColor(theme.palette.text)
        for line in self._limits:
            line.setPen(theme.pen(theme.palette.baseline))

    def draw(self, strip: Strip, axis: TimeAxis) -> None:
        """Show a strip on a time axis."""
        if self._theme is None:
            return
        self._strip = strip
        self._context.draw(axis)
        self.show_y(strip.low, strip.high)
        self._curve.setData(
            strip.time_min, strip.value, connect=connected(strip.connect)
        )
        self._water.setData(strip.water.time_min, strip.water.value)
        self._legend.setVisible(len(strip.water.value) > 0)
        self._legend.setPos(self.size_px()[0], 0.0)  # where time is still to come
        middle = 0.5 * (strip.low + strip.high)
        self.axis("left").setTicks([[(middle, strip.name)]])
        unit = f" {strip.unit}" if strip.unit and strip.now else ""
        mark = "▲ " if strip.past_limit else ""
        self.axis("right").setTicks([[(middle, f"{mark}{strip.now}{unit}")]])
        colours = self._theme.palette
        self.axis("right").setTextPen(
            colours.attention_text if strip.past_limit else colours.text
        )
        self._draw_limits(strip.limits)

    def words_at(self, x: float, y: float) -> str:
        """Value and limit at a time."""
        strip = self._strip
        if strip is None or not len(strip.time_min):
            return ""
        near = int(np.argmin(np.abs(strip.time_min - x)))
        limit = f", limit {plain(strip.limits[0])}" if any(strip.limits) else ""
        value = plain(float(strip.value[near]))
        return f"{minutes(x)}  {strip.name} {value} {strip.unit}".rstrip() + limit

    def _draw_limits(self, limits: tuple[float, ...]) -> None:
        while len(self._limits) < len(limits):
            line = pg.InfiniteLine(angle=0, movable=False)
            line.setZValue(-4)
            if self._theme is not None:
                line.setPen(self._theme.pen(self._theme.palette.baseline))
            self.addItem(line)
            self._limits.append(line)
        for i, line in enumerate(self._limits):
            line.setVisible(i < len(limits))
            if i < len(limits):
                line.setValue(limits[i])


class QualityPanel(QWidget):
    """The most pressing strips below one another; `turn` shows the others."""

    def __init__(self, count: int = 3) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.plots = [StripPlot() for _ in range(count)]
        for plot in self.plots:
            self._rows.addWidget(plot)
        self._shown: list[Strip | None] = [None] * count
        self._axes: list[TimeAxis | None] = [None] * count
        self._least_px = 1
        self._first = 0

    @property
    def shown(self) -> tuple[Strip | None, ...]:
        """The strip in each of the plots."""
        return tuple(self._shown)

    def turn(self) -> None:
        """Show the other strips."""
        self._first = 0 if self._first else len(self.plots)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._shown = [None] * len(self.plots)
        self._rows.setSpacing(theme.px(2))
        self._least_px = theme.line_px(PLOT_TEXT)
        for plot in self.plots:
            plot.dress(theme)

    def draw(
        self, strips: tuple[Strip, ...], axis: TimeAxis, part: int = 0, of: int = 1
    ) -> None:
        """Show every `of`-th strip from `part` on; those shown already cost nothing.

        Strips that there is no room for, the last ones, are not there.
        """
        fitting = max(1, round(self.height() / self._least_px))
        for i, plot in enumerate(self.plots):
            if plot.isHidden() == (i < fitting):
                plot.setVisible(i < fitting)
        shown = strips[self._first :]
        for i in range(part, min(len(self.plots), len(shown)), of):
            if shown[i] is not self._shown[i] or axis != self._axes[i]:
                self._shown[i], self._axes[i] = shown[i], axis
                self.plots[i].draw(shown[i], axis)
