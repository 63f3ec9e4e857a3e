"""What is zoomed in one plot follows in the others, one in each turn."""

import pytest
from PyQt6.QtWidgets import QApplication

from monitor.app.widgets.linked_plots import LinkedPlots
from monitor.app.widgets.plots import Plot


@pytest.fixture
def plots(qtbot):
    made = [Plot() for _ in range(4)]
    for plot in made:
        qtbot.addWidget(plot)
        plot.let_zoom()
        plot.show_x(0.0, 10.0)
    return made


def zoom(plot, low, high):
    plot.setXRange(low, high, padding=0)
    plot.getViewBox().sigRangeChangedManually.emit([True, False])


def ranges(plots):
    return [tuple(plot.getViewBox().viewRange()[0]) for plot in plots]


def test_no_turn_of_the_event_loop_draws_two_of_them(qtbot, plots, monkeypatch):
    """Seen: all plots drawn at each step of the wheel, 0.1 s at 3840 x 2160."""
    linked, drawn = LinkedPlots(plots, plots[0]), []
    for plot in plots[1:]:
        monkeypatch.setattr(plot, "draw_again", lambda p=plot: drawn.append(p))
    zoom(plots[0], 2.0, 4.0)
    assert not drawn
    for count in (1, 2, 3):
        linked._next()
        assert len(drawn) == count
    assert ranges(plots) == [(2.0, 4.0)] * 4


def test_a_wheel_that_goes_on_starves_none(plots):
    linked = LinkedPlots(plots, plots[0])
    for step in range(3):
        zoom(plots[0], 1.0 + step, 5.0)
        linked._next()
    assert (0.0, 10.0) not in ranges(plots)
    for _ in range(3):
        linked._next()
    assert ranges(plots) == [(3.0, 5.0)] * 4


def test_home_is_home_though_some_were_still_to_follow(qtbot, plots):
    linked = LinkedPlots(plots, plots[0])
    zoom(plots[0], 2.0, 4.0)
    linked._next()
    linked.unzoom()
    for _ in range(5):
        QApplication.processEvents()
    assert ranges(plots) == [(0.0, 10.0)] * 4
