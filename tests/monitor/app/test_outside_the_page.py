"""What Qt opens outside of the page has the page's colours."""

import pytest
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QFileDialog, QLineEdit, QListView

from monitor.app.widgets.theme import THEMES


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_names_that_fit_are_read_in_the_colours_of_the_page(
    qtbot, open_bench, tmp_path, theme
):
    """Seen: a white list over the dark dialog of files."""
    for name in ("reference.mcap", "restless.mcap"):
        (tmp_path / name).touch()
    page = open_bench().page
    page.palette_in_use = THEMES[theme]
    page.dress()
    dialog = QFileDialog(page, "Open", str(tmp_path))
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.show()
    files = dialog.findChild(QListView, "listView")
    qtbot.waitUntil(lambda: files.model().rowCount(files.rootIndex()) == 2)
    line = dialog.findChild(QLineEdit, "fileNameEdit")
    line.setFocus()
    qtbot.keyClicks(line, "re")
    popup = line.completer().popup()
    qtbot.waitUntil(popup.isVisible)
    shown = popup.grab().toImage()
    ground = shown.pixelColor(shown.width() // 2, shown.height() // 2)
    assert ground == QColor(THEMES[theme].ground)
    assert popup.palette().text().color() == QColor(THEMES[theme].text)
    dialog.close()
