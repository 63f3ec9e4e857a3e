"""The plot of the trend: a course with its band, windows, breaks and marks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF

from monitor.app.panels.context import Context
from monitor.app.panels.labels import Labels
from monitor.app.widgets.fill import Fill
from monitor.app.widgets.plots import (
    LABEL_FOOT,
    Plot,
    brush,
    connected,
    curve,
    minute_ticks,
    with_unit,
)
from monitor.app.widgets.theme import Theme, mixed
from monitor.screen.graphs import Overlay, Trend
from monitor.screen.number_words import minutes, signed
from monitor.screen.parts.strips import nice

LINE, THIN, POINT = 4, 2, 9  # the tracker's line, a window's, and its point
BAND, EDGE = 70, 170  # opacity of the band and of its edges
PALE = 0.3  # of a window's bar, from the ground to secondary text
INSET, FOOT = 0.0225, 0.0075  # of arrows and of the bracket from the edge
WIDEST, GAP = ("\N{MINUS SIGN}10", "min"), 4  # of what stands at ticks; between, px
PLASMA_SHARE = 0.8  # of the scale, at the end of the infusion


class TrendPlot(Plot):
    """Draws a `Trend`."""

    def __init__(self) -> None:
        super().__init__(foot=LABEL_FOOT)
        self.let_zoom()
        self._theme: Theme | None = None
        self._shown: Trend | None = None
        self._size = (0.0, 0.0)
        self._fade, self._width = -1.0, float(LINE)
        self._context = Context(self)
        self._reference = pg.LinearRegionItem(
            orientation="horizontal", movable=False, pen=pg.mkPen(None)
        )
        self._reference.setZValue(-15)
        self._zero = pg.InfiniteLine(angle=0, movable=False)
        self._zero.setZValue(-10)
        self._band = Fill()
        self._band.setZValue(-8)
        self._bars = pg.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), height=np.zeros(0))
        self._points, self._newest, self._above, self._below = (
            pg.ScatterPlotItem(symbol=symbol) for symbol in ("o", "o", "t1", "t")
        )
        for item in (
            self._reference,
            self._zero,
            self._band,
            self._bars,
            self._points,
            self._newest,
            self._above,
            self._below,
        ):
            self.addItem(item)
        self._edges = (curve(self), curve(self))
        self._plasma = curve(self)
        self._line = curve(self)
        self._now = curve(self)
        self._breaks = Breaks(self)
        self._note = pg.TextItem(anchor=(0.5, 0.5))
        self.addItem(self._note)
        self.labels = Labels(self)
        self.bare("right")

    def dress(self, theme: Theme, ground: str | None = None) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme, ground)
        self._theme, self._shown = theme, None
        p = theme.palette
        self._context.dress(theme)
        self.bare("right")
        self.axis("bottom").setHeight(theme.bottom_axis)
        self._reference.setBrush(brush(p.baseline, 40))
        self._zero.setPen(theme.pen(p.secondary))
        self._band.setBrush(brush(p.accent, BAND))
        for edge in self._edges:
            edge.setPen(theme.pen(p.accent, 1, EDGE))
        self._fade = -1.0
        pale = mixed(p.panel, p.secondary, PALE)
        self._bars.setData(pen=theme.pen(pale), beam=0.0)
        for points in (self._points, self._newest):
            points.setPen(None)
            points.setSize(theme.px(POINT))
        self._points.setBrush(pg.mkBrush(p.secondary))
        for arrows in (self._above, self._below):
            arrows.setPen(None)
            arrows.setBrush(pg.mkBrush(p.secondary))
            arrows.setSize(theme.px(1.6 * POINT))
        self._note.setFont(theme.font(24))
        self._note.setColor(p.secondary)
        self.labels.dress(theme)
        self._breaks.dress(theme)
        dotted = theme.pen(p.secondary)
        dotted.setStyle(Qt.PenStyle.DotLine)
        self._plasma.setPen(dotted)

    def draw_again(self) -> None:
        """Draw everything again."""
        shown, self._shown = self._shown, None
        if shown is not None:
            self.draw(shown)

    def draw(self, trend: Trend) -> None:
        """Show a trend; the one that is shown already costs nothing."""
        size = self.size_px()
        if (trend is self._shown and size == self._size) or self._theme is None:
            return
        self._shown, self._size = trend, size
        self._context.draw(trend.axis)
        self._draw_axes(trend)
        self._draw_course(trend)
        self.labels.draw(trend.axis, trend.high, trend.low)
        self._breaks.draw(trend.axis.breaks)
        middle = 0.5 * (trend.axis.start_min + trend.axis.end_min)
        crossed = self._theme.cramped and any(mark.text for mark in trend.axis.marks)
        self._note.setText("" if crossed else trend.note.replace("; ", "\n"))
        self._note.setPos(middle, 0.5 * (trend.low + trend.high))

    def words_at(self, x: float, y: float) -> str:
        """Tracker and nearest point at a time."""
        trend = self._shown
        if trend is None or not len(trend.points_min):
            return minutes(x)
        said = [minutes(x)]
        band = trend.band
        if band is not None and band.time_min[0] <= x <= band.time_min[-1]:
            at = int(np.argmin(np.abs(band.time_min - x)))
            half = 0.5 * (band.high[at] - band.low[at])
            said.append(f"{signed(float(band.value[at]))} ± {half:.1f} %")
        near = int(np.argmin(np.abs(trend.points_min - x)))
        reach = np.max(np.diff(trend.points_min), initial=1.0)
        if abs(trend.points_min[near] - x) > reach:
            return "  ".join(said)  # nothing was measured there, or not yet
        value, half = float(trend.points[near]), float(trend.half[near])
        said.append(f"● {signed(value)} ± {half:.1f} %")
        return "  ".join(said)

    def _draw_axes(self, trend: Trend) -> None:
        if self._theme is None:
            return
        self.show_y(trend.low, trend.high)
        self.label_bottom(self._theme, trend.axis.label)
        lines = self.size_px()[1] / self._theme.line_px(20)
        self.axis("left").setTicks([_ticks(trend.low, trend.high, lines)])
        if self.zoomed:
            self.axis("bottom").setTicks(None)
            return
        letters = QFontMetricsF(self._theme.font(20))
        widest = max(map(letters.horizontalAdvance, WIDEST)) + GAP
        marked = minute_ticks(trend.axis, self.size_px()[0] / widest)
        marked = with_unit(marked, "min") if self._theme.cramped else marked
        self.axis("bottom").setTicks([marked])

    def _draw_course(self, trend: Trend) -> None:
        half = trend.reference_half
        self._reference.setVisible(bool(np.isfinite(half)))
        if np.isfinite(half):
            self._reference.setRegion((-half, half))
        self._bars.setData(x=trend.points_min, y=trend.points, height=2 * trend.half)
        self._points.setData(trend.points_min, trend.points)
        self._newest.setData(trend.points_min[-1:], trend.points[-1:])
        high = trend.high - INSET * (trend.high - trend.low)
        low = trend.low + INSET * (trend.high - trend.low)
        self._above.setData(trend.above_min, np.full(len(trend.above_min), high))
        self._below.setData(trend.below_min, np.full(len(trend.below_min), low))
        self._draw_now(trend)
        self._draw_lead(trend)
        self._draw_plasma(trend.plasma, trend.high)

    def _draw_lead(self, trend: Trend) -> None:
        """The tracker, or the sliding window where the outcome is not tracked."""
        band = trend.band
        for item in (self._band, *self._edges):
            item.setVisible(band is not None)
        if band is None:
            joined = connected(trend.line_connect)
            self._line.setData(trend.line_min, trend.line, connect=joined)
            self._lead(THIN)
            return
        joined = connected(band.connect)
        self._band.set_curves(band.time_min, band.low, band.high, band.connect)
        for edge, values in zip(self._edges, (band.low, band.high), strict=True):
            edge.setData(band.time_min, values, connect=joined)
        self._line.setData(band.time_min, band.value, connect=joined)
        self._lead(LINE)

    def _lead(self, width: float) -> None:
        """How strong the line is: a window's own is thin."""
        if width != self._width:
            self._width, self._fade = width, -1.0

    def draw_age(self, fade: float) -> None:
        """Let line, newest point and its bracket pale with age, 0 ... 1."""
        if fade == self._fade or self._theme is None:
            return
        self._fade = fade
        p = self._theme.palette
        colour = mixed(p.accent, p.baseline, fade)
        self._now.setPen(self._theme.pen(colour, 3))
        self._line.setPen(self._theme.pen(colour, self._width))
        self._newest.setBrush(pg.mkBrush(mixed(p.text, p.baseline, fade)))

    def _draw_now(self, trend: Trend) -> None:
        """Bracket under the newest window."""
        if trend.now is None:
            self._now.setData([], [])
            return
        foot = trend.low + FOOT * (trend.high - trend.low)
        tip = trend.low + 4 * FOOT * (trend.high - trend.low)
        start, end = trend.now
        self._now.setData([start, start, end, end], [tip, foot, foot, tip])

    def _draw_plasma(self, plasma: Overlay | None, limit: float) -> None:
        """A guide to the eye with a scale of its own, never that of the outcome."""
        self._plasma.setVisible(plasma is not None)
        if plasma is not None:
            height = PLASMA_SHARE * limit
            self._plasma.setData(plasma.time_min, height * plasma.relative)


class Breaks:
    """Where an epoch begins: the course is cut, and a dashed line stands in the gap."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self._lines: list[tuple[Any, Any]] = []
        self._theme: Theme | None = None

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._theme = theme
        for pair in self._lines:
            self._dress(pair, theme)

    def draw(self, at_min: tuple[float, ...]) -> None:
        """Show the breaks at these minutes."""
        while len(self._lines) < len(at_min):
            pair = tuple(pg.InfiniteLine(angle=90, movable=False) for _ in range(2))
            for depth, line in enumerate(pair):
                line.setZValue(5 + depth)
                self._plot.addItem(line)
            self._lines.append((pair[0], pair[1]))
            if self._theme is not None:
                self._dress(self._lines[-1], self._theme)
        for i, pair in enumerate(self._lines):
            for line in pair:
                line.setVisible(i < len(at_min))
                if i < len(at_min):
                    line.setValue(at_min[i])

    @staticmethod
    def _dress(pair: tuple[Any, Any], theme: Theme) -> None:
        pair[0].setPen(theme.pen(theme.palette.panel, 10))
        dashed = theme.pen(theme.palette.text, 2)
        dashed.setStyle(Qt.PenStyle.DashLine)
        pair[1].setPen(dashed)


def _ticks(low: float, high: float, lines: float) -> list[tuple[float, str]]:
    """Ticks inside a scale, clear of one another where so many lines of text fit."""
    span = high - low
    steps = (nice(span / parts) for parts in (8, 6, 4, 3, 2))
    step = next((step for step in steps if lines * step >= 2.0 * span), nice(span / 2))
    first, last = math.floor(low / step) + 1, math.ceil(high / step) - 1
    return [(step * i, _percent(step * i)) for i in range(first, last + 1)]


def _percent(value: float) -> str:
    return f"{value:+.0f}".replace("-", "\N{MINUS SIGN}").replace("+0", "0")
