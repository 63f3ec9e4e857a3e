"""Of what a spectrum is and how wide its lines are, where nothing else is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtGui import QFontMetricsF

from monitor.app.widgets.theme import Theme
from monitor.screen.graphs import SpectrumView
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM

SIZE = 18
MARGIN = 2  # around the words, px
LIFT = 0.08  # of the caption below the residual's zero line, at least

Box = tuple[float, float, float, float]
"""What is taken: from ppm to ppm, from height to height."""


class Caption:
    """Words below the residual: at the right end, else at the left, else nowhere."""

    def __init__(self, plot: Any) -> None:
        self.item = pg.TextItem(anchor=(1, 0))
        self.item.textItem.document().setDocumentMargin(MARGIN)
        plot.addItem(self.item)
        self._theme: Theme | None = None

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._theme = theme
        self.item.setFont(theme.font(SIZE))
        self.item.setColor(theme.palette.secondary)

    def clear(self) -> None:
        """Say nothing."""
        self.item.setText("")

    def draw(
        self, view: SpectrumView, size: tuple[float, float], names: Sequence[Box]
    ) -> None:
        """Show the caption of a view in a plot of some size, px, clear of `names`."""
        self.item.setText(view.caption)
        self.item.hide()
        if self._theme is None:
            return
        ways = (view.caption.replace("; ", "\n"), view.caption)
        for anchor, words in product((1, 0), ways):  # at the right, at the left
            wide, high = self._extent(words, view, size)
            low = RIGHT_PPM if anchor else LEFT_PPM - wide
            top = _clear(view, (low, low + wide), high, names)
            if top is not None:
                self.item.setText(words)
                self.item.setAnchor((anchor, 0))
                self.item.setPos(RIGHT_PPM if anchor else LEFT_PPM, top)
                self.item.show()
                return

    def _extent(
        self, words: str, view: SpectrumView, size: tuple[float, float]
    ) -> tuple[float, float]:
        """Width in ppm and height in the units of the plot."""
        if self._theme is None:
            return 0.0, 0.0
        letters = QFontMetricsF(self._theme.font(SIZE))
        lines = words.split("\n")
        wide = max(letters.horizontalAdvance(line) for line in lines) + 2 * MARGIN
        high = len(lines) * letters.lineSpacing() + 2 * MARGIN
        ppm_px = (LEFT_PPM - RIGHT_PPM) / max(size[0], 1.0)
        return ppm_px * wide, high * (view.high - view.low) / max(size[1], 1.0)


def _clear(
    view: SpectrumView, span: tuple[float, float], high: float, names: Iterable[Box]
) -> float | None:
    """Top of something so `high` that is clear of all in a span of ppm, if it can be.

    That is below the residual, and below names of lines where it must.
    """
    low_ppm, high_ppm = span
    there = (view.ppm >= low_ppm) & (view.ppm <= high_ppm)
    residual = float(np.min(view.residual[there], initial=view.residual_zero - LIFT))
    differences = (c for c in (view.difference, view.difference_fit) if len(c))
    curves = (view.measured, view.model, view.baseline, *differences)
    lines = max(float(np.max(curve[there], initial=view.low)) for curve in curves)
    beside = [name for name in names if name[0] < high_ppm and name[1] > low_ppm]
    for top in (residual, *(min(residual, foot) for _, _, foot, _ in beside)):
        apart = (top <= foot or top - high >= name for _, _, foot, name in beside)
        if top - high > lines and all(apart):
            return top
    return None
