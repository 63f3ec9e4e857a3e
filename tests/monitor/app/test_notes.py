"""Notes that are typed: none is lost, and none is typed where none is taken."""

import pytest
from fake_session import SETTINGS
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication

from monitor.app.run import Nothing
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Play, SendEvent

REPLAY = Stream(connected=True, playback=Playback(True, 1.0, 396.0, 1500.0))


def press(qtbot, bench, *keys):
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or bench.window, key)


def test_a_question_in_the_middle_of_a_note_leaves_its_words(
    qtbot, open_bench, reports
):
    bench = open_bench()
    bench.show(reports[:200])
    press(qtbot, bench, Qt.Key.Key_F5, Qt.Key.Key_F8)
    line = bench.page.buttons.line
    qtbot.keyClicks(line, "coughed")
    press(qtbot, bench, Qt.Key.Key_F5)  # the second: asks
    marks = bench.window.operations.marks
    assert marks.isVisible()
    press(qtbot, bench, Qt.Key.Key_Escape)
    assert not marks.isVisible()
    assert line.isVisible()
    press(qtbot, bench, Qt.Key.Key_F8)
    qtbot.keyClicks(line, " twice")
    press(qtbot, bench, Qt.Key.Key_Return)
    assert bench.sent[-1] == SendEvent("note", "coughed twice")
    press(qtbot, bench, Qt.Key.Key_F8)
    assert line.text() == ""


def test_a_replay_says_that_it_takes_no_note(qtbot, open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200], REPLAY)
    press(qtbot, bench, Qt.Key.Key_F8)
    bench.show([], REPLAY)
    assert any("no notes" in m.condition for m in bench.window.seen().messages)
    press(qtbot, bench, Qt.Key.Key_Space)  # is the replay's, as ever
    assert bench.sent == [Play(False)]
    bench.window.begin(SETTINGS, lambda budget_s: [], bench.sent.append)
    bench.show(reports[:200])
    assert not bench.page.buttons.line.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_F5, Qt.Key.Key_F8])
def test_without_a_session_nothing_is_said_to_be_recorded(qtbot, open_bench, key):
    bench, nothing = open_bench(), Nothing()
    bench.window.begin(SETTINGS, nothing.receive, nothing.send)
    bench.window.frame()
    press(qtbot, bench, key)
    if key == Qt.Key.Key_F5:  # nothing has come: it asks
        bench.window.operations.marks.now.click()
    else:
        qtbot.keyClicks(bench.page.buttons.line, "coughed")
        press(qtbot, bench, Qt.Key.Key_Return)
    bench.window.frame()
    said = [f"{m.condition} {m.action}" for m in bench.window.seen().messages]
    assert any("Not recorded" in one and "Ctrl+N" in one for one in said)
    assert not any("sent" in one or "Fitting" in one for one in said)


@pytest.mark.parametrize("typed", ["", "cough"])
def test_a_click_beside_an_empty_note_leaves_it(qtbot, open_bench, reports, typed):
    """Who has only a mouse has come there by mistake; words are never lost."""
    bench = open_bench()
    bench.show(reports[:200])
    buttons = bench.page.buttons
    qtbot.mouseClick(buttons.buttons["note"], Qt.MouseButton.LeftButton)
    qtbot.keyClicks(buttons.line, typed)
    bench.window.activateWindow()
    buttons.line.setFocus()
    qtbot.waitUntil(buttons.line.hasFocus)
    bench.page.setFocus(Qt.FocusReason.MouseFocusReason)
    assert buttons.line.isVisible() == bool(typed)
    assert buttons.line.text() == typed
