"""The golden session in the window: worked through beside it, drawn under its plots."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from PyQt6.QtCore import Qt

from monitor.app.page.page import Page
from monitor.app.widgets.files import RECORDINGS, ask_for_file
from monitor.app.widgets.plots import Plot, curve
from monitor.run.worker_messages import Command, Report, SetSpeed
from monitor.screen.golden import Golden, golden_of, placed
from monitor.screen.graphs import Points
from monitor.screen.rewindable import Session
from monitor.screen.screen import Screen
from monitor.screen.state import SessionState
from streams.errors import InputError

SHARE_S = 0.003  # of a frame, for what has come of it
UNDER = -8


class Worker(Protocol):
    """What works a recording through."""

    def receive(self, budget_s: float) -> list[Report]:
        """Reports that have come."""
        ...

    def send(self, command: Command) -> None:
        """Ask for something."""
        ...

    def stop(self) -> None:
        """End it."""
        ...


OpenWorker = Callable[[Path], tuple[Worker, Session]]


class GoldenSession:
    """Owned by a window; `say` tells a sentence in it."""

    def __init__(self, page: Page, say: Callable[[str], None]) -> None:
        self._page, self._lines, self._say = page, GoldenLines(page), say
        self._open: OpenWorker | None = None
        self._running: tuple[Worker, Session, str] | None = None
        self._asked = ""
        self.shown: Golden | None = None

    @property
    def is_worked_through(self) -> bool:
        """Whether a recording is being worked through now."""
        return self._running is not None

    def open_with(self, open_worker: OpenWorker) -> None:
        """Say how a recording is worked through."""
        self._open = open_worker

    def turn(self, folder: Path) -> None:
        """Ask for a golden session; where there is one, draw none."""
        if self.shown is not None:
            self.drop()
            return
        place = ask_for_file(self._page, "Golden session", str(folder), RECORDINGS)
        if place is not None:
            self.load(place)

    def load(self, place: Path) -> None:
        """Work a recording through, and draw it once that is done."""
        self.drop()
        if self._open is None:
            return
        try:
            worker, session = self._open(place)
        except InputError as error:
            self._say(f"golden session: {error}")
            return
        worker.send(SetSpeed(math.inf))
        self._running = worker, session, place.name
        self._say(f"golden session {place.name}: being worked through")

    def drop(self) -> None:
        """Draw none any more."""
        if self._running is not None:
            self._running[0].stop()
        self._running = self.shown = None

    def step(self, state: SessionState, screen: Screen, now_s: float) -> None:
        """Load what the protocol names, once; draw it under the page when it is there.

        Where another session's protocol named one, it goes with that protocol.
        Nothing of its outcome is drawn under a blinded session.
        """
        wanted = state.settings.golden
        if wanted != self._asked and state.quality.rows:
            self._asked = wanted
            self.drop()
            if wanted:
                self.load(Path(wanted))
        if self._running is not None:
            self._take(*self._running, now_s)
        self._lines.draw(self.shown, screen, state.hidden)

    def _take(self, worker: Worker, session: Session, name: str, now_s: float) -> None:
        for report in worker.receive(SHARE_S):
            session.take(report, now_s)
        if session.failed:
            self.drop()
            self._say(f"golden session: {session.failed}")
        elif _is_over(session.state):
            self.drop()
            self.shown = golden_of(session.display, name, now_s)
            self._say(f"golden session {name}: dotted under all plots")


def _is_over(state: SessionState) -> bool:
    """Whether a recording was worked through, to its end or to where it breaks off."""
    at = state.stream.playback
    over = at is not None and not at.playing and at.position_s >= at.length_s > 0
    return state.ended is not None or over


class GoldenLines:
    """Dotted lines under the plots of a page."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._lines: dict[Plot, Any] = {}
        self._drawn: object = None

    def draw(self, golden: Golden | None, screen: Screen, hidden: bool) -> None:
        """Show a golden session, without its outcome where that is `hidden`."""
        page, axis = self._page, screen.trend.axis
        strips = [None if s is None else s.key for s in page.quality.shown]
        key = (
            id(golden),
            axis,
            hidden,
            tuple(strips),
            page.palette_in_use,
            page.width(),
        )
        if key == self._drawn or (golden is None and not self._lines):
            return
        self._drawn = key
        for plot, strip in zip(page.quality.plots, strips, strict=True):
            found = None if golden is None else golden.strips.get(strip or "")
            self._line(plot, placed(found, golden, axis) if found and golden else None)
        course = spectrum = None
        if golden is not None and not hidden:
            spectrum = golden.spectrum
            if golden.course is not None and axis.infusion is not None:
                course = placed(golden.course, golden, axis)
        self._line(page.trend.plot, course)
        self._line(page.spectrum, spectrum)

    def _line(self, plot: Plot, points: Points | None) -> None:
        line = self._lines.get(plot)
        if line is None:
            line = self._lines[plot] = curve(plot)
            line.setZValue(UNDER)
        pen = self._page.golden_pen()
        pen.setStyle(Qt.PenStyle.DotLine)
        line.setPen(pen)
        line.setVisible(points is not None)
        if points is not None:
            line.setData(points.time_min, points.value)
