"""What is asked before a mark of the infusion is moved, and what the answer sends."""

from __future__ import annotations

import math
from dataclasses import dataclass

from monitor.protocol.moment import moment_of
from monitor.run.worker_messages import SendEvent
from monitor.screen.number_words import clock
from monitor.screen.reading import read_clocks
from monitor.screen.state import SessionState
from streams.errors import InputError
from streams.messages.marks import START, STOP, UNDO, VIEWER, by_source
from streams.messages.transient import Event

NAMES = {START: "start", STOP: "stop"}
BY = {"": "the publisher", VIEWER: "you, in this window", "operator": "an operator"}
LATER_S = 1.0  # a moment after now by less than this is now


@dataclass(frozen=True, slots=True)
class MarkQuestion:
    """A question about the start or the stop of the infusion.

    Attributes
    ----------
    kind : of the event that is asked about
    asks : the question in words
    now_s : scanner time now, s; inf: not known, since the window is catching up
    may_be_now : whether that can be an answer: not once the session has ended
    may_be_undone : whether there is a mark that can be taken back
    replaces : whether an answer goes before a mark of the scanner or the pump
    typed_s : scanner time for an event without another; None: the relay's now
    """

    kind: str
    asks: str
    now_s: float
    may_be_now: bool
    may_be_undone: bool
    replaces: bool
    typed_s: float | None

    @property
    def title(self) -> str:
        """What it is about."""
        return f"The infusion's {NAMES[self.kind]}"

    @property
    def now_words(self) -> str:
        """What "now" is called: with its time where that can be told."""
        return "&Now" if math.isinf(self.now_s) else f"&Now, {clock(self.now_s)}"

    def now(self) -> SendEvent:
        """What "now" sends."""
        return SendEvent(self.kind, time_s=self.typed_s, replaces=self.replaces)

    def undo(self) -> SendEvent:
        """What taking it back sends."""
        return SendEvent(UNDO, self.kind, self.typed_s, replaces=self.replaces)

    def at(self, text: str) -> SendEvent:
        """What a time that was typed sends.

        Raises
        ------
        InputError : it says no time, or one that has not come yet
        """
        moment = moment_of(text)
        if moment is None:
            raise InputError(
                "Type a time: 10:12 or 612s of the scanner's clock, or 2 min ago."
            )
        at_s = moment.at_s(self.now_s)
        if at_s > self.now_s + LATER_S:
            raise InputError(
                f"{clock(at_s)} has not come yet: it is {clock(self.now_s)}."
            )
        if moment.ago and self.typed_s is None:
            return SendEvent(self.kind, ago_s=moment.seconds, replaces=self.replaces)
        return SendEvent(self.kind, time_s=at_s, replaces=self.replaces)


def question_of(state: SessionState, kind: str, now_s: float) -> MarkQuestion | None:
    """What to ask before a start or stop is given; None: nothing, it is the first."""
    reason = _reason(state, kind, now_s)
    return _question(state, kind, now_s, reason) if reason else None


def undo_question(state: SessionState, now_s: float) -> MarkQuestion | None:
    """What to ask before the last mark is taken back; None: there is none."""
    marks, moving = state.marks(), state.moving
    mark = moving or marks.stop or marks.start
    if mark is None or mark.kind == UNDO:
        return None
    said = f"{_moves(mark) if moving else _stands(mark)} Take it back?"
    return _question(state, mark.kind, now_s, said)


def nothing_to_undo(state: SessionState) -> str:
    """Why there is no question: no mark, or one that is being taken back."""
    if state.moving is None:
        return "no start or stop is marked"
    return f"the {NAMES.get(state.moving.text, 'last mark')} is being taken back"


def _reason(state: SessionState, kind: str, now_s: float) -> str:
    """Why a start or stop is not simply given now; empty: it is."""
    mark, moving = state.marks().of(kind), state.moving
    if moving is not None and moving.kind == kind:
        return f"{_moves(moving)} Move it again?"
    if mark is not None:
        ended = "The session has ended. " if state.ended is not None else ""
        return f"{ended}{_stands(mark)} Move it?"
    if state.ended is not None:
        return f"The session has ended. Give the {NAMES[kind]} of its infusion a time?"
    if kind in state.asked:
        return f"The {NAMES[kind]} was given already. Give it once more?"
    if not state.quality.rows:
        return "No transient has come yet. Has the infusion begun?"
    if kind == STOP and state.marks().start is None and START not in state.asked:
        return "No start is marked. Give the stop all the same?"
    return ""


def _stands(mark: Event) -> str:
    by = BY.get(mark.author, f"the {mark.author}")
    return f"The {NAMES[mark.kind]} stands at {clock(mark.time_s)}, given by {by}."


def _moves(mark: Event) -> str:
    """Of a mark with which everything is being worked out."""
    said = f"The {NAMES[mark.kind]} is being moved to {clock(mark.time_s)}"
    return f"{said}; the course is fitted again."


def _question(state: SessionState, kind: str, now_s: float, asks: str) -> MarkQuestion:
    mark, shown_s = state.marks().of(kind), state.shown_s()
    at = read_clocks(state, now_s)
    time_s = at.scanner_s if shown_s is None else shown_s
    if at.catching_up is not None:
        time_s = math.inf
    return MarkQuestion(
        kind,
        asks,
        time_s,
        may_be_now=state.ended is None,
        may_be_undone=mark is not None or state.moving is not None,
        replaces=mark is not None and by_source(mark),
        typed_s=shown_s,
    )
