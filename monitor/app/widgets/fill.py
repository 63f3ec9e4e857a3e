"""Area between two curves as polygons: cheap, unlike pyqtgraph's `FillBetweenItem`."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QBrush, QPainter, QPolygonF

from monitor.screen.graphs import Line


class Fill(pg.GraphicsObject):  # type: ignore[misc]
    """Draws the area, without an outline."""

    def __init__(self) -> None:
        super().__init__()
        self._polygons: list[QPolygonF] = []
        self._brush = QBrush()
        self._bounds = QRectF()

    def setBrush(self, brush: QBrush) -> None:
        """Fill with this."""
        self._brush = brush
        self.update()

    def set_curves(
        self, x: Line, low: Line, high: Line, connect: NDArray[np.bool_] | None = None
    ) -> None:
        """Area between `low` and `high`, (n,) each; not over what is not joined."""
        self.prepareGeometryChange()
        joined = np.ones(len(x), bool) if connect is None else connect
        cuts = np.flatnonzero(~joined[:-1]) + 1
        pieces = (np.split(curve, cuts) for curve in (x, low, high))
        self._polygons = [_between(*piece) for piece in zip(*pieces, strict=True)]
        self._bounds = QRectF()
        for polygon in self._polygons:
            self._bounds = self._bounds.united(polygon.boundingRect())
        self.update()

    def boundingRect(self) -> QRectF:
        """Extent in the units of the plot."""
        return self._bounds

    def paint(self, painter: QPainter, *_: Any) -> None:
        """Draw the polygons."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._brush)
        for polygon in self._polygons:
            painter.drawPolygon(polygon)


def _between(x: Line, low: Line, high: Line) -> QPolygonF:
    there_and_back = np.concatenate((x, x[::-1])), np.concatenate((high, low[::-1]))
    polygon: QPolygonF = pg.functions.arrayToQPolygonF(*there_and_back)
    return polygon
