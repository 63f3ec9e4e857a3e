"""The sheet that a session is begun with: protocol, and a stream or a recording."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QFileDialog, QLineEdit, QPushButton, QWidget

from monitor.app.sheets.choice import Choice
from monitor.app.sheets.forms import Form
from monitor.screen.sheets.new_session import (
    AS_NAMED,
    STREAM,
    Opening,
    expectation,
    offered,
)
from streams.errors import InputError

FROM_FILE = "a protocol file …"


class BeginSheet(Form):
    """Emits `asked(opening)`; the button of a recording asks for its file first."""

    asked = pyqtSignal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__("Begin", "Connect  (Return)", parent)
        self.protocol = Choice()
        self.protocol.addItem(AS_NAMED, "")
        for name, title in offered():
            self.protocol.addItem(f"{name}: {title}", name)
        self.protocol.addItem(FROM_FILE, None)
        self.stream, self.key = QLineEdit(), QLineEdit()
        self.stream.setPlaceholderText("tcp://HOST:PORT of a relay")
        self.key.setPlaceholderText("none; beyond this computer the key file")
        self.recording = QPushButton("&Open a recording …")
        self.recording.clicked.connect(self._ask_recording)
        self.add("&Protocol", self.protocol)
        self.add("&Stream", self.stream)
        self.add("&Key file", self.key)
        self.buttons.insertWidget(1, self.recording)
        self.fields.append(self.recording)
        self.protocol.currentIndexChanged.connect(self._chosen)
        self._opening = Opening()
        self._folder = ""

    def show_for(self, opening: Opening, folder: str) -> None:
        """Begin with what was chosen last."""
        self._opening, self._folder = opening, folder
        self._select(opening.protocol)
        if opening.live:
            self.stream.setText(opening.place)
        self.key.setText(opening.key)
        self._explain()
        self.open()
        self.protocol.setFocus()

    def _select(self, protocol: str) -> None:
        """Choose a protocol, putting a file in the list where it is not there yet."""
        place = self.protocol.findData(protocol)
        if place < 0:
            place = self.protocol.count() - 1
            self.protocol.insertItem(place, protocol, protocol)
        self.protocol.setCurrentIndex(place)

    def _chosen(self) -> None:
        if self.protocol.currentData() is not None:
            self._explain()
            return
        name, _ = QFileDialog.getOpenFileName(
            self, "Protocol", self._folder, "Protocols (*.toml)"
        )
        self._select(name)

    def _explain(self) -> None:
        """Say what the protocol expects, or what is wrong with it."""
        try:
            said = expectation(self.protocol.currentData() or "")
        except InputError as error:
            said = str(error)
        self.said.show_text(said)

    def wanted(self, place: str) -> Opening:
        """What has been chosen, for a stream or a recording."""
        key = self.key.text().strip() if place.startswith(STREAM) else ""
        protocol = self.protocol.currentData() or ""
        return Opening(place, protocol, key, self._opening.hidden)

    def done(self) -> None:
        """Connect to the stream."""
        place = self.stream.text().strip()
        if not place.startswith(STREAM):
            self.said.show_text("Stream: write tcp://HOST:PORT, as the relay prints it")
            self.stream.setFocus()
            return
        self.asked.emit(self.wanted(place))

    def _ask_recording(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a recording", self._folder)
        if name:
            self.asked.emit(self.wanted(name))
