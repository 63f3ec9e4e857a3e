"""The sheet that a session is begun with: protocol, and a stream or a recording."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QLineEdit, QPushButton, QWidget

from monitor.app.sheets.forms import Form
from monitor.app.widgets.choice import Choice, EditableChoice
from monitor.app.widgets.files import PROTOCOLS, RECORDINGS, ask_for_file
from monitor.run.identity import Identity
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
        self.stream, self.key = EditableChoice(), QLineEdit()
        self.stream.explain("tcp://HOST:PORT of a relay")
        self.subject, self.visit = QLineEdit(), QLineEdit()
        self.subject.setPlaceholderText("a code, as 07 or P12; never a name")
        self.visit.setPlaceholderText("a code, as 2")
        self.key.setPlaceholderText("none; beyond this computer the key file")
        self.recording = QPushButton("&Open a recording …")
        self.recording.clicked.connect(self._ask_recording)
        self.add("&Protocol", self.protocol)
        self.add("&Stream", self.stream)
        self.add("&Key file", self.key)
        self.add("S&ubject", self.subject)
        self.add("&Visit", self.visit)
        self.buttons.insertWidget(1, self.recording)
        self.fields.append(self.recording)
        self.protocol.currentIndexChanged.connect(self._chosen)
        self._opening = Opening()
        self._folder = self._protocol = ""

    def show_for(
        self, opening: Opening, folder: str, places: tuple[str, ...] = ()
    ) -> None:
        """Begin with what was chosen last; `places` are addresses to choose from."""
        self._opening, self._folder = opening, folder
        self._select(opening.protocol)
        self.stream.offer(places)
        if opening.live:
            self.stream.setText(opening.place)
        for field in (self.subject, self.visit):
            field.setText("")  # who comes next is somebody else
            field.setEnabled(not opening.view)
        self.key.setText(opening.key)
        self._explain()
        self.open()
        self.protocol.setFocus()

    def _select(self, protocol: str) -> None:
        """Choose a protocol, putting a file in the list where it is not there yet."""
        self._protocol = protocol
        place = self.protocol.findData(protocol)
        if place < 0:
            place = self.protocol.count() - 1
            self.protocol.insertItem(place, protocol, protocol)
        self.protocol.setCurrentIndex(place)

    def _chosen(self) -> None:
        chosen = self.protocol.currentData()
        if chosen is None:
            own = ask_for_file(self, "Protocol", self._folder, PROTOCOLS)
            self._select(self._protocol if own is None else str(own))
            return
        self._protocol = chosen
        self._explain()

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
        who = Identity(self.subject.text().strip(), self.visit.text().strip())
        held = self._opening
        return Opening(place, protocol, key, held.hidden, held.view, who)

    def done(self) -> None:
        """Connect to the stream."""
        place = self.stream.text().strip()
        if not place.startswith(STREAM):
            self.said.show_text("Stream: write tcp://HOST:PORT, as the relay prints it")
            self.stream.setFocus()
            return
        self._ask(place)

    def _ask(self, place: str) -> None:
        try:
            self.asked.emit(self.wanted(place))
        except InputError as error:
            self.said.show_text(str(error))

    def _ask_recording(self) -> None:
        recording = ask_for_file(self, "Open a recording", self._folder, RECORDINGS)
        if recording is not None:
            self._ask(str(recording))
