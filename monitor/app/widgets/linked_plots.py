"""Plots on one time axis: what is zoomed in one follows in the others.

One of them in each turn of the event loop: to draw all of them at once takes longer
than a frame may, and the wheel turns faster than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PyQt6.QtCore import QObject, QTimer

from monitor.app.widgets.plots import Plot


class LinkedPlots(QObject):
    """Owned by who shows the plots."""

    def __init__(self, plots: Sequence[Plot], parent: QObject) -> None:
        super().__init__(parent)
        self._plots = tuple(plots)
        self._behind: list[Plot] = []
        self._range = 0.0, 0.0
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._next)
        for plot in plots:
            plot.moved.connect(partial(self._follow, plot))

    def _follow(self, by: Plot) -> None:
        """Let the others follow, those first that have not followed the last zoom."""
        low, high = by.getViewBox().viewRange()[0]
        self._range = low, high
        order = dict.fromkeys((*self._behind, *self._plots))
        self._behind = [plot for plot in order if plot is not by]
        self._turn.start()

    def _next(self) -> None:
        if self._behind:
            self._behind.pop(0).zoom_x(*self._range)
        if not self._behind:
            self._turn.stop()

    def unzoom(self) -> None:
        """Show the whole time again in all of them."""
        self._turn.stop()
        self._behind = []
        for plot in self._plots:
            plot.unzoom()
