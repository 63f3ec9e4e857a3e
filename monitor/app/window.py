"""The window: a worker's reports in, a page drawn, the operator's wishes out.

One timer takes what the worker has reported (for a few milliseconds at most), and draws
what has changed; nothing is computed here and nothing is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
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
from PyQt6.QtWidgets import QMainWindow, QPushButton

from monitor.app.actions.appearance import Appearance
from monitor.app.actions.golden import GoldenSession
from monitor.app.actions.marking import Marking
from monitor.app.actions.operations import Operations
from monitor.app.actions.sessions import Sessions
from monitor.app.actions.state import State
from monitor.app.page.pace import Pace
from monitor.app.page.page import PLOTS, Page
from monitor.app.page.stretched import Stretched
from monitor.app.panels.buttons import WORDS
from monitor.app.sheets.confirm import CLOSE
from monitor.app.sheets.menu import menu_of
from monitor.app.widgets.theme import THEMES
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
from monitor.screen.rewindable import Session
from monitor.screen.screen import Screen
from monitor.screen.sheets.new_session import Opening

FRAME_MS = 40
BUDGET_S = 0.008
STEP_S = 60.0
LEAST = (960, 540)  # in which every panel can still be seen
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
        self._stretched = Stretched(self.page)
        self.setCentralWidget(self._stretched)
        self.page.setFocus()  # else Qt gives it to a button, which Space presses
        self._receive, self._send, self._clock = receive, send, clock
        self.session.display.show(wider=state.wider, plasma=state.plasma)
        folder = Path(state.folder) if state.folder else None
        self.operations = Operations(self, self.send, clock, folder)
        self.marking = Marking(self, self.operations.show_question, clock)
        self.sessions = Sessions(self, state)
        self.appearance = Appearance(self)
        self.golden = GoldenSession(self.page, self.tell)
        self._pace = Pace(self, len(PLOTS))
        self._stretched.rested.connect(self._pace.stir)
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
            "theme": self.appearance.turn_theme,
            "full": self.appearance.turn_full_screen,
            "wider": lambda: self.appearance.scale(1),
            "narrower": lambda: self.appearance.scale(-1),
            "open": self.sessions.choose_file,
            "begin": self.sessions.show_beginning,
            "golden": lambda: self.golden.turn(self.operations.folder),
            "plasma": self.appearance.turn_plasma,
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
            self.tell(NO_NOTES)

    def _key(self, keys: str, act: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setAutoRepeat(not keys.startswith("F"))  # held is pressed once
        shortcut.activated.connect(lambda: act())
        return shortcut

    def ask(self, kind: str, text: str) -> None:
        """Send an event of the operator."""
        await_event(self.session.state, kind, self._clock(), text)
        self.send(SendEvent(kind, text))

    def begin_asked(self, opening: Opening) -> None:
        """Begin with what was chosen."""
        self.sessions.begin_asked(opening)

    def tell(self, sentence: str) -> None:
        """Tell a sentence of the window itself."""
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
        full = self.appearance.full_screen
        filled = full or bool(self.windowState() & Qt.WindowState.WindowMaximized)
        at = self.geometry()
        return State(
            self.appearance.theme,
            view.wider,
            full,
            str(self.operations.folder),
            () if filled else (at.x(), at.y(), at.width(), at.height()),
            view.plasma,
            self.sessions.stream,
            self.sessions.opening.protocol,
            self.sessions.opening.key,
            self.sessions.streams,
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
        if event is not None:
            self.sessions.take_dropped(event)

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
        self.sessions.identify(self.send)

    def seen(self) -> Screen:
        """What is to be seen now."""
        return self.session.screen(self._clock())

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Ask in the middle of a run."""
        if event is None:
            return
        if not self.sessions.may_leave(CLOSE):
            event.ignore()
            return
        self._timer.stop()
        event.accept()
