"""Every job with the keyboard alone or the mouse alone; no key or wheel does another's.

What has a button, a field or a list is reached by Tab and done by Space or Return.
"""

import pytest
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QColor, QWheelEvent
from PyQt6.QtWidgets import (
    QApplication,
    QFileDialog,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeView,
    QWidget,
)
from screen_cases import REPLAY

from monitor.app.widgets.theme import DARK
from monitor.run.worker_messages import Play, Seek, SendEvent, SetSpeed
from streams.messages.marks import START

Key = Qt.Key
TAB, SPACE, RETURN = Key.Key_Tab, Key.Key_Space, Key.Key_Return


@pytest.fixture
def live(open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200])
    return bench


@pytest.fixture
def replay(open_bench, reports):
    bench = open_bench()
    bench.show(reports[:200], REPLAY)
    return bench


def press(qtbot, bench, *keys) -> None:
    for key in keys:
        qtbot.keyClick(QApplication.focusWidget() or bench.window, key)


def tab_to(qtbot, bench, widget: QWidget) -> None:
    for _ in range(20):
        if widget.hasFocus():
            return
        press(qtbot, bench, TAB)
    raise AssertionError("Tab does not come there")


def wheel(widget: QWidget, steps: int = 1) -> None:
    at = QPointF(widget.width() / 2, widget.height() / 2)
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, -120 * steps),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


@pytest.mark.parametrize("key", [SPACE, RETURN])
@pytest.mark.parametrize("kind", ["live", "replay"])
def test_a_summary_is_saved_with_the_keyboard(qtbot, request, tmp_path, kind, key):
    bench = request.getfixturevalue(kind)
    operations = bench.window.operations
    operations.folder = tmp_path
    press(qtbot, bench, Key.Key_F10)
    tab_to(qtbot, bench, operations.summary.save)
    press(qtbot, bench, key)
    assert [path.suffix for path in tmp_path.iterdir()] == [".png"]
    assert not any(isinstance(sent, Play) for sent in bench.sent)


def test_space_plays_where_no_button_has_the_focus(qtbot, replay):
    assert QApplication.focusWidget() is replay.page
    press(qtbot, replay, SPACE)
    assert replay.sent == [Play(False)]
    press(qtbot, replay, Key.Key_F12, SPACE)
    assert replay.sent == [Play(False)] * 2
    tab_to(qtbot, replay, replay.page.replay.play)
    press(qtbot, replay, SPACE)
    assert replay.sent == [Play(False)] * 3


def test_return_does_what_the_button_with_the_focus_says(qtbot, live):
    press(qtbot, live, Key.Key_F5, Key.Key_F5)
    marks = live.window.operations.marks
    tab_to(qtbot, live, marks.now)
    press(qtbot, live, RETURN)
    assert [c.kind for c in live.sent if isinstance(c, SendEvent)] == [START, START]
    assert not marks.isVisible()


def test_a_recording_is_asked_for_where_its_button_has_the_focus(
    qtbot, live, monkeypatch
):
    asked: list[str] = []
    monkeypatch.setattr(
        "monitor.app.sheets.begin.ask_for_file",
        lambda *_: asked.append("a file"),
    )
    opened: list[object] = []
    live.window.sessions.open_session = opened.append
    live.window.sessions.show_beginning()
    tab_to(qtbot, live, live.window.operations.begin.recording)
    press(qtbot, live, RETURN)
    assert (asked, opened) == (["a file"], [])


def test_tab_comes_to_nothing_that_takes_no_key(qtbot, replay):
    seen: set[QWidget] = set()
    for _ in range(12):
        press(qtbot, replay, TAB)
        seen.add(QApplication.focusWidget())
    panel = replay.page.replay
    assert {panel.play, panel.speed, panel.slider} <= seen
    assert not any(isinstance(widget, QLabel) for widget in seen)


@pytest.mark.parametrize(
    ("key", "to_s"),
    [(Key.Key_Up, 70.0), (Key.Key_Down, 50.0), (Key.Key_End, 600.0)],
)
def test_the_keys_of_the_slider_go_where_it_stands(qtbot, replay, key, to_s):
    slider = replay.page.replay.slider
    tab_to(qtbot, replay, slider)
    replay.sent.clear()
    press(qtbot, replay, key)
    assert replay.sent == [Seek(to_s)]
    assert slider.value() == to_s


def test_a_drag_of_the_slider_seeks_once_where_it_ends(qtbot, replay):
    slider = replay.page.replay.slider
    middle = slider.height() // 2
    left, there = Qt.MouseButton.LeftButton, QPoint(slider.width() // 2, middle)
    qtbot.mousePress(slider, left, pos=QPoint(slider.width() // 4, middle))
    for share in (3, 4, 5):
        qtbot.mouseMove(slider, QPoint(slider.width() * share // 10, middle))
    assert not any(isinstance(sent, Seek) for sent in replay.sent)
    qtbot.mouseRelease(slider, left, pos=there)
    assert replay.sent == [Seek(float(slider.value()))]


def test_a_stray_wheel_changes_nothing(qtbot, replay):
    panel = replay.page.replay
    wheel(panel.speed)
    assert not any(isinstance(sent, SetSpeed) for sent in replay.sent)
    wheel(panel.slider)
    assert replay.sent == []
    press(qtbot, replay, Key.Key_F4)
    choices = replay.window.operations.choices
    before = choices.wanted()
    for field in (choices.outcome, choices.step):
        wheel(field)
    assert choices.wanted() == before
    choices.step.setFocus()  # one that was clicked takes it
    wheel(choices.step)
    assert choices.wanted().step == before.step - 1


def edge_of(widget: QWidget) -> set[str]:
    """Colours in the middle of a widget's left edge."""
    picture = widget.grab().toImage()
    row = picture.height() // 2
    return {QColor(picture.pixel(x, row)).name() for x in range(4)}


@pytest.mark.parametrize("name", ["reference", "outcome", "button"])
def test_what_has_the_focus_is_seen(live, name):
    press_f4 = live.window.operations.show_choices
    press_f4()
    field = getattr(live.window.operations.choices, name)
    accent = QColor(DARK.accent).name()
    live.page.setFocus()
    assert accent not in edge_of(field)
    field.setFocus()
    assert accent in edge_of(field)


def test_the_slider_and_the_menu_show_their_focus(qtbot, replay):
    slider = replay.page.replay.slider
    accent = QColor(DARK.accent).rgb()

    def blue(widget: QWidget) -> int:
        picture = widget.grab().toImage()
        places = [(x, y) for x in range(picture.width()) for y in (8, 15, 20)]
        return sum(picture.pixel(x, min(y, picture.height() - 1)) == accent
                   for x, y in places)  # fmt: skip

    assert blue(slider) == 0
    tab_to(qtbot, replay, slider)
    assert blue(slider) > 4


def test_a_click_on_the_menu_leaves_space_to_the_replay(qtbot, replay, monkeypatch):
    menu = replay.page.status.menu
    assert isinstance(menu, QPushButton)
    monkeypatch.setattr("PyQt6.QtWidgets.QMenu.exec", lambda *_: None)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton)
    press(qtbot, replay, SPACE)
    assert replay.sent == [Play(False)]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_a_dialog_of_files_shows_its_columns_and_where_the_focus_is(
    qtbot, live, tmp_path, theme
):
    if theme == "light":
        press(qtbot, live, Key.Key_F9)
    palette = live.window.page.palette_in_use
    dialog = QFileDialog(live.window.page, "Open", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    dialog.resize(800, 500)
    with qtbot.waitExposed(dialog):
        dialog.show()
    header = dialog.findChild(QHeaderView)
    assert header.grab().toImage().pixelColor(2, 2) == QColor(palette.panel)
    files = dialog.findChild(QTreeView)
    files.setFocus()
    qtbot.waitUntil(files.hasFocus)
    edge = files.grab().toImage().pixelColor(0, files.height() // 2)
    assert edge == QColor(palette.accent)
    dialog.close()


def test_a_second_click_on_the_menu_is_not_one_on_its_first_line(
    qtbot, live, monkeypatch
):
    """A low screen moves the menu up, beside its button or over it."""
    places = []
    monkeypatch.setattr(
        "PyQt6.QtWidgets.QMenu.exec",
        lambda menu, at: places.append((at.x(), menu.sizeHint().width())),
    )
    button = live.page.status.menu
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    ((left, width),) = places
    assert left + width <= button.mapToGlobal(QPoint(0, 0)).x()
