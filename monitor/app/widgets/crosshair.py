"""A crosshair with the values at the pointer, on every plot that it is lent to.

The pointer moves far more often than frames are drawn: where it is is only noted, and
`draw`, once a frame, moves the lines and reads the values.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyqtgraph as pg
from PyQt6.QtCore import QPointF

from monitor.app.widgets.plots import Plot, brush
from monitor.app.widgets.theme import Theme

Place = tuple[Plot, float, float]
ABOVE_ALL = 50


class Cross:
    """A vertical line through one plot, and words beside it where they are wanted."""

    def __init__(self, plot: Plot) -> None:
        self._plot = plot
        self.line = pg.InfiniteLine(angle=90, movable=False)
        self.words = pg.TextItem()
        for item in (self.line, self.words):
            item.setZValue(ABOVE_ALL)
            item.hide()
            plot.addItem(item, ignoreBounds=True)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self.line.setPen(theme.pen(theme.palette.secondary))
        self.words.setFont(theme.font(20))
        self.words.setColor(theme.palette.text)
        self.words.fill = brush(theme.palette.ground, 225)

    def show(self, x: float, words: str) -> None:
        """Stand at a place, the words on the side where there is more room."""
        self.line.setValue(x)
        self.line.show()
        self.words.setVisible(bool(words))
        if not words:
            return
        box = self._plot.getViewBox()
        right = box.mapViewToScene(QPointF(x, 0.0)).x() - box.sceneBoundingRect().x()
        self.words.setText(words)
        self.words.setAnchor((1 if right > 0.5 * box.width() else 0, 0))
        top = box.mapSceneToView(box.sceneBoundingRect().topLeft()).y()
        self.words.setPos(x, top)

    def hide(self) -> None:
        """Be gone with the pointer."""
        self.line.hide()
        self.words.hide()


class Crosshair:
    """Follows the pointer over plots that share their x axis."""

    def __init__(self, plots: Sequence[Plot]) -> None:
        self._crosses = {plot: Cross(plot) for plot in plots}
        self._at: Place | None = None
        self._drawn: Place | None = None
        for plot in plots:
            plot.pointed.connect(partial(self._point, plot))
            plot.left.connect(self._leave)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        for cross in self._crosses.values():
            cross.dress(theme)

    def _point(self, plot: Plot, x: float, y: float) -> None:
        self._at = (plot, x, y)

    def _leave(self) -> None:
        self._at = None

    def draw(self) -> None:
        """Show where the pointer is, if it has moved or what lies there has changed."""
        if self._at is None:
            if self._drawn is not None:
                for cross in self._crosses.values():
                    cross.hide()
            self._drawn = None
            return
        at, x, y = self._at
        moved, self._drawn = self._at != self._drawn, self._at
        for plot, cross in self._crosses.items():
            if plot is at:
                cross.show(x, plot.words_at(x, y))
            elif moved:
                cross.show(x, "")
