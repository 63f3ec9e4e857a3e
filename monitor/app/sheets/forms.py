"""Sheets in which something is typed: settings of the analysis, what to save where."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import (
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from monitor.app.sheets.sheet import RETURN, Sheet
from monitor.app.widgets.calm_wheel import CalmWheel
from monitor.app.widgets.choice import Choice
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import Theme
from monitor.screen.sheets.choices import MOST_TRANSIENTS, Choices, events_for
from streams.errors import InputError


class Form(Sheet):
    """Fields below one another, a button, and a line that says what is wrong."""

    def __init__(self, title: str, button: str, parent: QWidget) -> None:
        super().__init__(title, parent)
        self._form = QFormLayout()
        self.said = Text(24, 17)
        self.button = QPushButton(button)
        self.button.setAutoDefault(True)
        self.button.clicked.connect(self.done)
        self.buttons = QHBoxLayout()
        self.buttons.addWidget(self.button)
        self.buttons.addStretch(1)
        self.body.addLayout(self._form)
        self.body.addLayout(self.buttons)
        self.body.addWidget(self.said)
        self.body.addStretch(1)
        self._words: list[QLabel] = []
        self.fields: list[QWidget] = [self.button]

    def add(self, words: str, field: QWidget) -> None:
        """Put a field below the others."""
        label = QLabel(words)
        label.setBuddy(field)
        self._form.addRow(label, field)
        self._words.append(label)
        if len(self.fields) > 1:
            QWidget.setTabOrder(self.fields[-1], field)
        QWidget.setTabOrder(field, self.button)
        self.fields.append(field)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Return does what the button does, in whatever field; another its own."""
        if event is None or event.key() not in RETURN or self.focused_button:
            super().keyPressEvent(event)
            return
        self.done()

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        super().dress(theme)
        self.said.dress(theme)
        self._form.setHorizontalSpacing(theme.px(24))
        self._form.setVerticalSpacing(theme.px(12))
        for widget in (*self._words, *self.fields):
            widget.setFont(theme.font(24))
        for field in self.fields:
            field.setMinimumHeight(theme.px(48))
            field.setMinimumWidth(_least_px(field, theme))

    def done(self) -> None:
        """What the button does."""


def _least_px(field: QWidget, theme: Theme) -> int:
    """Width that a field has at least; three buttons stand beside one another."""
    if isinstance(field, QPushButton):
        return max(theme.px(300), field.sizeHint().width())
    return theme.px(360)


class ChoicesSheet(Form):
    """Emits `asked(kind, text)` for each event that a change needs."""

    asked = pyqtSignal(str, str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Analysis", "Apply  (Return)", parent)
        self.window_length, self.step = QSpinBox(), QSpinBox()
        for box in (self.window_length, self.step):
            box.setRange(1, MOST_TRANSIENTS)
            box.setKeyboardTracking(False)
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # not by the wheel
            CalmWheel(box)
        self.outcome = Choice()
        self.reference, self.rejected = QLineEdit(), QLineEdit()
        self.reference.setPlaceholderText("START:END in s, e.g. 0:600 or 0m:10m")
        self.rejected.setPlaceholderText("none; e.g. 1, 2")
        self.add("&Window, transients", self.window_length)
        self.add("&Step, transients", self.step)
        self.add("&Outcome", self.outcome)
        self.add("&Reference period", self.reference)
        self.add("Re&jected epochs", self.rejected)
        self.left_out, self.taken_in = QLineEdit(), QLineEdit()
        self.left_out.setPlaceholderText("none; START:END in s, e.g. 140:200")
        self.taken_in.setPlaceholderText("none; what is left out there counts again")
        self.add("Stretches to &leave out", self.left_out)
        self.add("Stretches to take &in again", self.taken_in)
        self._held = Choices(1, 1, "", "")
        self._confirmed = False

    def show_choices(self, held: Choices, outcomes: tuple[str, ...]) -> None:
        """Begin with what holds at present."""
        self._held, self._confirmed = held, False
        self.window_length.setValue(held.window)
        self.step.setValue(held.step)
        self.outcome.clear()
        self.outcome.addItems(outcomes)
        self.outcome.setCurrentText(held.outcome)
        self.reference.setText(held.reference)
        self.rejected.setText(held.rejected)
        self.left_out.setText(held.left_out)
        self.taken_in.setText(held.taken_in)
        self.said.show_text("the whole course is fitted again at once")
        self.open()
        self.window_length.setFocus()
        self.window_length.selectAll()

    def wanted(self) -> Choices:
        """What has been typed."""
        return Choices(
            self.window_length.value(),
            self.step.value(),
            self.outcome.currentText(),
            self.reference.text(),
            self.rejected.text(),
            self.left_out.text(),
            self.taken_in.text(),
        )

    def done(self) -> None:
        """Ask for the events; moving a reference period wants a second press."""
        try:
            events = events_for(self._held, self.wanted())
        except InputError as error:
            self.said.show_text(str(error))
            return
        moves = any(kind == "reference" for kind, _ in events) and self._held.reference
        if moves and not self._confirmed:
            self._confirmed = True
            self.said.show_text("This moves the reference period: press Apply again.")
            return
        for kind, text in events:
            self.asked.emit(kind, text)
        self.leave_it()


class ExportSheet(Form):
    """Emits `wanted(what, path)`."""

    wanted = pyqtSignal(str, str)

    def __init__(self, what: tuple[str, ...], parent: QWidget) -> None:
        super().__init__("Save", "Save  (Return)", parent)
        self.what = Choice()
        self.what.addItems(what)
        self.kind = Choice()
        self.path = QLineEdit()
        self.add("&What", self.what)
        self.add("&As", self.kind)
        self.add("&File", self.path)
        self.what.currentTextChanged.connect(self._offer)
        self.kind.currentTextChanged.connect(self._name)
        self._folder, self._prefix = Path.home(), ""

    def show_for(self, what: str, folder: Path, prefix: str = "") -> None:
        """Begin with this plot and folder; files begin with the `prefix`."""
        self._folder, self._prefix = folder, prefix
        self.what.setCurrentText(what)
        self._offer(self.what.currentText())
        self.said.show_text("")
        self.open()
        self.what.setFocus()

    def _offer(self, what: str) -> None:
        kinds = ("csv",) if what == "table" else ("png", "svg")
        if [self.kind.itemText(i) for i in range(self.kind.count())] != list(kinds):
            self.kind.clear()
            self.kind.addItems(kinds)
        self._name(self.kind.currentText())

    def _name(self, kind: str) -> None:
        name = f"{self._prefix}{self.what.currentText().replace(' ', '-')}.{kind}"
        self.path.setText(str(self._folder / name))

    def saved(self, path: str, write: Callable[[Path], None]) -> Path | None:
        """Have a file written; None, and said here, where that cannot be."""
        place = Path(path).expanduser()
        self.hide()  # a picture of the page must not show the sheet
        try:
            write(place)
        except InputError as error:
            self.open()
            self.said.show_text(str(error))
            return None
        return place

    def done(self) -> None:
        """Ask for the file."""
        self.wanted.emit(self.what.currentText(), self.path.text().strip())
