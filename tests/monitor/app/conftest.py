"""A window whose worker and clock are in the hand of the test."""

import gc
import os
from collections.abc import Callable, Iterator

import pytest
from fake_session import SETTINGS, FakeFeed, FakePipeline, messages
from PyQt6.QtCore import QCoreApplication, QEvent

from monitor.app.page import render
from monitor.app.window import Window
from monitor.run.loop import Loop
from monitor.run.stream_state import Stream
from monitor.run.worker_config import WorkerConfig
from monitor.run.worker_messages import Computed, Heard, Report
from streams.relay import relays_here

LIVE = FakeFeed().health
NOW = 10_000.0


@pytest.fixture(scope="session", autouse=True)
def letters(qapp) -> None:
    """The program's own typeface, or none of its own where that is asked for."""
    with pytest.MonkeyPatch.context() as patch:
        if "MRS_TEST_WITHOUT_TYPEFACE" in os.environ:
            patch.setattr(render, "letter_files", list)
        render.load_typeface()


@pytest.fixture(autouse=True)
def qt_ends_windows(qapp) -> Iterator[None]:
    """Windows end as Qt ends them, whole, and never in the middle of a paint event.

    Python's collector takes a window that nobody holds apart at any time and in any
    order, lines before the plot that they are drawn in.
    """
    gc.disable()
    yield
    for window in qapp.topLevelWidgets():
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.enable()
    gc.collect()


@pytest.fixture(autouse=True)
def no_relay_on_this_machine(monkeypatch, tmp_path) -> None:
    """Tests beside this one run relays, which a window would offer."""
    monkeypatch.setattr(relays_here, "notes_folder", lambda: tmp_path / "relays")


class Bench:
    """A window with a worker and a clock in the hand of the test."""

    def __init__(self, qtbot, settings=SETTINGS, size=(1366, 768)) -> None:
        self.waiting: list[Report] = []
        self.sent: list = []
        self.now = NOW
        self.window = Window(
            settings, self._receive, self.sent.append, lambda: self.now
        )
        self.window._timer.stop()  # frames are drawn when the test says so
        self.window.sessions.ask_to_leave = lambda _: True
        qtbot.addWidget(self.window)
        self.window.resize(*size)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.page = self.window.page

    def _receive(self, budget_s: float) -> list[Report]:
        reports, self.waiting = self.waiting, []
        return reports

    def show(self, reports: list[Report], stream: Stream = LIVE) -> None:
        self.waiting = [Heard(stream), *reports]
        for _ in range(6):  # one plot is drawn in each frame
            self.window.frame()
            self.now += 0.5


@pytest.fixture
def open_bench(qtbot) -> Iterator[Callable[..., Bench]]:
    """Opens benches."""
    kept: list[Bench] = []

    def open_one(**options) -> Bench:
        kept.append(Bench(qtbot, **options))
        return kept[-1]

    yield open_one
    for one in kept:
        one.window.sessions.ask_to_leave = lambda _: True
        one.window.close()


@pytest.fixture(scope="session")
def reports() -> list[Report]:
    pipeline = FakePipeline()
    return [Computed(pipeline.push(m)) for m in messages(25.0, end=False)]


class SilentFeed:
    """A feed that sends nothing of its own; it takes events, or refuses them."""

    def __init__(self, refuse: bool = False) -> None:
        self.events: list[tuple[str, str]] = []
        self.recorder = None if refuse else self
        self.replay = None

    def send_event(self, kind, text=""):
        self.events.append((kind, text))

    def record_event(self, request, timeout_s):
        return self.send_event(request.kind, request.text)

    def stream(self, waiting):
        return LIVE

    def poll(self, timeout_s):
        return []


class Whole(Bench):
    """A bench with the worker's loop behind it: what is asked for is answered."""

    def __init__(self, qtbot, refuse: bool = False, minutes=25.0, **options) -> None:
        super().__init__(qtbot, **options)
        self.feed = SilentFeed(refuse)
        settings = options.get("settings", SETTINGS)
        self.loop = Loop(WorkerConfig(None, None), self.feed, FakePipeline(settings))
        for message in messages(minutes, end=False):
            self.loop._work(message)
        self.answer()

    def answer(self) -> None:
        """Let the worker do what it was asked for, and show it."""
        for command in self.sent:
            self.loop.obey(command)
        self.sent.clear()
        reports, self.loop.reports = self.loop.reports, []
        self.show(reports)


@pytest.fixture
def open_whole(qtbot) -> Iterator[Callable[..., Whole]]:
    """Opens benches with a worker's loop."""
    kept: list[Whole] = []

    def open_one(**options) -> Whole:
        kept.append(Whole(qtbot, **options))
        return kept[-1]

    yield open_one
    for one in kept:
        one.window.close()
