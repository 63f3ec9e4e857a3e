"""A sheet that is left gives the keys back to the page."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from monitor.app.panels.table import TablePanel
from monitor.app.sheets.sheet import Sheet


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
