"""The window: a worker's reports in, a page drawn, the operator's wishes out.

One timer takes what the worker has reported (for a few milliseconds at most), and draws
what has changed; nothing is computed here and nothing is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QEvent, Qt, QTimer
from PyQt6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QKeyEvent,
    QKeySequence,
    QShortcut,
    QShowEvent,
)
from PyQt6.QtWidgets import QFileDialog, QMainWindow, QPushButton

from monitor.app.files import RECORDINGS, dropped
from monitor.app.golden import GoldenSession
from monitor.app.identity_form import Identifying
from monitor.app.mark_keys import Marking
from monitor.app.operations import Operations
from monitor.app.pace import Pace
from monitor.app.page import PLOTS, Page
from monitor.app.panels.buttons import WORDS
from monitor.app.sheets.confirm import CLOSE, LEAVE, leave_question, really
from monitor.app.sheets.menu import menu_of
from monitor.app.state import State
from monitor.app.theme import DARK, LIGHT, THEMES
from monitor.protocol.settings import Settings
from monitor.run.worker_messages import (
    Command,
    Heard,
    Play,
    Report,
    Seek,
    SendEvent,
    SetSpeed,
)
from monitor.screen.fold import tell_sentence
from monitor.screen.keys import KEY
from monitor.screen.operator_requests import await_event
from monitor.screen.parts.trend import after
from monitor.screen.rewindable import Session
from monitor.screen.screen import Screen
from monitor.screen.sheets.new_session import Opening, remembered
from streams.errors import InputError

FRAME_MS = 40
BUDGET_S = 0.008
STEP_S = 60.0
LEAST = (960, 540)  # in which every panel can still be seen
UNPLANNED = (
    "plasma: how long the infusion takes is not known; mark its stop, or give "
    "infusion_length_s in the protocol"
)
NO_NOTES = "a recording takes no notes; F10 has room for some on its page"


class Window(QMainWindow):
    """The operator's window.

    `receive(budget_s)` and `send(command)` are the worker's; `clock()` reads seconds.
    """

    def __init__(
        self,
        settings: Settings,
        receive: Callable[[float], list[Report]],
        send: Callable[[Command], None],
        clock: Callable[[], float] = time.monotonic,
        theme: str = "dark",
        state: State | None = None,
    ) -> None:
        super().__init__()
        self.setWindowTitle("mrs-monitor")
        self.setAcceptDrops(True)
        self.setMinimumSize(*LEAST)
        state = state or State(theme=theme)
        self.session = Session(settings)
        self.page = Page(THEMES[state.theme])
        self.setCentralWidget(self.page)
        self.page.setFocus()  # else Qt gives it to a button, which Space presses
        self._receive, self._send, self._clock = receive, send, clock
        self.session.display.show(wider=state.wider, plasma=state.plasma)
        folder = Path(state.folder) if state.folder else None
        self.operations = Operations(self, self.send, clock, folder)
        self.marking = Marking(self, self.operations.show_question, clock)
        self.open_session: Callable[[Opening], None] | None = None
        self.opening = Opening()
        self._stream, self._streams = state.stream, state.streams
        self._identifying = Identifying()
        self.golden = GoldenSession(self.page, self._tell)
        self.ask_to_leave: Callable[[str], bool] = partial(really, self.page)
        self._pace = Pace(self, len(PLOTS))
        self._connect()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.turn)
        self._timer.start(FRAME_MS)

    def _connect(self) -> None:
        page = self.page
        page.buttons.asked.connect(self.marking.press)
        page.replay.played.connect(lambda playing: self.send(Play(playing)))
        page.replay.sped.connect(lambda speed: self.send(SetSpeed(speed)))
        page.replay.sought.connect(lambda at: self.send(Seek(at)))
        operations = self.operations
        acts: dict[str, Callable[[], object]] = {
            # a button's own shortcut waits 0.1 s
            **{kind: partial(page.buttons.press, kind) for kind in WORDS},
            "note": self._note,
            **operations.actions(),
            "strips": page.quality.turn,
            "theme": self._other_theme,
            "full": self._full_screen,
            "wider": lambda: self._scale(1),
            "narrower": lambda: self._scale(-1),
            "open": self._choose_file,
            "begin": self.show_beginning,
            "golden": lambda: self.golden.turn(self.operations.folder),
            "plasma": self._other_plasma,
            "close": self.close,
            "undo": self.marking.undo,
            "block": self.marking.turn_block,
            "play": page.replay.toggle,
            "back": lambda: page.replay.step(-STEP_S),
            "on": lambda: page.replay.step(STEP_S),
        }
        acts = {name: partial(self._act, act) for name, act in acts.items()}
        keys = {name: self._key(KEY[name], act) for name, act in acts.items()}
        self._recording_keys = [keys[kind] for kind in (*WORDS, "undo", "block")]
        self._replay_keys = [keys[name] for name in ("play", "back", "on")]
        page.status.offer(menu_of(page, acts))
        for key, by in (("PgUp", -1), ("PgDown", 1)):
            self._key(key, partial(self._act, partial(operations.step, by)))
        self._key("Escape", partial(self._act, self._leave))
        operations.marks.answered.connect(self.marking.answer)

    def _act(self, act: Callable[[], object]) -> None:
        """Do what a key or the menu asks for, and draw it."""
        act()
        self._pace.stir()

    def only_view(self) -> None:
        """Take away every key and button that records."""
        self.page.only_view()
        for key in self._recording_keys:
            key.setEnabled(False)

    def _leave(self) -> None:
        """Leave the note that is being typed, or the sheet that is open over one."""
        buttons = self.page.buttons
        if buttons.line.hasFocus() or not self.operations.leave():
            buttons.leave_note()

    def _note(self) -> None:
        """Let a note be typed; a recording that is played takes none."""
        if self.session.state.stream.playback is None:
            self.page.buttons.press("note")
        else:
            self._tell(NO_NOTES)

    def _key(self, keys: str, act: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setAutoRepeat(not keys.startswith("F"))  # held is pressed once
        shortcut.activated.connect(lambda: act())
        return shortcut

    def ask(self, kind: str, text: str) -> None:
        """Send an event of the operator."""
        await_event(self.session.state, kind, self._clock(), text)
        self.send(SendEvent(kind, text))

    def _tell(self, sentence: str) -> None:
        tell_sentence(self.session.state, sentence, self._clock())

    def send(self, command: Command) -> None:
        """Ask the worker for something."""
        self._send(command)

    def begin(
        self,
        settings: Settings,
        receive: Callable[[float], list[Report]],
        send: Callable[[Command], None],
    ) -> None:
        """Show another session, as this one was shown."""
        view = self.session.display.view
        self.operations.leave()
        self.page.buttons.leave_note()
        self.page.unzoom()
        self._receive, self._send = receive, send
        self.session = Session(settings)
        self.session.display.view = view

    def state(self) -> State:
        """What of this window comes back the next time."""
        view = self.session.display.view
        full = bool(self.windowState() & Qt.WindowState.WindowFullScreen)
        filled = full or bool(self.windowState() & Qt.WindowState.WindowMaximized)
        at = self.geometry()
        return State(
            "dark" if self.page.palette_in_use is DARK else "light",
            view.wider,
            full,
            str(self.operations.folder),
            () if filled else (at.x(), at.y(), at.width(), at.height()),
            view.plasma,
            self.opening.place if self.opening.live else self._stream,
            self.opening.protocol,
            self.opening.key,
            remembered(self.opening.place, self._streams),
        )

    def event(self, event: QEvent | None) -> bool:
        """Let a button that has the focus keep Space, which else plays a replay."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
        ):
            pressed = isinstance(self.focusWidget(), QPushButton)
            if pressed and event.key() == Qt.Key.Key_Space:
                event.accept()
                return True
        return super().event(event)

    def showEvent(self, event: QShowEvent | None) -> None:
        """See keys and mouse from now on."""
        super().showEvent(event)
        handle = self.windowHandle()
        if handle is not None:
            handle.installEventFilter(self._pace)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Let files be dropped."""
        held = None if event is None else event.mimeData()
        if event is not None and held is not None and held.hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open the file that was dropped."""
        if event is None:
            return
        event.acceptProposedAction()
        path = dropped(event)
        if path is None:
            self._tell("one file at a time can be opened")
        else:
            self.open_another(path)

    def open_another(self, path: Path) -> None:
        """Show another recording, with the protocol that was chosen."""
        said = self.open(replace(self.opening, place=str(path), key=""))
        if said:
            self._tell(said)

    def open(self, opening: Opening) -> str:
        """Show another session; asks in the middle of a run.  Gives what is wrong."""
        if self.open_session is None:
            return "this window opens no other sessions"
        if not self._may_leave(LEAVE):
            return "nothing was opened"
        hidden = self.opening.hidden or self.session.state.hidden
        opening = replace(opening, hidden=hidden, view=self.opening.view)
        try:
            self.open_session(opening)
        except InputError as error:
            return str(error)
        self._stream, self._streams = self.state().stream, self.state().streams
        self._identifying = Identifying()
        self.opening = opening
        return ""

    def _may_leave(self, question: str) -> bool:
        """Whether this session may be left; asks while something would be."""
        question = leave_question(question, self.session.state, self.seen().running)
        return not question or self.ask_to_leave(question)

    def show_beginning(self) -> None:
        """Ask for protocol, and stream or recording."""
        offered = self.opening
        if not offered.live:
            offered = replace(offered, place=self._stream)
        self.operations.show_beginning(offered, self._streams)

    def begin_asked(self, opening: Opening) -> None:
        """Begin with what was chosen."""
        said = self.open(opening)
        if said:
            self.operations.begin.said.show_text(said)

    def _choose_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self.page, "Open a recording", str(self.operations.folder), RECORDINGS
        )
        if name:
            self.operations.folder = Path(name).parent
            self.open_another(Path(name))

    def turn(self) -> None:
        """Take what has come; draw where something did, else as clocks need it."""
        self._take()
        if self._pace.is_due(self._clock()):
            self._draw()

    def frame(self) -> None:
        """Take what has come and draw what has changed."""
        self._take()
        self._draw()

    def _take(self) -> None:
        """Take in the worker's reports; the state of the stream alone can wait."""
        now = self._clock()
        for report in self._receive(BUDGET_S):
            self.session.take(report, now)
            if not isinstance(report, Heard):
                self._pace.stir()
        if self.golden.is_worked_through:
            self._pace.stir()

    def _draw(self) -> None:
        now = self._clock()
        screen = self.session.screen(now, self.page.next_plot)
        for key in self._replay_keys:  # Space belongs to the buttons elsewhere
            key.setEnabled(screen.playback is not None)
        self.page.draw(screen)
        self.operations.refresh()
        self.golden.step(self.session.state, screen, now)
        if not self.opening.view:
            self._identifying.step(self.session.state, self.opening.who, self.send)

    def seen(self) -> Screen:
        """What is to be seen now."""
        return self.session.screen(self._clock())

    def _scale(self, steps: int) -> None:
        display = self.session.display
        display.show(wider=display.view.wider + steps)

    def _other_plasma(self) -> None:
        """The next of the published plasma curves, or none."""
        display = self.session.display
        display.show(plasma=after(display.view.plasma))
        if display.view.plasma and display.state.planned_infusion() is None:
            self._tell(UNPLANNED)

    def _other_theme(self) -> None:
        dark = self.page.palette_in_use is DARK
        self.page.palette_in_use = LIGHT if dark else DARK
        self.page.dress()
        self.page.draw(self.seen(), everything=True)

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Ask in the middle of a run."""
        if event is None:
            return
        if not self._may_leave(CLOSE):
            event.ignore()
            return
        self._timer.stop()
        event.accept()
