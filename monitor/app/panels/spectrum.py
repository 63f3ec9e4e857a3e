"""The spectrum of the newest window with its fit, 4.2 to 0.5 ppm, falling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF

from monitor.app.band_item import Fill
from monitor.app.plots import LABEL_FOOT, Plot, brush, curve, inside, with_unit
from monitor.app.theme import PLOT_TEXT, Theme
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM, fitting
from monitor.screen.screen import Component, SpectrumView
from monitor.screen.words import plain

NEAR_PPM = 0.04
CLEAR_PPM = 2.15  # on this side of NAA


class SpectrumPanel(Plot):
    """Draws a `SpectrumView`."""

    def __init__(self) -> None:
        super().__init__(foot=LABEL_FOOT)
        self._theme: Theme | None = None
        self._shown: SpectrumView | None = None
        self._size = (0.0, 0.0)
        self._connect: Any = "all"
        self.getViewBox().invertX(True)
        self.let_zoom()
        self.show_x(RIGHT_PPM, LEFT_PPM)
        self._ticks: list[list[tuple[float, str]]] = []
        self._glutamate = Fill()
        self.addItem(self._glutamate)
        self._zero = pg.InfiniteLine(angle=0, movable=False)
        self.addItem(self._zero)
        self._mean = curve(self)
        self._measured = curve(self)
        self._baseline = curve(self)
        self._model = curve(self)
        self._residual = curve(self)
        self._caption = pg.TextItem(anchor=(0, 0))
        self.addItem(self._caption)
        self._parts: list[Any] = []

    def dress(self, theme: Theme, ground: str | None = None) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme, ground)
        self._theme, self._shown = theme, None
        p = theme.palette
        self.bare("left")
        self.axis("left").setWidth(theme.px(10))
        self.axis("right").setStyle(tickLength=0)
        self.axis("right").setPen(None)
        self.axis("right").setTextPen(p.text)
        self.axis("right").setTicks([])
        self._number()
        self.axis("bottom").setHeight(theme.bottom_axis)
        self.label_bottom(theme, "Chemical shift (ppm)")
        self._glutamate.setBrush(brush(p.accent, 90))
        self._mean.setPen(theme.pen(p.baseline))
        self._measured.setPen(theme.pen(p.text))
        dashed = theme.pen(p.baseline)
        dashed.setStyle(Qt.PenStyle.DashLine)
        self._baseline.setPen(dashed)
        self._zero.setPen(theme.pen(p.rule))
        self._model.setPen(theme.pen(p.accent, 2))
        self._residual.setPen(theme.pen(p.measured))
        self._caption.setFont(theme.font(20))
        self._caption.setColor(p.secondary)
        for part in self._parts:
            part.setPen(theme.pen(p.measured))

    def _has_room(self, caption: str) -> bool:
        """Whether a caption ends before the tallest line."""
        if self._theme is None or self._theme.cramped:
            return False
        wide = QFontMetricsF(self._theme.font(20)).horizontalAdvance(caption)
        room = (LEFT_PPM - CLEAR_PPM) / (LEFT_PPM - RIGHT_PPM)
        return wide < room * self.size_px()[0]

    def _number(self) -> None:
        """Ticks as close as their numbers stand clear of one another."""
        if self._theme is None:
            return
        widest = QFontMetricsF(self._theme.font(PLOT_TEXT)).horizontalAdvance("4.0 ")
        ppm_px = self.size_px()[0] / (LEFT_PPM - RIGHT_PPM)
        step = next((s for s in (0.5, 1.0) if s * ppm_px >= widest), 2.0)
        ticks = [
            (inside(v, RIGHT_PPM, LEFT_PPM), f"{v:.1f}")
            for v in np.arange(4.0, RIGHT_PPM - 1e-6, -step)
        ]
        self._ticks = [with_unit(ticks, "ppm") if self._theme.cramped else ticks]
        self.draw_again()

    def draw_again(self) -> None:
        """Number the axis as far as it is seen."""
        self.axis("bottom").setTicks(None if self.zoomed else self._ticks)

    def words_at(self, x: float, y: float) -> str:
        """Place, data and fit; their unit is the height of NAA before."""
        view = self._shown
        if view is None or not len(view.ppm):
            return f"{x:.2f} ppm"
        near = int(np.argmin(np.abs(view.ppm - x)))
        if abs(view.ppm[near] - x) > NEAR_PPM:  # left out by a blinded protocol
            return f"{x:.2f} ppm"
        values = (plain(float(c[near]), 2) for c in (view.measured, view.model))
        return "{:.2f} ppm  data {}  fit {}".format(x, *values)

    def draw(self, view: SpectrumView | None) -> None:
        """Show a spectrum; the one that is shown already costs nothing."""
        if view is None:
            self._clear()
            return
        if self._theme is None:
            return
        size = self.size_px()
        if view is self._shown and size == self._size:
            return
        if size != self._size:
            self._number()
        self._shown, self._size = view, size
        view = fitting(view, self._theme.line_px(20) / max(size[1], 1.0))
        self.show_y(view.low, view.high)
        whole = bool(view.connect.all())
        self._connect = "all" if whole else view.connect.astype(np.int32)
        for item, values in (
            (self._measured, view.measured),
            (self._model, view.model),
            (self._baseline, view.baseline),
            (self._residual, view.residual),
        ):
            item.setData(view.ppm, values, connect=self._connect)
        self._mean.setData(view.mean_ppm, view.mean)
        self._zero.setValue(view.residual_zero)
        self._caption.setText(view.caption)
        self._caption.setVisible(self._has_room(view.caption))
        self._caption.setPos(LEFT_PPM, view.residual_zero - 0.1)
        self.axis("right").setTicks([view.labels])
        self._draw_parts(view)

    def _clear(self) -> None:
        """Leave the axis alone: another session has begun."""
        if self._shown is None:
            return
        self._shown = None
        for item in (
            self._measured, self._model, self._baseline, self._residual, self._mean,
        ):  # fmt: skip
            item.setData([], [])
        for item in (*self._parts, self._glutamate):
            item.hide()
        self._caption.setText("")
        self.axis("right").setTicks([])

    def _draw_parts(self, view: SpectrumView) -> None:
        while len(self._parts) < len(view.components):
            self._parts.append(curve(self))
        for i, part in enumerate(self._parts):
            part.setVisible(i < len(view.components))
            if i < len(view.components):
                self._draw_part(part, view, view.components[i])
        self._glutamate.setVisible(any(c.accent for c in view.components))

    def _draw_part(self, part: Any, view: SpectrumView, component: Component) -> None:
        if self._theme is None:
            return
        part.setData(view.ppm, component.curve, connect=self._connect)
        p = self._theme.palette
        part.setPen(self._theme.pen(p.accent if component.accent else p.measured))
        if component.accent:
            foot = np.full(len(view.ppm), component.offset)
            self._glutamate.set_curves(view.ppm, foot, component.curve)
