"""The table of metabolites."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFrame, QGridLayout

from monitor.app.panels.status import restate
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.parts.table import HEADINGS, OF_WINDOW, SHORT
from monitor.screen.screen import Row, Table

STRETCH = (22, 16, 16, 19, 15, 20)
LEFT_OUT = HEADINGS.index("before")  # where the page is cramped
CRAMPED_LINES, TIGHT_LINES = 3, 6  # of them one is that of the headings
NOTE = 18
TERMS = (
    "Ratios have no unit; the unit of amplitudes stands below",
    "Mean of the reference period",
    "Before, and so much changed",
    "Change from before: tracked, or (dot) of the last window",
    "Half of the 95 % interval of the change",
    "Smallest change that would be seen in 80 % of sessions, percent",
)
BLANK = Row("", "", "", "", "", "", False, False)


class TablePanel(QFrame):
    """Draws rows of the table, numbers aligned at the right, and the line below."""

    def __init__(self, rows: int = 7) -> None:
        super().__init__()
        self.setProperty("role", "panel")
        self._grid = QGridLayout(self)
        self._shown: Table | None = None
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
        for cell, term in zip(self.cells[0], TERMS, strict=True):
            cell.setToolTip(term)
        self.note = Text(NOTE, 17, role="secondary")
        self._grid.addWidget(self.note, rows + 1, 0, 1, len(HEADINGS))

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._grid.setContentsMargins(*(theme.px(v) for v in (20, 8, 20, 6)))
        self._grid.setHorizontalSpacing(theme.px(4 if theme.cramped else 8))
        self._grid.setVerticalSpacing(0)
        lines = TIGHT_LINES if theme.tight else len(self.cells)
        lines = CRAMPED_LINES if theme.cramped else lines
        rows = lines * theme.line_px(22) + theme.line_px(NOTE)
        self.setFixedHeight(rows + theme.px(14))
        share = 0 if theme.cramped else STRETCH[LEFT_OUT]
        self._grid.setColumnStretch(LEFT_OUT, share)
        self.note.dress(theme)
        headings = SHORT if theme.cramped else HEADINGS
        for cell, words in zip(self.cells[0], headings, strict=True):
            cell.show_text(words)
        for r, line in enumerate(self.cells):
            for c, cell in enumerate(line):
                cell.setVisible(r < lines and not (theme.cramped and c == LEFT_OUT))
                cell.dress(theme)

    def draw(self, table: Table, fade: float = 0.0) -> None:
        """Show rows; old ones lose their colour; those shown already cost nothing."""
        restate(self, "old" if fade >= 1.0 else "")
        if table is self._shown:
            return
        self._shown = table
        shown = (*table.rows, *(BLANK for _ in self.cells))
        for line, row in zip(self.cells[1:], shown, strict=False):
            name = f"{row.name} {OF_WINDOW}" if row.of_window and row.name else row.name
            words = (name, row.before, row.now, row.change, row.half, row.detectable)
            for cell, word in zip(line, words, strict=True):
                cell.show_text(word)
            _mark(line, row.accent)
        self._show_note(table)

    def _show_note(self, table: Table) -> None:
        """The line below; a dot is explained where one is seen."""
        seen = [not line[0].isHidden() for line in self.cells[1:]]
        pairs = zip(table.rows, seen, strict=False)
        dotted = any(row.of_window and there for row, there in pairs)
        parts = [p for p in table.note.split("; ") if dotted or OF_WINDOW not in p]
        said = ["; ".join(parts[first:]) for first in range(len(parts))]
        self.note.show_fullest(said or [""])


def _mark(line: list[Text], accent: bool) -> None:
    role = "accent" if accent else ""
    for cell in line:
        if cell.property("role") != role:
            cell.setProperty("role", role)
            style = cell.style()
            if style is not None:
                style.unpolish(cell)
                style.polish(cell)
