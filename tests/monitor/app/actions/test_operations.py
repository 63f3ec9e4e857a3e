"""What the operator asks for beyond the markers: sheets, zoom, files."""

import csv
import json
from dataclasses import replace
from itertools import pairwise

import pytest
from fake_session import SETTINGS
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QImage

from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import LEAST_TEXT_PX
from monitor.run.worker_messages import Inspect, SendEvent
from monitor.screen.fold import tell_sentence
from monitor.screen.keys import KEYS
from monitor.screen.screen import Row, Table
from streams.messages.transient import Event, Message

SHEETS = {
    "F1": "keys", "F2": "checks", "F3": "look", "F4": "choices", "F10": "summary",
    "F12": "log",
}  # fmt: skip


def key(name):
    return getattr(Qt.Key, f"Key_{name}")


@pytest.mark.parametrize(("keys", "name"), SHEETS.items())
def test_the_cross_closes_a_sheet_for_who_has_only_a_mouse(
    qtbot, open_whole, keys, name
):
    whole = open_whole(size=(1366, 768))
    qtbot.keyClick(whole.window, key(keys))
    whole.answer()
    sheet = getattr(whole.window.operations, name)
    assert sheet.isVisible()
    assert sheet.cross.width() >= 17
    qtbot.mouseClick(sheet.cross, Qt.MouseButton.LeftButton)
    assert not sheet.isVisible()


@pytest.mark.parametrize(("keys", "name"), SHEETS.items())
def test_a_key_opens_a_sheet_over_the_plots_and_escape_closes_it(
    qtbot, open_whole, keys, name
):
    whole = open_whole(size=(1366, 768))
    qtbot.keyClick(whole.window, key(keys))
    whole.answer()
    sheet = getattr(whole.window.operations, name)
    assert sheet.isVisible()
    page = whole.page
    beside = (page.status, page.messages, page.acts)
    for other in beside if sheet.wide else (*beside, page.headline):
        assert not sheet.geometry().intersects(other.geometry())
    shown = [text for text in sheet.findChildren(Text) if text.isVisible()]
    assert shown
    assert not [t.full_text for t in shown if t.cut]
    assert min(text.font().pixelSize() for text in shown) >= LEAST_TEXT_PX
    for text in shown:
        corner = text.mapTo(sheet, QPoint(0, text.height()))
        assert corner.y() <= sheet.height(), text.full_text
    qtbot.keyClick(whole.window, Qt.Key.Key_Escape)
    assert not sheet.isVisible()


def test_what_takes_long_to_make_is_made_when_it_is_opened(qtbot, open_whole):
    whole = open_whole(size=(1366, 768))
    operations, before = whole.window.operations, len(whole.window.operations.sheets)
    whole.window.operations.step(1)
    whole.answer()
    assert len(operations.sheets) == before
    for _ in range(2):
        qtbot.keyClick(whole.window, key("F3"))
        whole.answer()
        assert operations.look.isVisible()
    assert len(operations.sheets) == before + 1
    assert operations.look.theme is operations.keys.theme


def test_after_a_sheet_space_presses_no_button(qtbot, open_whole):
    whole = open_whole()
    qtbot.keyClick(whole.window, Qt.Key.Key_F4)
    qtbot.keyClick(whole.window, Qt.Key.Key_Escape)
    qtbot.keyClick(whole.window.focusWidget(), Qt.Key.Key_Space)
    assert whole.sent == []


def test_every_key_of_the_help_is_listed(qtbot, open_whole):
    whole = open_whole()
    qtbot.keyClick(whole.window, Qt.Key.Key_F1)
    words = whole.window.operations.keys.cells.words()
    listed = [line[0] for line in words] + [line[2] for line in words]
    assert [key for key in listed if key] == [keys for _, keys, _ in KEYS]


def test_settings_are_changed_by_an_event_and_the_course_is_done_again(
    qtbot, open_whole
):
    whole = open_whole()
    before = len(whole.window.session.state.estimates)
    sheet = whole.window.operations.choices
    qtbot.keyClick(whole.window, Qt.Key.Key_F4)
    assert sheet.window_length.hasFocus()
    qtbot.keyClicks(sheet.window_length, "64")
    qtbot.keyClick(sheet.window_length, Qt.Key.Key_Tab)
    qtbot.mouseClick(sheet.button, Qt.MouseButton.LeftButton)
    (sent,) = whole.sent
    assert (sent.kind, json.loads(sent.text)) == ("settings", {"window": 64})
    whole.answer()
    assert whole.feed.events == [("settings", sent.text)]
    assert not sheet.isVisible()
    event = Event(1500.0, "settings", sent.text, "operator")  # out of the recording
    whole.loop._work(Message("fake", 9000, 0, event))
    whole.answer()
    assert len(whole.window.session.state.estimates) == before - 8
    assert "window of 64 transients = 128 s" in whole.page.status.toolTip()


def test_a_viewers_change_holds_in_this_window_alone(qtbot, open_whole):
    whole = open_whole(refuse=True)
    before = len(whole.window.session.state.estimates)
    sheet = whole.window.operations.choices
    qtbot.keyClick(whole.window, Qt.Key.Key_F4)
    sheet.step.setValue(16)
    sheet.done()
    whole.answer()
    display = whole.window.session.display
    assert len(display.state.estimates) == pytest.approx(before / 4, abs=2)
    assert display.state.settings.step == 16
    said = [m.condition for m in whole.window.seen().messages]
    assert "settings: changed in this window alone" in said


def test_moving_the_reference_period_wants_a_second_press(qtbot, open_whole):
    whole = open_whole(refuse=True)
    sheet = whole.window.operations.choices
    qtbot.keyClick(whole.window, Qt.Key.Key_F4)
    sheet.reference.setText("1m:8m")
    sheet.done()
    assert whole.sent == []
    assert "press Apply again" in sheet.said.full_text
    sheet.done()
    assert whole.sent == [SendEvent("reference", "60:480")]
    whole.answer()
    assert whole.window.session.state.reference_s == (60.0, 480.0)


@pytest.mark.parametrize("name", ["window_length", "outcome", "reference", "button"])
def test_return_applies_once_from_any_field(qtbot, open_whole, name):
    whole = open_whole(refuse=True)
    sheet = whole.window.operations.choices
    qtbot.keyClick(whole.window, Qt.Key.Key_F4)
    sheet.reference.setText("1m:8m")
    field = getattr(sheet, name)
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert whole.sent == []  # the first press only asks
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert whole.sent == [SendEvent("reference", "60:480")]


def test_nonsense_is_said_and_nothing_is_sent(qtbot, open_whole):
    whole = open_whole()
    sheet = whole.window.operations.choices
    qtbot.keyClick(whole.window, Qt.Key.Key_F4)
    sheet.reference.setText("ten minutes")
    sheet.done()
    assert "START:END" in sheet.said.full_text
    assert sheet.isVisible()
    assert whole.sent == []


def click_at(qtbot, plot, minute):
    box = plot.getViewBox()
    at = plot.mapFromScene(box.mapViewToScene(box.viewRect().center()))
    x = plot.mapFromScene(box.mapViewToScene(plot_point(box, minute))).x()
    qtbot.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(x, at.y()))


def plot_point(box, minute):
    from PyQt6.QtCore import QPointF

    return QPointF(minute, box.viewRect().center().y())


def test_a_click_on_the_trend_shows_that_window_and_the_one_before(qtbot, open_whole):
    whole = open_whole(size=(1920, 1080))
    click_at(qtbot, whole.page.trend.plot, 8.0)
    (asked,) = whole.sent
    assert isinstance(asked, Inspect)
    (start, end), (_, earlier) = asked.spans_s
    assert 0.5 * (start + end) - 600 == pytest.approx(480, abs=10)
    assert earlier < start
    whole.answer()
    look = whole.window.operations.look
    assert look.isVisible()
    for plot in look.plots:
        assert len(plot._model.getData()[0]) > 400
    names = [line[0] for line in look.cells.words()]
    for figure in ("alignment: shift", "line width", "mean weight", "fit"):
        assert figure in names
    assert look.names[0].full_text.startswith("before: ")
    for press in (
        lambda: qtbot.keyClick(whole.window, Qt.Key.Key_F3),
        lambda: qtbot.mouseClick(look.button, Qt.MouseButton.LeftButton),
    ):
        before = look.names[0].full_text
        press()
        assert look.names[0].full_text.split(":")[0] != before.split(":")[0]
    first = look.names[1].full_text
    qtbot.keyClick(whole.window, Qt.Key.Key_PageUp)
    whole.answer()
    assert look.names[1].full_text != first


def test_hovering_says_what_lies_there(qtbot, open_whole):
    whole = open_whole()
    page = whole.page
    page.trend.plot.hovered.emit(8.0)
    assert "32 transients" in page.trend.legend.full_text
    assert not page.trend.legend.cut
    page.trend.plot.left.emit()
    assert "tracker" in page.trend.legend.full_text


def test_one_key_undoes_every_zoom(qtbot, open_whole):
    whole = open_whole()
    plots = whole.page.time_plots()
    home = plots[0].getViewBox().viewRange()[0]
    box = plots[0].getViewBox()
    box.setXRange(0, 4, padding=0)
    box.sigRangeChangedManually.emit([True, False])
    whole.show([])
    qtbot.waitUntil(
        lambda: {tuple(p.getViewBox().viewRange()[0]) for p in plots} == {(0.0, 4.0)}
    )
    qtbot.keyClick(whole.window, Qt.Key.Key_Home)
    assert [p.getViewBox().viewRange()[0] for p in plots] == [home] * len(plots)


@pytest.mark.parametrize("what", ["page", "trend", "quality strips", "spectrum"])
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_plot_is_saved(qtbot, open_whole, tmp_path, what, kind):
    whole = open_whole()
    operations = whole.window.operations
    operations.folder = tmp_path
    operations.show_export(what)
    operations.export.kind.setCurrentText(kind)
    operations.export.done()
    written = tmp_path / f"{what.replace(' ', '-')}.{kind}"
    assert written.is_file()
    if kind == "png":
        image = QImage(str(written))
        assert image.size() == operations.plots[what].size()
    else:
        text = written.read_text()
        assert "<svg" in text
        assert text.count("<path") + text.count("<polyline") > 3
    assert not operations.export.isVisible()


def test_the_table_is_saved_as_csv(qtbot, open_whole, tmp_path):
    whole = open_whole()
    operations = whole.window.operations
    operations.folder = tmp_path
    qtbot.keyClick(whole.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    operations.export.what.setCurrentText("table")
    operations.export.done()
    with (tmp_path / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["metabolite"] == SETTINGS.outcome
    assert float(rows[0]["change_percent"]) == pytest.approx(
        float(whole.window.seen().table.rows[0].change.replace("−", "-"))
    )


def test_nothing_that_is_saved_tells_a_blinded_outcome(qtbot, open_whole, tmp_path):
    blind = replace(SETTINGS, outcome_hidden=True)
    whole = open_whole(settings=blind)
    display = whole.window.session.display
    said = "".join(str(row) for row in display.state.messages_so_far())
    operations = whole.window.operations
    operations.show_newest()
    whole.answer()
    said += " ".join(t.full_text for t in whole.window.findChildren(Text))
    said += whole.window.windowTitle()
    operations.leave()
    for what in (*operations.plots, "table"):
        place = tmp_path / f"{what}.{'csv' if what == 'table' else 'svg'}"
        operations._save(what, str(place))
        said += place.read_text()
    change = display.state.estimates[-1].changes_percent[SETTINGS.outcome]
    for there in ("infusion on", "Outcome: hidden", "tCr", "blinded protocol"):
        assert there in said, there  # the words of a picture are found as words
    for told in ("Glu", "Gln", "Glx", "change seen at", f"{abs(change):.1f} %"):
        assert told not in said, told


def test_a_file_that_cannot_be_written_is_said(open_whole, tmp_path):
    whole = open_whole()
    operations = whole.window.operations
    operations.show_export("trend")
    operations.export.path.setText(str(tmp_path / "missing" / "trend.png"))
    operations.export.done()
    assert operations.export.isVisible()
    assert "cannot be written" in operations.export.said.full_text


def test_go_or_no_go_names_figure_and_limit(qtbot, open_whole):
    whole = open_whole(minutes=8.0)
    qtbot.keyClick(whole.window, Qt.Key.Key_F2)
    lines = {line[1]: line for line in whole.window.operations.checks.cells.words()}
    for name in ("reference period", "field drift", "line width", "lipid / NAA",
                 "disk", "markers"):  # fmt: skip
        assert lines[name][2]
    assert lines["markers"][0] == "✓"
    assert lines["line width"][3] == "≤ 12.8 Hz"


def test_the_summary_is_saved_with_the_operators_notes(qtbot, open_whole, tmp_path):
    whole = open_whole()
    operations = whole.window.operations
    operations.folder = tmp_path
    qtbot.keyClick(whole.window, Qt.Key.Key_F10)
    sheet = operations.summary
    qtbot.keyClicks(sheet.notes, "slept from minute 12")
    lines = dict(sheet.session.words())
    assert lines["transients"].endswith("of low weight 8")
    qtbot.mouseClick(sheet.save, Qt.MouseButton.LeftButton)
    (saved,) = tmp_path.glob("*.png")
    assert QImage(str(saved)).width() == sheet.width()


@pytest.mark.parametrize(("size", "lines"), [((1366, 768), 3), ((1920, 1080), 2)])
def test_long_messages_of_the_log_fill_their_lines_and_are_whole(
    qtbot, open_whole, size, lines
):
    whole = open_whole(minutes=5.0, size=size)
    long = "The basis set's frequency axis was stretched by 0.7 %: its dwell time "
    long += "of 330.0 us was replaced by 333.3 us, that of the acquisition itself."
    tell_sentence(whole.window.session.state, long, whole.now)
    qtbot.keyClick(whole.window, Qt.Key.Key_F12)
    cells = whole.window.operations.log.cells
    words = [line[1] for line in cells.words()]
    assert " ".join(words[:lines]).startswith(long)
    assert 1 < len([w for w in words if w and w in long]) <= lines
    assert not [c.full_text for line in cells.lines for c in line if c.cut]


def test_small_amplitudes_are_whole_at_the_smallest_size(qtbot, open_whole):
    whole = open_whole(minutes=5.0, size=(1366, 768))
    row = Row("Glu/tNAA", "1.41e−5", "1.22e−5", "−13.7", "121.9", "140", True, True)
    whole.page.table.draw(Table((row,) * 7, "1e−5 i.u.", "amplitudes in 1e−5 i.u."))
    cells = [c for line in whole.page.table.cells for c in line]
    assert not [c.full_text for c in cells if c.cut]


@pytest.mark.parametrize("size", [(960, 540), (1366, 768)])
def test_rows_of_a_sheet_never_lie_on_one_another(qtbot, open_whole, size):
    """Keys and messages that do not fit are reached by Up and Down."""
    whole = open_whole(size=size)
    operations = whole.window.operations
    sheet = operations.keys
    sheet.draw([(key, words, "", "") for _, key, words in KEYS])
    operations._only(sheet)
    cells = sheet.cells
    qtbot.waitUntil(lambda: cells.lines[-1][0].height() > 0)
    for one, other in pairwise(line[0].geometry() for line in cells.lines):
        assert one.bottom() < other.top()
    bar = operations.keys._view.verticalScrollBar()
    if size == (960, 540):
        assert bar.maximum() > 0
        qtbot.keyClick(operations.keys, Qt.Key.Key_Down)
        assert bar.value() > 0
        qtbot.keyClick(operations.keys, Qt.Key.Key_Up)
    assert bar.value() == 0
    operations.show_summary()
    sheet = operations.summary
    for group in (sheet.session, sheet.quality):
        found = [line[0].geometry() for line in group.lines]
        qtbot.waitUntil(lambda found=found: found[-1].height() > 0)
        assert all(a.bottom() < b.top() for a, b in pairwise(found))
