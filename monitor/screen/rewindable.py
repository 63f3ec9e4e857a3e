"""The window's side of a session: the `Display` that its updates fold into.

The updates of a replay are kept, so that it can go back.  The spectra in them are
large; at most `MOST_CURVES` are kept, evenly spread over the run: when there are more,
every second one is dropped.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from monitor.analysis.update import Update
from monitor.protocol.settings import Settings
from monitor.run.worker_messages import (
    Again,
    Began,
    Computed,
    Failed,
    Heard,
    Inspected,
    PutIn,
    Report,
    Rewound,
    Sent,
    Waiting,
)
from monitor.screen.display import Display
from monitor.screen.fold import (
    fail,
    keep_curves,
    settle,
)
from monitor.screen.operator_requests import take_sent, take_waiting
from monitor.screen.screen import Screen
from monitor.screen.state import SessionState
from streams.messages.marks import VIEWER, is_mark
from streams.messages.transient import Event

MOST_CURVES = 400


class Session:
    """All that the worker has reported so far."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.display = Display(settings)
        self.failed = ""
        self._can_go_back = False
        self._updates: list[Update] = []
        self._seqs: list[int] = []
        self._with_curves: list[int] = []
        self._here: Update | None = None  # the newest change that is in no recording
        self._typed: list[Event] = []  # marks that are in no recording, as typed

    @property
    def state(self) -> SessionState:
        """What is known of the session as it is shown."""
        return self.display.state

    def take(self, report: Report, now_s: float) -> None:
        """Take in one report of the worker."""
        match report:
            case Computed(update, here):
                if here and update.event is not None and is_mark(update.event):
                    self._take_typed(update, update.event, now_s)
                    return
                if update.again:
                    self._keep_again(update.again)
                if here:
                    self._here = update
                elif self._can_go_back:
                    self._keep(update)
                self.display.fold(update, now_s)
            case Again(seq):
                self._fold_up_to(seq, now_s)
            case Rewound(time_s):
                self._rewind(time_s, now_s)
            case Heard(stream):
                self.display.hear(stream, now_s)
                self._can_go_back = stream.playback is not None
            case Sent():
                take_sent(self.state, report, now_s)
            case Waiting():
                take_waiting(self.state, report)
            case Inspected(spans_s, curves):
                keep_curves(self.state, spans_s, curves)
            case PutIn(found):
                self.state.known_change = found
            case Failed(sentence):
                self.failed = sentence
                fail(self.state, sentence, now_s)
            case Began():
                self._begin(now_s)
        self.state.answered_s = now_s

    def screen(self, now_s: float, plot: str = "") -> Screen:
        """What is to be seen at this reading of the clock; see `Display.screen`."""
        return self.display.screen(now_s, plot)

    def _begin(self, now_s: float) -> None:
        self._updates, self._seqs, self._with_curves = [], [], []
        self._here, self._typed = None, []
        self._afresh(now_s)
        self.state.asked.clear()
        self.state.known_change = None

    def _keep(self, update: Update) -> None:
        self._updates.append(replace(update, strip_raw=None))
        self._seqs.append(update.seq)
        if update.curves is None:
            return
        self._with_curves.append(len(self._updates) - 1)
        if len(self._with_curves) > MOST_CURVES:
            for place in self._with_curves[1::2]:
                self._updates[place] = replace(self._updates[place], curves=None)
            self._with_curves = self._with_curves[0::2]

    def _take_typed(self, update: Update, mark: Event, now_s: float) -> None:
        """A mark that was typed over a recording, which is seen from its beginning."""
        shown = self.state.seq
        self._typed.append(mark)
        if not update.again:
            self.display.fold(update, now_s)
            return
        self._keep_again(update.again)
        self._afresh(now_s)
        for one in self._updates[: bisect_right(self._seqs, shown)]:
            self.display.fold(one, now_s)
        settle(self.state, now_s)

    def _keep_again(self, updates: Sequence[Update]) -> None:
        """Keep what all messages cause now in the place of what they did."""
        if not self._can_go_back:
            return
        self._updates, self._seqs, self._with_curves = [], [], []
        self._here = None
        for one in updates:
            typed = one.event is not None and one.event.author == VIEWER
            self._keep(replace(one, event=None) if typed else one)

    def _fold_up_to(self, seq: int, now_s: float) -> None:
        """Fold what is already known, from the newest shown up to a message."""
        start = bisect_right(self._seqs, self.state.seq)
        for update in self._updates[start : bisect_right(self._seqs, seq)]:
            self.display.fold(self._as_now(update), now_s)
        self._show_here(now_s)

    def _rewind(self, time_s: float, now_s: float) -> None:
        """Show the session as it stood at a scanner time, s."""
        if not self._shows_later_than(time_s):
            return
        self._afresh(now_s)
        for update in self._updates:
            if _time_s(update) >= time_s:
                break
            self.display.fold(self._as_now(update), now_s)
        self._show_here(now_s)
        settle(self.state, now_s)

    def _as_now(self, update: Update) -> Update:
        """An update without the numbers that a change in this window has replaced."""
        here = self._here
        if here is None or update.seq > here.seq:
            return update
        update = replace(update, estimate=None, course=None, settings=None)
        if here.tracks is None:  # it left the tracker as it was
            return update
        return replace(update, tracker=None, tracks=None)

    def _show_here(self, now_s: float) -> None:
        """Show as much of the newest change in this window as has been seen again."""
        here, time_s = self._here, self.state.time_s
        if here is None or here.course is None or self.state.seq > here.seq:
            return
        course = tuple(e for e in here.course if e.time_end_s <= time_s)
        tracks = None
        if here.tracks is not None:
            tracks = tuple(t for t in here.tracks if t.time_s <= time_s)
        self.display.fold(
            replace(
                here,
                seq=self.state.seq,
                course=course,
                tracks=tracks,
                curves=None,
                notes=(),
                event=None,
                estimate=course[-1] if course else None,
            ),
            now_s,
        )

    def _shows_later_than(self, time_s: float) -> bool:
        newest = self.state.newest
        return newest is not None and newest.time_s >= time_s

    def _afresh(self, now_s: float) -> None:
        old = self.state
        held = self.settings if self._here is None else old.settings
        held = held.with_changes(outcome_hidden=held.outcome_hidden or old.hidden)
        self.display = Display(held, self.display.view)
        self.display.hear(old.stream, now_s)
        for mark in self._typed:
            self.display.fold(Update(-1, 0, event=mark), now_s)
        self.state.asked |= old.asked
        self.state.known_change = old.known_change
        self.state.unsent, self.state.unsent_folder = old.unsent, old.unsent_folder


def _time_s(update: Update) -> float:
    """Scanner time of the message behind an update, s."""
    if update.quality is not None:
        return update.quality.time_s
    if update.water is not None:
        return update.water.time_s
    return update.event.time_s if update.event is not None else -math.inf
