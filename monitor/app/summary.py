"""The one-page summary with the operator's notes, and its picture."""

from __future__ import annotations

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

from monitor.app.export import save_widget
from monitor.app.sheet import Cells, Sheet
from monitor.app.theme import Theme
from monitor.screen.summary import Summary

LEAST_EVENTS = 5  # that there is room for on the smallest page
OTHER_LINES = 24  # of text, with the notes, beside which events may stand


class SummarySheet(Sheet):
    """Draws a `Summary`; emits `saved(path)` and `failed(sentence)`."""

    wide = True
    wanted = pyqtSignal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Summary", parent)
        self._picture: QPixmap | None = None
        self._line_px = 1
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
        self.trend = QLabel()
        self.trend.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
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
        if theme.cramped:  # where there is room for it
            self._left.addWidget(self.quality)
        else:
            self._right.insertWidget(1, self.quality)
        for cells in (self.outcome, self.session, self.quality, self.events):
            cells.dress(theme)
        self.notes.setFont(theme.font(22))
        self._line_px = theme.line_px(18)
        self.save.setFont(theme.font(22, bold=True))
        self.save.setMinimumHeight(theme.px(48))
        self.said.setFont(theme.font(17))

    def draw(self, summary: Summary, trend: QPixmap) -> None:
        """Show a summary with a picture of the trend; what has been typed stays."""
        self.title.show_text(f"Summary: {summary.heading}")
        for cells, lines in (
            (self.outcome, summary.outcome),
            (self.session, summary.session),
            (self.quality, summary.quality),
        ):
            cells.draw([(line.name, line.figure) for line in lines])
        events = summary.events
        most = max(LEAST_EVENTS, self.height() // self._line_px - OTHER_LINES)
        if len(events) > most:
            left = len(events) - most + 1
            events = (*events[: most - 1], f"and {left} more events")
        self.events.draw([(event,) for event in events])
        self.said.setText(summary.footer)
        self._picture = trend
        self._fit_picture()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the picture as large as it fits."""
        super().resizeEvent(event)
        self._fit_picture()

    def _fit_picture(self) -> None:
        if self._picture is None or self.trend.width() < 2:
            return
        self.trend.setPixmap(
            self._picture.scaled(
                self.trend.size(),
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )

    def save_to(self, path: Path) -> None:
        """Write the page as a picture, with the notes beside it as text.

        Raises
        ------
        InputError : it cannot be written
        """
        save_widget(self, path)
        self.said.setText(f"saved: {path}")
