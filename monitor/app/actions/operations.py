"""What the operator asks for beyond the markers: sheets, zoom, files, other windows.

The worker is asked for what takes numerics (`Inspect`, events); what comes back is in
the session's state, and the sheet that is open is drawn again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path

from PyQt6.QtWidgets import QWidget

from monitor.app.actions.host import Host
from monitor.app.page.page import Page
from monitor.app.sheets.begin import BeginSheet
from monitor.app.sheets.forms import ChoicesSheet, ExportSheet
from monitor.app.sheets.marks import MarkSheet
from monitor.app.sheets.sheet import Sheet, TableSheet
from monitor.app.sheets.summary import SummarySheet
from monitor.app.sheets.window_request import Looking
from monitor.app.sheets.window_view import LookSheet
from monitor.app.widgets.export import save_table, save_widget
from monitor.app.widgets.files import usual_folder
from monitor.run.worker_messages import Command
from monitor.screen.acknowledgement import ACKNOWLEDGED, text_of
from monitor.screen.current_messages import messages_of
from monitor.screen.fold import tell_sentence
from monitor.screen.keys import KEYS
from monitor.screen.messages import PASSING, said_at
from monitor.screen.operator_requests import acknowledge
from monitor.screen.reading import read_clocks
from monitor.screen.session_parts import table_at
from monitor.screen.sheets.checks import card_of
from monitor.screen.sheets.choices import choices_of, outcomes_of
from monitor.screen.sheets.mark_question import MarkQuestion
from monitor.screen.sheets.new_session import Opening, places_for
from monitor.screen.sheets.summary import summary_of
from monitor.screen.sheets.window import line_at
from monitor.screen.state import SessionState
from streams.errors import InputError
from streams.relay.relays_here import running_relays

MOST_SAID = 150  # lines of the log, the newest
MARKS = {True: "✓", False: "▲", None: "–"}


class Operations:
    """The sheets of a window and what opens them.

    Those that take long to make are made when they are first opened.
    """

    def __init__(
        self,
        host: Host,
        send: Callable[[Command], None],
        clock: Callable[[], float],
        folder: Path | None = None,
    ) -> None:
        self._host, self._send, self._clock = host, send, clock
        self.folder = folder or usual_folder()
        page = host.page
        self.plots: dict[str, QWidget] = {
            "page": page,
            "trend": page.trend,
            "quality strips": page.quality,
            "waterfall": page.waterfall,
            "spectrum": page.spectrum,
        }
        self.keys = TableSheet("Keys", (10, 40, 10, 40), page)
        self.keys.wide = True
        self.checks = TableSheet("Before the infusion", (5, 33, 39, 23), page)
        self._logged = -1  # how much of the log is drawn
        self.log = TableSheet("Messages so far", (12, 88), page, size=20)
        self.choices = ChoicesSheet(page)
        self.export = ExportSheet((*self.plots, "table"), page)
        self.summary = SummarySheet(page)
        self.marks = MarkSheet(page)
        self.sheets: tuple[Sheet, ...] = (
            self.keys,
            self.checks,
            self.log,
            self.choices,
            self.export,
            self.summary,
            self.marks,
        )
        page.carry(*self.sheets)
        self._connect(page)

    def _connect(self, page: Page) -> None:
        self.choices.asked.connect(self._host.ask)
        self.export.wanted.connect(self._save)
        self.summary.wanted.connect(self._save_summary)
        page.messages.acknowledged.connect(self.acknowledge)
        for plot in page.time_plots():
            plot.clicked.connect(self.show_window_at)
            plot.hovered.connect(self._hover)
            plot.left.connect(lambda: page.trend.say(""))
        for name, widget in self.plots.items():
            for plot in page.plots_in(widget):
                plot.menu.connect(lambda n=name: self.show_export(n))

    @cached_property
    def begin(self) -> BeginSheet:
        """What a session is begun with."""
        sheet = BeginSheet(self._host.page)
        sheet.asked.connect(self._host.begin_asked)
        self._carry(sheet)
        return sheet

    @cached_property
    def looking(self) -> Looking:
        """A window beside another: three plots."""
        sheet = LookSheet(self._host.page)
        self._carry(sheet)
        return Looking(sheet, self._only)

    @property
    def look(self) -> LookSheet:
        """Its sheet."""
        return self.looking.sheet

    def _carry(self, sheet: Sheet) -> None:
        self.sheets += (sheet,)
        self._host.page.carry(sheet)

    @property
    def _looks(self) -> bool:
        """Whether a window is shown beside another."""
        return "looking" in vars(self) and self.look.isVisible()

    @property
    def state(self) -> SessionState:
        """What is known so far."""
        return self._host.session.state

    def actions(self) -> dict[str, Callable[[], object]]:
        """What each key of `screen.keys` opens."""
        return {
            "help": self.show_keys,
            "checks": self.show_checks,
            "look": self.show_newest,
            "choices": self.show_choices,
            "messages": self.show_log,
            "summary": self.show_summary,
            "export": lambda: self.show_export("trend"),
            "unzoom": self._host.page.unzoom,
            "acknowledge": lambda: self.acknowledge(0),
        }

    # -- sheets ------------------------------------------------------------------------

    def show_keys(self) -> None:
        """All keys."""
        half = (len(KEYS) + 1) // 2
        rows = [(key, words) for _, key, words in KEYS] + [("", "")]
        self.keys.draw([(*rows[i], *rows[half + i]) for i in range(half)])
        self._only(self.keys)

    def show_checks(self) -> None:
        """Go or no-go."""
        self._draw_checks()
        self._only(self.checks)

    def show_log(self) -> None:
        """All messages so far, the newest first."""
        self._host.page.place(self.log)  # its width says what fits into a line
        self._logged = -1
        self._draw_log()
        self._only(self.log)

    def _draw_log(self) -> None:
        """Draw the log again where something was said since."""
        log = self.state.messages_so_far()[-MOST_SAID:]
        said = len(self.state.notices.log)
        if said == self._logged:
            return
        self._logged = said
        rows = [said_at(at_s, message) for at_s, message in reversed(log)]
        told = [
            ("" if i else at, line)
            for at, words in rows
            for i, line in enumerate(self.log.wrapped(1, words))
        ]
        self.log.draw(told[:MOST_SAID] or [("", "nothing so far")])

    def acknowledge(self, place: int) -> None:
        """Let a message that is on the page be, unless it gets worse."""
        messages = messages_of(self.state, read_clocks(self.state, self._clock()))
        if place >= len(messages) or messages[place].acknowledged:
            return
        acknowledge(self.state, messages[place])
        if messages[place].key not in PASSING and self.state.ended is None:
            self._host.ask(ACKNOWLEDGED, text_of(messages[place]))

    def show_question(self, question: MarkQuestion) -> None:
        """Ask before a mark is moved or taken back."""
        self._only(self.marks)
        self.marks.ask(question)

    def show_choices(self) -> None:
        """Settings that may change during a run."""
        self._only(self.choices)
        self.choices.show_choices(choices_of(self.state), outcomes_of(self.state))

    def show_beginning(self, opening: Opening, last: str) -> None:
        """Protocol, and stream or recording; `last` are addresses that were used."""
        self._only(self.begin)
        places = places_for(opening.place, last, running_relays())
        self.begin.show_for(opening, str(self.folder), places)

    def show_export(self, what: str) -> None:
        """Save a plot or the table."""
        self._only(self.export)
        self.export.show_for(what, self.folder, self.state.identity.prefix)

    def show_summary(self) -> None:
        """The page at the stop."""
        page = summary_of(self.state, self._clock(), time.strftime("%Y-%m-%d %H:%M"))
        self._host.page.place(self.summary)  # its height says what it has room for
        self.summary.draw(page, self._host.page.trend.grab())
        self._only(self.summary)

    def show_newest(self) -> None:
        """The newest window; where one is shown already, the other comparison."""
        if self._looks:
            self.looking.turn()
        else:
            self.looking.newest(self._host.session, self._send)

    def show_window_at(self, minute: float) -> None:
        """The window at a place on the time axis."""
        self.looking.at(self._host.session, self._send, minute)

    def step(self, by: int) -> None:
        """Another window, so many further, where one is shown."""
        if self._looks:
            self.looking.step(by)

    def leave(self) -> bool:
        """Close what is open; whether anything was."""
        open_one = any(not sheet.isHidden() for sheet in self.sheets)
        for sheet in self.sheets:
            sheet.leave_it()
        return open_one

    def refresh(self) -> None:
        """Draw what is open again where it has changed."""
        if self._looks:
            self.looking.refresh()
        if self.checks.isVisible():
            self._draw_checks()
        if self.log.isVisible():
            self._draw_log()

    def _only(self, sheet: Sheet) -> None:
        for other in self.sheets:
            if other is not sheet:
                other.hide()
        self._host.page.place(sheet)
        sheet.open()

    def _draw_checks(self) -> None:
        card = card_of(self.state)
        rows = [(MARKS[c.good], c.name, c.figure, c.wanted) for c in card.checks]
        self.checks.draw(rows, card.verdict, [not c.good for c in card.checks])

    def _hover(self, minute: float) -> None:
        self._host.page.trend.say(line_at(self.state, minute))

    # -- files -------------------------------------------------------------------------

    def _save(self, what: str, path: str) -> None:
        write = self._save_table
        if what != "table":
            write = partial(save_widget, self.plots[what])
        place = self.export.saved(path, write)
        if place is not None:
            self.folder = place.parent
            tell_sentence(self.state, f"saved: {place}", self._clock())

    def _save_table(self, place: Path) -> None:
        save_table(table_at(self.state, self._clock()), place)

    def _save_summary(self) -> None:
        stamp = time.strftime("%Y-%m-%d_%H-%M")
        place = self.folder / f"{self.state.identity.prefix}summary_{stamp}.png"
        try:
            self.summary.save_to(place)
        except InputError as error:
            self.summary.said.setText(str(error))
