"""The window: a worker's reports in, a page drawn, the operator's wishes out.

One timer takes what the worker has reported (for a few milliseconds at most), and draws
what has changed; nothing is computed here and nothing is waited for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QCloseEvent, QIcon, QKeySequence, QShortcut
from PyQt6.QtWidgets import QMainWindow, QMessageBox

from monitor.app.buttons import WORDS
from monitor.app.operations import Operations
from monitor.app.page import Page
from monitor.app.render import application
from monitor.app.theme import DARK, LIGHT, THEMES
from monitor.display import wider
from monitor.exchange import Command, Play, Report, Seek, SendEvent, SetSpeed
from monitor.screen.keys import KEY
from monitor.screen.parts import Screen
from monitor.session import Session
from monitor.settings import Settings
from monitor.worker import Worker, WorkerConfig

FRAME_MS = 40
BUDGET_S = 0.008
STEP_S = 60.0


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
    ) -> None:
        super().__init__()
        self.setWindowTitle("mrs-monitor")
        self.session = Session(settings)
        self.page = Page(THEMES[theme])
        self.setCentralWidget(self.page)
        self._receive, self._send, self._clock = receive, send, clock
        self.operations = Operations(self, send, clock)
        self.ask_to_close: Callable[[], bool] = self._asked
        self._connect()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.frame)
        self._timer.start(FRAME_MS)

    def _connect(self) -> None:
        page = self.page
        page.buttons.asked.connect(self.ask)
        page.replay.played.connect(lambda playing: self._send(Play(playing)))
        page.replay.sped.connect(lambda speed: self._send(SetSpeed(speed)))
        page.replay.sought.connect(lambda at: self._send(Seek(at)))
        self._replay_keys = [
            self._key(KEY[name], act)
            for name, act in (
                ("play", page.replay.toggle),
                ("back", lambda: page.replay.step(-STEP_S)),
                ("on", lambda: page.replay.step(STEP_S)),
            )
        ]
        for kind in WORDS:  # a button's own shortcut waits 0.1 s
            self._key(KEY[kind], partial(page.buttons.press, kind))
        operations = self.operations
        for name, act in {
            **operations.actions(),
            "estimate": self._other_estimate,
            "theme": self._other_theme,
            "full": self._full_screen,
            "wider": lambda: self._scale(1),
            "narrower": lambda: self._scale(-1),
            "close": self.close,
        }.items():
            self._key(KEY[name], act)
        for keys, by in (("PgUp", -1), ("PgDown", 1)):
            self._key(keys, partial(operations.step, by))
        self._key("Escape", self._leave)

    def _leave(self) -> None:
        """Leave a note that is being typed, or the sheet that is open."""
        self.page.buttons.leave_note()
        self.operations.leave()

    def _key(self, keys: str, act: Callable[[], object]) -> QShortcut:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.activated.connect(lambda: act())
        return shortcut

    def ask(self, kind: str, text: str) -> None:
        """Send an event of the operator."""
        self.session.display.asked(kind, self._clock())
        self._send(SendEvent(kind, text))

    def frame(self) -> None:
        """Take what has come and draw what has changed."""
        now = self._clock()
        for report in self._receive(BUDGET_S):
            self.session.take(report, now)
        screen = self.session.screen(now, self.page.next_plot)
        for key in self._replay_keys:  # Space belongs to the buttons elsewhere
            key.setEnabled(screen.playback is not None)
        self.page.draw(screen)
        self.operations.refresh()

    def seen(self) -> Screen:
        """What is to be seen now."""
        return self.session.screen(self._clock())

    def _scale(self, steps: int) -> None:
        display = self.session.display
        display.show(limit=wider(display.limit_percent, steps))

    def _other_estimate(self) -> None:
        """Window or tracker in the headline."""
        display = self.session.display
        display.show(by_tracker=not display.by_tracker)

    def _other_theme(self) -> None:
        dark = self.page.palette_in_use is DARK
        self.page.palette_in_use = LIGHT if dark else DARK
        self.page.dress()
        self.page.draw(self.seen(), everything=True)

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _asked(self) -> bool:
        """Whether the operator really wants to close in the middle of a run."""
        answer = QMessageBox.question(
            self,
            "Close?",
            "A session is running. Close the window? The recording goes on.",
            QMessageBox.StandardButton.Close | QMessageBox.StandardButton.Cancel,
            QMessageBox.StandardButton.Cancel,
        )
        return answer == QMessageBox.StandardButton.Close

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Ask in the middle of a run."""
        if event is None:
            return
        if self.seen().running and not self.ask_to_close():
            event.ignore()
            return
        self._timer.stop()
        event.accept()


def run_window(
    config: WorkerConfig,
    settings: Settings,
    title: str = "mrs-monitor",
    theme: str = "dark",
    full_screen: bool = False,
) -> int:
    """Show the window until it is closed; returns the exit code."""
    app = application()
    app.setApplicationName("mrs-monitor")
    app.setWindowIcon(QIcon())
    worker = Worker(config)
    window = Window(settings, worker.receive, worker.send, theme=theme)
    window.setWindowTitle(title)
    screen = app.primaryScreen()
    if screen is not None:  # for where nothing maximises windows
        window.setGeometry(screen.availableGeometry())
    try:
        if full_screen:
            window.showFullScreen()
        else:
            window.showMaximized()
        return app.exec()
    finally:
        worker.stop()
