"""The trend: change of the outcome against minutes from the start of the infusion."""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from monitor.app.band_item import Fill
from monitor.app.panels.context import Context
from monitor.app.panels.labels import Labels
from monitor.app.plots import (
    LABEL_FOOT,
    Plot,
    brush,
    connected,
    curve,
    minute_ticks,
    with_unit,
)
from monitor.app.text import Text
from monitor.app.theme import Theme, mixed
from monitor.screen.parts.strips import nice
from monitor.screen.screen import Overlay, Trend

MANY = 150
LEGEND = "○ independent  — sliding"
BAND_LEGEND = "  ■ tracker"
INTERVAL = "  (95 %)"
PLASMA_LEGEND = "  ┈ plasma ({}, own scale)"
LEFT_OUT = "  ▨ left out"
PLASMA_SHARE = 0.8  # of the scale, at the end of the infusion


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
        left = self._title.split(":")[0] if self._said else self._title
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

    def _fitting(self, title: str) -> str:
        """The fullest legend that there is room for beside the title."""
        room = self._head.contentsRect().width() - self.title.least_px(title)
        fits = (w for w in self._legends if self.legend.least_px(w) <= room)
        return next(fits, "")


def _legends(trend: Trend) -> tuple[str, ...]:
    """What the lines are, the fullest first."""
    band = BAND_LEGEND if trend.band is not None else ""
    drawn = LEGEND + band if len(trend.points) else ""
    plasma = PLASMA_LEGEND.format(trend.plasma.name) if trend.plasma else ""
    plasma += LEFT_OUT if trend.axis.left_out else ""
    return drawn + (INTERVAL if drawn else "") + plasma, drawn + plasma, plasma, ""


class TrendPlot(Plot):
    """Draws a `Trend`."""

    def __init__(self) -> None:
        super().__init__(foot=LABEL_FOOT)
        self.let_zoom(x=True, y=True)
        self._theme: Theme | None = None
        self._shown: Trend | None = None
        self._size = (0.0, 0.0)
        self._context = Context(self)
        self._reference = pg.LinearRegionItem(
            orientation="horizontal", movable=False, pen=pg.mkPen(None)
        )
        self._reference.setZValue(-15)
        self._zero = pg.InfiniteLine(angle=0, movable=False)
        self._zero.setZValue(-10)
        self._band = Fill()
        self._band.setZValue(-8)
        for item in (self._reference, self._zero, self._band):
            self.addItem(item)
        self._tracked = curve(self)
        self._line = curve(self)
        self._plasma = curve(self)
        self._bars = pg.ErrorBarItem(x=np.zeros(0), y=np.zeros(0), height=np.zeros(0))
        self._points = pg.ScatterPlotItem(symbol="o")
        self._newest = pg.ScatterPlotItem(symbol="o")
        self._fade = -1.0
        self._above = pg.ScatterPlotItem(symbol="t1")
        self._below = pg.ScatterPlotItem(symbol="t")
        self._now = curve(self)
        for item in (
            self._bars, self._points, self._newest, self._above, self._below,
        ):  # fmt: skip
            self.addItem(item)
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
        self._reference.setBrush(brush(p.baseline, 50))
        self._zero.setPen(theme.pen(p.secondary))
        self._band.setBrush(brush(p.accent, 60))
        self._tracked.setPen(theme.pen(p.accent, 1, 140))
        self._line.setPen(theme.pen(p.accent, 2))
        self._fade = -1.0
        self._bars.setData(pen=theme.pen(p.text, 2), beam=0.0)
        self._points.setPen(theme.pen(p.text, 2))
        self._points.setBrush(pg.mkBrush(p.panel))
        self._points.setSize(theme.px(15))
        self._newest.setBrush(pg.mkBrush(p.panel))
        self._newest.setSize(theme.px(15))
        for arrows in (self._above, self._below):
            arrows.setPen(theme.pen(p.text, 2))
            arrows.setBrush(pg.mkBrush(p.text))
            arrows.setSize(theme.px(18))
        self._note.setFont(theme.font(24))
        self._note.setColor(p.secondary)
        self.labels.dress(theme)
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
        self.labels.draw(trend.axis, trend.limit_percent, -trend.limit_percent)
        middle = 0.5 * (trend.axis.start_min + trend.axis.end_min)
        crossed = self._theme.cramped and any(mark.text for mark in trend.axis.marks)
        self._note.setText("" if crossed else trend.note.replace("; ", "\n"))
        self._note.setPos(middle, -0.5 * trend.limit_percent)  # below the labels

    def _draw_axes(self, trend: Trend) -> None:
        if self._theme is None:
            return
        limit = trend.limit_percent
        self.show_y(-limit, limit)
        self.label_bottom(self._theme, trend.axis.label)
        if self.zoomed:
            self.axis("left").setTicks(None)
            self.axis("bottom").setTicks(None)
            return
        step = _step(limit, self.size_px()[1] / self._theme.line_px(20))
        most = math.ceil(limit / step) - 1
        ticks = [(step * i, _percent(step * i)) for i in range(-most, most + 1)]
        self.axis("left").setTicks([ticks])
        minutes = minute_ticks(trend.axis)
        minutes = with_unit(minutes, "min") if self._theme.cramped else minutes
        self.axis("bottom").setTicks([minutes])

    def _draw_course(self, trend: Trend) -> None:
        half = trend.reference_half
        self._reference.setVisible(bool(np.isfinite(half)))
        if np.isfinite(half):
            self._reference.setRegion((-half, half))
        self._line.setData(
            trend.line_min, trend.line, connect=connected(trend.line_connect)
        )
        self._bars.setData(x=trend.points_min, y=trend.points, height=2 * trend.half)
        if self._theme is not None:  # many wide bars take long to paint
            wide = 2 if len(trend.points) < MANY else 1
            self._bars.setData(pen=self._theme.pen(self._theme.palette.text, wide))
        self._points.setData(trend.points_min, trend.points)
        self._newest.setData(trend.points_min[-1:], trend.points[-1:])
        edge = 0.955 * trend.limit_percent
        self._above.setData(trend.above_min, np.full(len(trend.above_min), edge))
        self._below.setData(trend.below_min, np.full(len(trend.below_min), -edge))
        self._draw_now(trend)
        band = trend.band
        self._band.setVisible(band is not None)
        self._tracked.setVisible(band is not None)
        if band is not None:
            self._band.set_curves(band.time_min, band.low, band.high, band.connect)
            self._tracked.setData(
                band.time_min, band.value, connect=connected(band.connect)
            )
        self._draw_plasma(trend.plasma, trend.limit_percent)

    def draw_age(self, fade: float) -> None:
        """Let the newest point and its bracket pale with age, 0 ... 1."""
        if fade == self._fade or self._theme is None:
            return
        self._fade = fade
        p = self._theme.palette
        self._now.setPen(self._theme.pen(mixed(p.accent, p.baseline, fade), 3))
        self._newest.setPen(self._theme.pen(mixed(p.text, p.baseline, fade), 2))

    def _draw_now(self, trend: Trend) -> None:
        """Bracket under the newest window."""
        if trend.now is None:
            self._now.setData([], [])
            return
        foot = -0.985 * trend.limit_percent
        tip = -0.94 * trend.limit_percent
        start, end = trend.now
        self._now.setData([start, start, end, end], [tip, foot, foot, tip])

    def _draw_plasma(self, plasma: Overlay | None, limit: float) -> None:
        """A guide to the eye with a scale of its own, never that of the outcome."""
        self._plasma.setVisible(plasma is not None)
        if plasma is not None:
            height = PLASMA_SHARE * limit
            self._plasma.setData(plasma.time_min, height * plasma.relative)


def _step(limit: float, lines: float) -> float:
    """Distance of ticks that stand clear of one another where so many lines fit."""
    steps = (nice(limit / parts) for parts in (3, 2, 1))
    return next((step for step in steps if lines * step >= 2.3 * limit), limit)


def _percent(value: float) -> str:
    return f"{value:+.0f}".replace("-", "\N{MINUS SIGN}").replace("+0", "0")
