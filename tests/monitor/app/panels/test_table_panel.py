"""The table of levels and changes, drawn."""

from dataclasses import replace

import pytest
from PyQt6.QtCore import Qt
from test_text_panels import LARGE, SMALL

from monitor.app.panels import table
from monitor.app.panels.table import LEFT_OUT, TablePanel
from monitor.app.widgets.theme import DARK, Theme
from monitor.screen.parts.table import HEADINGS, OF_WINDOW, SHORT
from monitor.screen.screen import Row, Table

ROW = Row("Glx/tNAA", "0.93", "0.99", "+6.6", "3.9", "5.0", True, False)
OTHER = Row("tCr", "8.0", "8.1", "+1.2", "2.2", "3.0", False, True)
TABLE = Table((ROW, OTHER), "i.u.", "amplitudes in i.u.")


@pytest.fixture
def grid(qapp) -> TablePanel:
    panel = TablePanel()
    panel.dress(LARGE)
    return panel


def words(panel: TablePanel, line: int) -> list[str]:
    return [cell.full_text for cell in panel.cells[line]]


def test_rows_stand_below_their_headings_and_the_rest_is_blank(grid) -> None:
    grid.draw(TABLE)
    assert words(grid, 0) == list(HEADINGS)
    assert words(grid, 1) == ["Glx/tNAA", "0.93", "0.99", "+6.6", "3.9", "5.0"]
    assert words(grid, 2)[0] == f"tCr {OF_WINDOW}"
    assert words(grid, 3) == [""] * len(HEADINGS)
    assert grid.note.full_text == TABLE.note
    roles = [{cell.property("role") for cell in line} for line in grid.cells[1:3]]
    assert roles == [{"accent"}, {""}]
    assert {cell.property("role") for cell in grid.cells[0]} == {"secondary"}
    left = [bool(c.alignment() & Qt.AlignmentFlag.AlignLeft) for c in grid.cells[1]]
    assert left == [True] + [False] * 5
    tops = [grid._grid.itemAtPosition(row, 0).widget() for row in (0, 7, 8)]
    assert tops == [grid.cells[0][0], grid.cells[7][0], grid.note]


def test_a_blank_row_has_no_dot(grid) -> None:
    grid.draw(replace(TABLE, rows=(replace(OTHER, name=""),)))
    assert words(grid, 1)[0] == ""


@pytest.mark.parametrize(("fade", "state"), [(0.9, ""), (1.0, "old")])
def test_old_rows_lose_their_colour(grid, fade: float, state: str) -> None:
    grid.draw(TABLE, fade)
    assert grid.property("state") == state


def test_rows_that_are_shown_cost_nothing(grid) -> None:
    grid.draw(TABLE)
    grid.note.show_text("by another")
    grid.draw(TABLE)
    assert grid.note.full_text == "by another"


@pytest.mark.parametrize(
    ("theme", "lines"),
    [
        (LARGE, 8),
        (Theme(DARK, 0.8), table.TIGHT_LINES),
        (SMALL, table.CRAMPED_LINES),
    ],
)
def test_a_smaller_page_has_fewer_lines(grid, theme: Theme, lines: int) -> None:
    grid.dress(theme)
    there = [not line[0].isHidden() for line in grid.cells]
    assert there == [True] * lines + [False] * (8 - lines)
    assert grid.cells[1][LEFT_OUT].isHidden() is theme.cramped
    assert not grid.cells[1][LEFT_OUT + 1].isHidden()
    assert words(grid, 0) == list(SHORT if theme.cramped else HEADINGS)
    assert grid.height() >= lines * theme.line_px(22) + theme.px(14)


def test_below_the_table_stands_what_it_shows_and_has_room_for(grid) -> None:
    grid.resize(1200, grid.height())
    dot = f"with {OF_WINDOW}: last"
    grid.draw(replace(TABLE, note=f"amplitudes; {dot}"))
    assert grid.note.full_text == f"amplitudes; {dot}"
    grid.note.resize(grid.note.least_px(dot), 30)
    grid.draw(replace(TABLE, note=f"amplitudes; {dot}", rows=(OTHER,)))
    assert grid.note.full_text == dot
    grid.draw(replace(TABLE, note=f"amplitudes; {dot}", rows=(ROW,)))
    assert grid.note.full_text == "amplitudes"
    grid.draw(replace(TABLE, note=""))
    assert grid.note.full_text == ""
