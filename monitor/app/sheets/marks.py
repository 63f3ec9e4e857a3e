"""The sheet that asks before a mark of the infusion is moved or taken back."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QPushButton, QWidget

from monitor.app.sheets.forms import Form
from monitor.run.worker_messages import SendEvent
from monitor.screen.sheets.mark_question import MarkQuestion
from streams.errors import InputError


class MarkSheet(Form):
    """Emits `answered(SendEvent)` while it is visible; Escape answers nothing."""

    answered = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("", "&Set time  (Return)", parent)
        self.time = QLineEdit()
        self.time.setPlaceholderText("10:12 or 612s of the scanner, or 2 min ago")
        self.now, self.undo = QPushButton(), QPushButton("&Take back")
        self.add("T&ime", self.time)
        for place, button in ((1, self.now), (2, self.undo)):
            self.buttons.insertWidget(place, button)
            self.fields.append(button)
        for button in (self.button, self.now, self.undo):
            button.setAutoDefault(False)
        self.now.clicked.connect(self._now)
        self.undo.clicked.connect(self._undo)
        self._question: MarkQuestion | None = None

    def ask(self, question: MarkQuestion) -> None:
        """Ask; nothing is chosen beforehand."""
        self._question = question
        self.title.show_text(question.title)
        self.now.setText(question.now_words)
        self.now.setVisible(question.may_be_now)
        self.undo.setVisible(question.may_be_undone)
        self.time.clear()
        self.said.show_text(question.asks)
        self.open()
        self.time.setFocus()

    def done(self) -> None:
        """The time that was typed."""
        question = self._open_question
        if question is None:
            return
        try:
            wanted = question.at(self.time.text())
        except InputError as error:
            self.said.show_text(str(error))
            return
        self._answer(wanted)

    def _now(self) -> None:
        if (question := self._open_question) is not None:
            self._answer(question.now())

    def _undo(self) -> None:
        if (question := self._open_question) is not None:
            self._answer(question.undo())

    @property
    def _open_question(self) -> MarkQuestion | None:
        """What is asked; None once it is closed.

        A button that Alt and a letter press is down for a tenth of a second before it
        is clicked: by then the question may be gone.
        """
        return self._question if self.isVisible() else None

    def _answer(self, wanted: SendEvent) -> None:
        self.leave_it()
        self.answered.emit(wanted)
