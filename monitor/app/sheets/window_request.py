"""A closer look at one window of a session: asked for, waited for, drawn."""

from __future__ import annotations

from collections.abc import Callable

from monitor.analysis.course.response import Estimate
from monitor.app.sheets.window_view import LookSheet
from monitor.run.worker_messages import Command, Inspect
from monitor.screen.parts.axis import Span
from monitor.screen.parts.windows import Windows
from monitor.screen.rewindable import Session
from monitor.screen.sheets.window import (
    EARLIER,
    REFERENCE,
    look_at,
    opinion_in,
    spans_of,
    window_near,
)

Send = Callable[[Command], None]


class Looking:
    """Shows a window beside another; the worker makes the curves."""

    def __init__(self, sheet: LookSheet, show: Callable[[LookSheet], None]) -> None:
        self.sheet = sheet
        self._show = show
        self._of: tuple[Session, Send] | None = None
        self._window: Estimate | None = None
        self._against = EARLIER
        self._course: Windows | None = None  # that the window was last found in
        self._asked: tuple[tuple[Span, ...], object] | None = None
        self._drawn: object = None
        sheet.turned.connect(self.turn)

    def newest(self, session: Session, send: Send) -> None:
        """Show the newest window of a session, where there is one."""
        estimates = session.state.estimates
        if estimates:
            self._look((session, send), estimates[-1])

    def turn(self) -> None:
        """Compare with the reference period, or again with the window before."""
        self._against = EARLIER if self._against == REFERENCE else REFERENCE
        self._draw()

    def at(self, session: Session, send: Send, minute: float) -> None:
        """Show the window at a place on the time axis, min."""
        near = window_near(session.state, minute)
        if near is not None:
            self._look((session, send), near)

    def step(self, by: int) -> None:
        """Show another window: so many further."""
        if self.sheet.isHidden() or self._of is None or self._window is None:
            return
        estimates = self._of[0].state.estimates
        if estimates:
            place = estimates.place_of(self._window.time_s) + by
            self._look(self._of, estimates[min(max(place, 0), len(estimates) - 1)])

    def refresh(self) -> None:
        """Draw what is open again where it has changed."""
        if self.sheet.isVisible():
            self._draw()
            self.sheet.follow_pointer()

    def _look(self, of: tuple[Session, Send], estimate: Estimate) -> None:
        self._of, self._window = of, estimate
        self._course = of[0].state.estimates
        self._asked = self._drawn = None
        self._draw()
        self._show(self.sheet)

    def _follow(self, of: Session, window: Estimate) -> Estimate:
        """The window as it stands in a course that was done again."""
        course = of.state.estimates
        if course is self._course or not course:
            return window
        self._course = course
        middle_s = 0.5 * (window.time_start_s + window.time_end_s)
        return course.same(window) or course.nearest(middle_s) or window

    def _ask(self, of: Session, send: Send, window: Estimate) -> None:
        """Have curves made that are not known (any more), once."""
        spans, known = spans_of(of.state, window), of.state.looked_at
        asked = self._asked
        if asked is not None and asked[0] == spans and asked[1] is known:
            return
        self._asked = (spans, known)
        if not all(span in known for span in spans):
            send(Inspect(spans))

    def _draw(self) -> None:
        if self._of is None or self._window is None:
            return
        self._window = self._follow(self._of[0], self._window)
        self._ask(*self._of, self._window)
        state, view = self._of[0].state, self._of[0].display.view
        key = (
            self._window,
            self._against,
            view,
            *map(id, (state.looked_at, state.mean_curves, state.spectral_maps)),
        )
        if key != self._drawn:
            self._drawn = key
            self.sheet.draw(look_at(state, self._window, self._against))
            self.sheet.opinion.draw(opinion_in(state, view))
