"""The one-page summary has room for what stands on it, whatever the session was."""

from itertools import pairwise

import pytest
from known_changes import FOUND

from monitor.analysis.contamination.stretch import Cause, Stretch
from monitor.app.sheets.sheet import ROW_GAP, Cells, first_rows
from monitor.app.widgets.theme import DARK, Theme
from streams.messages.transient import Event

SIZES = [(960, 540), (1366, 768), (1920, 1080)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("stretches", [0, 3])
def test_no_line_is_cut_beside_many_events(qtbot, open_whole, size, stretches):
    whole = open_whole(size=size)
    state = whole.window.session.state
    state.events += [Event(20.0 * i, "re-shim") for i in range(9)]
    state.stretches.known = tuple(
        Stretch(50 * i, 50 * i + 20, 0, 100.0 * i, 100.0 * i + 40.0, Cause.LIPID)
        for i in range(1, stretches + 1)
    )
    state.known_change = FOUND
    operations = whole.window.operations
    operations.show_summary()
    sheet = operations.summary
    shown = (sheet.session, sheet.quality, sheet.events, sheet.outcome)

    def whole_lines() -> bool:
        return all(
            line[0].geometry().bottom() <= cells.height()
            for cells in shown
            for line in cells.lines
            if line[0].isVisible()
        )

    def apart() -> bool:
        return all(
            one[0].geometry().bottom() < other[0].geometry().top()
            for cells in shown
            for one, other in pairwise(cells.lines)
            if other[0].isVisible() and one[0].isVisible()
        )

    qtbot.waitUntil(lambda: shown[0].lines[-1][0].height() > 0 and whole_lines())
    qtbot.waitUntil(apart)
    assert "more events" in shown[2].words()[-1][0]
    assert sheet.notes.height() >= 2 * sheet.fontMetrics().height()


def test_the_picture_is_whole_where_lines_are_added_below_it(qtbot, open_whole):
    whole = open_whole(size=(1920, 1080))
    operations = whole.window.operations
    operations.show_summary()
    sheet = operations.summary
    before = sheet.trend.height()
    assert before > 100
    sheet.outcome.draw([("line", "of the outcome")] * 14)
    qtbot.waitUntil(lambda: 0 < sheet.trend.height() < before - 100)
    assert sheet.trend.pixmap().height() <= sheet.trend.height()
    assert sheet.trend.pixmap().width() <= sheet.trend.width()


def test_rows_that_find_no_room_are_counted() -> None:
    rows = [(f"row {n}", "1") for n in range(5)]
    assert first_rows(rows, 5) == rows
    assert first_rows(rows, 3) == [*rows[:2], ("and 3 more", "")]


def test_as_many_rows_fit_as_stand_clear_of_one_another(qtbot) -> None:
    """Rows of F3 and F10 stood in one another at 1280 x 720."""
    cells = Cells((1, 1), 20)
    qtbot.addWidget(cells)
    assert cells.fitting(500) == 1
    cells.dress(Theme(DARK, 0.667))
    cells.draw([("a", "b")])
    line = cells.lines[0][0].height()
    assert cells.fitting(3 * line + 2 * Theme(DARK, 0.667).px(ROW_GAP)) == 3
    assert cells.fitting(3 * line) == 2
