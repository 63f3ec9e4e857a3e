"""A window beside the one before it: spectra, fits, and what may have moved it."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from monitor.app.panels.spectrum import SpectrumPanel
from monitor.app.sheets.sheet import Cells, Sheet
from monitor.app.text import Text
from monitor.app.theme import Theme
from monitor.screen.sheets.compare_windows import Look


class LookSheet(Sheet):
    """Draws a `Look`."""

    wide = True

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Why did it move?", parent)
        self.leave.show_text("PgUp, PgDn: other windows · Escape")
        pair = QHBoxLayout()
        self.names = (Text(22, 17, role="secondary"), Text(22, 17, bold=True))
        self.plots = (SpectrumPanel(), SpectrumPanel())
        for name, plot in zip(self.names, self.plots, strict=True):
            column = QVBoxLayout()
            column.addWidget(name)
            column.addWidget(plot, 1)
            pair.addLayout(column, 1)
        self.cells = Cells((36, 24, 25, 15), 20)
        self._whole = QHBoxLayout()
        self._whole.addLayout(pair)
        self._whole.addWidget(self.cells)
        self.body.addLayout(self._whole)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme)
        self.cells.dress(theme)
        for place, share in enumerate((47, 53) if theme.cramped else (58, 42)):
            self._whole.setStretch(place, share)
        for name in self.names:
            name.dress(theme)
        for plot in self.plots:
            plot.dress(theme)
            plot.draw_age(0.0)

    def draw(self, look: Look) -> None:
        """Show a window and the one before."""
        self.names[0].show_text(f"before: {look.before_title}")
        self.names[1].show_text(f"this: {look.title}")
        self.plots[0].draw(look.before)
        self.plots[1].draw(look.this)
        rows = [("", "before", "this", "")]
        rows += [
            (f.name, f.before, f.this, "◀ moved" if f.moved else "")
            for f in look.figures
        ]
        self.cells.draw(rows, [False] + [f.moved for f in look.figures])
