"""A window beside another or the reference: spectra, difference, what moved it."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from monitor.app.panels.opinion import OpinionPanel
from monitor.app.panels.spectrum import SpectrumPanel
from monitor.app.sheets.sheet import Cells, Sheet, first_rows
from monitor.app.widgets.crosshair import Crosshair
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.sheets.window import EARLIER, REFERENCE, Look

OTHER = {EARLIER: REFERENCE, REFERENCE: EARLIER}


class LookSheet(Sheet):
    """Draws a `Look`; emits `turned()` where the other comparison is asked for."""

    wide = True
    turned = pyqtSignal()

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
        self._others_px = 0
        self.cells = Cells((35, 24, 27, 14), 20)
        self.button = QPushButton()
        self.button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.button.clicked.connect(self.turned)
        self.opinion = OpinionPanel()
        spectra = QVBoxLayout()
        spectra.addLayout(pair, 70)
        spectra.addWidget(self.opinion, 30)
        right = QVBoxLayout()
        right.addWidget(self.button)
        right.addWidget(self.cells, 1)
        self._whole = QHBoxLayout()
        self._whole.addLayout(spectra)
        self._whole.addLayout(right)
        self.body.addLayout(self._whole)
        self._crosshair = Crosshair(self.plots)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme)
        self.cells.dress(theme)
        self._others_px = theme.line_px(30) + theme.line_px(20) + theme.px(8 + 48)
        self.button.setFont(theme.font(20))
        self.button.setFixedHeight(theme.line_px(20) + theme.px(8))
        for place, share in enumerate((47, 53) if theme.cramped else (56, 44)):
            self._whole.setStretch(place, share)
        for name in self.names:
            name.dress(theme)
        for plot in self.plots:
            plot.dress(theme)
            plot.draw_age(0.0)
        self._crosshair.dress(theme)
        self.opinion.dress(theme)

    def follow_pointer(self) -> None:
        """Show the values at the pointer."""
        self._crosshair.draw()

    def draw(self, look: Look) -> None:
        """Show a window and what it is compared with."""
        kind = look.against.split()[-1]
        self.names[0].show_text(f"{kind}: {look.before_title}")
        self.names[1].show_text(f"this: {look.title}")
        self.button.setText(f"compare with the {OTHER[look.against]}")
        self.plots[0].draw(look.before)
        self.plots[1].draw(look.this)
        rows = [("", kind, "this", "moved")]
        rows += [
            (f.name, f.before, f.this, "◀" if f.moved else "") for f in look.figures
        ]
        most = self.cells.fitting(self.height() - self._others_px)
        marked = [False, *(f.moved for f in look.figures)]
        self.cells.draw(first_rows(rows, most), marked)
