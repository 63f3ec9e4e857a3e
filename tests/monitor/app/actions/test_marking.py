"""F5, F6 and their undo in the window: what is given at once and what is asked."""

import pytest
from fake_session import SETTINGS
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QApplication
from screen_cases import REPLAY

from monitor.analysis.update import Update
from monitor.run.outbox import Unsent
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Computed, SendEvent, Sent, Waiting
from streams.messages.marks import START, STOP, UNDO
from streams.messages.requests import EventRequest
from streams.messages.transient import MM_BEGIN, MM_END, Event

F5, F6, SPACE, RETURN = (
    Qt.Key.Key_F5, Qt.Key.Key_F6, Qt.Key.Key_Space, Qt.Key.Key_Return,
)  # fmt: skip


@pytest.fixture
def bench(open_bench, reports):
    """A window in the reference period of a live session."""
    bench = open_bench()
    bench.show(reports[:200])
    return bench


def recorded(bench, kind, time_s, author="operator"):
    event = Event(time_s, kind, "", author)
    bench.show([Computed(Update(9000, 0, event=event))])


def press(qtbot, bench, *keys):
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or bench.window, key)


def asks(bench):
    sheet = bench.window.operations.marks
    return sheet.said.full_text if sheet.isVisible() else ""


def test_the_first_start_is_given_at_once_and_the_second_asks(qtbot, bench):
    press(qtbot, bench, F5)
    assert bench.sent == [SendEvent(START)]
    press(qtbot, bench, F5)
    assert bench.sent == [SendEvent(START)]
    assert "given already" in asks(bench)
    recorded(bench, START, 300.0)
    press(qtbot, bench, F5)
    assert asks(bench) == ("The start stands at 05:00, given by an operator. Move it?")
    press(qtbot, bench, RETURN, SPACE, RETURN)  # nothing is chosen beforehand
    assert bench.sent == [SendEvent(START)]
    press(qtbot, bench, Qt.Key.Key_Escape)
    assert not asks(bench)
    assert bench.sent == [SendEvent(START)]


def test_a_button_that_is_still_down_when_the_question_closes_answers_nothing(
    qtbot, bench
):
    """Alt and a letter clicks a tenth of a second later: on a slow machine too late."""
    press(qtbot, bench, F5)
    recorded(bench, START, 300.0)
    press(qtbot, bench, F5)
    sheet = bench.window.operations.marks
    sheet.undo.animateClick()
    press(qtbot, bench, Qt.Key.Key_Escape)
    with qtbot.waitSignal(sheet.undo.clicked):
        pass
    assert bench.sent == [SendEvent(START)]


def test_a_stray_key_after_a_note_gives_no_mark(qtbot, bench):
    press(qtbot, bench, Qt.Key.Key_F8)
    line = bench.page.buttons.line
    qtbot.keyClicks(line, "eyes closed")
    press(qtbot, bench, RETURN, SPACE, RETURN, SPACE)
    assert [c.kind for c in bench.sent if isinstance(c, SendEvent)] == ["note"]
    for button in bench.page.buttons.buttons.values():
        assert button.focusPolicy() == Qt.FocusPolicy.NoFocus


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("5:10", SendEvent(START, time_s=310.0)),
        ("310s", SendEvent(START, time_s=310.0)),
        ("1 min ago", SendEvent(START, ago_s=60.0)),
        ("-90", SendEvent(START, ago_s=90.0)),
    ],
)
def test_a_start_is_moved_to_a_time_that_is_typed(qtbot, bench, typed, wanted):
    recorded(bench, START, 300.0)
    press(qtbot, bench, F5)
    qtbot.keyClicks(bench.window.operations.marks.time, typed)
    press(qtbot, bench, RETURN)
    assert bench.sent == [wanted]
    assert not asks(bench)


def test_what_is_no_time_or_has_not_come_is_said(qtbot, bench):
    recorded(bench, START, 300.0)
    press(qtbot, bench, F5)
    for typed, said in (("soon", "Type a time"), ("59:00", "has not come yet")):
        bench.window.operations.marks.time.setText(typed)
        press(qtbot, bench, RETURN)
        assert said in asks(bench)
    assert bench.sent == []


def test_now_and_taking_back_are_answers_too(qtbot, bench):
    recorded(bench, START, 300.0)
    press(qtbot, bench, F5)
    sheet = bench.window.operations.marks
    qtbot.mouseClick(sheet.now, Qt.MouseButton.LeftButton)
    press(qtbot, bench, F5)
    qtbot.mouseClick(sheet.undo, Qt.MouseButton.LeftButton)
    assert bench.sent == [SendEvent(START), SendEvent(UNDO, START)]


def test_a_mark_of_the_pump_is_replaced_by_an_answer_alone(qtbot, bench):
    recorded(bench, START, 300.0, "pump")
    press(qtbot, bench, F5)
    assert "given by the pump" in asks(bench)
    bench.window.operations.marks.time.setText("5:20")
    press(qtbot, bench, RETURN)
    assert bench.sent == [SendEvent(START, time_s=320.0, replaces=True)]


def test_the_last_mark_is_taken_back_after_a_question(qtbot, bench):
    qtbot.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not asks(bench)
    recorded(bench, START, 300.0)
    recorded(bench, STOP, 350.0)
    qtbot.keyClick(bench.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert asks(bench).endswith("given by an operator. Take it back?")
    sheet = bench.window.operations.marks
    qtbot.mouseClick(sheet.undo, Qt.MouseButton.LeftButton)
    assert bench.sent == [SendEvent(UNDO, STOP)]


def test_a_stop_without_a_start_and_a_mark_after_the_end_are_asked(qtbot, bench):
    press(qtbot, bench, F6)
    assert "No start is marked" in asks(bench)
    bench.show([Computed(Update(9001, 0, ended="finished"))])
    press(qtbot, bench, Qt.Key.Key_Escape, F5)
    assert "The session has ended" in asks(bench)
    assert not bench.window.operations.marks.now.isVisible()
    assert bench.sent == []


def test_a_start_that_was_refused_can_be_given_again(qtbot, bench):
    press(qtbot, bench, F5)
    bench.show([Sent(START, "This key may listen only.")])
    press(qtbot, bench, F5)
    assert bench.sent == [SendEvent(START), SendEvent(START)]


def test_a_replay_is_marked_where_it_is_shown(qtbot, open_bench, reports):
    bench = open_bench()
    replay = Stream(connected=True, playback=Playback(True, 1.0, 396.0, 1500.0))
    bench.show(reports[:200], replay)
    press(qtbot, bench, F5)
    shown_s = bench.window.session.state.time_s
    assert shown_s > 300
    assert bench.sent == [SendEvent(START, time_s=shown_s)]


def test_what_waits_for_the_relay_is_shown_and_asked_about(bench):
    note = Unsent(EventRequest("note", "coughed twice"), 0.0, "session")
    start = Unsent(EventRequest(START, time_s=612.0), 0.0, "session")
    bench.show([Waiting((start, note), "/some/folder")])
    texts = [m.condition for m in bench.window.seen().messages]
    (said,) = [text for text in texts if text.startswith("Not recorded yet")]
    assert "infusion on at 10:12, coughed twice" in said
    asked = []
    bench.window.sessions.ask_to_leave = lambda question: bool(asked.append(question))
    bench.window.close()
    assert "infusion on; coughed twice" in asked[0]
    assert "/some/folder" in asked[0]
    bench.show([Waiting(())])
    assert not any(m.key == "unsent" for m in bench.window.seen().messages)


def test_marks_that_were_given_are_forgotten_with_the_session(qtbot, bench, reports):
    press(qtbot, bench, F5)
    bench.window.begin(SETTINGS, lambda budget_s: [], bench.sent.append)
    bench.window.session.display.hear(Stream(connected=True, recording=True), 0.0)
    for report in reports[:200]:
        bench.window.session.take(report, 0.0)
    press(qtbot, bench, F5)
    assert bench.sent == [SendEvent(START), SendEvent(START)]


@pytest.mark.parametrize("size", [(960, 540), (1366, 768), (1920, 1080)])
def test_the_answers_stand_beside_one_another_within_the_sheet(
    qtbot, open_bench, reports, size
):
    bench = open_bench(size=size)
    bench.show(reports[:200])
    recorded(bench, START, 300.0)
    press(qtbot, bench, F5)
    sheet = bench.window.operations.marks
    qtbot.waitUntil(lambda: sheet.undo.height() > 0)
    first, second, third = (b.geometry() for b in (sheet.button, sheet.now, sheet.undo))
    assert first.right() < second.left() - 1
    assert second.right() < third.left() - 1
    assert third.right() <= sheet.time.geometry().right()
    for button in (sheet.button, sheet.now, sheet.undo):
        assert button.width() >= button.sizeHint().width()


def test_one_key_begins_and_ends_a_block_of_macromolecules(qtbot, bench):
    ctrl = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(bench.window, Qt.Key.Key_B, ctrl)
    bench.window.frame()
    assert bench.page.messages.first.full_text.startswith("macromolecules: sent")
    recorded(bench, MM_BEGIN, 400.0)
    qtbot.keyClick(bench.window, Qt.Key.Key_B, ctrl)
    recorded(bench, MM_END, 500.0)
    qtbot.keyClick(bench.window, Qt.Key.Key_B, ctrl)
    sent = [SendEvent(kind, "") for kind in (MM_BEGIN, MM_END, MM_BEGIN)]
    assert bench.sent == sent  # and nothing was asked


def test_a_replay_takes_no_block(qtbot, bench):
    bench.show([], REPLAY)
    qtbot.keyClick(bench.window, Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier)
    bench.show([], REPLAY)
    assert bench.sent == []
    assert any("no marks" in m.condition for m in bench.window.seen().messages)
