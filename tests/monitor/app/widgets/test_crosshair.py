"""Values at the pointer, and what drag and wheel do to a plot."""

import pytest
from fake_session import SETTINGS
from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtWidgets import QApplication


@pytest.fixture
def bench(open_bench, reports):
    made = open_bench(size=(1366, 768))
    made.show(reports)
    made.show([])
    return made


def crosses(page):
    return {
        plot: cross
        for crosshair in page._crosshairs
        for plot, cross in crosshair._crosses.items()
    }


def point_at(bench, plot, x, y):
    plot.pointed.emit(x, y)
    bench.window.frame()


def words(cross):
    return cross.words.toPlainText() if cross.words.isVisible() else ""


def test_every_plot_has_a_crosshair_with_its_own_values(bench):
    page = bench.page
    found = crosses(page)
    assert set(found) == {*page.time_plots(), page.spectrum}
    for plot, said in (
        (page.trend.plot, "+08:00  +"),
        (page.quality.plots[1], "FWHM 5."),
        (page.waterfall, "+08:00  2.00 ppm"),
    ):
        point_at(bench, plot, 8.0, 2.0)
        assert said in words(found[plot])
        others = [c for p, c in found.items() if p in page.time_plots() and p != plot]
        assert all(c.line.isVisible() and not words(c) for c in others)
        assert {c.line.value() for c in others} == {8.0}
    point_at(bench, page.spectrum, 2.01, 0.5)
    assert words(found[page.spectrum]).startswith("2.01 ppm  data ")


def test_the_trend_tells_the_tracker_and_the_nearest_window(bench):
    page, trend = bench.page, bench.window.seen().trend
    point_at(bench, page.trend.plot, trend.points_min[-1], 0.0)
    said = words(crosses(page)[page.trend.plot])
    assert said.count("±") == 2
    assert f"● +{trend.points[-1]:.1f} ± {trend.half[-1]:.1f} %" in said


def test_a_strip_tells_its_limit(bench):
    page = bench.page
    point_at(bench, page.quality.plots[1], 8.0, 5.0)
    said = words(crosses(page)[page.quality.plots[1]])
    assert said.endswith(f"limit {SETTINGS.fwhm_limit_hz:g}")


def test_the_crosshair_goes_with_the_pointer(bench):
    page = bench.page
    point_at(bench, page.trend.plot, 8.0, 0.0)
    page.trend.plot.left.emit()
    bench.window.frame()
    assert not [c for c in crosses(page).values() if c.line.isVisible()]


def test_words_of_the_crosshair_stay_in_the_plot(bench):
    page, found = bench.page, crosses(bench.page)
    axis = bench.window.seen().trend.axis
    for x in (axis.start_min + 0.1, axis.end_min - 0.1):
        point_at(bench, page.trend.plot, x, 0.0)
        box = page.trend.plot.getViewBox().sceneBoundingRect()
        shown = found[page.trend.plot].words.sceneBoundingRect()
        assert box.left() - 2 <= shown.left()
        assert shown.right() <= box.right() + 2


def drag(qtbot, plot, by_px):
    start = plot.viewport().rect().center()
    qtbot.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=start)
    for step in (0.3, 0.6, 1.0):
        qtbot.mouseMove(plot.viewport(), start + QPoint(round(step * by_px), 25))
    end = start + QPoint(by_px, 25)
    qtbot.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=end)


def wheel(plot, clicks):
    at = QPointF(plot.viewport().rect().center())
    event = QWheelEvent(
        at, QPointF(plot.viewport().mapToGlobal(at.toPoint())), QPoint(),
        QPoint(0, 120 * clicks), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot.viewport(), event)


def test_the_wheel_zooms_and_a_drag_moves_in_time_alone(qtbot, bench):
    page = bench.page
    plot = page.trend.plot
    (low, high), before = plot.getViewBox().viewRange()
    wheel(plot, 3)
    (left, right), across = plot.getViewBox().viewRange()
    assert right - left < 0.9 * (high - low)
    assert across == before
    drag(qtbot, plot, 60)
    (moved, end), across = plot.getViewBox().viewRange()
    assert moved < left
    assert end - moved == pytest.approx(right - left)
    assert across == before

    def ranges():
        return {tuple(p.getViewBox().viewRange()[0]) for p in page.time_plots()}

    qtbot.waitUntil(lambda: ranges() == {(moved, end)})
    drag(qtbot, plot, 5000)
    assert plot.getViewBox().viewRange()[0][0] >= low - 1e-6  # no time before the first
    qtbot.keyClick(bench.window, Qt.Key.Key_Home)
    assert plot.getViewBox().viewRange()[0] == [low, high]
