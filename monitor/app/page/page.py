"""The page: every panel in its fixed place, and the turns in which they are drawn.

Cheap panels (words) are drawn at once.  Of the costly ones (plots) one is drawn in each
call, in turn, so that no frame has to wait for all of them.
"""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QPen, QResizeEvent
from PyQt6.QtWidgets import (
    QApplication,
    QGridLayout,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from monitor.app.panels.buttons import ButtonPanel
from monitor.app.panels.headline import HeadlinePanel
from monitor.app.panels.measures import MeasuresPanel
from monitor.app.panels.messages import MessagePanel
from monitor.app.panels.outlook import OutlookPanel
from monitor.app.panels.quality import QualityPanel
from monitor.app.panels.replay import ReplayPanel
from monitor.app.panels.spectrum import SpectrumPanel
from monitor.app.panels.status import StatusPanel
from monitor.app.panels.table import TablePanel
from monitor.app.panels.trend import TrendPanel
from monitor.app.panels.waterfall import WaterfallPanel
from monitor.app.sheets.sheet import Sheet
from monitor.app.widgets.crosshair import Crosshair
from monitor.app.widgets.linked_plots import LinkedPlots
from monitor.app.widgets.plots import Plot
from monitor.app.widgets.text import Text
from monitor.app.widgets.theme import (
    DARK,
    PAGE,
    Palette,
    Theme,
    qt_palette,
    style_sheet,
    theme_for,
)
from monitor.screen import glossary
from monitor.screen.number_words import DASH
from monitor.screen.screen import Screen

PLOTS = ("trend", "spectrum", "strips", "strips", "waterfall")
"""Parts of the screen in the order of their turns."""
COLUMNS, EVEN_COLUMNS = (58, 42), (50, 50)
NARROW = 1.5  # width over height, below which words at the right need half of a page
IGNORED = QSizePolicy.Policy.Ignored


class Page(QWidget):
    """Draws a `Screen`."""

    def __init__(self, palette: Palette = DARK) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.palette_in_use = palette
        self.status = StatusPanel()
        self.headline = HeadlinePanel()
        self.trend = TrendPanel()
        self.measures = MeasuresPanel()
        self.quality = QualityPanel()
        self.waterfall = WaterfallPanel()
        self.spectrum = SpectrumPanel()
        self.table = TablePanel()
        self.messages = MessagePanel()
        self.buttons = ButtonPanel()
        self.replay = ReplayPanel()
        self.footer = Text(17, 17, role="secondary")
        self.outlook = OutlookPanel()
        self.viewing = Text(28, 17, role="secondary")
        self.viewing.show_text("View only: nothing is recorded from here")
        self.acts = QStackedWidget()
        self.acts.addWidget(self.buttons)
        self.acts.addWidget(self.replay)
        # the one that is hidden keeps the height of another window's size
        self.acts.setSizePolicy(QSizePolicy.Policy.Preferred, IGNORED)
        for panel, words in (
            (self.headline, glossary.HEADLINE),
            (self.trend, glossary.TREND),
            (self.spectrum, glossary.SPECTRUM),
            (self.waterfall, glossary.WATERFALL),
            (self.quality, glossary.QUALITY),
        ):
            panel.setToolTip(words)
        self._turn = 0
        self._sheets: tuple[Sheet, ...] = ()
        self._theme: Theme | None = None
        self._dressed: tuple[int, int] | None = None
        self._crosshairs = (Crosshair(self.time_plots()), Crosshair((self.spectrum,)))
        self._lay_out()
        self.measures.others.connect(self.quality.turn)
        self._in_time = LinkedPlots(self.time_plots(), self)

    def _lay_out(self) -> None:
        self._grid = QGridLayout(self)
        self._left, self._right = QVBoxLayout(), QVBoxLayout()
        left: tuple[tuple[QWidget, int], ...] = (
            (self.trend, 69),
            (self.measures, 0),
            (self.quality, 22),
            (self.waterfall, 9),
        )
        right: tuple[tuple[QWidget, int], ...] = (
            (self.headline, 0),
            (self.spectrum, 1),
            (self.table, 0),
        )
        for column, widgets in ((self._left, left), (self._right, right)):
            for widget, share in widgets:
                if share:
                    widget.setSizePolicy(IGNORED, IGNORED)
                column.addWidget(widget, share)
        self._grid.addWidget(self.status, 0, 0, 1, 2)
        self._grid.addLayout(self._left, 1, 0)
        self._grid.addLayout(self._right, 1, 1)
        self._grid.addWidget(self.messages, 2, 0)
        self._foot = QVBoxLayout()
        self._foot.addWidget(self.outlook)
        self._foot.addWidget(self.acts, 1)
        self._grid.addLayout(self._foot, 2, 1)
        self._grid.addWidget(self.footer, 3, 0, 1, 2)
        self._grid.setRowStretch(1, 1)

    def dress(self) -> None:
        """Give every panel the sizes of the window and the colours in use."""
        dots = self.logicalDpiY() / 96
        theme = theme_for(self.width(), self.height(), self.palette_in_use, dots)
        QApplication.setPalette(qt_palette(self.palette_in_use))
        self.setStyleSheet(style_sheet(theme))
        gap = theme.px(10)
        self._grid.setContentsMargins(gap, gap, gap, theme.px(4))
        self._grid.setSpacing(gap)
        for column in (self._left, self._right):
            column.setSpacing(theme.px(8))
        for panel in (
            self.status,
            self.headline,
            self.trend,
            self.measures,
            self.quality,
            self.waterfall,
            self.spectrum,
            self.table,
            self.messages,
            self.outlook,
            self.buttons,
            self.viewing,
            self.replay,
            self.footer,
            *self._crosshairs,
        ):
            panel.dress(theme)
        self._theme = theme
        narrow = theme.cramped and self.width() < NARROW * self.height()
        for place, share in enumerate(EVEN_COLUMNS if narrow else COLUMNS):
            self._grid.setColumnStretch(place, share)
        for least in (self.waterfall, self.footer):  # what can be missed first
            least.setHidden(theme.cramped)
        for sheet in self._sheets:
            sheet.dress(theme)
            self.place(sheet)
        foot = self.messages.height_for(theme)
        self.messages.setFixedHeight(foot)
        self._foot.setSpacing(theme.px(4))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Follow the size of the window."""
        super().resizeEvent(event)
        size = (self.width(), self.height())
        if size != self._dressed:
            self._dressed = size
            self.dress()

    def golden_pen(self) -> QPen:
        """The pen of a golden session's lines."""
        theme = self._theme or theme_for(*PAGE, self.palette_in_use)
        return theme.pen(self.palette_in_use.secondary)

    def only_view(self) -> None:
        """Show in the place of the buttons that nothing is recorded from here."""
        self.acts.removeWidget(self.buttons)
        self.buttons.hide()
        self.acts.insertWidget(0, self.viewing)

    def time_plots(self) -> tuple[Plot, ...]:
        """Every plot on the time axis, from the top."""
        return self.trend.plot, *self.quality.plots, self.waterfall

    def plots_in(self, widget: QWidget) -> tuple[Plot, ...]:
        """The plots in one of the panels, or the panel itself."""
        if widget is self:
            return ()
        return (
            (widget,)
            if isinstance(widget, Plot)
            else tuple(plot for plot in self.time_plots() if widget.isAncestorOf(plot))
        )

    def carry(self, *sheets: Sheet) -> None:
        """Take sheets that may lie over the plots."""
        self._sheets += sheets
        for sheet in sheets:
            if self._theme is not None:
                sheet.dress(self._theme)

    def place(self, sheet: Sheet) -> None:
        """Lay a sheet over the plots on the time axis."""
        lowest = self.quality if self.waterfall.isHidden() else self.waterfall
        last = self.table if sheet.wide else lowest
        sheet.setGeometry(self.trend.geometry().united(last.geometry()))

    def unzoom(self) -> None:
        """Undo every zoom."""
        self._in_time.unzoom()
        self.spectrum.unzoom()

    def draw(self, screen: Screen, everything: bool = False) -> None:
        """Show a screen: all words, and one plot (or all of them)."""
        for sheet in self._sheets:
            if sheet.isVisible():  # the plots may have moved under it
                self.place(sheet)
        self.status.draw(screen.status)
        self.headline.draw(screen.headline)
        self.table.draw(screen.table, max(screen.fade, _doubt(screen)))
        self.measures.draw(screen.measures, screen.fade)
        self.messages.draw(screen.messages)
        self.outlook.draw(screen.outlook, screen.fade)
        self.footer.show_text(screen.footer)
        self.acts.setCurrentIndex(0 if screen.playback is None else 1)
        if screen.playback is not None:
            self.replay.draw(screen.playback)
        plots = self._plots(screen)
        for draw in plots if everything else (plots[self._turn % len(plots)],):
            draw()
        for crosshair in self._crosshairs:
            crosshair.draw()
        self._turn += 1

    @property
    def next_plot(self) -> str:
        """Part of the screen that is drawn with the next call of `draw`."""
        return PLOTS[self._turn % len(PLOTS)]

    def _plots(self, screen: Screen) -> tuple[Callable[[], None], ...]:
        axis = screen.trend.axis
        return (
            lambda: self.trend.draw(screen.trend, _doubt(screen)),
            lambda: self.spectrum.draw(screen.spectrum, screen.fade),
            lambda: self.quality.draw(screen.strips, axis, 0, 2),
            lambda: self.quality.draw(screen.strips, axis, 1, 2),
            lambda: self.waterfall.draw(screen.waterfall, axis),
        )


def _doubt(screen: Screen) -> float:
    """How grey the number is, wherever it stands; a dash is in no doubt."""
    return 0.0 if screen.headline.number == DASH else screen.headline.fade
