"""A second opinion without a fit: t against ppm, on the axis of the spectrum above."""

from __future__ import annotations

import pyqtgraph as pg
from PyQt6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from monitor.app.widgets.plots import Plot, curve
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.parts.opinion import OpinionView
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM

IGNORED = QSizePolicy.Policy.Ignored


class OpinionPanel(QWidget):
    """Draws an `OpinionView`: what it says, and t between its thresholds."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(IGNORED, IGNORED)
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        self.title = Text(20, 17, role="secondary")
        self.said = Text(22, 17, bold=True)
        self.plot = Plot()
        self.plot.getViewBox().invertX(True)
        self.plot.show_x(RIGHT_PPM, LEFT_PPM)
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
        self._t.setPen(theme.pen(p.text))
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
        ticks = [(at, f"{at:.1f}" if at else "t = 0") for at in places]
        self.plot.axis("left").setTicks([ticks])
