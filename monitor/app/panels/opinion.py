"""A second opinion without a fit: t against ppm, on the axis of the spectrum above."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from monitor.app.widgets.plots import Plot, brush, curve, inside, with_unit
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import PLOT_TEXT, Theme
from monitor.screen.number_words import plain
from monitor.screen.parts.opinion import LINES_PPM, OpinionView
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM

SHADE = 60
IGNORED = QSizePolicy.Policy.Ignored
TICKS = [
    (inside(at, RIGHT_PPM, LEFT_PPM), f"{at:.1f}")
    for at in np.arange(4.0, RIGHT_PPM - 1e-6, -0.5)
]


class OpinionPanel(QWidget):
    """Draws an `OpinionView`: what it says, and t between its thresholds.

    Glutamate's lines are shaded.
    """

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(IGNORED, IGNORED)
        self._line_px = 1
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        self.title = Text(20, 17, role="secondary")
        self.said = Text(22, 17, bold=True)
        self.plot = Plot()
        self.plot.getViewBox().invertX(True)
        self.plot.show_x(RIGHT_PPM, LEFT_PPM)
        self.plot.axis("bottom").setTicks([with_unit(TICKS, "ppm")])
        self._regions = [
            pg.LinearRegionItem(span, movable=False, pen=pg.mkPen(None))
            for span in LINES_PPM
        ]
        for region in self._regions:
            region.setZValue(-20)
            self.plot.addItem(region)
        self._t = curve(self.plot)
        self._lines = [pg.InfiniteLine(angle=0, movable=False) for _ in range(3)]
        for line in self._lines:
            self.plot.addItem(line)
        self.plot.setSizePolicy(IGNORED, IGNORED)
        for widget in (self.title, self.said):
            rows.addWidget(widget)
        rows.addWidget(self.plot, 1)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self.plot.dress(theme)
        for text in (self.title, self.said):
            text.dress(theme)
        p = theme.palette
        self.plot.bare("right")
        self.plot.axis("bottom").setHeight(theme.bottom_axis)
        self._line_px = theme.line_px(PLOT_TEXT)
        self._t.setPen(theme.pen(p.text))
        for region in self._regions:
            region.setBrush(brush(p.baseline, SHADE))
        for line, colour in zip(self._lines, (p.rule, p.accent, p.accent), strict=True):
            line.setPen(theme.pen(colour))

    def draw(self, view: OpinionView | None) -> None:
        """Show an opinion; none where there is none yet, or it is hidden."""
        self.setVisible(view is not None)
        if view is None:
            return
        self.title.show_text(view.title)
        self.said.show_text(view.said)
        self.plot.show_y(-view.reach, view.reach)
        self._t.setData(view.ppm, view.t)
        places = (0.0, view.threshold, -view.threshold)
        for line, at in zip(self._lines, places, strict=True):
            line.setValue(at)
        apart = view.threshold / (2 * view.reach) * self.plot.size_px()[1]
        there = places if apart >= self._line_px else places[:1]
        ticks = [(at, plain(at, 2) if at else "t = 0") for at in there]
        self.plot.axis("left").setTicks([ticks])
