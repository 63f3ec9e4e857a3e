"""What survives the window, and recordings that are opened in it."""

from pathlib import Path

import pytest
from fake_session import SETTINGS
from PyQt6.QtCore import QMimeData, QPointF, Qt, QUrl
from PyQt6.QtGui import QDropEvent

from monitor.app.actions.state import State, read_state, write_state
from monitor.app.widgets.theme import LIGHT
from monitor.app.window import Window
from monitor.run.stream_state import Playback, Stream
from monitor.run.worker_messages import Heard
from streams.errors import InputError

REPLAY = Stream(connected=True, playback=Playback(True, 20.0, 1200.0, 2998.0))


def test_state_comes_back(tmp_path):
    kept = State("light", 1, False, str(tmp_path), (10, 20, 1366, 768))
    write_state(kept, tmp_path / "deep" / "window.json")
    assert read_state(tmp_path / "deep" / "window.json") == kept


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"theme": 3, "geometry": [1, "x"], "wider": "y"}',
             '{"theme": "purple", "unknown": 1}'],
)  # fmt: skip
def test_a_damaged_state_gives_the_usual(tmp_path, text):
    place = tmp_path / "window.json"
    place.write_text(text)
    assert read_state(place) == State()
    assert read_state(tmp_path / "missing.json") == State()


def test_a_state_that_cannot_be_kept_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    write_state(State(), tmp_path / "file" / "window.json")


def test_a_window_begins_as_it_was_left(qtbot, tmp_path):
    kept = State("light", 1, folder=str(tmp_path))
    window = Window(SETTINGS, lambda b: [], lambda c: None, state=kept)
    qtbot.addWidget(window)
    window._timer.stop()
    assert window.page.palette_in_use is LIGHT
    assert window.session.display.view.wider == 1
    left = window.state()
    assert (left.theme, left.wider) == ("light", 1)
    assert left.folder == str(tmp_path)


def drop(window, path: Path) -> QDropEvent:
    held = QMimeData()
    held.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50),
        Qt.DropAction.CopyAction,
        held,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    return event


def test_a_recording_is_opened_by_dropping_it(open_bench, reports, tmp_path):
    bench = open_bench()
    bench.show(reports[:200], REPLAY)
    opened = []
    bench.window.sessions.open_session = opened.append
    assert drop(bench.window, tmp_path / "a.mcap").isAccepted()
    assert [opening.place for opening in opened] == [str(tmp_path / "a.mcap")]


def test_in_the_middle_of_a_run_dropping_asks(open_bench, reports, tmp_path):
    bench = open_bench()
    bench.show(reports[:200])
    opened = []
    bench.window.sessions.open_session = opened.append
    bench.window.sessions.ask_to_leave = lambda _: False
    drop(bench.window, tmp_path / "a.mcap")
    assert not opened


def test_a_file_that_cannot_be_opened_is_told(open_bench, reports, tmp_path):
    bench = open_bench()
    bench.show(reports[:200], REPLAY)

    def refuse(path):
        raise InputError("a.txt is no recording.")

    bench.window.sessions.open_session = refuse
    drop(bench.window, tmp_path / "a.txt")
    bench.window.frame()
    assert bench.page.messages.first.full_text == "a.txt is no recording."


def test_another_session_is_shown_as_the_last_one_was(open_bench, reports):
    bench = open_bench()
    bench.show(reports, REPLAY)
    bench.window.session.display.show(wider=1)
    bench.window.begin(SETTINGS, lambda b: [Heard(REPLAY)], bench.sent.append)
    for _ in range(6):
        bench.window.frame()
    display = bench.window.session.display
    assert display.view.wider == 1
    assert not display.state.quality.rows
    assert bench.page.headline.number.full_text == ""
