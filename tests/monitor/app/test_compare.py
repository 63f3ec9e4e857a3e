"""Two sessions side by side: one time axis, one set of controls."""

import pytest
from fake_session import SETTINGS, FakePipeline, messages
from PyQt6.QtCore import Qt

from monitor.app.compare import CompareWindow
from monitor.exchange import Computed, Heard, Play, Seek
from monitor.screen.parts import Playback, Stream


def reports(minutes):
    pipeline = FakePipeline()
    playback = Playback(True, 20.0, 60 * minutes, 60 * minutes)
    found = [Heard(Stream(connected=True, playback=playback))]
    return found + [
        Computed(pipeline.push(m)) for m in messages(minutes, stop_s=None, end=False)
    ]


@pytest.fixture
def pair(qtbot):
    long = reports(25.0)
    waiting = ([long[400:], long[:400]], [reports(14.0)])  # one ends before the other
    sent = ([], [])
    now = [100.0]
    window = CompareWindow(
        ("drug.mcap", "placebo.mcap"),
        (SETTINGS, SETTINGS),
        tuple(lambda b, w=w: w.pop() if w else [] for w in waiting),
        (sent[0].append, sent[1].append),
        lambda: now[0],
    )
    window._timer.stop()
    qtbot.addWidget(window)
    window.resize(1920, 1080)
    window.show()
    qtbot.waitUntil(window.isActiveWindow)
    for _ in range(4):
        window.frame()
        now[0] += 3
    return window, sent


def test_both_sessions_are_on_one_time_axis(pair):
    window, _ = pair
    one, two = window.columns
    spans = {
        tuple(plot.getViewBox().viewRange()[0])
        for column in (one, two)
        for plot in (column.trend.plot, *column.quality.plots)
    }
    assert len(spans) == 1
    assert one.headline.number.text() != "–"
    assert two.headline.number.text() != "–"
    assert (one.name.text(), two.name.text()) == ("drug.mcap", "placebo.mcap")
    assert one.geometry().right() < two.geometry().left()
    for column in (one, two):
        assert column.status.stream.text() == "REPLAY 20×"


def test_controls_play_both(qtbot, pair):
    window, sent = pair
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert sent[0] == sent[1] == [Play(False), Seek(25 * 60 - 60.0)]


def test_scale_and_estimate_are_those_of_both(qtbot, pair):
    window, _ = pair
    qtbot.keyClick(window, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_F7)
    for session in window.sessions:
        assert session.display.limit_percent == 50.0
        assert session.display.by_tracker
