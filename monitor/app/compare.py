"""Two sessions side by side on a common time axis: a drug day against a placebo day.

Each has a worker of its own; one set of controls plays both, and the key of a replay
does the same as in the window of one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PyQt6.QtWidgets import QFrame, QGridLayout, QMainWindow, QVBoxLayout, QWidget

from monitor.app.headline import HeadlinePanel
from monitor.app.quality import QualityPanel
from monitor.app.render import application
from monitor.app.replay import ReplayPanel
from monitor.app.spectrum import SpectrumPanel
from monitor.app.state import read_state, state_path
from monitor.app.status import StatusPanel
from monitor.app.text import Text
from monitor.app.theme import DARK, LIGHT, THEMES, Theme, style_sheet, theme_for
from monitor.app.trend import TrendPanel
from monitor.app.window import BUDGET_S, FRAME_MS, STEP_S
from monitor.display import wider
from monitor.exchange import Command, Play, Report, Seek, SetSpeed
from monitor.screen.axis import together
from monitor.screen.keys import KEY
from monitor.screen.parts import Screen, Trend
from monitor.session import Session
from monitor.settings import Settings
from monitor.worker import Worker, WorkerConfig


class Column(QFrame):
    """One of the sessions: name, number, trend, quality, spectrum."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.name = Text(30, 17, bold=True)
        self.status = StatusPanel()
        self.headline = HeadlinePanel()
        self.trend = TrendPanel()
        self.quality = QualityPanel()
        self.spectrum = SpectrumPanel()
        for widget, share in (
            (self.name, 0), (self.status, 0), (self.headline, 0), (self.trend, 40),
            (self.quality, 24), (self.spectrum, 36),
        ):  # fmt: skip
            self._rows.addWidget(widget, share)
        self.name.show_text(name)
        self._turn = 0

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        self._rows.setSpacing(theme.px(8))
        for panel in (
            self.name, self.status, self.headline, self.trend, self.quality,
            self.spectrum,
        ):  # fmt: skip
            panel.dress(theme)

    def draw(self, screen: Screen) -> None:
        """Show a session: words, and one plot at a time."""
        self.status.draw(screen.status)
        self.headline.draw(screen.headline)
        axis = screen.trend.axis
        plots: tuple[Callable[[], None], ...] = (
            lambda: self.trend.draw(screen.trend),
            lambda: self.quality.draw(screen.strips, axis),
            lambda: self.spectrum.draw(screen.spectrum),
        )
        plots[self._turn % len(plots)]()
        self._turn += 1


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
        self._grid.setRowStretch(0, 1)
        self.setCentralWidget(self._page)
        self._shown: tuple[Trend, ...] = ()
        self._drawn: tuple[Trend, ...] = ()
        self._connect()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self.frame)
        self._timer.start(FRAME_MS)

    def _connect(self) -> None:
        self.replay.played.connect(lambda playing: self.send(Play(playing)))
        self.replay.sped.connect(lambda speed: self.send(SetSpeed(speed)))
        self.replay.sought.connect(lambda at: self.send(Seek(at)))
        acts: dict[str, Callable[[], object]] = {
            "play": self.replay.toggle,
            "back": lambda: self.replay.step(-STEP_S),
            "on": lambda: self.replay.step(STEP_S),
            "estimate": self._other_estimate,
            "theme": self._other_theme,
            "wider": lambda: self._scale(1),
            "narrower": lambda: self._scale(-1),
            "close": self.close,
        }
        for name, act in acts.items():
            shortcut = QShortcut(QKeySequence(KEY[name]), self)
            shortcut.activated.connect(lambda act=act: act())

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

    def _line_up(self, one: Screen, two: Screen) -> None:
        """Trends on one axis; those that did not change stay the same objects."""
        shown = (one.trend, two.trend)
        if self._shown and all(a is b for a, b in zip(shown, self._shown, strict=True)):
            return
        self._shown = shown
        axes = together(one.trend.axis, two.trend.axis)
        self._drawn = tuple(
            replace(trend, axis=axis) for trend, axis in zip(shown, axes, strict=True)
        )

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Follow the size of the window."""
        super().resizeEvent(event)
        self.dress()

    def dress(self) -> None:
        """Give every panel the sizes of the window and the colours in use."""
        dots = self.logicalDpiY() / 96
        theme = theme_for(self.width(), self.height(), self.palette_in_use, dots)
        narrow = replace(theme, unit=0.8 * theme.unit)
        self._page.setStyleSheet(style_sheet(narrow))
        gap = theme.px(10)
        self._grid.setContentsMargins(gap, gap, gap, gap)
        self._grid.setSpacing(gap)
        for column in self.columns:
            column.dress(narrow)
        self.replay.dress(theme)
        self.replay.setFixedHeight(theme.px(70))

    def _scale(self, steps: int) -> None:
        limit = wider(self.sessions[0].display.limit_percent, steps)
        for session in self.sessions:
            session.display.show(limit=limit)

    def _other_estimate(self) -> None:
        by_tracker = not self.sessions[0].display.by_tracker
        for session in self.sessions:
            session.display.show(by_tracker=by_tracker)

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
        return app.exec()
    finally:
        one.stop()
        two.stop()
