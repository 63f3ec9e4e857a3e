"""Rows of words: what has an empty place beside it may use it."""

from __future__ import annotations

from monitor.app.sheets.sheet import Cells
from monitor.app.widgets.theme import DARK, PAGE, theme_for

LONG = "with a free baseline, less a stiff one"


def test_words_reach_over_an_empty_place_and_back(qtbot):
    cells = Cells((1, 1, 1))
    qtbot.addWidget(cells)
    cells.dress(theme_for(*PAGE, DARK))
    cells.resize(900, 100)
    cells.show()
    cells.draw([(LONG, "4", "5"), (LONG, "", "5")])
    narrow, wide = cells.lines[0][0], cells.lines[1][0]
    qtbot.waitUntil(lambda: wide.width() > 1.5 * narrow.width())
    assert cells.lines[1][2].x() == cells.lines[0][2].x()
    cells.draw([(LONG, "", "5"), (LONG, "4", "5")])
    qtbot.waitUntil(lambda: narrow.width() > 1.5 * wide.width())
    assert cells.words() == [[LONG, "", "5"], [LONG, "4", "5"]]
