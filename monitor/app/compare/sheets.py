"""Sheets over the window of two sessions: keys, a closer look, what to save where."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from monitor.app.compare.column import Column
from monitor.app.sheets.forms import ExportSheet
from monitor.app.sheets.sheet import Sheet, TableSheet
from monitor.app.sheets.window_request import Looking, Send
from monitor.app.sheets.window_view import LookSheet
from monitor.app.widgets.export import save_widget
from monitor.app.widgets.plots import Plot
from monitor.app.widgets.theme import Theme
from monitor.screen.rewindable import Session

SIDES = ("left", "right")
LOOK = "Why did it move?"


class Sheets:
    """Owned by the window of two sessions; `tell` says a sentence in it."""

    def __init__(
        self,
        page: QWidget,
        columns: tuple[Column, Column],
        sessions: tuple[Session, Session],
        send: Sequence[Send],
        tell: Callable[[str], None],
    ) -> None:
        self._page, self._columns = page, columns
        self._sessions, self._send, self._tell = sessions, send, tell
        self.folder = Path.home()
        self.keys = TableSheet("Keys", (16, 84), page)
        self.look = LookSheet(page)
        self.looking = Looking(self.look, self._only)
        self._side = 0
        self.plots: dict[str, QWidget] = {"page": page}
        for side, column in zip(SIDES, columns, strict=True):
            self.plots |= {
                f"{side} trend": column.trend,
                f"{side} quality strips": column.quality,
                f"{side} spectrum": column.spectrum,
            }
        self.export = ExportSheet(tuple(self.plots), page)
        self.export.wanted.connect(self._save)
        self.all: tuple[Sheet, ...] = (self.keys, self.look, self.export)
        self._connect()

    def _connect(self) -> None:
        for side, column in enumerate(self._columns):
            for plot in column.plots:
                plot.clicked.connect(partial(self.look_at, side))
        for name, panel in self.plots.items():
            for plot in _plots_in(panel) if name != "page" else ():
                plot.menu.connect(partial(self.show_export, name))

    def dress(self, theme: Theme) -> None:
        """Take the sizes and colours of a theme."""
        for sheet in self.all:
            sheet.dress(theme)
            self._place(sheet)

    def show_keys(self, rows: Sequence[tuple[str, str]]) -> None:
        """These keys."""
        self.keys.draw(rows)
        self._only(self.keys)

    def look_at(self, side: int, minute: float) -> None:
        """The window of one session at a place on the time axis, min."""
        self._begin(side)
        self.looking.at(self._sessions[side], self._send[side], minute)

    def look_newest(self) -> None:
        """The newest window of the left session; where it is open, of the right."""
        self._begin(0 if self.look.isHidden() else 1 - self._side)
        side = self._side
        self.looking.newest(self._sessions[side], self._send[side])

    def show_export(self, what: str = "page") -> None:
        """Save a plot, or all of it."""
        self._only(self.export)
        self.export.show_for(what, self.folder)

    def leave(self) -> None:
        """Close what is open."""
        for sheet in self.all:
            sheet.leave_it()

    def _begin(self, side: int) -> None:
        self._side = side
        self.look.title.show_text(f"{LOOK} {self._columns[side].name}")

    def _only(self, sheet: Sheet) -> None:
        for other in self.all:
            if other is not sheet:
                other.hide()
        self._place(sheet)
        sheet.open()

    def _place(self, sheet: Sheet) -> None:
        """Over both sessions; the controls stay visible below."""
        one, two = self._columns
        sheet.setGeometry(one.geometry().united(two.geometry()))

    def _save(self, what: str, path: str) -> None:
        place = self.export.saved(path, partial(save_widget, self.plots[what]))
        if place is not None:
            self.folder = place.parent
            self._tell(f"saved: {place}")


def _plots_in(panel: QWidget) -> list[Plot]:
    return [panel] if isinstance(panel, Plot) else panel.findChildren(Plot)
