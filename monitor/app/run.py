"""The window from beginning to end: its worker, its state, and other sessions in it."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PyQt6.QtCore import QRect
from PyQt6.QtGui import QIcon

from monitor.app.actions.state import State, read_state, state_path, write_state
from monitor.app.gc_guard import loaded_is_kept
from monitor.app.page.render import application
from monitor.app.window import Window
from monitor.protocol.settings import Settings
from monitor.run.stream_state import Stream
from monitor.run.worker import Worker
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import Command, Heard, Report, SendEvent, Sent
from monitor.screen.rewindable import Session
from monitor.screen.sheets.new_session import Opening
from streams.errors import InputError

NO_SESSION = "no session is open: Ctrl+N begins one"
Reopen = Callable[[Opening], tuple[WorkerConfig, Settings, str]]
"""How another session is opened: its worker, its settings, and a title."""


class Nothing:
    """Stands for a worker as long as no session has been chosen."""

    def __init__(self) -> None:
        self._reports: list[Report] = [Heard(Stream(idle=True))]

    def receive(self, budget_s: float) -> list[Report]:
        """That there is nothing, once, and what became of what was asked for."""
        reports, self._reports = self._reports, []
        return reports

    def send(self, command: Command) -> None:
        """Nobody is there to hear it; of an event that is said."""
        if isinstance(command, SendEvent):
            said = Sent(command.kind, NO_SESSION, text=command.text)
            self._reports.append(said)

    def stop(self) -> None:
        """There is nothing to stop."""


def run_window(
    config: WorkerConfig | None,
    settings: Settings,
    title: str = "mrs-monitor",
    reopen: Reopen | None = None,
    opening: Opening | None = None,
) -> int:
    """Show the window until it is closed; returns the exit code.

    Without a `config` the window is empty and asks what to show.  `reopen` says how
    another session is opened; without it none can be.  `opening` is what this one was
    begun with.
    """
    app = application()
    app.setApplicationName("mrs-monitor")
    app.setWindowIcon(QIcon())
    place = state_path()
    state = read_state(place)
    workers: list[Worker | Nothing] = [Nothing() if config is None else Worker(config)]
    window = Window(
        settings, workers[0].receive, workers[0].send, theme=state.theme, state=state
    )
    window.setWindowTitle(title)

    def open_another(wanted: Opening) -> None:
        if reopen is None:
            return
        other, its_settings, its_title = reopen(wanted)
        workers.append(Worker(other))
        window.begin(its_settings, workers[-1].receive, workers[-1].send)
        window.setWindowTitle(its_title)
        workers.pop(0).stop()

    def open_golden(place: Path) -> tuple[Worker, Session]:
        if reopen is None:
            raise InputError("this window opens no other sessions")
        other, its_settings, _ = reopen(
            Opening(str(place), window.sessions.opening.protocol)
        )
        return Worker(other), Session(its_settings)

    if reopen is not None:
        window.sessions.open_session = open_another
    window.golden.open_with(open_golden)
    last = Opening(state.stream, state.protocol, state.key)
    window.sessions.opening = last if opening is None else opening
    if opening is not None and not opening.place and not opening.protocol:
        window.sessions.opening = replace(last, view=opening.view, who=opening.who)
    if window.sessions.opening.view:
        window.only_view()
    _place(window, state)
    # Ctrl-C: raised in a slot it would leave Qt hanging; quit() would ask first.
    before = signal.signal(signal.SIGINT, lambda number, frame: app.exit(130))
    try:
        _show(window, state)
        if config is None:
            window.sessions.show_beginning()
        with loaded_is_kept():
            return app.exec()
    finally:
        signal.signal(signal.SIGINT, before)
        write_state(window.state(), place)
        window.golden.drop()
        workers[-1].stop()


def _place(window: Window, state: State) -> None:
    """Where it was, or all over the screen, for where nothing maximises windows."""
    screen = window.screen()
    if screen is None:
        return
    room = screen.availableGeometry()
    kept = QRect(*state.geometry) if state.geometry else room
    window.setGeometry(kept if room.contains(kept) else room)


def _show(window: Window, state: State) -> None:
    if state.full_screen:
        window.showFullScreen()
    elif state.geometry:
        window.show()
    else:
        window.showMaximized()
