"""The one-page summary with the operator's notes, and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QPixmap, QResizeEvent
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from monitor.app.sheets.sheet import ROW_GAP, Cells, Rows, Sheet, first_rows
from monitor.app.widgets.export import save_widget
from monitor.app.widgets.theme import Theme
from monitor.screen.sheets.summary import Line, Summary

LEAST_QUALITY = 7  # all but the stretches that are unlike the rest, and how many
LEAST_EVENTS = 2  # the last says how many more there are
NARROW = 0.85  # size of a page below which the quality stands on the left


class Picture(QLabel):
    """A picture as large as it fits into its place, whole."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self._whole = QPixmap()

    def show_picture(self, picture: QPixmap) -> None:
        """Show this picture."""
        self._whole = picture
        self._fit()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Follow the place: lines below it may have become more."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if self._whole.isNull() or self.width() < 2:
            return
        self.setPixmap(
            self._whole.scaled(
                self.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )


class SummarySheet(Sheet):
    """Draws a `Summary`; emits `wanted()` where its picture is to be saved."""

    wide = True
    wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Summary", parent)
        self._line_px, self._others_px, self._narrow = 1, 0, False
        self._left_px = 0
        self.outcome = Cells((44, 56), 22)
        self.session = Cells((44, 56), 18)
        self.quality = Cells((44, 56), 18)
        self.events = Cells((1,), 18)
        self.notes = QPlainTextEdit()
        self.notes.setPlaceholderText("notes of the operator")
        self.notes.setTabChangesFocus(True)
        self.save = QPushButton("Save as picture")
        self.save.clicked.connect(self.wanted)
        self.said = QLabel()
        self.said.setProperty("role", "secondary")
        self.said.setWordWrap(True)
        self.trend = Picture()
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        self._left.addWidget(self.trend, 1)
        self._left.addWidget(self.outcome)
        for widget in (self.session, self.quality, self.events):
            self._right.addWidget(widget)
        self._right.addWidget(self.notes, 1)
        whole = QHBoxLayout()
        whole.addLayout(self._left, 60)
        whole.addLayout(self._right, 40)
        self.body.addLayout(whole, 1)
        foot = QHBoxLayout()
        foot.addWidget(self.save)
        foot.addWidget(self.said, 1)
        self.body.addLayout(foot)

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme)
        self._narrow = theme.unit < NARROW
        if self._narrow:  # where there is room for it
            self._left.addWidget(self.quality)
        else:
            self._right.insertWidget(1, self.quality)
        for cells in (self.outcome, self.session, self.quality, self.events):
            cells.dress(theme)
        self.notes.setFont(theme.font(22))
        notes_px = 2 * theme.line_px(22) + theme.px(10)
        self.notes.setMinimumHeight(notes_px)
        title_and_foot_px = theme.line_px(30) + theme.line_px(20) + theme.px(48)
        self._others_px = notes_px + title_and_foot_px + theme.px(90)  # and margins
        self._left_px = title_and_foot_px + theme.px(48)
        self._line_px = theme.line_px(18) + theme.px(ROW_GAP)
        self.save.setFont(theme.font(22, bold=True))
        self.save.setMinimumHeight(theme.px(48))
        self.said.setFont(theme.font(17))

    def draw(self, summary: Summary, trend: QPixmap) -> None:
        """Show a summary with a picture of the trend; what has been typed stays."""
        self.title.show_text(f"Summary: {summary.heading}")
        session: Rows = _rows(summary.session)
        outcome, quality = _rows(summary.outcome), _rows(summary.quality)
        if self._narrow:  # both are on the left, without a picture where it is low
            room = self.outcome.fitting(self.height() - self._left_px)
            quality = first_rows(quality, max(LEAST_QUALITY, room - len(outcome)))
            outcome = first_rows(outcome, room - len(quality))
            session = first_rows(session, self._lines() - LEAST_EVENTS)
        self.session.draw(session)
        self.outcome.draw(outcome)
        self.quality.draw(quality)
        events, most = summary.events, self._most_events(summary)
        if len(events) > most:
            left = len(events) - most + 1
            events = (*events[: most - 1], f"and {left} more events")
        self.events.draw([(event,) for event in events])
        self.said.setText(summary.footer)
        self.trend.show_picture(trend)

    def _most_events(self, summary: Summary) -> int:
        """Events that there is room for below what else stands in their column."""
        others = len(summary.session)
        others += 0 if self._narrow else len(summary.quality)
        return max(LEAST_EVENTS, self._lines() - others)

    def _lines(self) -> int:
        """Lines that there is room for beside the notes."""
        return (self.height() - self._others_px) // self._line_px

    def save_to(self, path: Path) -> None:
        """Write the page, with the notes that stand on it, as a picture.

        Raises
        ------
        InputError : it cannot be written
        """
        save_widget(self, path)
        self.said.setText(f"saved: {path}")


def _rows(lines: Sequence[Line]) -> Rows:
    return [(line.name, line.figure) for line in lines]
