"""The spectrum of the newest window with its fit, 4.2 to 0.5 ppm, falling."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QFontMetricsF

from monitor.app.panels.spectrum_caption import Box, Caption
from monitor.app.widgets.fill import Fill
from monitor.app.widgets.plots import Plot, brush, curve, inside, with_unit
from monitor.app.widgets.theme import PLOT_TEXT, Theme, mixed
from monitor.screen.graphs import Component, Peak, SpectrumView
from monitor.screen.number_words import plain
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM, fitting

NEAR_PPM = 0.04
HAIR = 1.2  # a line that is still one on a screen of 3840 x 2160
NAME = 18  # size of the names of lines
NOISE = 0.08  # of the residual, as high as it usually is
BESIDE_PPM = 0.06


class SpectrumPanel(Plot):
    """Draws a `SpectrumView`."""

    def __init__(self) -> None:
        super().__init__()
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
        self._zeros = [pg.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        for zero in self._zeros:
            self.addItem(zero)
        self._baseline = curve(self)
        self._model = curve(self)
        self._measured = curve(self)  # over the fit, which it would be hidden by
        self._residual = curve(self)
        self._difference = curve(self)
        self._difference_fit = curve(self)
        self._caption = Caption(self)
        self._parts: list[Any] = []
        self._names: list[Any] = []
        self._fade = -1.0
        self.getViewBox().sigResized.connect(lambda _: self._number())

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
        self.axis("bottom").setHeight(theme.line_px(PLOT_TEXT) + theme.px(12))
        self._glutamate.setBrush(brush(p.accent, 90))
        dashed = theme.pen(p.baseline)
        dashed.setStyle(Qt.PenStyle.DashLine)
        self._baseline.setPen(dashed)
        for zero in self._zeros:
            zero.setPen(theme.pen(p.rule))
        for item in (self._residual, self._difference):
            item.setPen(theme.pen(p.measured, HAIR))
        self._fade = -1.0
        self._caption.dress(theme)
        for name in self._names:
            self._dress_name(name, theme)

    def _with_head(self, view: SpectrumView, height_px: float) -> SpectrumView:
        """The view with room at the top for half a line of text at the residual."""
        if self._theme is None:
            return view
        half = 0.5 * self._theme.line_px(PLOT_TEXT) / max(height_px, 1.0)
        least = (view.residual_zero - half * view.low) / (1 - half)
        return replace(view, high=max(view.high, least))

    def _number(self) -> None:
        """Ticks as close as their numbers stand clear of one another."""
        if self._theme is None:
            return
        letters = QFontMetricsF(self._theme.font(PLOT_TEXT))
        widest = max(letters.horizontalAdvance(words) for words in ("4.0 ", "ppm "))
        ppm_px = self.size_px()[0] / (LEFT_PPM - RIGHT_PPM)
        step = next((s for s in (0.5, 1.0) if s * ppm_px >= widest), 2.0)
        ticks = [
            (inside(v, RIGHT_PPM, LEFT_PPM), f"{v:.1f}")
            for v in np.arange(4.0, RIGHT_PPM - 1e-6, -step)
        ]
        self._ticks = [with_unit(ticks, "ppm")]
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

    def draw(self, view: SpectrumView | None, fade: float = 0.0) -> None:
        """Show a spectrum of some age; the one that is shown already costs nothing."""
        self.draw_age(fade)
        if view is None:
            self._clear()
            return
        if self._theme is None:
            return
        size = self.size_px()
        if view is self._shown and size == self._size:
            return
        self._shown, self._size = view, size
        view = fitting(view, self._theme.line_px(20) / max(size[1], 1.0))
        view = self._with_head(view, size[1])
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
        self._draw_difference(view)
        self._zeros[0].setValue(view.residual_zero)
        self.axis("right").setTicks([view.labels])
        self._draw_parts(view)
        self._caption.draw(view, size, self._draw_names(view, size))

    def draw_age(self, fade: float) -> None:
        """Let data and fit pale with age, 0 ... 1."""
        if fade == self._fade or self._theme is None:
            return
        self._fade = fade
        theme, p = self._theme, self._theme.palette
        self._measured.setPen(theme.pen(mixed(p.text, p.baseline, fade), HAIR))
        fit = mixed(p.accent, p.baseline, fade)
        self._model.setPen(theme.pen(fit, 3))
        self._difference_fit.setPen(theme.pen(fit, 2))

    def _draw_difference(self, view: SpectrumView) -> None:
        compared = len(view.difference) > 0
        ppm = view.ppm if compared else np.zeros(0)
        joined = self._connect if compared else "all"
        self._difference.setData(ppm, view.difference, connect=joined)
        self._difference_fit.setData(ppm, view.difference_fit, connect=joined)
        self._zeros[1].setVisible(compared)
        self._zeros[1].setValue(view.difference_zero)

    def _draw_names(self, view: SpectrumView, size: tuple[float, float]) -> list[Box]:
        """Names of the lines, those that there is room for, and where they stand."""
        theme = self._theme
        if theme is None:
            return []
        while len(self._names) < len(view.peaks):
            self._names.append(pg.TextItem(anchor=(0.5, 1)))
            self.addItem(self._names[-1])
            self._dress_name(self._names[-1], theme)
        letters = QFontMetricsF(theme.font(NAME))
        ppm_px = (LEFT_PPM - RIGHT_PPM) / max(size[0], 1.0)
        for item in self._names:
            item.hide()
        taken: list[tuple[float, float]] = []
        boxes: list[Box] = []
        for item, peak in zip(self._names, view.peaks, strict=False):
            half = 0.5 * ppm_px * (letters.horizontalAdvance(peak.name) + 4)
            low, high = peak.ppm - half, peak.ppm + half
            if any(low < end and high > start for start, end in taken):
                continue
            taken.append((low, high))
            item.setText(peak.name)
            share = letters.height() / max(size[1], 1.0)
            tip = replace(peak, height=_tip(peak, view))
            boxes.append(self._place_name(item, tip, view, share, half))
            item.show()
        return boxes

    @staticmethod
    def _place_name(
        item: Any, peak: Peak, view: SpectrumView, share: float, half: float
    ) -> Box:
        """Above its line; beside the tip where it would reach into the residual.

        `share` is the height of a name over that of the plot, `half` of its width, ppm.
        """
        high = share * (view.high - view.low)
        if _stands_above(peak, view, high):
            item.setAnchor((0.5, 1))
            item.setPos(peak.ppm, peak.height)
            return peak.ppm - half, peak.ppm + half, peak.height, peak.height + high
        right, middle = peak.ppm - BESIDE_PPM, view.residual_zero - NOISE - high
        item.setAnchor((0, 0.5))
        item.setPos(right, middle)
        return right - 2 * half, right, middle - high / 2, middle + high / 2

    @staticmethod
    def _dress_name(item: Any, theme: Theme) -> None:
        item.setFont(theme.font(NAME))
        item.setColor(theme.palette.text)
        item.textItem.document().setDocumentMargin(0)

    def _clear(self) -> None:
        """Leave the axis alone: another session has begun."""
        if self._shown is None:
            return
        self._shown = None
        for item in (
            self._measured,
            self._model,
            self._baseline,
            self._residual,
            self._difference,
            self._difference_fit,
        ):
            item.setData([], [])
        for item in (*self._parts, *self._names, self._zeros[1], self._glutamate):
            item.hide()
        self._caption.clear()
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
        part.setPen(self._theme.pen(p.accent if component.accent else p.measured, HAIR))
        if component.accent:
            foot = np.full(len(view.ppm), component.offset)
            self._glutamate.set_curves(view.ppm, foot, component.curve)


def _stands_above(peak: Peak, view: SpectrumView, high: float) -> bool:
    """Whether a name so high has room between its line and the residual."""
    return peak.height + high < view.residual_zero - NOISE


def _tip(peak: Peak, view: SpectrumView) -> float:
    """How high a line reaches, in the fit or the data."""
    there = np.abs(view.ppm - peak.ppm) < NEAR_PPM
    return float(np.max(view.measured[there], initial=peak.height))
