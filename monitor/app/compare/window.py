"""Two sessions side by side on a common time axis: a drug day against a placebo day.

Each has a worker of its own; one set of controls plays both, and the key of a replay
does the same as in the window of one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QApplication, QGridLayout, QMainWindow, QWidget

from monitor.app.actions.state import read_state, state_path
from monitor.app.compare.column import Column
from monitor.app.compare.sheets import Sheets
from monitor.app.gc_guard import loaded_is_kept
from monitor.app.page.render import application
from monitor.app.page.stretched import Stretched
from monitor.app.panels.replay import ReplayPanel
from monitor.app.widgets.crosshair import Crosshair
from monitor.app.widgets.linked_plots import LinkedPlots
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import (
    DARK,
    LIGHT,
    THEMES,
    qt_palette,
    style_sheet,
    theme_for,
)
from monitor.app.window import BUDGET_S, FRAME_MS, STEP_S
from monitor.protocol.settings import Settings
from monitor.run.worker import Worker
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import Command, Play, Report, Seek, SetSpeed
from monitor.screen.graphs import Trend
from monitor.screen.keys import KEYS
from monitor.screen.parts.axis import together
from monitor.screen.rewindable import Session
from monitor.screen.screen import Level, Screen
from monitor.screen.sheets.window import line_at

SAID_S = 4.0
MISSING = "%s is for the window of one session"


class CompareWindow(QMainWindow):
    """The window of two sessions.

    `receive` and `send` are those of two workers; `clock()` reads seconds.
    """

    def __init__(
        self,
        names: tuple[str, str],
        settings: tuple[Settings, Settings],
        receive: tuple[
            Callable[[float], list[Report]], Callable[[float], list[Report]]
        ],
        send: tuple[Callable[[Command], None], Callable[[Command], None]],
        clock: Callable[[], float] = time.monotonic,
        theme: str = "dark",
    ) -> None:
        super().__init__()
        self.setWindowTitle(f"mrs-monitor: {names[0]} beside {names[1]}")
        self.sessions = (Session(settings[0]), Session(settings[1]))
        self.columns = (Column(names[0]), Column(names[1]))
        self.replay = ReplayPanel()
        self.palette_in_use = THEMES[theme]
        self._receive, self._send, self._clock = receive, send, clock
        self._page = QWidget()
        self._page.setObjectName("page")
        self._page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._grid = QGridLayout(self._page)
        for place, column in enumerate(self.columns):
            self._grid.addWidget(column, 0, place)
            self._grid.setColumnStretch(place, 1)
        self._grid.addWidget(self.replay, 1, 0, 1, 2)
        self.said = Text(17, 17, role="secondary")
        self._grid.addWidget(self.said, 2, 0, 1, 2)
        self.sheets = Sheets(self._page, self.columns, self.sessions, send, self._say)
        self._grid.setRowStretch(0, 1)
        stretched = Stretched(self._page)
        stretched.rested.connect(self.dress)
        self.setCentralWidget(stretched)
        timed = [plot for column in self.columns for plot in column.plots]
        self._in_time = LinkedPlots(timed, self)
        self._crosshairs = (
            Crosshair(timed),
            *(Crosshair((column.spectrum,)) for column in self.columns),
        )
        self._shown: tuple[Trend, ...] = ()
        self._drawn: tuple[Trend, ...] = ()
        self._told = (-math.inf, "")
        self._connect()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.frame)
        self._timer.start(FRAME_MS)

    def _connect(self) -> None:
        self.replay.played.connect(lambda playing: self.send(Play(playing)))
        self.replay.sped.connect(lambda speed: self.send(SetSpeed(speed)))
        self.replay.sought.connect(lambda at: self.send(Seek(at)))
        self._acts: dict[str, Callable[[], object]] = {
            "help": self._show_keys,
            "look": self.sheets.look_newest,
            "export": self.sheets.show_export,
            "play": self.replay.toggle,
            "back": lambda: self.replay.step(-STEP_S),
            "on": lambda: self.replay.step(STEP_S),
            "strips": self._other_strips,
            "theme": self._other_theme,
            "wider": lambda: self._scale(1),
            "narrower": lambda: self._scale(-1),
            "full": self._full_screen,
            "unzoom": self._unzoom,
            "close": self.close,
        }
        for name, keys, _ in KEYS:
            act = self._acts.get(name, partial(self._say, MISSING % keys))
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.activated.connect(lambda act=act: act())
        for keys, act in (
            ("Escape", self.sheets.leave),
            ("PgUp", partial(self.sheets.looking.step, -1)),
            ("PgDown", partial(self.sheets.looking.step, 1)),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        for column, session in zip(self.columns, self.sessions, strict=True):
            for plot in column.plots:
                plot.hovered.connect(partial(self._hover, column, session))
                plot.left.connect(partial(column.trend.say, ""))

    def send(self, command: Command) -> None:
        """Ask both workers."""
        for send in self._send:
            send(command)

    def frame(self) -> None:
        """Take what has come and draw what has changed."""
        now = self._clock()
        for session, receive in zip(self.sessions, self._receive, strict=True):
            for report in receive(BUDGET_S / 2):
                session.take(report, now)
        one, two = (session.screen(now) for session in self.sessions)
        self._line_up(one, two)
        for column, screen, trend in zip(
            self.columns, (one, two), self._drawn, strict=True
        ):
            column.draw(replace(screen, trend=trend))
        furthest = max(
            (s.playback for s in (one, two) if s.playback is not None),
            key=lambda playback: playback.length_s,
            default=None,
        )
        if furthest is not None:
            self.replay.draw(furthest)
        self._show_words((one, two), now)
        for crosshair in self._crosshairs:
            crosshair.draw()
        self.sheets.looking.refresh()

    def _say(self, words: str) -> None:
        """Say something below, for a while."""
        self._told = (self._clock() + SAID_S, words)

    def _show_words(self, screens: tuple[Screen, Screen], now_s: float) -> None:
        """What wants attention, what was said last, or how to find the keys."""
        until_s, words = self._told
        urgent = [
            f"{column.name}: {message.condition} · {message.action}"
            for column, screen in zip(self.columns, screens, strict=True)
            for message in screen.messages
            if message.level is Level.ATTENTION
        ]
        self.said.show_text(
            words if now_s < until_s else "   ".join(urgent) or "F1: all keys"
        )

    def _show_keys(self) -> None:
        self.sheets.show_keys(
            [(keys, words) for name, keys, words in KEYS if name in self._acts]
        )

    def _hover(self, column: Column, session: Session, minute: float) -> None:
        column.trend.say(line_at(session.state, minute))

    def _unzoom(self) -> None:
        self._in_time.unzoom()
        for column in self.columns:
            column.spectrum.unzoom()

    def _full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _line_up(self, one: Screen, two: Screen) -> None:
        """Trends on one axis; those that did not change stay the same objects."""
        shown = (one.trend, two.trend)
        if self._shown and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        axes = together(one.trend.axis, two.trend.axis)
        low, high = min(t.low for t in shown), max(t.high for t in shown)
        self._drawn = tuple(
            replace(trend, axis=axis, low=low, high=high)
            for trend, axis in zip(shown, axes, strict=True)
        )

    def dress(self) -> None:
        """Give every panel the sizes of the window and the colours in use."""
        dots = self.logicalDpiY() / 96
        theme = theme_for(self.width(), self.height(), self.palette_in_use, dots)
        QApplication.setPalette(qt_palette(self.palette_in_use))
        self._page.setStyleSheet(style_sheet(theme))
        gap = theme.px(10)
        self._grid.setContentsMargins(gap, gap, gap, gap)
        self._grid.setSpacing(gap)
        for column in self.columns:
            column.dress(theme)
        for crosshair in self._crosshairs:
            crosshair.dress(theme)
        self.replay.dress(theme)
        self.replay.setFixedHeight(theme.px(70))
        self.said.dress(theme)
        self._grid.activate()  # the sheets lie over the columns
        self.sheets.dress(theme)

    def _scale(self, steps: int) -> None:
        wider = self.sessions[0].display.view.wider + steps
        for session in self.sessions:
            session.display.show(wider=wider)

    def _other_strips(self) -> None:
        for column in self.columns:
            column.quality.turn()

    def _other_theme(self) -> None:
        self.palette_in_use = LIGHT if self.palette_in_use is DARK else DARK
        self.dress()


def run_compare(
    names: tuple[str, str],
    configs: tuple[WorkerConfig, WorkerConfig],
    settings: tuple[Settings, Settings],
) -> int:
    """Show two recordings until the window is closed; returns the exit code."""
    app = application()
    app.setApplicationName("mrs-monitor")
    one, two = Worker(configs[0]), Worker(configs[1])
    window = CompareWindow(
        names,
        settings,
        (one.receive, two.receive),
        (one.send, two.send),
        theme=read_state(state_path()).theme,
    )
    screen = app.primaryScreen()
    if screen is not None:
        window.setGeometry(screen.availableGeometry())
    try:
        window.showMaximized()
        with loaded_is_kept():
            return app.exec()
    finally:
        one.stop()
        two.stop()
