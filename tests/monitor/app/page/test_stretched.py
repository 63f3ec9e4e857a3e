"""The window while it is resized: a stretched picture, then the page itself."""

import pytest
from PyQt6.QtCore import QRect

from monitor.app.page.stretched import Picture


@pytest.fixture
def bench(open_bench, reports):
    bench = open_bench(size=(1366, 768))
    bench.show(reports)
    return bench


def picture_of(bench) -> Picture:
    return bench.window.centralWidget().findChild(Picture)


def test_the_page_is_laid_out_once_the_size_has_rested(qtbot, bench, monkeypatch):
    """Seen: 0.13 s of work at each step of a drag at 3840 x 2160."""
    page, dressed = bench.page, []
    monkeypatch.setattr(page, "dress", lambda: dressed.append(page.size()))
    for step in range(1, 9):
        bench.window.resize(1366 + 20 * step, 768 + 10 * step)
        qtbot.wait(1)
        assert picture_of(bench).isVisible()
        assert picture_of(bench).geometry() == QRect(
            0, 0, 1366 + 20 * step, 768 + 10 * step
        )
    assert (page.width(), page.height()) == (1366, 768)
    assert not dressed
    qtbot.waitUntil(lambda: not picture_of(bench).isVisible())
    assert (page.width(), page.height()) == (1526, 848)
    assert dressed == [page.size()]


def test_what_is_drawn_then_is_what_a_page_of_that_size_shows(
    qtbot, bench, open_bench, reports
):
    bench.window.resize(1600, 900)
    qtbot.waitUntil(lambda: bench.page.width() == 1600)
    other = open_bench(size=(1600, 900))
    other.show(reports)
    for one in (bench, other):
        one.show([])
        qtbot.wait(20)  # what follows the words is laid out
        one.page.status.time.show_text("")  # the time of day
    assert bench.page.grab().toImage() == other.page.grab().toImage()


def test_all_plots_are_drawn_again_soon_after(qtbot, bench):
    bench.window.turn()
    bench.now += 0.01
    turns = [bench.window._pace.is_due(bench.now) for _ in range(9)]
    assert not turns[-1]  # calm
    bench.window.resize(1400, 800)
    qtbot.waitUntil(lambda: bench.page.width() == 1400)
    assert bench.window._pace.is_due(bench.now)


def test_what_is_typed_meanwhile_is_typed(qtbot, bench):
    bench.page.buttons.press("note")
    bench.window.resize(1500, 800)
    qtbot.wait(1)
    qtbot.keyClicks(bench.page.buttons.line, "coughed")
    qtbot.waitUntil(lambda: bench.page.width() == 1500)
    assert bench.page.buttons.line.text() == "coughed"
    assert bench.page.buttons.line.hasFocus()
