"""A sheet over the plots: help, checks, settings, a closer look.

Strip, messages and buttons stay visible beside it, and the headline but for the wide
ones; Escape closes it, and so does the cross for who has only a mouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFontMetricsF, QKeyEvent
from PyQt6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme

Rows = Sequence[Sequence[str]]
LINE = 1.22  # of the letters' height: as much as a line of a table may take
RETURN = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
ROW_GAP = 2  # between two lines of a table
BESIDE = 0.9  # of a sheet's width, beside its margins


class Sheet(QFrame):
    """Title, body, and how to close it."""

    closed = pyqtSignal()
    wide = False  # over the spectrum and the table as well

    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setProperty("role", "sheet")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.theme: Theme | None = None
        self._rows = QVBoxLayout(self)
        head = QHBoxLayout()
        self.title = Text(30, 17, bold=True)
        self.leave = Text(20, 17, role="secondary")
        self.leave.setAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.cross = QPushButton("\N{MULTIPLICATION SIGN}")
        self.cross.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.cross.setToolTip("close (Escape)")
        self.cross.clicked.connect(self.leave_it)
        head.addWidget(self.title, 60)
        head.addWidget(self.leave, 40)
        head.addWidget(self.cross)
        self._rows.addLayout(head)
        self.body = QVBoxLayout()
        self._rows.addLayout(self.body, 1)
        self.title.show_text(title)
        self.leave.show_text("Escape: close")
        self.hide()

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self.theme = theme
        self._rows.setContentsMargins(*(theme.px(v) for v in (24, 14, 24, 14)))
        self._rows.setSpacing(theme.px(10))
        for text in (self.title, self.leave):
            text.dress(theme)
        self.cross.setFont(theme.font(28))
        self.cross.setFixedSize(theme.text_px(36), theme.text_px(36))

    def open(self) -> None:
        """Show it above everything else."""
        self.show()
        self.raise_()
        self.setFocus()

    def leave_it(self) -> None:
        """Close it."""
        if not self.isHidden():
            page = self.parentWidget()
            if page is not None:  # else Qt hands it to a button: Space would press it
                page.setFocus()
            self.hide()
            self.closed.emit()

    @property
    def focused_button(self) -> QPushButton | None:
        """Its button that has the focus, which Space and Return press."""
        held = self.focusWidget()
        return held if isinstance(held, QPushButton) and held.hasFocus() else None

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape closes; Return presses the button that has the focus."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.leave_it()
            return
        button = self.focused_button
        if event is not None and event.key() in RETURN and button is not None:
            button.click()
            return
        super().keyPressEvent(event)


class Cells(QWidget):
    """Rows of text in columns; `marked` rows are bold."""

    def __init__(self, shares: Sequence[int], size: float = 22) -> None:
        super().__init__()
        self._shares, self._size = shares, size
        self._grid = QGridLayout(self)
        for column, share in enumerate(shares):
            self._grid.setColumnStretch(column, share)
        self.lines: list[list[Text]] = []
        self._theme: Theme | None = None
        self._marked: tuple[bool, ...] = ()

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._theme = theme
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(theme.px(16))
        self._grid.setVerticalSpacing(theme.px(ROW_GAP))
        for line, marked in zip(self.lines, self._marked, strict=False):
            self._dress_line(line, marked)

    def draw(self, rows: Rows, marked: Sequence[bool] = ()) -> None:
        """Show rows of as many words as there are columns.

        Words with an empty place beside them have its room too.
        """
        while len(self.lines) < len(rows):
            self._add_line()
        self._marked = tuple(
            bool(marked[i]) if i < len(marked) else False
            for i in range(len(self.lines))
        )
        for i, line in enumerate(self.lines):
            words = rows[i] if i < len(rows) else ("",) * len(line)
            for cell, word in zip(line, words, strict=True):
                cell.setVisible(i < len(rows))
                cell.show_text(word)
            self._share_room(i, words)
            self._dress_line(line, self._marked[i])
        self._grid.setRowStretch(len(self.lines), 1)

    def fitting(self, height_px: float) -> int:
        """Rows that stand clear of one another within a height."""
        if self._theme is None:
            return 1
        line, gap = self._line_px(self._theme), self._theme.px(ROW_GAP)
        return max(1, int((height_px + gap) / (line + gap)))

    def words(self) -> list[list[str]]:
        """What is to be read."""
        return [[cell.full_text for cell in line] for line in self.lines]

    def _add_line(self) -> None:
        self._grid.setRowStretch(len(self.lines), 0)
        line = [Text(self._size, 17) for _ in self._shares]
        for column, cell in enumerate(line):
            self._grid.addWidget(cell, len(self.lines), column)
        self.lines.append(line)

    def _share_room(self, row: int, words: Sequence[str]) -> None:
        """Let the first words of a row reach over what is empty beside them."""
        first = self.lines[row][0]
        filled = (i for i, word in enumerate(words) if i and word)
        span = next(filled, len(words)) if words[0] else 1
        for empty in self.lines[row][1:span]:
            empty.hide()
        place = self._grid.getItemPosition(self._grid.indexOf(first))
        if place[3] != span:
            self._grid.addWidget(first, row, 0, 1, span)

    def _dress_line(self, line: list[Text], marked: bool) -> None:
        if self._theme is None:
            return
        for cell in line:
            cell.make_bold(marked)
            cell.dress(self._theme)
            cell.setFixedHeight(self._line_px(self._theme))

    def _line_px(self, theme: Theme) -> int:
        """Height of a row; some typefaces have high lines."""
        font = theme.font(self._size, bold=True)
        return min(round(QFontMetricsF(font).height()), round(LINE * font.pixelSize()))


def first_rows(rows: Rows, most: int) -> list[Sequence[str]]:
    """At most so many rows; the last then says how many more there are."""
    if len(rows) <= most:
        return list(rows)
    left = len(rows) - most + 1
    return [*rows[: most - 1], (f"and {left} more", *("" for _ in rows[0][1:]))]


class TableSheet(Sheet):
    """A sheet of rows of text; Up, Down and the wheel show those that do not fit."""

    def __init__(
        self, title: str, shares: Sequence[int], parent: QWidget, size: float = 22
    ) -> None:
        super().__init__(title, parent)
        self.head = Text(40, 17, bold=True)
        self.head.hide()
        self._shares, self._size = shares, size
        self.cells = Cells(shares, size)
        self._view = QScrollArea()
        self._view.setWidgetResizable(True)
        self._view.setFrameShape(QFrame.Shape.NoFrame)
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._view.setWidget(self.cells)
        self.body.addWidget(self.head)
        self.body.addWidget(self._view, 1)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme)
        self.head.dress(theme)
        self.cells.dress(theme)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Up and Down, by a line."""
        line = self.cells.lines[0][0].height() if self.cells.lines else 0
        by = {Qt.Key.Key_Up: -line, Qt.Key.Key_Down: line}
        bar = self._view.verticalScrollBar()
        if event is None or bar is None or event.key() not in by:
            super().keyPressEvent(event)
            return
        bar.setValue(bar.value() + by[Qt.Key(event.key())])

    def wrapped(self, column: int, words: str) -> list[str]:
        """A sentence in lines that fit into a column."""
        if self.theme is None or not words:
            return [words]
        share = self._shares[column] / sum(self._shares)
        metrics = QFontMetricsF(self.theme.font(self._size))
        letter = metrics.horizontalAdvance(words) / len(words)
        return wrap(words, max(1, int(BESIDE * share * self.width() / letter)))

    def draw(self, rows: Rows, head: str = "", marked: Sequence[bool] = ()) -> None:
        """Show rows below a line in large letters (where there is one)."""
        self.head.setVisible(bool(head))
        self.head.show_text(head)
        self.cells.draw(rows, marked)
