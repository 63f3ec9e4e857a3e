"""What the operator does: Start infusion, Stop infusion, Note; one key each."""

from __future__ import annotations

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QFocusEvent, QFontMetricsF, QKeyEvent, QResizeEvent
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QWidget,
)

from monitor.app.widgets.theme import Theme
from monitor.screen.keys import KEY

WORDS = {
    "infusion_start": "Start infusion",
    "infusion_stop": "Stop infusion",
    "note": "Note",
}
SHORT = {"infusion_start": "Start", "infusion_stop": "Stop", "note": "Note"}
"""Where the letters are too wide for the whole of it."""
IGNORED, PREFERRED = QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred


class NoteLine(QLineEdit):
    """Where a note is typed: Return sends it, Escape or a click beside it leaves it.

    Words that were typed stay where only the mouse has gone elsewhere.
    """

    left = pyqtSignal()

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape leaves."""
        if event is not None and event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            return
        super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent | None) -> None:
        """A click beside it leaves it, if nothing was typed."""
        super().focusOutEvent(event)
        by_mouse = Qt.FocusReason.MouseFocusReason
        if event is not None and event.reason() == by_mouse and not self.text():
            self.left.emit()


class ButtonPanel(QStackedWidget):
    """Emits `asked(kind, text)`."""

    asked = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self._theme: Theme | None = None
        self.buttons = {kind: QPushButton() for kind in WORDS}
        self._row = QHBoxLayout()
        page = QWidget()
        page.setLayout(self._row)
        for kind, button in self.buttons.items():
            button.setText(f"{WORDS[kind]}  {KEY[kind]}")
            button.setObjectName(kind)
            # no key but its own presses it, whatever had the focus before
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setSizePolicy(IGNORED, PREFERRED)  # the page shares its width
            button.clicked.connect(lambda _=False, k=kind: self.press(k))
            self._row.addWidget(button)
        self.line = NoteLine()
        self.line.setPlaceholderText("note, then Return (Escape: leave)")
        self.line.returnPressed.connect(self._send_note)
        self.line.left.connect(self.leave_note)
        self.addWidget(page)
        self.addWidget(self.line)

    def dress(self, theme: Theme) -> None:
        """Take the sizes of a theme."""
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(theme.px(6))
        for button in self.buttons.values():
            button.setFont(theme.font(22, bold=True))
            button.setMinimumHeight(theme.px(56))
        self.line.setFont(theme.font(28))
        self.line.setMinimumHeight(theme.px(56))
        self._theme = theme
        self._show_words()

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Say as much as there is room for."""
        super().resizeEvent(event)
        self._show_words()

    def _show_words(self) -> None:
        if self._theme is None:
            return
        letters = QFontMetricsF(self._theme.font(22, bold=True))
        edges = 2 * self._theme.px(12)
        room = self.width() - (len(WORDS) - 1) * self._row.spacing()
        for words in (WORDS, SHORT):
            said = {kind: f"{word}  {KEY[kind]}" for kind, word in words.items()}
            wide = [round(letters.horizontalAdvance(w)) + edges for w in said.values()]
            if sum(wide) <= room:
                break
        for place, (kind, button) in enumerate(self.buttons.items()):
            button.setText(said[kind])
            self._row.setStretch(place, wide[place])

    def press(self, kind: str) -> None:
        """Do what a button or its key asks for."""
        if kind != "note":
            self.asked.emit(kind, "")
            return
        if self.currentWidget() is not self.line:  # else it is half typed
            self.line.clear()
        self.setCurrentIndex(1)
        self.line.setFocus()

    def _send_note(self) -> None:
        text = self.line.text().strip()
        if text:
            self.asked.emit("note", text)
        self.leave_note()

    def leave_note(self) -> None:
        """Show the buttons again; the focus goes to the page, never to them."""
        self.setCurrentIndex(0)
        page = self.parentWidget()
        if page is not None and self.line.hasFocus():
            page.setFocus()
        self.line.clearFocus()
