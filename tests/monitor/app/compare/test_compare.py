"""Two sessions side by side: one time axis, one set of controls."""

from itertools import combinations

import pytest
from fake_session import SETTINGS, FakePipeline, messages
from PyQt6.QtCore import Qt

from monitor.analysis.tracking.answer import Answer
from monitor.analysis.update import Update
from monitor.app.compare.window import CompareWindow
from monitor.app.widgets.text import Text
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Computed, Heard, Inspected, Play, Seek
from streams.messages.transient import Event


def reports(minutes):
    pipeline = FakePipeline()
    playback = Playback(True, 20.0, 60 * minutes, 60 * minutes)
    found = [Heard(Stream(connected=True, playback=playback))]
    found += [
        Computed(pipeline.push(m)) for m in messages(minutes, stop_s=None, end=False)
    ]
    note = Event(650.0, "note", "subject coughed")  # close to the infusion's start
    unsure = {SETTINGS.outcome: Answer(6.0, 12.0, -2.5, 9.5, 12.0)}
    return [*found, Computed(Update(10**6, 0, event=note, answers=unsure))]


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
    names = [column.status.details[0].text() for column in (one, two)]
    assert names == ["drug.mcap", "placebo.mcap"]
    reached = [column.status.details[1].text() for column in (one, two)]
    assert reached == ["at 24:58", "at 13:58"]
    assert one.geometry().right() < two.geometry().left()
    for column in (one, two):
        assert column.status.stream.text() == "REPLAY 20×"


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
def test_every_word_is_whole_and_labels_stand_clear(qtbot, pair, size):
    window, _ = pair
    window.resize(*size)
    for _ in range(6):
        qtbot.wait(10)
        window.frame()
    shown = [t for t in window.findChildren(Text) if t.isVisible()]
    assert not [t.full_text for t in shown if t.cut]
    for column in window.columns:
        items = [i for i in column.trend.plot.labels.items if i.isVisible()]
        assert len(items) >= 2
        boxes = [item.mapRectToScene(item.boundingRect()) for item in items]
        inner = [box.adjusted(1, 1, -1, -1) for box in boxes]
        assert not any(a.intersects(b) for a, b in combinations(inner, 2))
        assert column.trend.plot.getViewBox().sceneBoundingRect().contains(boxes[0])


def test_a_key_for_one_session_says_so(qtbot, pair):
    window, _ = pair
    qtbot.keyClick(window, Qt.Key.Key_F2)
    window.frame()
    assert window.said.text() == "F2 is for the window of one session"
    qtbot.keyClick(window, Qt.Key.Key_F1)
    assert window.sheets.keys.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.sheets.keys.isVisible()


def test_a_window_of_either_session_is_looked_at(qtbot, pair):
    window, sent = pair
    look = window.sheets.look
    window.columns[1].trend.plot.clicked.emit(2.0)
    assert look.isVisible()
    assert look.title.full_text.endswith("placebo.mcap")
    (asked,) = sent[1]
    curves = FakePipeline().curves_between(*asked.spans_s[0])
    window.sessions[1].take(Inspected(asked.spans_s, (curves, curves)), 0.0)
    window.frame()
    assert len(look.plots[1]._model.getData()[0])
    title = look.names[1].full_text
    qtbot.keyClick(window, Qt.Key.Key_PageUp)
    assert look.names[1].full_text != title
    qtbot.keyClick(window, Qt.Key.Key_F3)  # open: the other session
    assert look.title.full_text.endswith("drug.mcap")
    assert sent[0]
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not look.isVisible()


@pytest.mark.parametrize(("what", "kind"), [("page", "png"), ("right trend", "svg")])
def test_plots_of_either_session_are_saved(qtbot, pair, tmp_path, what, kind):
    window, _ = pair
    export = window.sheets.export
    window.sheets.folder = tmp_path
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    export.what.setCurrentText(what)
    export.kind.setCurrentText(kind)
    export.done()
    assert export.isHidden()
    (saved,) = tmp_path.iterdir()
    assert saved.name == f"{what.replace(' ', '-')}.{kind}"
    window.frame()
    assert window.said.full_text == f"saved: {saved}"
    window.columns[1].trend.plot.menu.emit()
    assert export.what.currentText() == "right trend"
    export.path.setText(str(tmp_path / "missing" / "x.png"))
    export.done()
    assert export.isVisible()
    assert "cannot be written" in export.said.full_text


def test_zoom_is_that_of_both_and_one_key_undoes_it(qtbot, pair):
    window, _ = pair
    one, two = (column.trend.plot for column in window.columns)
    one.getViewBox().setRange(xRange=(1, 2), padding=0)
    one.getViewBox().sigRangeChangedManually.emit([True, True])
    wanted = pytest.approx([1, 2])
    qtbot.waitUntil(lambda: two.getViewBox().viewRange()[0] == wanted)
    qtbot.keyClick(window, Qt.Key.Key_Home)
    assert two.getViewBox().viewRange()[0] != pytest.approx([1, 2])


def test_the_crosshair_stands_at_the_same_time_in_both(pair):
    window, _ = pair
    window.columns[0].trend.plot.pointed.emit(8.0, 0.0)
    window.frame()
    found = window._crosshairs[0]._crosses
    assert {cross.line.value() for cross in found.values()} == {8.0}
    (said,) = [c for c in found.values() if c.words.isVisible()]
    assert said.words.toPlainText().startswith("+08:00")


def test_controls_play_both(qtbot, pair):
    window, sent = pair
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert sent[0] == sent[1] == [Play(False), Seek(25 * 60 - 60.0)]


def test_scale_and_strips_are_those_of_both(qtbot, pair):
    window, _ = pair
    qtbot.keyClick(window, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClick(window, Qt.Key.Key_F7)
    for _ in range(6):
        window.frame()
    for session, column in zip(window.sessions, window.columns, strict=True):
        assert session.display.view.wider == 1
        named = column.quality.plots[0].axis("left")._tickLevels[0][0][1]
        assert named == session.screen(0.0).strips[3].name
