"""The window draws at once what came or was done, else a few times a second."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication

from monitor.app.page.page import PLOTS
from monitor.run.stream_state import Playback
from monitor.run.worker_messages import Heard
from monitor.screen.rewindable import Session

TURN_S = 0.04


@pytest.fixture
def counted(open_bench, reports, monkeypatch):
    """A bench that has shown a session, and a list of the screens built."""
    bench = open_bench()
    bench.show(reports[:400])
    built = []
    made = Session.screen

    def screen(self, now_s, plot=""):
        built.append(now_s)
        return made(self, now_s, plot)

    monkeypatch.setattr(Session, "screen", screen)
    turn(bench, 2 * len(PLOTS))
    built.clear()
    return bench, built


def turn(bench, turns):
    for _ in range(turns):
        bench.window.turn()
        bench.now += TURN_S


def test_between_transients_screens_are_built_as_clocks_need_them(counted):
    bench, built = counted
    turn(bench, 100)  # four seconds
    assert 16 <= len(built) <= 24


def test_the_clock_shows_every_second(counted):
    bench, _ = counted
    shown = set()
    for _ in range(100):
        turn(bench, 1)
        shown.add(bench.page.status.phase.text())
    assert len(shown) in (4, 5)


def test_an_update_is_drawn_whole_at_once(counted, reports):
    bench, built = counted
    bench.waiting = [reports[400]]
    turn(bench, len(PLOTS))
    assert len(built) == len(PLOTS)


def test_where_a_replay_is_alone_can_wait(counted):
    bench, built = counted
    for at in range(100):
        playback = Playback(position_s=700 + at, length_s=1500, playing=True, speed=1.0)
        bench.waiting = [Heard(stream_at(bench, playback))]
        turn(bench, 1)
    assert len(built) <= 24


def stream_at(bench, playback):
    return replace(bench.window.session.state.stream, playback=playback)


def test_a_key_is_drawn_in_the_next_turn(counted, qtbot):
    bench, built = counted
    qtbot.keyClick(bench.window, Qt.Key.Key_F2)
    turn(bench, 1)
    assert built


@pytest.mark.parametrize("act", ["move", "press", "wheel"])
def test_the_mouse_is_drawn_in_the_next_turn(counted, act):
    bench, built = counted
    handle = bench.window.windowHandle()  # where the platform's events arrive
    plot = bench.page.trend.plot
    at = QPointF(plot.mapTo(bench.window, plot.rect().center()))
    QApplication.sendEvent(handle, mouse(act, at, handle.mapToGlobal(at)))
    turn(bench, 1)
    assert built


def mouse(act, at, on_screen):
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    keys = Qt.KeyboardModifier.NoModifier
    if act == "wheel":
        still, phase = QPoint(0, 0), Qt.ScrollPhase.NoScrollPhase
        return QWheelEvent(
            at, on_screen, still, QPoint(0, 120), none, keys, phase, False
        )
    kinds = QEvent.Type.MouseMove, QEvent.Type.MouseButtonPress
    kind, button = (kinds[0], none) if act == "move" else (kinds[1], left)
    return QMouseEvent(kind, at, on_screen, button, button, keys)
