"""What all plots have in common: axes that line up, pens that are cheap, zoom.

Measured traps that this file keeps out: dense curves with a pen wider than 1 px and
antialiasing (a second per frame), `FillBetweenItem` (a third of one), and
`connect="finite"` with nan.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QBrush, QColor
from PyQt6.QtWidgets import QFrame, QSizePolicy

from monitor.app.widgets.theme import Theme
from monitor.screen.graphs import TimeAxis
from monitor.screen.number_words import MINUS
from monitor.screen.parts.axis import MOST_TICKS, whole_minutes

pg.setConfigOptions(antialias=False, useOpenGL=False, imageAxisOrder="col-major")

LABEL_FOOT = 7
EDGE = 60  # how far the number of a tick may hang over the end of its axis, px


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """A plot without menus, with axes of fixed width.

    A drag moves along x and the wheel zooms there once `let_zoom` was called; `unzoom`
    undoes both.  Emits `clicked(x)`, `hovered(x)`, `pointed(x, y)`, `left()`, `menu()`
    and `moved()` after a zoom.

    `foot` leaves pixels below the bottom axis, where pyqtgraph lets its label hang out.
    """

    clicked = pyqtSignal(float)
    hovered = pyqtSignal(float)
    pointed = pyqtSignal(float, float)
    left = pyqtSignal()
    menu = pyqtSignal()
    moved = pyqtSignal()

    def __init__(self, foot: int = 0) -> None:
        super().__init__(enableMenu=False)
        item = self.getPlotItem()
        item.hideButtons()
        item.setMouseEnabled(x=False, y=False)
        item.setContentsMargins(0, 0, 0, 0)
        item.layout.setContentsMargins(0, 0, 0, foot)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.getViewBox().disableAutoRange()
        self.getViewBox().setDefaultPadding(0.0)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        for side in ("left", "right", "bottom"):
            item.showAxis(side)
            item.getAxis(side).setStyle(
                autoExpandTextSpace=False, hideOverlappingLabels=EDGE
            )

        self.zoomed = False
        self._home: tuple[float, float] | None = None
        self.getViewBox().sigRangeChangedManually.connect(self._zoomed)
        self.scene().sigMouseClicked.connect(self._pressed)
        self.scene().sigMouseMoved.connect(self._hover)

    def let_zoom(self) -> None:
        """Let a drag move, and the wheel zoom, along x."""
        box = self.getViewBox()
        box.setMouseEnabled(x=True, y=False)
        box.setMouseMode(box.PanMode)

    def show_x(self, low: float, high: float) -> None:
        """Range of the x axis unless the operator has zoomed."""
        if self._home != (low, high):
            self._home = (low, high)
            self.getViewBox().setLimits(xMin=low, xMax=high)
        if not self.zoomed:
            self.setXRange(low, high, padding=0)

    def show_y(self, low: float, high: float) -> None:
        """Range of the y axis."""
        self.setYRange(low, high, padding=0)

    def words_at(self, x: float, y: float) -> str:
        """What lies at a place of the plot, for the crosshair."""
        return ""

    def zoom_x(self, low: float, high: float) -> None:
        """Follow the zoom of another plot."""
        self.zoomed = True
        self.setXRange(low, high, padding=0)
        self.draw_again()

    def unzoom(self) -> None:
        """Show everything again."""
        if not self.zoomed:
            return
        self.zoomed = False
        if self._home is not None:
            self.show_x(*self._home)
        self.draw_again()

    def size_px(self) -> tuple[float, float]:
        """Width and height of what the axes enclose."""
        box = self.getViewBox()
        return float(box.width()), float(box.height())

    def draw_again(self) -> None:
        """Draw again what depends on the zoom."""

    def leaveEvent(self, event: QEvent | None) -> None:
        """The mouse is gone."""
        super().leaveEvent(event)
        self.left.emit()

    def _zoomed(self, *_: Any) -> None:
        self.zoomed = True
        self.draw_again()
        self.moved.emit()

    def _pressed(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            self.menu.emit()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit(self._x_of(event.scenePos()))

    def _hover(self, place: Any) -> None:
        if self.getViewBox().sceneBoundingRect().contains(place):
            self.hovered.emit(self._x_of(place))
            at = self.getViewBox().mapSceneToView(place)
            self.pointed.emit(float(at.x()), float(at.y()))

    def _x_of(self, place: Any) -> float:
        return float(self.getViewBox().mapSceneToView(place).x())

    def minimumSizeHint(self) -> QSize:
        """The page alone decides how large a plot is."""
        return QSize(1, 1)

    def axis(self, side: str) -> Any:
        """One of the axes."""
        return self.getPlotItem().getAxis(side)

    def dress(self, theme: Theme, ground: str | None = None) -> None:
        """Take the sizes and colours of a theme."""
        p = theme.palette
        self.setBackground(ground or p.panel)
        for side in ("left", "right", "bottom"):
            axis = self.axis(side)
            axis.setStyle(tickFont=theme.font(20), tickTextOffset=theme.px(6))
            axis.setPen(theme.pen(p.rule))
            axis.setTextPen(p.secondary)
        self.axis("left").setWidth(theme.left_axis)
        self.axis("right").setWidth(theme.right_axis)

    def label_bottom(self, theme: Theme, text: str) -> None:
        """Label the bottom axis; pyqtgraph places it only when it is resized."""
        axis = self.axis("bottom")
        font = theme.font(20)
        axis.setLabel(
            "" if theme.cramped else text,
            **{
                "color": theme.palette.secondary,
                "font-size": f"{font.pixelSize()}px",
                "font-family": font.family(),
            },
        )
        axis.resizeEvent(None)

    def bare(self, side: str) -> None:
        """Leave the place of an axis, without line, ticks or text."""
        axis = self.axis(side)
        axis.setStyle(showValues=False, tickLength=0)
        axis.setPen(None)
        axis.setTicks([])


def with_unit(ticks: list[tuple[float, str]], unit: str) -> list[tuple[float, str]]:
    """Ticks with the unit in the place of the last, for an axis without a label."""
    return [*ticks[:-1], *((at, unit) for at, _ in ticks[-1:])]


def minute_ticks(axis: TimeAxis, most: float = MOST_TICKS) -> list[tuple[float, str]]:
    """Ticks at whole minutes, some ten of them, or as many as there is room for."""
    return [
        (inside(v, axis.start_min, axis.end_min), f"{v}".replace("-", MINUS))
        for v in whole_minutes(axis, min(most, MOST_TICKS))
    ]


def inside(value: float, low: float, high: float) -> float:
    """A hair inside the ends of an axis, where pyqtgraph may drop a tick."""
    hair = 2e-4 * (high - low)
    return min(max(float(value), low + hair), high - hair)


def curve(plot: Plot, smooth: bool = False, **options: Any) -> Any:
    """Curve in a plot; `smooth` only for those with few points."""
    mode = "on" if smooth else "auto"
    item = pg.PlotCurveItem(antialias=smooth, segmentedLineMode=mode, **options)
    plot.addItem(item)
    return item


def connected(connect: NDArray[np.bool_]) -> Any:
    """What a curve is told of points that are joined: "all" is the fast way."""
    return "all" if connect.all() else connect.astype(np.int32)


def brush(
    colour: str,
    alpha: int,
    pattern: Qt.BrushStyle = Qt.BrushStyle.SolidPattern,
) -> QBrush:
    """Brush of a colour, seen through where `alpha` is below 255."""
    shade = QColor(colour)
    shade.setAlpha(alpha)
    return QBrush(shade, pattern)
