"""What is open in a window, and other sessions in its place: typed, chosen, dropped."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Protocol

from PyQt6.QtGui import QDropEvent

from monitor.app.actions.identifying import Identifying
from monitor.app.actions.operations import Operations
from monitor.app.actions.state import State
from monitor.app.page.page import Page
from monitor.app.sheets.confirm import LEAVE, leave_question, really
from monitor.app.widgets.files import RECORDINGS, ask_for_file, dropped
from monitor.run.worker_messages import Command
from monitor.screen.rewindable import Session
from monitor.screen.sheets.new_session import Opening, remembered
from streams.errors import InputError


class Host(Protocol):
    """What the window lends."""

    page: Page
    session: Session
    operations: Operations

    def tell(self, sentence: str) -> None:
        """Tell a sentence of the window itself."""
        ...


class Sessions:
    """Owned by a window.

    Attributes
    ----------
    opening : what this session was begun with
    open_session : shows another one; None where the window cannot
    ask_to_leave : asks a question; whether this session may be left
    """

    def __init__(self, host: Host, state: State) -> None:
        self._host = host
        self.opening = Opening()
        self.open_session: Callable[[Opening], None] | None = None
        self.ask_to_leave: Callable[[str], bool] = partial(really, host.page)
        self._stream, self._streams = state.stream, state.streams
        self._identifying = Identifying()

    @property
    def stream(self) -> str:
        """Address of the stream that was open last."""
        return self.opening.place if self.opening.live else self._stream

    @property
    def streams(self) -> str:
        """Those that were open before, too."""
        return remembered(self.opening.place, self._streams)

    def open(self, opening: Opening) -> str:
        """Show another session; asks in the middle of a run.  Gives what is wrong."""
        if self.open_session is None:
            return "this window opens no other sessions"
        if not self.may_leave(LEAVE):
            return "nothing was opened"
        hidden = self.opening.hidden or self._host.session.state.hidden
        opening = replace(opening, hidden=hidden, view=self.opening.view)
        try:
            self.open_session(opening)
        except InputError as error:
            return str(error)
        self._stream, self._streams = self.stream, self.streams
        self._identifying = Identifying()
        self.opening = opening
        return ""

    def open_another(self, path: Path) -> None:
        """Show another recording, with the protocol that was chosen."""
        said = self.open(replace(self.opening, place=str(path), key=""))
        if said:
            self._host.tell(said)

    def take_dropped(self, event: QDropEvent) -> None:
        """Open the file that was dropped."""
        event.acceptProposedAction()
        path = dropped(event)
        if path is None:
            self._host.tell("one file at a time can be opened")
        else:
            self.open_another(path)

    def choose_file(self) -> None:
        """Ask for a recording."""
        operations = self._host.operations
        folder = str(operations.folder)
        place = ask_for_file(self._host.page, "Open a recording", folder, RECORDINGS)
        if place is not None:
            operations.folder = place.parent
            self.open_another(place)

    def show_beginning(self) -> None:
        """Ask for protocol, and stream or recording."""
        offered = self.opening
        if not offered.live:
            offered = replace(offered, place=self._stream)
        self._host.operations.show_beginning(offered, self._streams)

    def begin_asked(self, opening: Opening) -> None:
        """Begin with what was chosen."""
        said = self.open(opening)
        if said:
            self._host.operations.begin.said.show_text(said)

    def may_leave(self, question: str) -> bool:
        """Whether this session may be left; asks while something would be lost."""
        state = self._host.session.state
        question = leave_question(question, state, state.running)
        return not question or self.ask_to_leave(question)

    def identify(self, send: Callable[[Command], None]) -> None:
        """Have the recording say who is measured, once that is typed."""
        if not self.opening.view:
            self._identifying.step(self._host.session.state, self.opening.who, send)
