"""The spectrum of the newest window with its fit, 4.2 to 0.5 ppm, falling."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt

from monitor.app.fill import Fill
from monitor.app.plots import LABEL_FOOT, Plot, brush, curve, inside
from monitor.app.theme import Theme
from monitor.screen.parts import Component, SpectrumView
from monitor.screen.spectrum import LEFT_PPM, RIGHT_PPM, fitting


class SpectrumPanel(Plot):
    """Draws a `SpectrumView`."""

    def __init__(self) -> None:
        super().__init__(foot=LABEL_FOOT)
        self._theme: Theme | None = None
        self._shown: SpectrumView | None = None
        self._height = 0.0
        self._connect: Any = "all"
        self.getViewBox().invertX(True)
        self.let_zoom(x=True, y=True)
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
        ticks = [
            (inside(v, RIGHT_PPM, LEFT_PPM), f"{v:.1f}")
            for v in np.arange(RIGHT_PPM, LEFT_PPM, 0.5)
        ]
        self._ticks = [ticks]
        self.draw_again()
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

    def draw_again(self) -> None:
        """Number the axis as far as it is seen."""
        self.axis("bottom").setTicks(None if self.zoomed else self._ticks)

    def draw(self, view: SpectrumView | None) -> None:
        """Show a spectrum; the one that is shown already costs nothing."""
        if view is None:
            self._clear()
            return
        if self._theme is None:
            return
        height = self.getViewBox().height()
        if view is self._shown and height == self._height:
            return
        self._shown, self._height = view, height
        view = fitting(view, self._theme.line_px(20) / max(height, 1.0))
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
