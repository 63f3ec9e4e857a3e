"""One of two sessions that are shown side by side."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PyQt6.QtWidgets import QFrame, QVBoxLayout

from monitor.app.panels.headline import HeadlinePanel
from monitor.app.panels.quality import QualityPanel
from monitor.app.panels.spectrum import SpectrumPanel
from monitor.app.panels.status import StatusPanel
from monitor.app.panels.trend import TrendPanel
from monitor.app.widgets.plots import Plot
from monitor.app.widgets.theme import Theme
from monitor.screen.last_drawn import Kept
from monitor.screen.screen import Screen, Status

NARROW = 0.8  # of the sizes of a page that is twice as wide
NUMBER = 0.7  # of the number's, which is not read from two metres here


class Column(QFrame):
    """Name and state, number, trend, quality, spectrum."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self.status = StatusPanel()
        self.status.details[0].make_bold(True)
        self.headline = HeadlinePanel()
        self.trend = TrendPanel()
        self.quality = QualityPanel()
        self.spectrum = SpectrumPanel()
        for widget, share in (
            (self.status, 0),
            (self.headline, 0),
            (self.trend, 40),
            (self.quality, 26),
            (self.spectrum, 34),
        ):
            self._rows.addWidget(widget, share)
        self._turn = 0
        self._status: Kept[Status] = Kept()

    @property
    def plots(self) -> tuple[Plot, ...]:
        """Every plot on the time axis."""
        return self.trend.plot, *self.quality.plots

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        narrow = replace(theme, unit=NARROW * theme.unit)
        self._rows.setSpacing(narrow.px(8))
        for panel in (self.status, self.trend, self.quality, self.spectrum):
            panel.dress(narrow)
        self.headline.dress(replace(narrow, unit=NUMBER * narrow.unit))

    def draw(self, screen: Screen) -> None:
        """Show a session: words, and one plot at a time."""
        details = (self.name, screen.status.details[1])
        named = replace(screen.status, plan="", details=details)
        self.status.draw(self._status.same(named))
        self.headline.draw(screen.headline)
        axis = screen.trend.axis
        plots: tuple[Callable[[], None], ...] = (
            lambda: self.trend.draw(screen.trend),
            lambda: self.quality.draw(screen.strips, axis),
            lambda: self.spectrum.draw(screen.spectrum, screen.fade),
        )
        plots[self._turn % len(plots)]()
        self._turn += 1
