"""What lies behind a plot on the time axis: periods, events, epochs left out."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import Qt

from monitor.app.widgets.plots import Plot, brush
from monitor.app.widgets.theme import Theme
from monitor.screen.graphs import TimeAxis


class Context:
    """Reference period, infusion, events and epochs behind a plot on the time axis.

    Epochs that are left out are hatched, so that they are told without a colour.
    """

    def __init__(self, plot: Plot, shaded: bool = True) -> None:
        self._plot = plot
        self._shaded = shaded
        self._reference = self._region(-20)
        self._infusion = self._region(-20)
        self._left_out: list[Any] = []
        self._lines: list[Any] = []
        self._theme: Theme | None = None

    def dress(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._reference.setBrush(brush(theme.palette.baseline, 44))
        self._infusion.setBrush(brush(theme.palette.accent, 18))
        for region in self._left_out:
            self._hatch(region)
        for line in self._lines:
            line.setPen(theme.pen(theme.palette.baseline))

    def draw(self, axis: TimeAxis) -> None:
        """Show an axis with what happened on it."""
        self._plot.show_x(axis.start_min, axis.end_min)
        for region, span in (
            (self._reference, axis.reference),
            (self._infusion, axis.infusion),
        ):
            region.setVisible(span is not None and self._shaded)
            if span is not None:
                region.setRegion(span)
        self._draw_left_out(axis.left_out)
        times = [mark.time_min for mark in axis.marks]
        while len(self._lines) < len(times):
            self._lines.append(self._line())
        for i, line in enumerate(self._lines):
            line.setVisible(i < len(times))
            if i < len(times):
                line.setValue(times[i])

    def _draw_left_out(self, spans: tuple[tuple[float, float], ...]) -> None:
        while len(self._left_out) < len(spans):
            self._left_out.append(self._region(30))
            self._hatch(self._left_out[-1])
        for i, region in enumerate(self._left_out):
            region.setVisible(i < len(spans))
            if i < len(spans):
                region.setRegion(spans[i])

    def _hatch(self, region: Any) -> None:
        if self._theme is not None:
            pattern = Qt.BrushStyle.BDiagPattern
            region.setBrush(brush(self._theme.palette.secondary, 150, pattern))

    def _region(self, depth: int) -> Any:
        region = pg.LinearRegionItem(movable=False, pen=pg.mkPen(None))
        region.setZValue(depth)
        region.hide()
        self._plot.addItem(region)
        return region

    def _line(self) -> Any:
        line = pg.InfiniteLine(angle=90, movable=False)
        line.setZValue(-5)
        if self._theme is not None:
            line.setPen(self._theme.pen(self._theme.palette.baseline))
        self._plot.addItem(line)
        return line
