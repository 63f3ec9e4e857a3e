"""The table of metabolites."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QGridLayout

from monitor.app.text import Text
from monitor.app.theme import Theme
from monitor.screen.parts.table import HEADINGS
from monitor.screen.screen import Row

STRETCH = (21, 18, 16, 17, 22, 17)
LEFT_OUT = HEADINGS.index("CRLB %")  # where the page is cramped
CRAMPED_LINES = 5


class TablePanel(QFrame):
    """Draws rows of the table, numbers aligned at the right."""

    def __init__(self, rows: int = 6) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._grid = QGridLayout(self)
        self._shown: tuple[Row, ...] | None = None
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.cells: list[list[Text]] = []
        for r in range(rows + 1):
            line = [Text(22, 17, role="secondary" if r == 0 else "") for _ in HEADINGS]
            for c, cell in enumerate(line):
                cell.setAlignment(left if c == 0 else right)
                self._grid.addWidget(cell, r, c)
            self.cells.append(line)
        for c, share in enumerate(STRETCH):
            self._grid.setColumnStretch(c, share)
        for cell, words in zip(self.cells[0], HEADINGS, strict=True):
            cell.show_text(words)

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._grid.setContentsMargins(*(theme.px(v) for v in (20, 8, 20, 8)))
        self._grid.setHorizontalSpacing(theme.px(4 if theme.cramped else 8))
        self._grid.setVerticalSpacing(0)
        lines = CRAMPED_LINES if theme.cramped else len(self.cells)
        self.setFixedHeight(lines * theme.line_px(22) + theme.px(16))
        share = 0 if theme.cramped else STRETCH[LEFT_OUT]
        self._grid.setColumnStretch(LEFT_OUT, share)
        for r, line in enumerate(self.cells):
            for c, cell in enumerate(line):
                cell.setVisible(r < lines and not (theme.cramped and c == LEFT_OUT))
                cell.dress(theme)

    def draw(self, rows: tuple[Row, ...]) -> None:
        """Show rows; those that are shown already cost nothing."""
        if rows is self._shown:
            return
        self._shown = rows
        blank = Row("", "", "", "", "", "", False)
        shown = (*rows, *(blank for _ in range(len(self.cells))))
        for line, row in zip(self.cells[1:], shown, strict=False):
            words = (row.name, row.value, row.sd, row.crlb, row.change, row.half)
            for cell, word in zip(line, words, strict=True):
                cell.show_text(word)
            _mark(line, row.accent)


def _mark(line: list[Text], accent: bool) -> None:
    role = "accent" if accent else ""
    for cell in line:
        if cell.property("role") != role:
            cell.setProperty("role", role)
            style = cell.style()
            if style is not None:
                style.unpolish(cell)
                style.polish(cell)
