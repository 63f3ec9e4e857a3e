"""A sheet that is left gives the keys back to the page."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from monitor.app.panels.table import TablePanel
from monitor.app.sheets.sheet import Sheet, TableSheet
from monitor.app.widgets.theme import DARK, PAGE, theme_for


class Page(QWidget):
    """Counts how often it is given the keys."""

    given = 0

    def setFocus(self) -> None:
        self.given += 1


def test_a_sheet_gives_the_keys_back_once(qtbot):
    page = Page()
    qtbot.addWidget(page)
    sheet = Sheet("help", page)
    page.show()
    sheet.open()
    sheet.leave_it()
    assert page.given == 1
    assert sheet.isHidden()
    sheet.leave_it()
    assert page.given == 1


def test_names_stand_at_the_left_and_numbers_at_the_right(qtbot):
    panel = TablePanel()
    qtbot.addWidget(panel)
    for line in panel.cells:
        sides = [bool(cell.alignment() & Qt.AlignmentFlag.AlignLeft) for cell in line]
        assert sides == [True, *[False] * (len(line) - 1)]


def test_up_and_down_move_a_table_by_a_line_and_other_keys_do_not(qtbot):
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(600, 300)
    sheet = TableSheet("Messages so far", (12, 88), page)
    sheet.resize(600, 300)
    sheet.dress(theme_for(*PAGE, DARK))
    sheet.draw([("10:12", f"message {n}") for n in range(60)])
    page.show()
    sheet.open()
    bar = sheet._view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 100)
    line = sheet.cells.lines[0][0].height()
    assert line > 10
    for key, at in (
        (Qt.Key.Key_Down, line),
        (Qt.Key.Key_Down, 2 * line),
        (Qt.Key.Key_A, 2 * line),
        (Qt.Key.Key_Up, line),
    ):
        qtbot.keyClick(sheet, key)
        assert bar.value() == at
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    assert sheet.isHidden()
