"""The dialog of files on pages of any size: whole names in letters of the page."""

from pathlib import Path

import pytest
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QApplication, QFileDialog, QLineEdit, QTreeView

from monitor.app.widgets.files import RECORDINGS, ask_for_file, fit_to_page

NAME = "2026-11-30_18-12-16_sub-07_visit-2.mcap"


@pytest.fixture
def folder(tmp_path) -> Path:
    (tmp_path / NAME).touch()
    return tmp_path


@pytest.fixture(autouse=True)
def own_dialog(qapp):
    """Qt's own, as on a console without a desktop."""
    held = QApplication.testAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    yield
    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs, held)


@pytest.mark.parametrize("size", [(1280, 720), (3840, 2160)])
def test_names_are_whole_and_completions_as_large(qtbot, open_bench, folder, size):
    """Seen at 3840 x 2160: "202...cap", and completions of a third of the letters."""
    page = open_bench(size=size).page
    dialog = QFileDialog(page, "Open", str(folder), RECORDINGS)
    dialog.setViewMode(QFileDialog.ViewMode.Detail)
    fit_to_page(dialog)
    dialog.show()
    table = dialog.findChild(QTreeView)
    qtbot.waitUntil(lambda: table.model().rowCount(table.rootIndex()) == 1)
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    assert dialog.width() > 0.6 * size[0]
    wanted = line.fontMetrics().horizontalAdvance(NAME)
    assert table.columnWidth(0) > wanted + table.iconSize().width()
    popup = line.completer().popup()
    assert popup.font().pixelSize() == line.font().pixelSize() >= 17
    assert popup.iconSize().height() >= line.font().pixelSize()
    dialog.close()


@pytest.mark.parametrize("chosen", [True, False])
def test_what_is_chosen_is_given_and_nothing_where_it_is_left(
    qtbot, open_bench, folder, chosen
):
    page, seen = open_bench().page, []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        seen.append(dialog.windowTitle())
        if chosen:
            dialog.findChild(QLineEdit, "fileNameEdit").setText(NAME)
            dialog.accept()
        else:
            dialog.reject()

    QTimer.singleShot(200, answer)
    found = ask_for_file(page, "Open a recording", str(folder), RECORDINGS)
    assert found == (folder / NAME if chosen else None)
    assert seen == ["Open a recording"]
