"""Transients against time as an image: drift bends the lines, motion breaks them."""

from __future__ import annotations

import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from monitor.app.panels.context import Context
from monitor.app.widgets.plots import Plot
from monitor.app.widgets.theme import Theme
from monitor.screen.graphs import TimeAxis, Waterfall
from monitor.screen.number_words import minutes
from monitor.screen.parts.spectrum import LEFT_PPM, RIGHT_PPM


class WaterfallPanel(Plot):
    """Draws a `Waterfall`; ppm upwards, time on the axis of the trend."""

    def __init__(self) -> None:
        super().__init__()
        self.let_zoom()
        self._image = pg.ImageItem()
        self._image.setZValue(-30)
        self.addItem(self._image)
        self._context = Context(self, shaded=False)
        self._shown: Waterfall | None = None
        self._axis: TimeAxis | None = None

    def dress(self, theme: Theme, ground: str | None = None) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme, ground)
        p = theme.palette
        self._shown = None
        self.show_y(RIGHT_PPM, LEFT_PPM)
        self._context.dress(theme)
        colours = pg.ColorMap([0.0, 1.0], [p.map_low, p.map_high])
        self._image.setLookupTable(colours.getLookupTable(nPts=256))
        self.bare("bottom")
        self.bare("right")
        self.axis("bottom").setHeight(theme.px(4))
        self.axis("left").setStyle(tickLength=0)
        self.axis("left").setPen(None)
        self.axis("left").setTicks([[(2.0, "2 ppm")]])  # where NAA is

    def words_at(self, x: float, y: float) -> str:
        """Time and place."""
        return f"{minutes(x)}  {y:.2f} ppm"

    def draw_again(self) -> None:
        """Draw everything with the next call of `draw`."""
        self._shown = None

    def draw(self, waterfall: Waterfall | None, axis: TimeAxis) -> None:
        """Show an image; the one that is shown already costs nothing."""
        if waterfall is self._shown and axis is self._axis:
            return
        self._shown, self._axis = waterfall, axis
        self._context.draw(axis)
        if waterfall is None:  # another session has begun
            self._image.clear()
            return
        self._image.setImage(
            waterfall.image,
            autoLevels=False,
            levels=(waterfall.level_low, waterfall.level_high),
        )
        width = waterfall.end_min - waterfall.start_min
        height = waterfall.ppm_high - waterfall.ppm_low
        place = QRectF(waterfall.start_min, waterfall.ppm_low, width, height)
        self._image.setRect(place)
