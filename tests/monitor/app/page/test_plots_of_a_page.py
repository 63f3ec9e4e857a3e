"""Which plots are in a panel: a page holds those that are asked for by their panels."""

from types import SimpleNamespace

from PyQt6.QtWidgets import QWidget

from monitor.app.page.page import Page
from monitor.app.widgets.plots import Plot


def test_a_plot_is_its_own_and_a_panel_has_those_within(qtbot) -> None:
    panel, other = QWidget(), QWidget()
    for one in (panel, other):
        qtbot.addWidget(one)
    inside, outside = Plot(), Plot()
    inside.setParent(panel)
    outside.setParent(other)
    page = SimpleNamespace(time_plots=lambda: (inside, outside))
    assert Page.plots_in(page, panel) == (inside,)
    assert Page.plots_in(page, other) == (outside,)
    assert Page.plots_in(page, outside) == (outside,)
    assert Page.plots_in(page, page) == ()
